//! The content blocks of a streamed answer that are open, and what each of
//! their deltas means.

use jackfield_sdk::llm::{
    ChatEvent, CitationDelta, Part, ReasoningDelta, TextDelta, ToolCallDelta, ToolCallStart, WholePart,
};
use jackfield_sdk::types::Error;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::super::answer::{caller, characters};
use super::super::citations::citation;
use crate::wire::answer::{Block, BlockHead, BlockKind};
use crate::wire::event::{Delta, DeltaKind};

/// Open blocks and running numbers.
#[derive(Debug)]
pub(super) struct Blocks {
    answer_tool: Option<String>,
    open: Vec<(u32, Open)>,
    calls: u32,
    thoughts: u32,
    /// Characters of text so far, which citations are counted in.
    characters: u32,
}

#[derive(Debug)]
enum Open {
    /// A text that began at this character.
    Text {
        start: u32,
    },
    Thinking {
        index: u32,
        signature: String,
    },
    Call {
        index: u32,
        input: Input,
    },
    /// A call of the tool whose input is the answer.
    Answer {
        input: Input,
    },
    /// A block that passes in its own form, and the JSON of its input.
    Native {
        block: Map<String, Value>,
        partial: String,
    },
}

/// The input of a call: in deltas, or whole in the block's start.
#[derive(Debug)]
struct Input {
    whole: Option<String>,
    written: bool,
}

impl Input {
    fn new(raw: Option<&RawValue>) -> Self {
        let whole = raw
            .map(RawValue::get)
            .filter(|text| text.starts_with('{') && !text[1..].trim_start().starts_with('}'));
        Input { whole: whole.map(str::to_owned), written: false }
    }

    /// What is still to be said when the block is closed.
    fn rest(self) -> Option<String> {
        (!self.written).then(|| self.whole.unwrap_or_else(|| "{}".to_owned()))
    }
}

impl Blocks {
    pub(super) fn new(answer_tool: Option<String>) -> Self {
        Blocks { answer_tool, open: Vec::new(), calls: 0, thoughts: 0, characters: 0 }
    }

    /// Whether the caller has calls to make.
    pub(super) fn has_calls(&self) -> bool {
        self.calls > 0
    }

    pub(super) fn open(
        &mut self,
        index: u32,
        block: Option<&RawValue>,
        out: &mut Vec<ChatEvent>,
    ) -> Result<(), Error> {
        let raw = block.map(RawValue::get).ok_or_else(|| {
            Error::bad_answer("a block of the upstream's stream begins without `content_block`")
        })?;
        let wrong = |error| {
            Error::bad_answer(format!("a block of the upstream's stream isn't as its API says: {error}"))
        };
        let BlockHead { kind } = serde_json::from_str(raw).map_err(wrong)?;
        let open = if kind == BlockKind::Other {
            Open::Native { block: serde_json::from_str(raw).map_err(wrong)?, partial: String::new() }
        } else {
            self.known(kind, serde_json::from_str(raw).map_err(wrong)?, out)
        };
        self.open.push((index, open));
        Ok(())
    }

    fn known(&mut self, kind: BlockKind, block: Block<'_>, out: &mut Vec<ChatEvent>) -> Open {
        match kind {
            BlockKind::Thinking | BlockKind::RedactedThinking => {
                let index = self.thoughts;
                self.thoughts += 1;
                let redacted = (kind == BlockKind::RedactedThinking).then(|| block.data.into_owned());
                if redacted.is_some() || !block.thinking.is_empty() {
                    out.push(reasoning(index, block.thinking.into_owned(), None, redacted));
                }
                Open::Thinking { index, signature: block.signature.into_owned() }
            }
            BlockKind::ToolUse => {
                let input = Input::new(block.input);
                if self.answer_tool.as_deref() == Some(&*block.name) {
                    return Open::Answer { input };
                }
                let index = self.calls;
                self.calls += 1;
                out.push(ChatEvent::ToolCallStart(ToolCallStart {
                    choice: 0,
                    index,
                    id: block.id.into_owned(),
                    name: block.name.into_owned(),
                    signature: block.caller.and_then(caller),
                }));
                Open::Call { index, input }
            }
            BlockKind::Text | BlockKind::Other => {
                let start = self.characters;
                self.text(block.text.into_owned(), out);
                for raw in block.citations.unwrap_or_default() {
                    out.push(ChatEvent::Citation(CitationDelta {
                        choice: 0,
                        citation: citation(raw, start, None),
                    }));
                }
                Open::Text { start }
            }
        }
    }

