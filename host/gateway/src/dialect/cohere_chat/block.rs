//! Blocks of an answer, as they are written whole, and calls.

use jackfield_runtime::api::llm::{FinishReason, Part, ReasoningPart, TokenLogprob, ToolCall};
use jackfield_runtime::api::types::{Media, Source};

use super::PLAN;
use crate::dialect::media;
use crate::dialect::write::Json;

/// What a part says in words, other than a thought. The dialect's answers have
/// no sound: its text stands for it.
pub(super) fn text_of(part: &Part) -> Option<&str> {
    let text = match part {
        Part::Text(part) => &part.text,
        Part::Refusal(text) => text,
        Part::Audio(audio) => audio.transcript.as_ref()?,
        _ => return None,
    };
    Some(text.as_str()).filter(|text| !text.is_empty())
}

/// Whether a thought is the plan for calls, which stands beside the blocks.
pub(super) fn is_plan(id: Option<&str>) -> bool {
    id == Some(PLAN)
}

/// Whether there is a block for a part.
pub(super) fn is_block(part: &Part) -> bool {
    match part {
        Part::Reasoning(thought) => !is_plan(thought.id.as_deref()),
        Part::Image(_) | Part::Native(_) => true,
        part => text_of(part).is_some(),
    }
}

/// Writes the block for a part that has one.
pub(super) fn write(part: &Part, json: &mut Json<'_>) {
    match part {
        Part::Reasoning(thought) => self::thought(thought, json),
        Part::Image(image) => self::image(image, json),
        Part::Native(raw) => {
            json.raw(raw);
        }
        part => {
            json.braces(|json| {
                json.text("type", "text").text("text", text_of(part).unwrap_or_default());
            });
        }
    }
}

/// A thought. What another provider wants back with it are members that the
/// dialect doesn't have: clients that send messages back as they came keep them.
pub(super) fn thought(thought: &ReasoningPart, json: &mut Json<'_>) {
    json.braces(|json| {
        json.text("type", "thinking").text("thinking", &thought.text);
        signed(thought, json);
    });
}

/// The members of a thought beside its text.
pub(super) fn signed(thought: &ReasoningPart, json: &mut Json<'_>) {
    json.optional("signature", thought.signature.as_deref());
    json.optional("redacted", thought.redacted.as_deref());
    json.optional("id", thought.id.as_deref());
}

/// An image, in the form that requests have it in.
fn image(image: &Media, json: &mut Json<'_>) {
    let url = match &image.source {
        Source::FileId(id) => id.clone(),
        _ => media::address(image, "image/png").unwrap_or_default(),
    };
    json.braces(|json| {
        json.text("type", "image_url").object("image_url", |json| {
            json.text("url", &url);
        });
    });
}

/// A call, with these arguments.
pub(super) fn call(call: &ToolCall, arguments: &str, json: &mut Json<'_>) {
    json.braces(|json| {
        json.text("id", &call.id).text("type", "function").object("function", |json| {
            json.text("name", &call.name).text("arguments", arguments);
        });
        json.optional("signature", call.signature.as_deref());
    });
}

/// A token and how likely it was. Its number is the provider's secret.
pub(super) fn token(token: &TokenLogprob, json: &mut Json<'_>) {
    json.braces(|json| {
        json.text("text", &token.token).list("token_ids", |_| {});
        json.list("logprobs", |json| {
            json.item().float(token.logprob);
        });
    });
}

/// Why it ended, in the dialect's word; nothing where the provider didn't say.
/// What can be gone on with counts as cut off, and a full window does.
pub(super) fn finish_word<'r>(reason: &'r FinishReason, stop_sequence: Option<&str>) -> Option<&'r str> {
    Some(match reason {
        FinishReason::Stop if stop_sequence.is_some() => "STOP_SEQUENCE",
        FinishReason::Stop => "COMPLETE",
        FinishReason::Length | FinishReason::Pause | FinishReason::ContextLength => "MAX_TOKENS",
        FinishReason::ToolCalls => "TOOL_CALL",
        FinishReason::ContentFilter | FinishReason::Refusal => "ERROR_TOXIC",
        FinishReason::Other(word) if word == "unknown" => return None,
        FinishReason::Other(word) => word,
    })
}
