//! Blocks of an answer, as they are written whole: in whole answers, and in
//! streams those that don't come in pieces.

use jackfield_runtime::api::llm::{Citation, FinishReason, Part, ReasoningPart, ToolCall};
use jackfield_runtime::api::types::{Media, Source};

use crate::dialect::write::Json;
use crate::dialect::{calls, hidden, media};

/// Whether there is a block for a part.
pub(super) fn is_block(part: &Part) -> bool {
    match part {
        Part::Text(text) => !text.text.is_empty() || !text.citations.is_empty(),
        Part::Refusal(text) => !text.is_empty(),
        Part::Audio(audio) => audio.transcript.is_some(),
        Part::Image(_) | Part::Reasoning(_) | Part::ToolCall(_) | Part::Native(_) => true,
        Part::Document(_) | Part::ToolResult(_) | Part::CachePoint(_) => false,
    }
}

/// Writes the block for a part. A sound has none here but its text.
pub(super) fn write(part: &Part, json: &mut Json<'_>) {
    match part {
        Part::Text(part) => {
            json.braces(|json| {
                json.text("type", "text").text("text", &part.text);
                if !part.citations.is_empty() {
                    json.list("citations", |json| {
                        for one in &part.citations {
                            citation(one, json.item());
                        }
                    });
                }
            });
        }
        Part::Refusal(said) => text(said, json),
        Part::Audio(audio) => text(audio.transcript.as_deref().unwrap_or_default(), json),
        Part::Image(image) => self::image(image, json),
        Part::Reasoning(part) => thought(part, json),
        Part::ToolCall(call) => tool_use(call, &calls::object(&call.arguments), json),
        Part::Native(raw) => {
            json.raw(raw);
        }
        Part::Document(_) | Part::ToolResult(_) | Part::CachePoint(_) => {}
    }
}

fn text(text: &str, json: &mut Json<'_>) {
    json.braces(|json| {
        json.text("type", "text").text("text", text);
    });
}

pub(super) fn thought(part: &ReasoningPart, json: &mut Json<'_>) {
    json.braces(|json| {
        match &part.redacted {
            Some(data) => json.text("type", "redacted_thinking").text("data", data),
            None => json
                .text("type", "thinking")
                .text("thinking", &part.text)
                .text("signature", part.signature.as_deref().unwrap_or_default()),
        };
    });
}

/// What of a part is told in a block of its own before it: the signature of a
/// call, which has no place in its own, and what is shown of a thought that is
/// hidden as well.
pub(super) fn before(part: &Part) -> Option<Part> {
    match part {
        Part::ToolCall(call) => before_call(call.signature.as_deref()),
        Part::Reasoning(thought) if thought.redacted.is_some() && !thought.text.is_empty() => {
            Some(Part::Reasoning(ReasoningPart { redacted: None, ..thought.clone() }))
        }
        _ => None,
    }
}

/// What carries the signature of a call.
pub(super) fn before_call(signature: Option<&str>) -> Option<Part> {
    signature.filter(|text| !calls::is_object(text)).map(hidden::before_call)
}

/// A call with this input. Who made it, where it wasn't the model, travels as
/// a signature that is a JSON object.
pub(super) fn tool_use(call: &ToolCall, input: &str, json: &mut Json<'_>) {
    json.braces(|json| {
        json.text("type", "tool_use").text("id", &call.id).text("name", &call.name);
        json.key("input").raw(input);
        if let Some(caller) = call.signature.as_deref().filter(|text| calls::is_object(text)) {
            json.key("caller").raw(caller);
        }
    });
}

/// A source: the provider's own record where it is of this dialect, otherwise
/// a web page.
pub(super) fn citation(citation: &Citation, json: &mut Json<'_>) {
    if let Some(raw) = citation.raw.as_deref().filter(|raw| raw.contains("_location\"")) {
        json.raw(raw);
        return;
    }
    json.braces(|json| {
        json.text("type", "web_search_result_location");
        json.text("url", citation.url.as_deref().unwrap_or_default());
        json.text_or_null("title", citation.title.as_deref());
        json.text("cited_text", citation.quote.as_deref().unwrap_or_default());
        json.text("encrypted_index", "");
    });
}

fn image(image: &Media, json: &mut Json<'_>) {
    json.braces(|json| {
        json.text("type", "image").object("source", |json| {
            match &image.source {
                Source::Data(bytes) => json
                    .text("type", "base64")
                    .text("media_type", image.mime_type.as_deref().unwrap_or("image/png"))
                    .text("data", &media::encode(bytes)),
                Source::Url(url) => json.text("type", "url").text("url", url),
                Source::FileId(id) => json.text("type", "file").text("file_id", id),
            };
        });
    });
}

/// Why it ended, in the dialect's word; nothing where the provider didn't say.
pub(super) fn stop_reason<'r>(reason: &'r FinishReason, stop_sequence: Option<&str>) -> Option<&'r str> {
    Some(match reason {
        FinishReason::Stop if stop_sequence.is_some() => "stop_sequence",
        FinishReason::Stop => "end_turn",
        FinishReason::Length => "max_tokens",
        FinishReason::ToolCalls => "tool_use",
        FinishReason::ContentFilter | FinishReason::Refusal => "refusal",
        FinishReason::Pause => "pause_turn",
        FinishReason::ContextLength => "model_context_window_exceeded",
        FinishReason::Other(word) if word == "unknown" => return None,
        FinishReason::Other(word) => word,
    })
}
