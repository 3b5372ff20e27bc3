//! Requests in, answers out.

mod answers;
mod recorded;
mod requests;
mod streams;

use std::time::Instant;

use serde_json::Value;

use super::Asked;
use crate::dialect::{DecodeError, Decoded, Identity};
use crate::endpoint::PathFacts;

fn path(stream: bool) -> PathFacts {
    PathFacts { model: Some("amazon.nova-lite-v1:0".to_owned()), stream, ..PathFacts::default() }
}

fn decoded(body: &Value) -> Result<Decoded, DecodeError> {
    super::decode(body.to_string().as_bytes(), &path(false))
}

fn asked() -> Asked {
    Asked { since: Instant::now(), stop_sequence: false }
}

fn identity() -> Identity {
    Identity { id: "made".to_owned(), created: 7, model: "asked".to_owned() }
}
