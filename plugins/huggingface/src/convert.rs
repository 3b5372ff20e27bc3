//! Between the contract and the wire, both ways. Everything here is a pure
//! function of its arguments and is tested natively.

pub(crate) mod embed;
pub(crate) mod errors;
pub(crate) mod info;
pub(crate) mod rank;
pub(crate) mod shapes;

#[cfg(test)]
mod spec_tests;

use jackfield_sdk::types::Error;
use serde::de::DeserializeOwned;

/// The text of an answer as this shape. `what` says what it should be.
fn read<T: DeserializeOwned>(text: &str, what: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| {
        // An error can come with status 200 from what stands before a server.
        errors::in_answer(text).unwrap_or_else(|| {
            let begin: String = text.chars().take(200).collect();
            Error::bad_answer(format!(
                "expected {what}, but the upstream answered `{begin}` ({error}); does `config.api` name what `config.base-url` speaks?"
            ))
        })
    })
}
