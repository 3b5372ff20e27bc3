//! The texts of an answer that came as a stream of events, one for each choice.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Form, Part, Piece};
use crate::endpoint::ChatDialect;

/// What a stream told.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::guard) struct Told {
    /// The texts. They have no place that could be replaced.
    pub(in crate::guard) parts: Vec<Part>,
    /// Whether it told of an error.
    pub(in crate::guard) failed: bool,
}

/// Reads all events of a stream.
pub(in crate::guard) fn read(form: Form, body: &[u8]) -> Told {
    if form == Form::Chat(ChatDialect::BedrockConverse) {
        return super::bedrock::events(body);
    }
    let mut texts: BTreeMap<u64, String> = BTreeMap::new();
    let mut failed = false;
    let mut data = Vec::new();
    let mut event = |data: &mut Vec<u8>| {
        if let Ok(value) = serde_json::from_slice::<Value>(data) {
            failed |= is_error(&value);
            add(form, &value, &mut texts);
        }
        data.clear();
    };
    for line in body.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() {
            event(&mut data);
        } else if let Some(rest) = line.strip_prefix(b"data:") {
            if !data.is_empty() {
                data.push(b'\n');
            }
            data.extend_from_slice(rest);
        }
    }
    event(&mut data);
    let part = |text| vec![Piece { span: 0..0, text }];
    let mut parts: Vec<Part> = texts.into_values().map(part).collect();
    if parts.is_empty() {
        parts.push(Part::new());
    }
    Told { parts, failed }
}

fn is_error(value: &Value) -> bool {
    let kind = value.get("type").and_then(Value::as_str);
    let reason = value.pointer("/delta/finish_reason").and_then(Value::as_str);
    matches!(kind, Some("error" | "response.failed"))
        // Cohere's streams end either way.
        || kind == Some("message-end") && matches!(reason, Some("ERROR" | "TIMEOUT"))
        || value.get("error").is_some_and(|error| !error.is_null()) && kind.is_none()
}

fn add(form: Form, value: &Value, texts: &mut BTreeMap<u64, String>) {
    let mut push = |place: u64, text: Option<&Value>| {
        if let Some(text) = text.and_then(Value::as_str) {
            texts.entry(place).or_default().push_str(text);
        }
    };
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
    match form {
        Form::Chat(ChatDialect::OpenaiChat | ChatDialect::OpenaiCompletions) => {
            for choice in value.get("choices").and_then(Value::as_array).into_iter().flatten() {
                let place = choice.get("index").and_then(Value::as_u64).unwrap_or(0);
                push(place, choice.pointer("/delta/content"));
                push(place, choice.get("text"));
            }
        }
        Form::Chat(ChatDialect::AnthropicMessages) => match kind {
            "content_block_delta" => push(0, value.pointer("/delta/text")),
            "content_block_start" => push(0, value.pointer("/content_block/text")),
            _ => {}
        },
        Form::Chat(ChatDialect::OpenaiResponses) if kind == "response.output_text.delta" => {
            push(0, value.get("delta"));
        }
        Form::Chat(ChatDialect::CohereChat) => push(0, value.pointer("/delta/message/content/text")),
        Form::Chat(ChatDialect::GeminiGenerate) => super::gemini::event(value, push),
        Form::Chat(ChatDialect::OpenaiResponses | ChatDialect::BedrockConverse)
        | Form::Embeddings
        | Form::ContentEmbeddings => {}
    }
}
