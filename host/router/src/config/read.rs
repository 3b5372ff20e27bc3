//! Takes a JSON object apart field by field. What nobody took is a problem of
//! its own, with a guess at what was meant: a limit or a guardrail that is
//! misspelt and silently ignored is one that isn't enforced.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::de::{DeserializeSeed, MapAccess, Visitor};
use serde_json::value::RawValue;

pub(crate) use super::report::{MOST, Report};
use crate::json::Json;
use crate::suggest::advice;

/// One value of a config and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Item<'j> {
    pub(crate) report: &'j Report,
    pub(crate) pointer: String,
    raw: &'j str,
}

/// An object whose fields are taken one by one until none may be left.
#[derive(Debug)]
pub(crate) struct Object<'j> {
    report: &'j Report,
    pub(crate) pointer: String,
    fields: Vec<(String, &'j RawValue)>,
    known: Vec<&'static str>,
}

impl<'j> Item<'j> {
    pub(crate) fn new(report: &'j Report, pointer: String, raw: &'j str) -> Self {
        Self { report, pointer, raw }
    }

    pub(crate) fn raw(&self) -> &'j str {
        self.raw
    }

    pub(crate) fn reject(&self, message: impl Into<String>) {
        self.report.add(&self.pointer, message);
    }

    fn mismatch<T>(&self, expected: &str) -> Option<T> {
        let found = match self.raw.as_bytes().first() {
            Some(b'"') => "a string",
            Some(b'{') => "an object",
            Some(b'[') => "a list",
            Some(b't' | b'f') => "true or false",
            Some(b'n') => "null",
            _ => "a number",
        };
        self.reject(format!("this is {found}: write {expected}"));
        None
    }

    pub(crate) fn is_string(&self) -> bool {
        self.raw.starts_with('"')
    }

    pub(crate) fn string(&self) -> Option<String> {
        serde_json::from_str(self.raw).ok().or_else(|| self.mismatch("a string"))
    }

    /// A string with something in it.
    pub(crate) fn name(&self) -> Option<String> {
        let text = self.string()?;
        if text.trim().is_empty() || text.chars().any(char::is_control) {
            self.reject("this is empty or has control characters: write a name");
            return None;
        }
        Some(text)
    }

    pub(crate) fn boolean(&self) -> Option<bool> {
        serde_json::from_str(self.raw).ok().or_else(|| self.mismatch("true or false"))
    }

    /// A whole number within bounds. `1000.0` is one, as it is to a JSON reader
    /// that knows only one kind of number.
    pub(crate) fn whole(&self, least: u64, most: u64) -> Option<u64> {
        let number = self.number()?;
        if number.fract() != 0.0 || number < least as f64 || number > most as f64 {
            self.reject(format!("{number} is out of range: write a whole number from {least} to {most}"));
            return None;
        }
        Some(number as u64)
    }

    pub(crate) fn number(&self) -> Option<f64> {
        let number = serde_json::from_str::<f64>(self.raw).ok().filter(|number| number.is_finite());
        number.or_else(|| self.mismatch("a number"))
    }

    /// One of several words.
    pub(crate) fn word<T: Copy>(&self, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.string()?;
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let known = words.iter().map(|(word, _)| *word);
            let advice = match crate::suggest::nearest(&text, known.clone()) {
                Some(meant) => format!("did you mean {meant:?}?"),
                None => format!("write one of: {}", known.collect::<Vec<_>>().join(", ")),
            };
            self.reject(format!("{text:?} is unknown here; {advice}"));
        }
        found.map(|(_, value)| *value)
    }

    pub(crate) fn array(&self) -> Option<Vec<Item<'j>>> {
        let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(self.raw) else {
            return self.mismatch("a list");
        };
        let element = |(place, raw): (usize, &'j RawValue)| {
            Item::new(self.report, format!("{}/{place}", self.pointer), raw.get())
        };
        Some(elements.into_iter().enumerate().map(element).collect())
    }

    pub(crate) fn strings(&self) -> Option<Vec<(Item<'j>, String)>> {
        let elements = self.array()?.into_iter();
        Some(elements.filter_map(|item| item.string().map(|text| (item, text))).collect())
    }

    /// The fields of an object whose names its author chose.
    pub(crate) fn entries(&self) -> Option<Vec<(String, Item<'j>)>> {
        let object = self.object()?;
        let entry = |(name, raw): (String, &'j RawValue)| {
            let item = Item::new(self.report, join(&object.pointer, &name), raw.get());
            (name, item)
        };
        Some(object.fields.into_iter().map(entry).collect())
    }

    /// An object that is carried along as it is.
    pub(crate) fn params(&self) -> Option<Vec<(String, Json)>> {
        let entries = self.entries()?.into_iter();
        Some(entries.filter_map(|(name, item)| Some((name, item.json()?))).collect())
    }

    pub(crate) fn json(&self) -> Option<Json> {
        Json::parse(self.raw).map_err(|error| self.reject(error.to_string())).ok()
    }

    pub(crate) fn object(&self) -> Option<Object<'j>> {
        if !self.raw.starts_with('{') {
            return self.mismatch("an object");
        }
        let mut reader = serde_json::Deserializer::from_str(self.raw);
        match Members.deserialize(&mut reader) {
            Ok(fields) => {
                let object =
                    Object { report: self.report, pointer: self.pointer.clone(), fields, known: Vec::new() };
                object.reject_twins();
                Some(object)
            }
            Err(error) => {
                self.reject(error.to_string());
                None
            }
        }
    }
}

