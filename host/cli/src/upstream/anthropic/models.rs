//! `GET /v1/models` and `GET /v1/models/{id}` for clients that say they speak
//! Anthropic's protocol.

use bytes::Bytes;
use serde_json::{Value, json};

const NAME: &str = "dev-chat";

/// The list: one page.
pub(crate) fn models() -> Bytes {
    let list = json!({ "data": [describe(NAME)], "has_more": false, "first_id": NAME, "last_id": NAME });
    Bytes::from(list.to_string())
}

/// One of them, or any other.
pub(crate) fn model(name: &str) -> Bytes {
    Bytes::from(describe(name).to_string())
}

fn describe(name: &str) -> Value {
    json!({ "type": "model", "id": name, "display_name": name, "created_at": "2025-01-01T00:00:00Z" })
}
