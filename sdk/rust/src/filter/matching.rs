//! What a filter means, for stores that compare by themselves.

use serde_json::Value;

use super::Filter;
use crate::vector_store::{Comparison, Scalar};

impl Filter {
    /// Whether a record with this id and this metadata, a JSON object or null,
    /// passes. Values of different kinds are unequal and never greater or
    /// less; whole and other numbers are of one kind.
    pub fn matches(&self, id: &str, metadata: &Value) -> bool {
        match self {
            Filter::All(filters) => filters.iter().all(|filter| filter.matches(id, metadata)),
            Filter::Any(filters) => filters.iter().any(|filter| filter.matches(id, metadata)),
            Filter::Not(filter) => !filter.matches(id, metadata),
            Filter::Field { field, comparison } => compare(member(metadata, field), comparison),
            Filter::Ids(ids) => ids.iter().any(|wanted| wanted == id),
        }
    }
}

/// The member at a dotted path. A member whose own name has dots comes first.
fn member<'a>(metadata: &'a Value, path: &str) -> Option<&'a Value> {
    metadata.get(path).or_else(|| path.split('.').try_fold(metadata, |value, name| value.get(name)))
}

fn compare(value: Option<&Value>, comparison: &Comparison) -> bool {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let is = |scalar: &Scalar| value.is_some_and(|value| order(value, scalar) == Some(Equal));
    let ordered = |scalar, wanted: &[std::cmp::Ordering]| {
        value.and_then(|value| order(value, scalar)).is_some_and(|order| wanted.contains(&order))
    };
    let has = |scalar: &Scalar| {
        value
            .and_then(Value::as_array)
            .is_some_and(|list| list.iter().any(|item| order(item, scalar) == Some(Equal)))
    };
    let text = || value.and_then(Value::as_str);
    match comparison {
        Comparison::Eq(scalar) => is(scalar),
        Comparison::Ne(scalar) => !is(scalar),
        Comparison::Gt(scalar) => ordered(scalar, &[Greater]),
        Comparison::Ge(scalar) => ordered(scalar, &[Greater, Equal]),
        Comparison::Lt(scalar) => ordered(scalar, &[Less]),
        Comparison::Le(scalar) => ordered(scalar, &[Less, Equal]),
        Comparison::InList(scalars) => scalars.iter().any(is),
        Comparison::NotInList(scalars) => !scalars.iter().any(is),
        Comparison::ContainsAny(scalars) => scalars.iter().any(has),
        Comparison::ContainsAll(scalars) => value.is_some_and(Value::is_array) && scalars.iter().all(has),
        Comparison::TextMatch(part) => text().is_some_and(|text| text.contains(part)),
        Comparison::TextMatchInsensitive(part) => {
            text().is_some_and(|text| text.to_lowercase().contains(&part.to_lowercase()))
        }
        Comparison::IsEmpty => {
            value.is_none_or(|value| value.is_null() || value.as_array().is_some_and(Vec::is_empty))
        }
    }
}

/// How a value stands to a scalar; nothing where they are of different kinds.
fn order(value: &Value, scalar: &Scalar) -> Option<std::cmp::Ordering> {
    match (value, scalar) {
        (Value::String(value), Scalar::Text(scalar)) => Some(value.as_str().cmp(scalar)),
        (Value::Bool(value), Scalar::Boolean(scalar)) => Some(value.cmp(scalar)),
        // Exact where both are whole: an f64 can't hold every id.
        (Value::Number(value), Scalar::Integer(scalar)) => match value.as_i64() {
            Some(value) => Some(value.cmp(scalar)),
            None => value.as_f64()?.partial_cmp(&(*scalar as f64)),
        },
        (Value::Number(value), Scalar::Number(scalar)) => value.as_f64()?.partial_cmp(scalar),
        _ => None,
    }
}
