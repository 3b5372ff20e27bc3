//! A whole answer. The dialect has one answer to a request; of several, the
//! first is told.

use bytes::BytesMut;
use jackfield_runtime::api::llm::{ChatResponse, Part};
use serde_json::value::RawValue;

use super::citations::{self, Passage, characters};
use super::{block, usage};
use crate::dialect::Identity;
use crate::dialect::extra::{self, Extra};
use crate::dialect::write::Json;

/// Members that are written here. Citations of thoughts, for which the typed
/// form has no place, go back into the message.
const ANSWER: [&str; 6] = ["id", "message", "finish_reason", "usage", "logprobs", CITATIONS];
pub(super) const CITATIONS: &str = "citations";

/// Writes an answer.
pub(super) fn write(answer: &ChatResponse, identity: &Identity, out: &mut BytesMut) {
    let extra = Extra::read(answer.extra.as_deref());
    let of_thoughts = extra.rest.iter().find(|(name, _)| *name == CITATIONS);
    let of_thoughts: Vec<&RawValue> =
        of_thoughts.and_then(|(_, raw)| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
    let choice = answer.choices.first();
    Json::new(out).braces(|json| {
        json.text("id", answer.id.as_deref().unwrap_or(&identity.id));
        json.object("message", |json| {
            message(choice.map_or(&[][..], |choice| &choice.content), &of_thoughts, json);
        });
        let stop = choice.and_then(|choice| choice.stop_sequence.as_deref());
        let reason = choice.and_then(|choice| block::finish_word(&choice.finish_reason, stop));
        json.text_or_null("finish_reason", reason);
        if let Some(usage) = &answer.usage {
            json.key("usage");
            usage::write(usage, json);
        }
        let tokens = choice.map_or(&[][..], |choice| &choice.logprobs);
        if !tokens.is_empty() {
            json.list("logprobs", |json| tokens.iter().for_each(|token| block::token(token, json.item())));
        }
        extra::write(&extra.rest, &ANSWER, json);
    });
}

fn message(parts: &[Part], of_thoughts: &[&RawValue], json: &mut Json<'_>) {
    json.text("role", "assistant");
    let calls =
        || parts.iter().filter_map(|part| if let Part::ToolCall(call) = part { Some(call) } else { None });
    let blocks = || parts.iter().filter(|part| block::is_block(part));
    if blocks().next().is_some() || calls().next().is_none() {
        json.list("content", |json| blocks().for_each(|part| block::write(part, json.item())));
    }
    let plan: String = parts
        .iter()
        .filter_map(|part| match part {
            Part::Reasoning(thought) if block::is_plan(thought.id.as_deref()) => Some(thought.text.as_str()),
            _ => None,
        })
        .collect();
    json.optional("tool_plan", Some(plan.as_str()).filter(|plan| !plan.is_empty()));
    if calls().next().is_some() {
        json.list("tool_calls", |json| {
            calls().for_each(|call| block::call(call, &call.arguments, json.item()));
        });
    }
    if !of_thoughts.is_empty() || parts.iter().any(cites) {
        json.list(CITATIONS, |json| {
            of_texts(parts, json);
            for raw in of_thoughts {
                json.item().raw(raw.get());
            }
        });
    }
}

fn cites(part: &Part) -> bool {
    matches!(part, Part::Text(text) if !text.citations.is_empty())
}

/// The citations of all texts.
fn of_texts(parts: &[Part], json: &mut Json<'_>) {
    let (mut index, mut before) = (0, 0_u32);
    for part in parts {
        let text = block::text_of(part).unwrap_or_default();
        if let Part::Text(part) = part {
            for citation in &part.citations {
                citations::write(citation, Passage { index, before, text }, json.item());
            }
        }
        before = before.saturating_add(characters(text));
        index += u32::from(block::is_block(part));
    }
}
