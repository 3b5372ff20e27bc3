//! A whole answer: the plan for calls of tools, thoughts and texts with what
//! they cite, and the calls.

use jackfield_sdk::calls::CallIds;
use jackfield_sdk::llm::{ChatResponse, Choice, FinishReason, Part, ReasoningPart, TextPart, ToolCall};
use jackfield_sdk::types::Error;
use serde_json::value::RawValue;

use super::citations::{self, Supported};
use super::{PLAN, errors, finish, logprobs, usage};
use crate::settings::Counts;
use crate::wire::answer::{self, Answer, Block, Message};

/// What of a request its answer needs.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// The model: the API doesn't say which one answered.
    pub(crate) model: String,
    /// The only stop text: neither does it say which one it ran into.
    pub(crate) stop: Option<String>,
    /// What was left out.
    pub(crate) warnings: Vec<String>,
}

/// Translates an answer. `ids` makes the ids of calls that have none.
pub(crate) fn response(
    body: &str,
    asked: Asked,
    counts: Counts,
    ids: &mut CallIds,
) -> Result<ChatResponse, Error> {
    let answer: Answer = serde_json::from_str(body)
        .map_err(|error| Error::bad_answer(format!("the answer isn't a message of Cohere's API: {error}")))?;
    let Some(message) = answer.message else {
        return Err(errors::of_body(body)
            .unwrap_or_else(|| Error::bad_answer("Cohere's answer has no `message` in it")));
    };
    let calls = !message.tool_calls.is_empty();
    let (content, thoughts) = content(message, ids)?;
    let stopped = answer.finish_reason.as_deref().is_some_and(finish::ran_into_a_stop);
    let finish_reason = match answer.finish_reason.as_deref() {
        Some(word) => finish::reason(word, calls, None)?,
        None => FinishReason::Other("unknown".to_owned()),
    };
    let mut rest = answer.rest;
    rest.retain(|_, value| !value.is_null());
    if !thoughts.is_empty() {
        rest.insert("citations".to_owned(), serde_json::json!(thoughts));
    }
    Ok(ChatResponse {
        id: answer.id,
        model: asked.model,
        created: None,
        choices: vec![Choice {
            index: 0,
            content,
            finish_reason,
            stop_sequence: asked.stop.filter(|_| stopped && !calls),
            logprobs: answer.logprobs.into_iter().map(logprobs::token).collect(),
        }],
        usage: answer.usage.and_then(|raw| usage::usage(&raw, counts)),
        warnings: asked.warnings,
        extra: if rest.is_empty() { None } else { serde_json::to_string(&rest).ok() },
    })
}

/// The parts of a message, and the citations of its thoughts, for which the
/// contract has no place.
fn content(message: Message, ids: &mut CallIds) -> Result<(Vec<Part>, Vec<Box<RawValue>>), Error> {
    let mut parts = Vec::new();
    if let Some(plan) = message.tool_plan.filter(|plan| !plan.is_empty()) {
        parts.push(Part::Reasoning(thought(plan, Some(PLAN.to_owned()))));
    }
    // Where each text block went, and how long those before it are.
    let mut texts = Vec::new();
    let mut length = 0;
    for raw in message.content {
        let block: Block = serde_json::from_str(raw.get()).map_err(|error| {
            Error::bad_answer(format!("a content block isn't as Cohere's API says: {error}"))
        })?;
        let mut place = None;
        match (block.kind.as_deref(), block.thinking, block.text) {
            (Some("thinking"), Some(text), _) => parts.push(Part::Reasoning(thought(text, None))),
            (Some("text") | None, _, Some(text)) => {
                place = Some((parts.len(), length));
                length += characters(&text);
                parts.push(Part::Text(TextPart { text, citations: Vec::new() }));
            }
            _ => parts.push(Part::Native(raw.get().to_owned())),
        }
        texts.push(place);
    }
    let mut of_thoughts = Vec::new();
    for raw in message.citations {
        let (supported, mut citation) = citations::read(&raw)?;
        let place = match supported {
            Supported::Thought => None,
            // A citation whose block isn't there is of the first text.
            Supported::Text(index) => {
                texts.get(index).copied().flatten().or_else(|| texts.iter().flatten().next().copied())
            }
        };
        match place.and_then(|(part, before)| Some((parts.get_mut(part)?, before))) {
            Some((Part::Text(text), before)) => {
                citation.start = citation.start.map(|start| start.saturating_add(before));
                citation.end = citation.end.map(|end| end.saturating_add(before));
                text.citations.push(citation);
            }
            _ => of_thoughts.push(raw),
        }
    }
    parts.extend(message.tool_calls.into_iter().map(|call| Part::ToolCall(tool_call(call, ids))));
    parts.retain(|part| !matches!(part, Part::Text(text) if text.text.is_empty()));
    Ok((parts, of_thoughts))
}

fn thought(text: String, id: Option<String>) -> ReasoningPart {
    ReasoningPart { text, signature: None, redacted: None, id }
}

/// A call, with an id where the upstream gave none.
fn tool_call(call: answer::ToolCall, ids: &mut CallIds) -> ToolCall {
    let arguments = call.function.arguments.filter(|arguments| !arguments.is_empty());
    ToolCall {
        id: call.id.filter(|id| !id.is_empty()).unwrap_or_else(|| ids.make()),
        name: call.function.name.unwrap_or_default(),
        arguments: arguments.unwrap_or_else(|| "{}".to_owned()),
        signature: None,
    }
}

/// How long a text is for citations.
pub(super) fn characters(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
