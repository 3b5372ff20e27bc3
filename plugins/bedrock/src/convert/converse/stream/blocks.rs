//! Blocks of a streamed message that are open, and what must wait until they
//! are closed: those that pass in their own form, and images.

use std::collections::BTreeMap;

use jackfield_sdk::llm::{
    ChatEvent, CitationDelta, Part, ReasoningDelta, TextDelta, ToolCallDelta, ToolCallStart, WholePart,
};
use jackfield_sdk::types::Error;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::read;
use crate::convert::converse::answer::{characters, citation, image};
use crate::wire::answer::{Image, ImageSource, ToolUse};
use crate::wire::event::{Delta, Start};

#[derive(Debug)]
pub(super) struct Blocks {
    answer_tool: Option<String>,
    open: BTreeMap<u32, Open>,
    calls: u32,
    thoughts: u32,
    /// Characters of text so far, which citations are counted in.
    characters: u32,
}

/// A block that is open.
#[derive(Debug)]
enum Open {
    /// A text, from this character on.
    Text(u32),
    Thought(u32),
    Call {
        index: u32,
        silent: bool,
    },
    /// The call whose input is the answer.
    Answer,
    /// A call that the provider makes, in its own form.
    ServerCall(Map<String, Value>, String),
    ServerResult(Map<String, Value>, Vec<Value>),
    Image {
        format: String,
        base64: String,
    },
}

impl Blocks {
    pub(super) fn new(answer_tool: Option<String>) -> Self {
        Blocks { answer_tool, open: BTreeMap::new(), calls: 0, thoughts: 0, characters: 0 }
    }

    /// Whether the caller has calls to make.
    pub(super) fn has_calls(&self) -> bool {
        self.calls > 0
    }

    pub(super) fn open(
        &mut self,
        at: u32,
        start: Option<Start<'_>>,
        out: &mut Vec<ChatEvent>,
    ) -> Result<(), Error> {
        let Some(start) = start else { return Ok(()) };
        let open = if let Some(raw) = start.tool_use {
            let call: ToolUse<'_> = read("contentBlockStart", raw.get())?;
            if call.is_the_servers() {
                Open::ServerCall(read("contentBlockStart", raw.get())?, String::new())
            } else if self.answer_tool.as_deref() == Some(&*call.name) {
                Open::Answer
            } else {
                let index = self.calls;
                self.calls += 1;
                out.push(ChatEvent::ToolCallStart(ToolCallStart {
                    choice: 0,
                    index,
                    id: call.tool_use_id,
                    name: call.name,
                    signature: None,
                }));
                Open::Call { index, silent: true }
            }
        } else if let Some(raw) = start.tool_result {
            Open::ServerResult(read("contentBlockStart", raw.get())?, Vec::new())
        } else if let Some(raw) = start.image {
            let head: Image<'_> = read("contentBlockStart", raw.get())?;
            Open::Image { format: head.format, base64: String::new() }
        } else {
            return Ok(());
        };
        self.open.insert(at, open);
        Ok(())
    }

    pub(super) fn delta(&mut self, at: u32, delta: Delta<'_>, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        if let Some(text) = delta.text {
            self.open.entry(at).or_insert(Open::Text(self.characters));
            self.text(text.into_owned(), out);
        }
        if let Some(input) = delta.tool_use.map(|call| call.input) {
            self.input(at, &input, out)?;
        }
        if let Some(thought) = delta.reasoning_content {
            let next = self.thoughts;
            let open = self.open.entry(at).or_insert(Open::Thought(next));
            if let Open::Thought(index) = *open {
                self.thoughts = self.thoughts.max(index + 1);
                out.push(ChatEvent::Reasoning(ReasoningDelta {
                    choice: 0,
                    index,
                    text: thought.text.map(|text| text.into_owned()).unwrap_or_default(),
                    signature: thought.signature.map(|signature| signature.into_owned()),
                    redacted: thought.redacted_content.map(|redacted| redacted.into_owned()),
                    id: None,
                }));
            }
        }
        if let Some(raw) = delta.citation {
            let start = match self.open.get(&at) {
                Some(Open::Text(start)) => Some(*start),
                _ => None,
            };
            let citation = citation(raw, start, start.map(|_| self.characters));
            out.push(ChatEvent::Citation(CitationDelta { choice: 0, citation }));
        }
        if let (Some(pieces), Some(Open::ServerResult(_, content))) =
            (delta.tool_result, self.open.get_mut(&at))
        {
            for piece in pieces {
                content.push(read("contentBlockDelta", RawValue::get(piece))?);
            }
        }
        if let (Some(piece), Some(Open::Image { base64, .. })) = (delta.image, self.open.get_mut(&at)) {
            base64.push_str(piece.source.and_then(|source| source.bytes).as_deref().unwrap_or_default());
        }
        Ok(())
    }

    fn text(&mut self, text: String, out: &mut Vec<ChatEvent>) {
        self.characters = self.characters.saturating_add(characters(&text));
        if !text.is_empty() {
            out.push(ChatEvent::Text(TextDelta { choice: 0, text }));
        }
    }

    fn input(&mut self, at: u32, input: &str, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        match self.open.get_mut(&at) {
            Some(Open::Call { index, silent }) => {
                if !input.is_empty() {
                    *silent = false;
                    let (index, arguments) = (*index, input.to_owned());
                    out.push(ChatEvent::ToolCallDelta(ToolCallDelta { choice: 0, index, arguments }));
                }
            }
            Some(Open::Answer) => self.text(input.to_owned(), out),
            Some(Open::ServerCall(_, collected)) => collected.push_str(input),
            _ => {
                return Err(Error::bad_answer(format!(
                    "the upstream's stream tells the input of a call in block {at}, which began as none"
                )));
            }
        }
        Ok(())
    }

    pub(super) fn close(&mut self, at: u32, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        let part = match self.open.remove(&at) {
            // A call without arguments still owes an object.
            Some(Open::Call { index, silent: true }) => {
                let arguments = "{}".to_owned();
                out.push(ChatEvent::ToolCallDelta(ToolCallDelta { choice: 0, index, arguments }));
                return Ok(());
            }
            Some(Open::ServerCall(mut call, input)) => {
                let input = serde_json::from_str(&input).unwrap_or(Value::Object(Map::new()));
                call.insert("input".to_owned(), input);
                native("toolUse", call)
            }
            Some(Open::ServerResult(mut result, content)) => {
                result.insert("content".to_owned(), Value::Array(content));
                native("toolResult", result)
            }
            Some(Open::Image { format, base64 }) => {
                let source = Some(ImageSource { bytes: Some(base64.into()) });
                match image(&Image { format, source })? {
                    Some(part) => part,
                    None => return Ok(()),
                }
            }
            _ => return Ok(()),
        };
        out.push(ChatEvent::Part(WholePart { choice: 0, part }));
        Ok(())
    }

    pub(super) fn close_all(&mut self, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        while let Some(at) = self.open.keys().next().copied() {
            self.close(at, out)?;
        }
        Ok(())
    }
}

fn native(kind: &str, block: Map<String, Value>) -> Part {
    Part::Native(serde_json::json!({ kind: block }).to_string())
}
