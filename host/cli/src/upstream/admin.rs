//! What a test asks the upstream about itself.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};

use super::state::{Received, State};

/// The answer to a path of this kind.
pub(super) fn answer(state: &State, path: &str) -> Option<Bytes> {
    let value = match path {
        "/stats" => stats(state),
        "/last" => state.last().map_or(Value::Null, |received| describe(&received)),
        "/healthz" => json!({ "status": "ok" }),
        _ => return None,
    };
    Some(Bytes::from(value.to_string()))
}

fn stats(state: &State) -> Value {
    let counters = &state.counters;
    let read = |counter: &AtomicU64| counter.load(Relaxed);
    json!({
        "requests": read(&counters.requests),
        "connections": read(&counters.connections),
        "open_connections": read(&counters.open_connections),
        "streams": read(&counters.streams),
        "open_streams": read(&counters.open_streams),
        "hang_ups": read(&counters.hang_ups),
    })
}

/// A request: its headers as a list, for a name may come twice; its body as
/// text where it is text.
fn describe(received: &Received) -> Value {
    let Received { head, body } = received;
    let headers: Vec<_> = head
        .headers
        .iter()
        .map(|(name, value)| json!([name.as_str(), String::from_utf8_lossy(value.as_bytes())]))
        .collect();
    let mut value = json!({
        "method": head.method.as_str(),
        "path": head.uri.path_and_query().map_or("", |path| path.as_str()),
        "headers": headers,
    });
    match std::str::from_utf8(body) {
        Ok(text) => value["body"] = text.into(),
        Err(_) => value["body_base64"] = STANDARD.encode(body).into(),
    }
    value
}