impl<'j> Object<'j> {
    /// The field of this name, if it is there and isn't null. Either way the
    /// object may have it.
    pub(crate) fn take(&mut self, name: &'static str) -> Option<Item<'j>> {
        self.known.push(name);
        let place = self.fields.iter().position(|(key, _)| key == name)?;
        let (name, raw) = self.fields.swap_remove(place);
        (raw.get() != "null").then(|| Item::new(self.report, join(&self.pointer, &name), raw.get()))
    }

    /// The fields that are left, and with them the say over which may be there.
    pub(crate) fn rest(&mut self) -> Vec<(String, Item<'j>)> {
        let fields = std::mem::take(&mut self.fields).into_iter();
        let item =
            |raw: &'j RawValue, name: &str| Item::new(self.report, join(&self.pointer, name), raw.get());
        fields.map(|(name, raw)| (name.clone(), item(raw, &name))).collect()
    }

    pub(crate) fn reject(&self, message: impl Into<String>) {
        self.report.add(&self.pointer, message);
    }

    /// That a field isn't there is a problem.
    pub(crate) fn missing(&self, name: &str, example: &str) {
        self.reject(format!("`{name}` is missing: write `\"{name}\": {example}`"));
    }

    /// Reports every field that was not taken. `why` explains fields that are
    /// known and not wanted.
    pub(crate) fn finish(mut self, why: impl Fn(&str) -> Option<&'static str>) {
        self.fields.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (name, _) in &self.fields {
            if self.report.is_full() {
                return;
            }
            let message = match why(name) {
                Some(reason) => reason.to_owned(),
                None => format!("unknown field; {}", advice(name, self.known.iter().copied())),
            };
            self.report.add(&join(&self.pointer, name), message);
        }
    }

    fn reject_twins(&self) {
        let mut seen = HashSet::with_capacity(self.fields.len());
        for (name, _) in &self.fields {
            if !seen.insert(name.as_str()) {
                self.report.add(&join(&self.pointer, name), "this field is there twice: keep one");
            }
        }
    }
}

/// A field's JSON pointer (RFC 6901).
pub(crate) fn join(pointer: &str, name: &str) -> String {
    let name = match name.contains(['~', '/']) {
        true => Cow::Owned(name.replace('~', "~0").replace('/', "~1")),
        false => Cow::Borrowed(name),
    };
    format!("{pointer}/{name}")
}

/// The members of an object in their order, values as they were written.
struct Members;

impl<'j> DeserializeSeed<'j> for Members {
    type Value = Vec<(String, &'j RawValue)>;

    fn deserialize<D: serde::Deserializer<'j>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'j> Visitor<'j> for Members {
    type Value = Vec<(String, &'j RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'j>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}
