//! JSON Schema, as far as descriptions of APIs use it: what checks arguments
//! before they are sent and answers before they are believed.
//!
//! A library that knows all of JSON Schema is 3.5 MB of a component that is half
//! a megabyte without it, so this is a part: draft 2020-12 without
//! `unevaluated*`, dynamic references and references to other documents. A
//! keyword that isn't checked is an error where the schema is the operator's
//! own: a rule that is written down and not enforced is worse than none.

mod check;
mod compile;
mod kinds;
mod read;
#[cfg(test)]
mod tests;

use std::fmt;

use regex_lite::Regex;
use serde_json::{Number, Value};

use self::kinds::Kinds;
use crate::flaw::Flaw;

/// What to do with keywords that aren't checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unknown {
    /// They are flaws: the schema is the operator's own.
    Refuse,
    /// They are left out: the schema is of an OpenAPI document.
    Ignore,
}

/// A schema that is ready to check values.
#[derive(Debug, Clone)]
pub(crate) struct Schema {
    /// Every schema within it; the first is the whole.
    nodes: Vec<Vec<Check>>,
}

/// Which of a schema's nodes.
type At = usize;

/// One rule.
#[derive(Debug, Clone)]
enum Check {
    /// Nothing fits (`false`).
    Never,
    Kinds(Kinds),
    OneOf(Vec<Value>),
    Equals(Value),
    Minimum(Number),
    Maximum(Number),
    Above(Number),
    Below(Number),
    MultipleOf(f64),
    MinLength(u64),
    MaxLength(u64),
    Pattern(Regex),
    MinItems(u64),
    MaxItems(u64),
    Unique,
    Items {
        first: Vec<At>,
        rest: Option<At>,
    },
    Contains(At),
    MinProperties(u64),
    MaxProperties(u64),
    Required(Vec<String>),
    DependentRequired(Vec<(String, Vec<String>)>),
    PropertyNames(At),
    Members {
        named: Vec<(String, At)>,
        patterns: Vec<(Regex, At)>,
        others: Option<At>,
    },
    Same(At),
    All(Vec<At>),
    Any(Vec<At>),
    Exactly(Vec<At>),
    Not(At),
    If {
        test: At,
        then: Option<At>,
        otherwise: Option<At>,
    },
}

/// What of a value doesn't follow a schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    /// JSON pointer of the part; empty for the whole.
    pub(crate) place: String,
    pub(crate) message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{} {}", self.place, self.message)
        }
    }
}

impl Schema {
    /// Reads a schema. `place` is what flaws call it.
    pub(crate) fn compile(schema: &Value, place: &str, unknown: Unknown) -> Result<Schema, Flaw> {
        compile::compile(schema, place, unknown).map(|nodes| Schema { nodes })
    }

    /// What of a value doesn't follow it; the first few of it.
    pub(crate) fn check(&self, value: &Value) -> Vec<Violation> {
        check::check(&self.nodes, value)
    }
}

/// Violations as one text.
pub(crate) fn told(violations: &[Violation]) -> String {
    violations.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