    /// `data` is the whole event, for deltas that nobody here knows.
    pub(super) fn delta(
        &mut self,
        index: u32,
        delta: Option<Delta<'_>>,
        data: &str,
        out: &mut Vec<ChatEvent>,
    ) -> Result<(), Error> {
        let delta = delta.ok_or_else(|| Error::bad_answer("a delta of the upstream's stream is empty"))?;
        // Texts are most of a stream, and need no block.
        if delta.kind == DeltaKind::Text {
            self.text(delta.text.into_owned(), out);
            return Ok(());
        }
        let Some((_, open)) = self.open.iter_mut().rev().find(|(open, _)| *open == index) else {
            return Err(Error::bad_answer(format!(
                "the upstream's stream goes on with block {index}, which it hasn't begun"
            )));
        };
        match (delta.kind, open) {
            (DeltaKind::InputJson, _) if delta.partial_json.is_empty() => {}
            (DeltaKind::InputJson, Open::Call { index, input }) => {
                input.written = true;
                out.push(arguments(*index, delta.partial_json.into_owned()));
            }
            (DeltaKind::InputJson, Open::Answer { input }) => {
                input.written = true;
                self.text(delta.partial_json.into_owned(), out);
            }
            (DeltaKind::InputJson, Open::Native { partial, .. }) => partial.push_str(&delta.partial_json),
            (DeltaKind::Thinking, _) if delta.thinking.is_empty() => {}
            (DeltaKind::Thinking, Open::Thinking { index, .. }) => {
                out.push(reasoning(*index, delta.thinking.into_owned(), None, None));
            }
            (DeltaKind::Signature, Open::Thinking { signature, .. }) => signature.push_str(&delta.signature),
            (DeltaKind::Citations, Open::Text { start }) => {
                if let Some(raw) = delta.citation {
                    out.push(ChatEvent::Citation(CitationDelta {
                        choice: 0,
                        citation: citation(raw, *start, None),
                    }));
                }
            }
            (_, Open::Native { block, .. }) => merge(block, data),
            _ => out.push(ChatEvent::Extra(data.to_owned())),
        }
        Ok(())
    }

    pub(super) fn close(&mut self, index: u32, out: &mut Vec<ChatEvent>) {
        if let Some(place) = self.open.iter().rposition(|(open, _)| *open == index) {
            let (_, open) = self.open.remove(place);
            self.end(open, out);
        }
    }

    /// Some answers, as those cut off by a limit, end with a block open.
    pub(super) fn close_all(&mut self, out: &mut Vec<ChatEvent>) {
        for (_, open) in std::mem::take(&mut self.open) {
            self.end(open, out);
        }
    }

    fn end(&mut self, open: Open, out: &mut Vec<ChatEvent>) {
        match open {
            Open::Text { .. } => {}
            Open::Thinking { signature, .. } if signature.is_empty() => {}
            Open::Thinking { index, signature } => {
                out.push(reasoning(index, String::new(), Some(signature), None))
            }
            Open::Call { index, input } => out.extend(input.rest().map(|rest| arguments(index, rest))),
            Open::Answer { input } => self.text(input.rest().unwrap_or_default(), out),
            Open::Native { mut block, partial } => {
                if !partial.is_empty() {
                    // What was cut off stays as the text that came.
                    let input = serde_json::from_str(&partial).unwrap_or(Value::String(partial));
                    block.insert("input".to_owned(), input);
                }
                out.push(ChatEvent::Part(WholePart {
                    choice: 0,
                    part: Part::Native(Value::Object(block).to_string()),
                }));
            }
        }
    }

    fn text(&mut self, text: String, out: &mut Vec<ChatEvent>) {
        if !text.is_empty() {
            self.characters = self.characters.saturating_add(characters(&text));
            out.push(ChatEvent::Text(TextDelta { choice: 0, text }));
        }
    }
}

fn reasoning(index: u32, text: String, signature: Option<String>, redacted: Option<String>) -> ChatEvent {
    ChatEvent::Reasoning(ReasoningDelta { choice: 0, index, text, signature, redacted, id: None })
}

fn arguments(index: u32, arguments: String) -> ChatEvent {
    ChatEvent::ToolCallDelta(ToolCallDelta { choice: 0, index, arguments })
}

/// Adds what a delta of an unknown kind brings to the block that it belongs
/// to: texts to texts, lists to lists, anything else in its place.
fn merge(block: &mut Map<String, Value>, data: &str) {
    let Ok(Value::Object(mut event)) = serde_json::from_str(data) else { return };
    let Some(Value::Object(delta)) = event.remove("delta") else { return };
    for (name, value) in delta {
        match (block.get_mut(&name), value) {
            _ if name == "type" => {}
            (Some(Value::String(text)), Value::String(more)) => text.push_str(&more),
            (Some(Value::Array(list)), Value::Array(more)) => list.extend(more),
            (_, value) => {
                block.insert(name, value);
            }
        }
    }
}
