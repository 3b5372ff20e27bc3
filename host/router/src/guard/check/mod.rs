//! The checks that need nothing but the text and what is said of the request.

pub(super) mod case;
pub(super) mod code;
pub(super) mod counts;
pub(super) mod json;
pub(super) mod json_keys;
pub(super) mod json_schema;
pub(super) mod kinds;
pub(super) mod metadata;
pub(super) mod models;
pub(super) mod regex_match;
pub(super) mod words;

use crate::config::read::Object;

/// How many of several things must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Any,
    All,
    None,
}

const OPERATORS: &[(&str, Operator)] =
    &[("any", Operator::Any), ("all", Operator::All), ("none", Operator::None)];

impl Operator {
    /// Reads `operator`.
    fn read(object: &mut Object<'_>, usual: Self) -> Self {
        object.take("operator").and_then(|item| item.word(OPERATORS)).unwrap_or(usual)
    }

    fn holds(self, found: usize, missing: usize) -> bool {
        match self {
            Self::Any => found > 0,
            Self::All => missing == 0,
            Self::None => found == 0,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::All => "all",
            Self::None => "none",
        }
    }
}
