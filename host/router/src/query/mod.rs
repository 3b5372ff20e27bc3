//! The language in which a conditional route asks about a request.
//!
//! ```json
//! { "metadata.plan": "paid", "$or": [ { "params.model": { "$regex": "^gpt-4" } },
//!                                     { "params.max_tokens": { "$gt": 1000 } } ] }
//! ```
//!
//! Fields are `metadata.NAME`, `params.PATH` (any depth; numbers step into
//! lists) and `url.pathname`. Where Portkey's own reading follows from how its
//! code happens to run, this one says what the words say:
//!
//! * All keys of an object and all operators of a field must hold. There, `$or`,
//!   `$and` and `$regex` answer at once and what stands beside them is skipped.
//! * `$gt`, `$gte`, `$lt`, `$lte` want a number or a text that is one from end
//!   to end; anything else doesn't match. There, `"12 apples"` counts as 12.
//! * Metadata is text. Compared with a number or a boolean it equals the one
//!   that it spells: `"5"` equals `5`. There, it never does.
//! * An absent field equals nothing but `null`; `$ne` and `$nin` hold for it.
//! * What can't be meant is refused when it is read: unknown fields and
//!   operators, a broken expression, an empty list of alternatives.
//!
//! Expressions are matched in linear time, so none can stall the gateway; look-
//! around and back-references don't exist in that language.

mod eval;
mod parse;

use regex::Regex;
use serde_json::Value;

pub(crate) use parse::{EXPRESSIONS, REGEX_SIZE, read};

/// A question about a request.
#[derive(Debug, Clone)]
pub enum Query {
    /// All of them hold; with none of them, always.
    All(Vec<Query>),
    /// At least one of them holds.
    Any(Vec<Query>),
    /// A field passes a test.
    Field(Field, Test),
}

/// What is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Field {
    /// `metadata.NAME`.
    Metadata(String),
    /// `params.PATH`: the request's JSON body.
    Param(String),
    /// `url.pathname`.
    Path,
}

/// What is asked.
#[derive(Debug, Clone)]
pub enum Test {
    /// `$eq`, or a value alone.
    Equal(Value),
    /// `$ne`.
    NotEqual(Value),
    /// `$gt`.
    Greater(f64),
    /// `$gte`.
    AtLeast(f64),
    /// `$lt`.
    Less(f64),
    /// `$lte`.
    AtMost(f64),
    /// `$in`.
    In(Vec<Value>),
    /// `$nin`.
    NotIn(Vec<Value>),
    /// `$regex`: it matches somewhere.
    Regex(Regex),
}

impl Query {
    /// How many regular expressions are in it.
    pub(crate) fn expressions(&self) -> usize {
        match self {
            Self::All(queries) | Self::Any(queries) => queries.iter().map(Self::expressions).sum(),
            Self::Field(_, Test::Regex(_)) => 1,
            Self::Field(..) => 0,
        }
    }
}

#[cfg(test)]
mod tests;
