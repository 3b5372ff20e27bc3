//! A whole answer.

use bytes::BytesMut;
use jackfield_runtime::api::llm::{ChatResponse, Choice, FinishReason, Part, ReasoningPart};
use jackfield_runtime::api::types::{Media, Source};

use super::{Asked, message};
use crate::dialect::extra::{self, ChoiceExtra, Extra};
use crate::dialect::write::Json;
use crate::dialect::{Identity, media};

use super::message::write_logprobs;

const ANSWER: [&str; 6] = ["id", "object", "created", "model", "choices", "usage"];
const CHOICE: [&str; 5] = ["index", "message", "finish_reason", "logprobs", "stop_reason"];
const MESSAGE: [&str; 10] = [
    "role",
    "content",
    "refusal",
    "reasoning_content",
    "thinking_blocks",
    "annotations",
    "audio",
    "images",
    "tool_calls",
    "content_blocks",
];

/// Writes an answer.
pub(super) fn write(asked: &Asked, answer: &ChatResponse, identity: &Identity, out: &mut BytesMut) {
    let extra = Extra::read(answer.extra.as_deref());
    let of_choices = extra.of_choices();
    let model = if answer.model.is_empty() { &identity.model } else { &answer.model };
    Json::new(out).braces(|json| {
        match &answer.id {
            Some(id) => json.text("id", id),
            None => json.text("id", &format!("chatcmpl-{}", identity.id)),
        };
        json.text("object", "chat.completion");
        json.number("created", answer.created.unwrap_or(identity.created)).text("model", model);
        json.list("choices", |json| {
            for choice in &answer.choices {
                let extra = of_choices.iter().find(|extra| extra.index.unwrap_or(0) == choice.index);
                json.entry(|json| write_choice(asked, choice, extra, json));
            }
        });
        if let Some(usage) = &answer.usage {
            json.key("usage");
            super::usage::write(usage, json);
        }
        extra::write(&extra.rest, &ANSWER, json);
    });
}

fn write_choice(asked: &Asked, choice: &Choice, extra: Option<&ChoiceExtra<'_>>, json: &mut Json<'_>) {
    json.number("index", choice.index);
    json.object("message", |json| {
        write_message(asked, &choice.content, json);
        if let Some(rest) = extra.and_then(|extra| extra.message.as_ref()) {
            extra::write(rest, &MESSAGE, json);
        }
    });
    write_logprobs(&choice.logprobs, json);
    let refused = choice.content.iter().any(|part| matches!(part, Part::Refusal(_)));
    json.text("finish_reason", finish_word(&choice.finish_reason, refused, asked.functions));
    json.optional("stop_reason", choice.stop_sequence.as_deref());
    if let Some(extra) = extra {
        extra::write(&extra.rest, &CHOICE, json);
    }
}

/// The dialect's word. A refusal with a text of its own ends as `stop`; one
/// without is known to clients as filtered. What can be gone on with counts as
/// cut off.
pub(crate) fn finish_word(reason: &FinishReason, refused: bool, functions: bool) -> &str {
    match reason {
        FinishReason::Stop => "stop",
        FinishReason::Refusal if refused => "stop",
        FinishReason::Refusal | FinishReason::ContentFilter => "content_filter",
        FinishReason::Length | FinishReason::ContextLength | FinishReason::Pause => "length",
        FinishReason::ToolCalls if functions => "function_call",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::Other(word) => word,
    }
}

/// The texts of parts that the function picks, as one; nothing where it picks
/// none.
fn joined<'p>(
    parts: &'p [Part],
    pick: impl Fn(&'p Part) -> Option<&'p str>,
) -> Option<std::borrow::Cow<'p, str>> {
    let mut texts = parts.iter().filter_map(pick);
    let mut whole = std::borrow::Cow::Borrowed(texts.next()?);
    for text in texts {
        whole.to_mut().push_str(text);
    }
    Some(whole)
}

fn write_message(asked: &Asked, parts: &[Part], json: &mut Json<'_>) {
    let text = joined(parts, |part| if let Part::Text(part) = part { Some(&part.text) } else { None });
    let refusal = joined(parts, |part| if let Part::Refusal(text) = part { Some(text) } else { None });
    json.text("role", "assistant").text_or_null("content", text.as_deref());
    json.text_or_null("refusal", refusal.as_deref());

    let thoughts =
        || parts.iter().filter_map(|part| if let Part::Reasoning(part) = part { Some(part) } else { None });
    let thought =
        joined(
            parts,
            |part| {
                if let Part::Reasoning(ReasoningPart { text, .. }) = part { Some(text) } else { None }
            },
        );
    let thought = thought.filter(|text| !text.is_empty());
    json.optional("reasoning_content", thought.as_deref());
    if thoughts().any(message::is_signed) {
        json.list("thinking_blocks", |json| thoughts().for_each(|part| message::thinking(part, None, json)));
    }
    let mut citations = parts
        .iter()
        .filter_map(|part| if let Part::Text(part) = part { Some(&part.citations) } else { None })
        .flatten()
        .peekable();
    if citations.peek().is_some() {
        json.list("annotations", |json| {
            citations.for_each(|citation| message::annotation(citation, None, json))
        });
    }
    if let Some(audio) =
        parts.iter().find_map(|part| if let Part::Audio(part) = part { Some(part) } else { None })
    {
        json.object("audio", |json| write_audio(audio, json));
    }
    if parts.iter().any(|part| matches!(part, Part::Image(_))) {
        json.list("images", |json| {
            parts.iter().for_each(|part| {
                if let Part::Image(media) = part {
                    message::image(media, None, json)
                }
            });
        });
    }
    write_calls(asked, parts, json);
    if parts.iter().any(|part| matches!(part, Part::Native(_))) {
        json.list("content_blocks", |json| {
            parts.iter().for_each(|part| {
                if let Part::Native(raw) = part {
                    json.item().raw(raw);
                }
            });
        });
    }
}

fn write_calls(asked: &Asked, parts: &[Part], json: &mut Json<'_>) {
    let mut calls = parts
        .iter()
        .filter_map(|part| if let Part::ToolCall(call) = part { Some(call) } else { None })
        .peekable();
    if let Some(first) = calls.peek() {
        if asked.functions {
            json.key("function_call");
            message::function(&first.name, &first.arguments, json);
        } else {
            json.list("tool_calls", |json| {
                calls.for_each(|call| message::tool_call(call, None, asked, json))
            });
        }
    }
}

fn write_audio(audio: &Media, json: &mut Json<'_>) {
    json.text("id", audio.id.as_deref().unwrap_or_default());
    match &audio.source {
        Source::Data(bytes) => json.text("data", &media::encode(bytes)),
        Source::Url(url) => json.text("url", url),
        Source::FileId(id) => json.text("file_id", id),
    };
    json.text("transcript", audio.transcript.as_deref().unwrap_or_default());
}
