//! `GET /v1/models` and `GET /v1/models/{id}`. Any name is a model here; the
//! list has the few that speak for themselves.

use bytes::Bytes;
use serde_json::{Value, json};

use super::CREATED;

const NAMES: [&str; 4] = ["dev-chat", "dev-embedding", "dev-speech", "dev-transcription"];

/// The list.
pub(crate) fn models() -> Bytes {
    let data: Vec<_> = NAMES.into_iter().map(describe).collect();
    Bytes::from(json!({ "object": "list", "data": data }).to_string())
}

/// One of them, or any other.
pub(crate) fn model(name: &str) -> Bytes {
    Bytes::from(describe(name).to_string())
}

fn describe(name: &str) -> Value {
    json!({ "id": name, "object": "model", "created": CREATED, "owned_by": "jackfield" })
}
