//! The types of JSON Schema.

use std::fmt;

use serde_json::Value;

/// Some of the types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Kinds(u8);

const NAMES: [(&str, &str); 7] = [
    ("null", "null"),
    ("boolean", "true or false"),
    ("integer", "a whole number"),
    ("number", "a number"),
    ("string", "a string"),
    ("array", "an array"),
    ("object", "an object"),
];

impl Kinds {
    /// Adds the type of this name; whether there is one.
    pub(super) fn add(&mut self, name: &str) -> bool {
        let place = NAMES.iter().position(|(known, _)| *known == name);
        place.map(|place| self.0 |= 1 << place).is_some()
    }

    /// Whether a value is of one of them. A number without a fraction is whole,
    /// however it is written.
    pub(super) fn fit(self, value: &Value) -> bool {
        let has = |place: u8| self.0 & (1 << place) != 0;
        match value {
            Value::Null => has(0),
            Value::Bool(_) => has(1),
            Value::Number(number) => {
                has(3) || has(2) && number.as_f64().is_none_or(|number| number.fract() == 0.0)
            }
            Value::String(_) => has(4),
            Value::Array(_) => has(5),
            Value::Object(_) => has(6),
        }
    }

    /// All names, for messages.
    pub(super) fn names() -> String {
        NAMES.map(|(name, _)| name).join(", ")
    }
}

impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nouns = NAMES.iter().enumerate().filter(|(place, _)| self.0 & (1 << place) != 0);
        let nouns: Vec<&str> = nouns.map(|(_, (_, noun))| *noun).collect();
        f.write_str(&nouns.join(" or "))
    }
}
