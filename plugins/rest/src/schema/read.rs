//! Values of keywords, read as what they must be.

use serde_json::{Map, Number, Value};

use super::kinds::Kinds;
use crate::flaw::Flaw;

pub(super) fn kinds(value: &Value, place: &str) -> Result<Kinds, Flaw> {
    let mut kinds = Kinds::default();
    let names = match value {
        Value::Array(names) if !names.is_empty() => names.as_slice(),
        one => std::slice::from_ref(one),
    };
    for name in names {
        if !name.as_str().is_some_and(|name| kinds.add(name)) {
            return Err(Flaw::new(place, format!("{name} isn't a type: write one of {}", Kinds::names())));
        }
    }
    Ok(kinds)
}

pub(super) fn number(value: &Value, place: &str) -> Result<Number, Flaw> {
    value.as_number().cloned().ok_or_else(|| Flaw::new(place, "write a number"))
}

pub(super) fn count(value: &Value, place: &str) -> Result<u64, Flaw> {
    value.as_u64().ok_or_else(|| Flaw::new(place, "write a whole number from 0"))
}

pub(super) fn text<'s>(value: &'s Value, place: &str) -> Result<&'s str, Flaw> {
    value.as_str().ok_or_else(|| Flaw::new(place, "write a string"))
}

pub(super) fn array<'s>(value: &'s Value, place: &str) -> Result<&'s Vec<Value>, Flaw> {
    value.as_array().ok_or_else(|| Flaw::new(place, "write a list in brackets"))
}

pub(super) fn object<'s>(value: &'s Value, place: &str) -> Result<&'s Map<String, Value>, Flaw> {
    value.as_object().ok_or_else(|| Flaw::new(place, "write a table"))
}

pub(super) fn names(value: &Value, place: &str) -> Result<Vec<String>, Flaw> {
    array(value, place)?.iter().map(|name| text(name, place).map(str::to_owned)).collect()
}
