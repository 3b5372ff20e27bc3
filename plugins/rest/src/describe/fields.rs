//! A table whose fields are taken one by one until none may be left: a field
//! that is misspelt must not be a rule that is silently not there.

use serde_json::{Map, Value};

use crate::flaw::Flaw;
use crate::pointer::Pointer;
use crate::tool::Statuses;

/// A table with named fields.
pub(crate) struct Fields<'v> {
    place: String,
    members: &'v Map<String, Value>,
    known: Vec<&'static str>,
}

impl<'v> Fields<'v> {
    pub(crate) fn of(value: &'v Value, place: String) -> Result<Fields<'v>, Flaw> {
        match value {
            Value::Object(members) => Ok(Fields { place, members, known: Vec::new() }),
            other => {
                Err(Flaw::new(place, format!("this is {}: write a table", jackfield_sdk::json::kind(other))))
            }
        }
    }

    /// The members of a table that is known to be one.
    pub(crate) fn of_map(members: &'v Map<String, Value>, place: &str) -> Fields<'v> {
        Fields { place: place.to_owned(), members, known: Vec::new() }
    }

    /// The field's place.
    pub(crate) fn place(&self, name: &str) -> String {
        if self.place.is_empty() { name.to_owned() } else { format!("{}.{name}", self.place) }
    }

    /// A flaw of the field of this name.
    pub(crate) fn flaw(&self, name: &str, message: impl Into<String>) -> Flaw {
        Flaw::new(self.place(name), message)
    }

    /// Whether the table has the field.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// The field of this name, if it is there. Either way the table may have it.
    pub(crate) fn take(&mut self, name: &'static str) -> Option<&'v Value> {
        self.known.push(name);
        self.members.get(name)
    }

    pub(crate) fn text(&mut self, name: &'static str) -> Result<Option<&'v str>, Flaw> {
        let value = self.take(name);
        value.map(|value| value.as_str().ok_or_else(|| self.flaw(name, "write a string"))).transpose()
    }

    pub(crate) fn boolean(&mut self, name: &'static str) -> Result<Option<bool>, Flaw> {
        let value = self.take(name);
        value.map(|value| value.as_bool().ok_or_else(|| self.flaw(name, "write true or false"))).transpose()
    }

    /// A whole number within these bounds.
    pub(crate) fn count(&mut self, name: &'static str, least: u64, most: u64) -> Result<Option<u64>, Flaw> {
        let value = self.take(name);
        let count = value.map(|value| {
            let count = value.as_u64().filter(|count| (least..=most).contains(count));
            count.ok_or_else(|| self.flaw(name, format!("write a whole number from {least} to {most}")))
        });
        count.transpose()
    }

    /// One of several words.
    pub(crate) fn word<T: Copy>(
        &mut self,
        name: &'static str,
        words: &[(&str, T)],
    ) -> Result<Option<T>, Flaw> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, value)| Some(*value)).ok_or_else(|| {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.flaw(name, format!("`{text}` is unknown here: write one of {}", words.join(", ")))
        })
    }

    pub(crate) fn pointer(&mut self, name: &'static str) -> Result<Option<Pointer>, Flaw> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        Pointer::parse(text).map(Some).map_err(|message| self.flaw(name, message))
    }

    /// HTTP statuses: numbers, and `"5xx"` for a hundred of them.
    pub(crate) fn statuses(&mut self, name: &'static str) -> Result<Option<Statuses>, Flaw> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let wrong = || self.flaw(name, "write a list of HTTP statuses, as [200, 404, \"5xx\"]");
        let statuses = value.as_array().ok_or_else(wrong)?.iter().map(|status| {
            if let Some(code) = status.as_u64().and_then(|code| u16::try_from(code).ok()) {
                return (100..=599).contains(&code).then_some(code..=code).ok_or_else(wrong);
            }
            let hundreds = status.as_str().and_then(|text| text.strip_suffix("xx"));
            let hundreds =
                hundreds.and_then(|digit| digit.parse::<u16>().ok()).filter(|digit| (1..=5).contains(digit));
            hundreds.map(|digit| digit * 100..=digit * 100 + 99).ok_or_else(wrong)
        });
        statuses.collect::<Result<_, _>>().map(|statuses| Some(Statuses(statuses)))
    }

    /// The table in the field of this name.
    pub(crate) fn table(&mut self, name: &'static str) -> Result<Option<Fields<'v>>, Flaw> {
        let place = self.place(name);
        self.take(name).map(|value| Fields::of(value, place)).transpose()
    }

    /// The members of a table whose names the author chose.
    pub(crate) fn entries(
        &mut self,
        name: &'static str,
    ) -> Result<Vec<(String, &'v String, &'v Value)>, Flaw> {
        let Some(table) = self.table(name)? else { return Ok(Vec::new()) };
        Ok(table.members.iter().map(|(key, value)| (table.place(key), key, value)).collect())
    }

    /// Reports a field that was not taken.
    pub(crate) fn finish(self) -> Result<(), Flaw> {
        match self.members.keys().find(|name| !self.known.contains(&name.as_str())) {
            None => Ok(()),
            Some(name) => Err(self.flaw(name, format!("unknown field; there are {}", self.known.join(", ")))),
        }
    }
}
