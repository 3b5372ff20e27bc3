//! Answers a query about one request.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Field, Query, Test};
use crate::facts::Facts;

/// What a field is found to be.
enum Seen<'f> {
    Absent,
    Text(&'f str),
    Json(Value),
}

impl Query {
    /// Whether it holds. `metadata` stands in for what the request's own
    /// metadata doesn't say.
    pub fn holds(&self, facts: &Facts, metadata: &BTreeMap<String, String>) -> bool {
        match self {
            Self::All(queries) => queries.iter().all(|query| query.holds(facts, metadata)),
            Self::Any(queries) => queries.iter().any(|query| query.holds(facts, metadata)),
            Self::Field(field, test) => {
                let seen = match field {
                    Field::Metadata(name) => {
                        let text = facts.metadata.get(name).or_else(|| metadata.get(name));
                        text.map_or(Seen::Absent, |text| Seen::Text(text))
                    }
                    Field::Param(path) => facts.param(path).map_or(Seen::Absent, Seen::Json),
                    Field::Path => Seen::Text(&facts.path),
                };
                test.passes(&seen)
            }
        }
    }
}

impl Test {
    fn passes(&self, seen: &Seen<'_>) -> bool {
        let compared = |holds: fn(&f64, &f64) -> bool, bound: &f64| {
            seen.number().is_some_and(|number| holds(&number, bound))
        };
        match self {
            Self::Equal(value) => seen.equals(value),
            Self::NotEqual(value) => !seen.equals(value),
            Self::Greater(bound) => compared(f64::gt, bound),
            Self::AtLeast(bound) => compared(f64::ge, bound),
            Self::Less(bound) => compared(f64::lt, bound),
            Self::AtMost(bound) => compared(f64::le, bound),
            Self::In(values) => values.iter().any(|value| seen.equals(value)),
            Self::NotIn(values) => !values.iter().any(|value| seen.equals(value)),
            Self::Regex(regex) => match seen {
                Seen::Text(text) => regex.is_match(text),
                Seen::Json(Value::String(text)) => regex.is_match(text),
                Seen::Json(value @ (Value::Number(_) | Value::Bool(_))) => regex.is_match(&value.to_string()),
                Seen::Absent | Seen::Json(_) => false,
            },
        }
    }
}

impl Seen<'_> {
    fn equals(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Absent | Self::Json(Value::Null), Value::Null) => true,
            (Self::Absent, _) => false,
            (Self::Text(text), Value::String(value)) => text == value,
            (Self::Text(text), Value::Number(value)) => numeric(text) == value.as_f64(),
            (Self::Text(text), Value::Bool(value)) => *text == if *value { "true" } else { "false" },
            (Self::Text(_), _) => false,
            (Self::Json(Value::Number(a)), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
            (Self::Json(seen), value) => seen == value,
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Self::Text(text) => numeric(text),
            Self::Json(Value::Number(number)) => number.as_f64(),
            Self::Json(Value::String(text)) => numeric(text),
            Self::Absent | Self::Json(_) => None,
        }
    }
}

/// The finite number that a text spells from end to end.
pub(super) fn numeric(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}
