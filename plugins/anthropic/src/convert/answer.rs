//! A whole answer. Blocks that the contract has no part for, above all those
//! of tools that Anthropic runs itself, pass in their own form, so that the
//! next request can send them back.

use jackfield_sdk::llm::{ChatResponse, Choice, FinishReason, Part, ReasoningPart, TextPart, ToolCall};
use jackfield_sdk::members::{Members, member, unknown};
use jackfield_sdk::types::Error;
use serde::de::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::citations::citation;
use super::usage::Tally;
use super::{errors, finish};
use crate::wire::answer::{Block, BlockHead, BlockKind};

/// Members of a message that the contract has fields for.
pub(super) const KNOWN: [&str; 8] =
    ["id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage"];

/// Translates a message. `asked` is the model that was asked for,
/// `answer_tool` the tool whose input is the answer.
pub(crate) fn response(
    message: &Members,
    asked: &str,
    answer_tool: Option<&str>,
    warnings: Vec<String>,
) -> Result<ChatResponse, Error> {
    let Some(content) = member::<Vec<&RawValue>>(message, "content")? else {
        let failed = serde_json::to_string(message).ok().and_then(|body| errors::of_body(&body));
        return Err(
            failed.unwrap_or_else(|| Error::bad_answer("the upstream answered a message without `content`"))
        );
    };
    let mut parts = Parts::new(answer_tool);
    for block in content {
        parts.add(block)?;
    }
    let explanation = member::<Value>(message, "stop_details")?.and_then(|details| explanation(&details));
    parts.list.extend(explanation.map(Part::Refusal));
    let mut tally = Tally::default();
    if let Some(usage) = member::<Map<String, Value>>(message, "usage")? {
        tally.add(usage);
    }
    let stop_reason = member::<String>(message, "stop_reason")?;
    Ok(ChatResponse {
        id: member(message, "id")?,
        model: member(message, "model")?.unwrap_or_else(|| asked.to_owned()),
        created: None,
        choices: vec![Choice {
            index: 0,
            content: parts.list,
            finish_reason: match stop_reason {
                Some(stop_reason) => finish::reason(&stop_reason, parts.calls),
                None => FinishReason::Other("unknown".to_owned()),
            },
            stop_sequence: member(message, "stop_sequence")?,
            logprobs: Vec::new(),
        }],
        usage: tally.usage(),
        warnings,
        extra: unknown(message, &KNOWN),
    })
}

/// Why the model refused, where it says so.
pub(super) fn explanation(stop_details: &Value) -> Option<String> {
    stop_details.get("explanation")?.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The parts of an answer in the making.
struct Parts<'t> {
    answer_tool: Option<&'t str>,
    list: Vec<Part>,
    /// Characters of text so far, which citations are counted in.
    characters: u32,
    /// Whether the caller has calls to make.
    calls: bool,
}

impl<'t> Parts<'t> {
    fn new(answer_tool: Option<&'t str>) -> Self {
        Parts { answer_tool, list: Vec::new(), characters: 0, calls: false }
    }

    fn add(&mut self, raw: &RawValue) -> Result<(), Error> {
        let BlockHead { kind } = read(raw)?;
        let part = match kind {
            BlockKind::Other => Part::Native(raw.get().to_owned()),
            kind => self.known(kind, read(raw)?),
        };
        // Some compatible servers put an empty text before every call.
        if !matches!(&part, Part::Text(text) if text.text.is_empty() && text.citations.is_empty()) {
            self.list.push(part);
        }
        Ok(())
    }

    fn known(&mut self, kind: BlockKind, block: Block<'_>) -> Part {
        match kind {
            BlockKind::Thinking => Part::Reasoning(ReasoningPart {
                text: block.thinking.into_owned(),
                signature: Some(block.signature.into_owned()).filter(|signature| !signature.is_empty()),
                redacted: None,
                id: None,
            }),
            BlockKind::RedactedThinking => Part::Reasoning(ReasoningPart {
                text: String::new(),
                signature: None,
                redacted: Some(block.data.into_owned()),
                id: None,
            }),
            BlockKind::ToolUse => {
                let input = block.input.map_or("{}", RawValue::get).to_owned();
                if self.answer_tool == Some(&*block.name) {
                    return self.text(input, Vec::new());
                }
                self.calls = true;
                Part::ToolCall(ToolCall {
                    id: block.id.into_owned(),
                    name: block.name.into_owned(),
                    arguments: input,
                    signature: block.caller.and_then(caller),
                })
            }
            BlockKind::Text | BlockKind::Other => {
                self.text(block.text.into_owned(), block.citations.unwrap_or_default())
            }
        }
    }

    fn text(&mut self, text: String, citations: Vec<&RawValue>) -> Part {
        let start = self.characters;
        self.characters = start.saturating_add(characters(&text));
        let citations =
            citations.into_iter().map(|raw| citation(raw, start, Some(self.characters))).collect();
        Part::Text(TextPart { text, citations })
    }
}

fn read<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T, Error> {
    serde_json::from_str(raw.get()).map_err(|error| {
        Error::bad_answer(format!("a content block isn't as the upstream's API says: {error}"))
    })
}

/// How long a text is for citations.
pub(super) fn characters(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

/// Who made a call, unless the model itself did: it has to go back with the
/// call, so it travels in the place of a signature.
pub(super) fn caller(raw: &RawValue) -> Option<String> {
    let told: Value = serde_json::from_str(raw.get()).ok()?;
    let kind = told.get("type")?.as_str()?;
    (kind != "direct").then(|| raw.get().to_owned())
}

#[cfg(test)]
mod tests;
