//! Where Cohere's chats say what they used: all tokens and those that are billed
//! apart, of which all are counted here.
//!
//! <https://docs.cohere.com/reference/chat>

use jackfield_runtime::api::passthrough::Dialect;
use jackfield_runtime::api::types::Usage;
use serde_json::{Map, Value};

use super::scan::{Place, Want};

pub(super) fn wanted(path: &[&[u8]]) -> Want {
    match path {
        [b"usage"] | [b"delta", b"usage"] => Want::Object(Place::Usage),
        [b"type"] => Want::Text(Place::Type),
        [b"finish_reason"] | [b"delta", b"finish_reason"] => Want::Text(Place::Finish),
        [b"message", b"tool_plan"]
        | [b"message", b"content", b"text" | b"thinking"]
        | [b"message", b"tool_calls", b"function", b"name" | b"arguments"]
        | [b"delta", b"message", b"tool_plan"]
        | [b"delta", b"message", b"content", b"text" | b"thinking"]
        | [b"delta", b"message", b"tool_calls", b"function", b"name" | b"arguments"] => Want::Length,
        _ => Want::Nothing,
    }
}

/// Whether a reason to end is that it failed.
pub(super) fn failed(dialect: Dialect, reason: &[u8]) -> bool {
    dialect == Dialect::CohereChat && matches!(reason, b"ERROR" | b"TIMEOUT")
}

/// The contract's counts. `None` where no tokens are told.
pub(super) fn usage(members: &Map<String, Value>) -> Option<Usage> {
    // Counts are written as numbers with a fraction by some versions.
    let amount = |object: &str, name: &str| members.get(object)?.get(name)?.as_f64();
    let whole = |amount: Option<f64>| amount.filter(|amount| *amount >= 0.0).map(|amount| amount as u64);
    let count = |name: &str| whole(amount("tokens", name).or_else(|| amount("billed_units", name)));
    // Tokens of images are counted apart.
    let images = whole(amount("billed_units", "image_tokens")).unwrap_or(0);
    let (input, output) = (count("input_tokens"), count("output_tokens"));
    if input.is_none() && output.is_none() {
        return None;
    }
    let input = input.map(|tokens| tokens.saturating_add(images));
    let billed = members.get("billed_units").and_then(Value::as_object).into_iter().flatten();
    let units = billed.filter_map(|(name, value)| {
        let amount = value.as_f64().filter(|amount| *amount > 0.0)?;
        (!matches!(name.as_str(), "input_tokens" | "output_tokens")).then(|| (name.clone(), amount))
    });
    Some(Usage {
        input_tokens: input,
        output_tokens: output,
        cache_read_tokens: whole(members.get("cached_tokens").and_then(Value::as_f64))
            .map(|cached| cached.min(input.unwrap_or(cached))),
        units: units.collect(),
        raw: serde_json::to_string(members).ok(),
        ..super::nothing()
    })
}
