//! Requests in, answers out.

mod answers;
mod requests;
mod streams;
mod turns;

use crate::dialect::{DecodeError, Decoded, Identity};
use crate::endpoint::PathFacts;

fn identity() -> Identity {
    Identity { id: "made".to_owned(), created: 7, model: "asked".to_owned() }
}

fn decode(body: &str) -> Result<Decoded, DecodeError> {
    super::decode(body.as_bytes(), &PathFacts::default())
}

/// Reads a body of one user's message and these members.
fn with(members: &str) -> Result<Decoded, DecodeError> {
    decode(&format!(r#"{{"model":"m","messages":[{{"role":"user","content":"hi"}}]{members}}}"#))
}
