//! Between the contract and the wire, both ways. Everything here is a pure
//! function of its arguments and is tested natively.

pub(crate) mod answer;
pub(crate) mod embedding;
pub(crate) mod errors;
pub(crate) mod finish;
pub(crate) mod forward;
pub(crate) mod ids;
pub(crate) mod logprobs;
pub(crate) mod media;
pub(crate) mod models;
pub(crate) mod parts;
pub(crate) mod replay;
pub(crate) mod request;
pub(crate) mod speech;
pub(crate) mod stream;
pub(crate) mod tool_calls;
pub(crate) mod transcription;
pub(crate) mod usage;

#[cfg(test)]
mod recorded_tests;

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
        serde_json::from_slice(self.body).map_err(|error| {
            let answer = ErrorAnswer { status: self.status, headers: self.headers, body: self.body };
            let said = answer.to_error().message;
            Error::bad_answer(format!(
                "expected {what}, but {said} ({error}); does `config.base-url` point at the API?"
            ))
            .with_status(self.status)
        })
    }
}
