//! Answers as JSON, for programs that read the command line's output. Names are
//! those of the plugin contract with underscores; bytes are Base64; what is
//! absent is left out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jackfield::runtime::api::llm::{
    ChatEvent, ChatResponse, Choice, Citation, FinishReason, Part, TokenLogprob,
};
use jackfield::runtime::api::types::{Document, Media, Source, Usage};
use serde_json::{Map, Value, json};

/// A whole answer.
pub(crate) fn response(response: &ChatResponse) -> Value {
    object([
        ("id", json!(response.id)),
        ("model", json!(response.model)),
        ("created", json!(response.created)),
        ("choices", response.choices.iter().map(choice).collect()),
        ("usage", response.usage.as_ref().map_or(Value::Null, usage)),
        ("warnings", list(response.warnings.iter().map(|text| json!(text)))),
        ("extra", raw(response.extra.as_deref())),
    ])
}

/// One event of a stream.
pub(crate) fn event(event: &ChatEvent) -> Value {
    match event {
        ChatEvent::Start(start) => object([
            ("type", json!("start")),
            ("id", json!(start.id)),
            ("model", json!(start.model)),
            ("created", json!(start.created)),
            ("warnings", list(start.warnings.iter().map(|text| json!(text)))),
        ]),
        ChatEvent::Text(delta) => json!({ "type": "text", "choice": delta.choice, "text": delta.text }),
        ChatEvent::Refusal(delta) => json!({ "type": "refusal", "choice": delta.choice, "text": delta.text }),
        ChatEvent::Reasoning(delta) => object([
            ("type", json!("reasoning")),
            ("choice", json!(delta.choice)),
            ("index", json!(delta.index)),
            ("text", json!(delta.text)),
            ("signature", json!(delta.signature)),
            ("redacted", json!(delta.redacted)),
            ("id", json!(delta.id)),
        ]),
        ChatEvent::ToolCallStart(start) => object([
            ("type", json!("tool_call_start")),
            ("choice", json!(start.choice)),
            ("index", json!(start.index)),
            ("id", json!(start.id)),
            ("name", json!(start.name)),
            ("signature", json!(start.signature)),
        ]),
        ChatEvent::ToolCallDelta(delta) => json!({
            "type": "tool_call_delta",
            "choice": delta.choice,
            "index": delta.index,
            "arguments": delta.arguments,
        }),
        ChatEvent::Audio(delta) => object([
            ("type", json!("audio")),
            ("choice", json!(delta.choice)),
            ("id", json!(delta.id)),
            ("data", json!(STANDARD.encode(&delta.data))),
            ("transcript", json!(delta.transcript)),
            ("expires", json!(delta.expires)),
        ]),
        ChatEvent::Part(whole) => {
            json!({ "type": "part", "choice": whole.choice, "part": part(&whole.part) })
        }
        ChatEvent::Citation(delta) => {
            json!({ "type": "citation", "choice": delta.choice, "citation": citation(&delta.citation) })
        }
        ChatEvent::Logprobs(delta) => json!({
            "type": "logprobs",
            "choice": delta.choice,
            "tokens": delta.tokens.iter().map(logprob).collect::<Value>(),
        }),
        ChatEvent::Finish(finish) => object([
            ("type", json!("finish")),
            ("choice", json!(finish.choice)),
            ("reason", json!(reason(&finish.reason))),
            ("stop_sequence", json!(finish.stop_sequence)),
        ]),
        ChatEvent::Usage(spent) => json!({ "type": "usage", "usage": usage(spent) }),
        ChatEvent::Extra(text) => json!({ "type": "extra", "extra": raw(Some(text)) }),
    }
}

/// What a call consumed.
pub(crate) fn usage(usage: &Usage) -> Value {
    let units: Map<String, Value> =
        usage.units.iter().map(|(name, amount)| (name.clone(), json!(amount))).collect();
    object([
        ("input_tokens", json!(usage.input_tokens)),
        ("output_tokens", json!(usage.output_tokens)),
        ("cache_read_tokens", json!(usage.cache_read_tokens)),
        ("cache_write_tokens", json!(usage.cache_write_tokens)),
        ("reasoning_tokens", json!(usage.reasoning_tokens)),
        ("audio_input_tokens", json!(usage.audio_input_tokens)),
        ("audio_output_tokens", json!(usage.audio_output_tokens)),
        ("units", if units.is_empty() { Value::Null } else { Value::Object(units) }),
        ("raw", raw(usage.raw.as_deref())),
    ])
}

fn choice(choice: &Choice) -> Value {
    object([
        ("index", json!(choice.index)),
        ("content", choice.content.iter().map(part).collect()),
        ("finish_reason", json!(reason(&choice.finish_reason))),
        ("stop_sequence", json!(choice.stop_sequence)),
        ("logprobs", list(choice.logprobs.iter().map(logprob))),
    ])
}

