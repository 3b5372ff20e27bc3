//! One value of a document, read as what the reader expects it to be.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeValue, ValueDeserializer};

use super::Report;
use super::fields::Fields;

/// One value of a document. Each `Option` that a method returns is nothing
/// where the value isn't what was asked for, and then that was reported.
#[derive(Debug, Clone)]
pub struct Node<'d> {
    report: &'d Report<'d>,
    path: String,
    key: Range<usize>,
    value: &'d Spanned<DeValue<'d>>,
}

impl<'d> Node<'d> {
    pub(super) fn new(
        report: &'d Report<'d>,
        path: String,
        key: Range<usize>,
        value: &'d Spanned<DeValue<'d>>,
    ) -> Self {
        Self { report, path, key, value }
    }

    /// Reports a problem of this value.
    pub fn reject(&self, message: impl Display) {
        self.report.add(self.value.span(), self.path.clone(), message.to_string());
    }

    /// Reports a problem of this value's name.
    pub fn reject_name(&self, message: impl Display) {
        self.report.add(self.key.clone(), self.path.clone(), message.to_string());
    }

    /// The value itself, for values of several types.
    pub fn value(&self) -> &'d DeValue<'d> {
        self.value.get_ref()
    }

    /// A string.
    pub fn string(&self) -> Option<&'d str> {
        match self.value() {
            DeValue::String(text) => Some(text),
            _ => self.mismatch("a string"),
        }
    }

    /// A string that is parsed as `T`. A number without quotes is refused too, in
    /// `T`'s own words where it has some: they say what to write for a number.
    pub fn parse<T: FromStr<Err: Display>>(&self) -> Option<T> {
        let text = match self.value() {
            DeValue::Integer(number) => number.as_str(),
            DeValue::Float(number) => number.as_str(),
            _ => self.string()?,
        };
        match text.parse() {
            Ok(value) if self.value().is_str() => Some(value),
            Ok(_) => self.mismatch("a string"),
            Err(error) => {
                self.reject(error);
                None
            }
        }
    }

    /// `true` or `false`.
    pub fn boolean(&self) -> Option<bool> {
        match self.value() {
            DeValue::Boolean(value) => Some(*value),
            _ => self.mismatch("true or false"),
        }
    }

    /// A whole number.
    pub fn integer(&self) -> Option<i64> {
        match self.value() {
            DeValue::Integer(number) => {
                let parsed = i64::from_str_radix(number.as_str(), number.radix());
                parsed.map_err(|_| self.reject("this number is beyond 64 bits")).ok()
            }
            _ => self.mismatch("a whole number"),
        }
    }

    /// A whole number within these bounds.
    pub fn count(&self, least: u32, most: u32) -> Option<u32> {
        let number = self.integer()?;
        match u32::try_from(number) {
            Ok(count) if (least..=most).contains(&count) => Some(count),
            _ => {
                self.reject(format!("{number} is out of range: write {least} to {most}"));
                None
            }
        }
    }

    /// A number, whole or not, but finite.
    pub fn number(&self) -> Option<f64> {
        let number = match self.value() {
            DeValue::Float(number) => number.as_str().parse::<f64>().ok(),
            // Whole numbers beyond 2^53 lose their last digits, as they do in JSON.
            DeValue::Integer(_) => self.integer().map(|number| number as f64),
            _ => return self.mismatch("a number"),
        };
        match number {
            Some(number) if number.is_finite() => Some(number),
            _ => {
                self.reject("this isn't a finite number");
                None
            }
        }
    }

    /// One of several words.
    pub fn word<T: Copy>(&self, words: &[(&str, T)]) -> Option<T> {
        let text = self.string()?;
        let found = words.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let advice = match super::suggest::nearest(text, &known) {
                Some(meant) => format!("did you mean {meant:?}?"),
                None => format!("write one of: {}", quoted(&known)),
            };
            self.reject(format!("{text:?} is unknown here; {advice}"));
        }
        found.map(|(_, value)| *value)
    }

    /// The elements of an array.
    pub fn array(&self) -> Option<Vec<Node<'d>>> {
        let DeValue::Array(elements) = self.value() else {
            return self.mismatch("a list in brackets");
        };
        let element = |(place, value): (usize, &'d Spanned<DeValue<'d>>)| {
            Node::new(self.report, format!("{}[{place}]", self.path), value.span(), value)
        };
        Some(elements.iter().enumerate().map(element).collect())
    }

    /// The elements of an array, each read by `decode`; those that can't be
    /// read are left out.
    pub fn list<T>(&self, decode: impl FnMut(Node<'d>) -> Option<T>) -> Option<Vec<T>> {
        Some(self.array()?.into_iter().filter_map(decode).collect())
    }

    /// A table.
    pub fn fields(&self) -> Option<Fields<'d>> {
        match self.value() {
            DeValue::Table(table) => {
                Some(Fields::new(self.report, self.path.clone(), self.key.clone(), table))
            }
            _ => self.mismatch("a table"),
        }
    }

    /// A table whose names the author chose, each read by `decode`.
    pub fn map<K, T>(&self, mut decode: impl FnMut(Node<'d>) -> Option<T>) -> Option<BTreeMap<K, T>>
    where
        K: FromStr<Err: Display> + Ord,
    {
        let mut map = BTreeMap::new();
        for (name, node) in self.fields()?.take_all() {
            let key = name.parse().map_err(|error| node.reject_name(error)).ok();
            if let (Some(key), Some(value)) = (key, decode(node)) {
                map.insert(key, value);
            }
        }
        Some(map)
    }

    /// The value as serde sees it, for sections that other crates define.
    pub fn deserialize<T: DeserializeOwned>(&self) -> Option<T> {
        let deserializer = ValueDeserializer::from(self.value.clone());
        T::deserialize(deserializer)
            .map_err(|error| {
                let span = error.span().unwrap_or_else(|| self.value.span());
                self.report.add(span, self.path.clone(), error.message().to_owned());
            })
            .ok()
    }

    /// Whether the value is a table.
    pub fn is_table(&self) -> bool {
        self.value().is_table()
    }

    /// Reports that this value should have been something else.
    pub fn mismatch<T>(&self, expected: &str) -> Option<T> {
        let found = match self.value() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.reject(format!("this is {found}: write {expected}"));
        None
    }
}

/// Words in quotes with commas between them.
fn quoted(words: &[&str]) -> String {
    words.iter().map(|word| format!("{word:?}")).collect::<Vec<_>>().join(", ")
}
