//! Between the contract and the wire, both ways. Everything here is a pure
//! function of its arguments and is tested natively.

pub(crate) mod answer;
pub(crate) mod completions;
mod effort;
pub(crate) mod embedding;
pub(crate) mod errors;
pub(crate) mod finish;
pub(crate) mod forward;
pub(crate) mod ids;
pub(crate) mod known;
pub(crate) mod logprobs;
pub(crate) mod media;
pub(crate) mod models;
pub(crate) mod parts;
pub(crate) mod replay;
pub(crate) mod request;
pub(crate) mod rerank;
pub(crate) mod responses;
pub(crate) mod speech;
pub(crate) mod stream;
pub(crate) mod tool_calls;
pub(crate) mod transcription;
pub(crate) mod usage;

#[cfg(test)]
mod recorded_tests;
#[cfg(test)]
mod spec_tests;

use jackfield_sdk::http::ErrorAnswer;
use jackfield_sdk::types::Error;
use serde::Deserialize;

/// The head and the body of an answer that has been read whole.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whole<'a> {
    pub(crate) status: u16,
    pub(crate) headers: &'a [(String, String)],
    pub(crate) body: &'a [u8],
}

impl<'a> Whole<'a> {
    /// The body as this shape, borrowing from it.
    pub(crate) fn parse<T: Deserialize<'a>>(&self, what: &str) -> Result<T, Error> {
        // Everything is read from texts, so that there is one copy of each reader.
        let text = std::str::from_utf8(self.body).map_err(|error| self.is_not(what, &error))?;
        serde_json::from_str(text).map_err(|error| self.is_not(what, &error))
    }

    /// The error for a body that isn't what it has to be.
    fn is_not(&self, what: &str, why: &dyn std::fmt::Display) -> Error {
        let answer = ErrorAnswer { status: self.status, headers: self.headers, body: self.body };
        let mut said = answer.to_error().message;
        if self.body.is_empty() {
            said.push_str(" with an empty body");
        }
        Error::bad_answer(format!(
            "expected {what}, but {said} ({why}); does `config.base-url` point at the API?"
        ))
        .with_status(self.status)
    }
}