fn part(part: &Part) -> Value {
    match part {
        Part::Text(part) => object([
            ("type", json!("text")),
            ("text", json!(part.text)),
            ("citations", list(part.citations.iter().map(citation))),
        ]),
        Part::Refusal(text) => json!({ "type": "refusal", "text": text }),
        Part::Reasoning(part) => object([
            ("type", json!("reasoning")),
            ("text", json!(part.text)),
            ("signature", json!(part.signature)),
            ("redacted", json!(part.redacted)),
            ("id", json!(part.id)),
        ]),
        Part::ToolCall(call) => object([
            ("type", json!("tool_call")),
            ("id", json!(call.id)),
            ("name", json!(call.name)),
            ("arguments", json!(call.arguments)),
            ("signature", json!(call.signature)),
        ]),
        Part::ToolResult(result) => object([
            ("type", json!("tool_result")),
            ("call_id", json!(result.call_id)),
            ("name", json!(result.name)),
            ("is_error", json!(result.is_error)),
        ]),
        Part::Image(media) => media_of("image", media),
        Part::Audio(media) => media_of("audio", media),
        Part::Document(document) => document_of(document),
        Part::CachePoint(point) => object([("type", json!("cache_point")), ("ttl", json!(point.ttl))]),
        Part::Native(text) => json!({ "type": "native", "native": raw(Some(text)) }),
    }
}

fn media_of(kind: &str, media: &Media) -> Value {
    object([
        ("type", json!(kind)),
        ("source", source(&media.source)),
        ("mime_type", json!(media.mime_type)),
        ("detail", json!(media.detail)),
        ("transcript", json!(media.transcript)),
        ("id", json!(media.id)),
    ])
}

fn document_of(document: &Document) -> Value {
    object([
        ("type", json!("document")),
        ("source", source(&document.source)),
        ("mime_type", json!(document.mime_type)),
        ("name", json!(document.name)),
    ])
}

fn source(source: &Source) -> Value {
    match source {
        Source::Data(bytes) => json!({ "data": STANDARD.encode(bytes) }),
        Source::Url(url) => json!({ "url": url }),
        Source::FileId(id) => json!({ "file_id": id }),
    }
}

fn citation(citation: &Citation) -> Value {
    object([
        ("title", json!(citation.title)),
        ("url", json!(citation.url)),
        ("quote", json!(citation.quote)),
        ("start", json!(citation.start)),
        ("end", json!(citation.end)),
        ("raw", raw(citation.raw.as_deref())),
    ])
}

fn logprob(token: &TokenLogprob) -> Value {
    let top = token.top.iter().map(|other| json!({ "token": other.token, "logprob": other.logprob }));
    object([
        ("token", json!(token.token)),
        ("logprob", json!(token.logprob)),
        ("bytes", json!(token.bytes)),
        ("top", list(top)),
    ])
}

fn reason(reason: &FinishReason) -> &str {
    match reason {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::Refusal => "refusal",
        FinishReason::Pause => "pause",
        FinishReason::ContextLength => "context_length",
        FinishReason::Other(word) => word,
    }
}

/// A JSON text as the value it is; as a string where it isn't JSON after all.
fn raw(text: Option<&str>) -> Value {
    text.map_or(Value::Null, |text| serde_json::from_str(text).unwrap_or_else(|_| json!(text)))
}

/// A list, or nothing where it would be empty.
fn list(values: impl Iterator<Item = Value>) -> Value {
    let values: Vec<Value> = values.collect();
    if values.is_empty() { Value::Null } else { Value::Array(values) }
}

/// An object without members that are absent.
fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let there = members.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(there.map(|(name, value)| (name.to_owned(), value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jackfield::runtime::api::llm::TextPart;

    #[test]
    fn what_is_absent_is_left_out_and_the_providers_json_stays_json() {
        let answer = ChatResponse {
            id: None,
            model: "tiny".to_owned(),
            created: Some(7),
            choices: vec![Choice {
                index: 0,
                content: vec![Part::Text(TextPart { text: "hello".to_owned(), citations: Vec::new() })],
                finish_reason: FinishReason::Stop,
                stop_sequence: None,
                logprobs: Vec::new(),
            }],
            usage: None,
            warnings: Vec::new(),
            extra: Some(r#"{"x":1}"#.to_owned()),
        };
        let expected = json!({
            "model": "tiny",
            "created": 7,
            "choices": [{
                "index": 0,
                "content": [{ "type": "text", "text": "hello" }],
                "finish_reason": "stop",
            }],
            "extra": { "x": 1 },
        });
        assert_eq!(response(&answer), expected);
    }

    #[test]
    fn bytes_are_base64() {
        let media = Media {
            source: Source::Data(vec![1, 2, 3]),
            mime_type: Some("image/png".to_owned()),
            detail: None,
            transcript: None,
            id: None,
        };
        let expected = json!({ "type": "image", "source": { "data": "AQID" }, "mime_type": "image/png" });
        assert_eq!(part(&Part::Image(media)), expected);
    }
}
