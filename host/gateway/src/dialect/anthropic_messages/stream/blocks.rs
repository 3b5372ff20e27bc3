//! The blocks of a streamed answer. One is open at a time, as clients expect,
//! except where the pieces of several calls come mixed: a call's block can't
//! be closed before its input is whole, and can't be opened again.

use bytes::BytesMut;
use jackfield_runtime::api::llm::{ChatEvent, Part, ReasoningDelta, ReasoningPart, ToolCall, ToolCallStart};

use super::super::block;
use super::frame;
use crate::dialect::write::Json;

/// Blocks that are open, in the order in which they were opened.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    open: Vec<Open>,
    next: u32,
}

#[derive(Debug)]
struct Open {
    place: u32,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Text,
    /// The thought of this number.
    Thinking(u32),
    /// The call of this number.
    Call(u32, Input),
}

/// How far the JSON of an input has come.
#[derive(Debug, Default)]
struct Input {
    depth: u32,
    in_string: bool,
    escaped: bool,
    whole: bool,
}

impl Input {
    fn add(&mut self, text: &str) {
        for byte in text.bytes() {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.in_string => self.escaped = true,
                b'"' => self.in_string = !self.in_string,
                _ if self.in_string => {}
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.whole = self.depth == 0;
                }
                _ => {}
            }
        }
    }
}

impl Blocks {
    /// Writes what an event says.
    pub(super) fn say(&mut self, event: &ChatEvent, out: &mut BytesMut) {
        match event {
            ChatEvent::Text(delta) | ChatEvent::Refusal(delta) if delta.choice == 0 => {
                self.text(&delta.text, out);
            }
            ChatEvent::Reasoning(delta) if delta.choice == 0 => self.thought(delta, out),
            ChatEvent::ToolCallStart(start) if start.choice == 0 => self.call(start, out),
            ChatEvent::ToolCallDelta(delta) if delta.choice == 0 && !delta.arguments.is_empty() => {
                let call = self.open.iter_mut().find_map(|open| match &mut open.kind {
                    Kind::Call(index, input) if *index == delta.index => Some((open.place, input)),
                    _ => None,
                });
                if let Some((place, input)) = call {
                    input.add(&delta.arguments);
                    piece(place, "input_json_delta", "partial_json", &delta.arguments, out);
                }
            }
            // The dialect's answers have no sound.
            ChatEvent::Audio(delta) if delta.choice == 0 && !delta.transcript.is_empty() => {
                self.text(&delta.transcript, out);
            }
            ChatEvent::Part(part) if part.choice == 0 && block::is_block(&part.part) => {
                self.whole(&part.part, out);
            }
            ChatEvent::Citation(delta) if delta.choice == 0 => {
                let place = self.open_text(out);
                frame("content_block_delta", out, |json| {
                    json.number("index", place).object("delta", |json| {
                        block::citation(
                            &delta.citation,
                            json.text("type", "citations_delta").key("citation"),
                        );
                    });
                });
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str, out: &mut BytesMut) {
        let place = self.open_text(out);
        piece(place, "text_delta", "text", text, out);
    }

    /// The place of the text that is open; a new one where there is none.
    fn open_text(&mut self, out: &mut BytesMut) -> u32 {
        if let [Open { place, kind: Kind::Text }] = self.open[..] {
            return place;
        }
        self.close_all(out);
        self.begin(Kind::Text, out, |json| {
            json.literal("{\"type\":\"text\",\"text\":\"\"}");
        })
    }

    fn thought(&mut self, delta: &ReasoningDelta, out: &mut BytesMut) {
        if delta.redacted.is_some() {
            let thought = ReasoningPart {
                text: String::new(),
                signature: None,
                redacted: delta.redacted.clone(),
                id: None,
            };
            self.whole(&Part::Reasoning(thought), out);
            return;
        }
        let signature = delta.signature.as_deref().filter(|text| !text.is_empty());
        if delta.text.is_empty() && signature.is_none() {
            return;
        }
        let place = match self.open[..] {
            [Open { place, kind: Kind::Thinking(index) }] if index == delta.index => place,
            _ => {
                self.close_all(out);
                self.begin(Kind::Thinking(delta.index), out, |json| {
                    json.literal("{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}");
                })
            }
        };
        if !delta.text.is_empty() {
            piece(place, "thinking_delta", "thinking", &delta.text, out);
        }
        if let Some(signature) = signature {
            piece(place, "signature_delta", "signature", signature, out);
        }
    }

    fn call(&mut self, start: &ToolCallStart, out: &mut BytesMut) {
        self.close(|kind| !matches!(kind, Kind::Call(_, input) if !input.whole), out);
        let call = ToolCall {
            id: start.id.clone(),
            name: start.name.clone(),
            arguments: String::new(),
            signature: start.signature.clone(),
        };
        self.begin(Kind::Call(start.index, Input::default()), out, |json| block::tool_use(&call, "{}", json));
    }

    /// A block that comes whole.
    fn whole(&mut self, part: &Part, out: &mut BytesMut) {
        self.close_all(out);
        self.begin(Kind::Text, out, |json| block::write(part, json));
        self.close_all(out);
    }

    fn begin(&mut self, kind: Kind, out: &mut BytesMut, block: impl FnOnce(&mut Json<'_>)) -> u32 {
        let place = self.next;
        self.next += 1;
        self.open.push(Open { place, kind });
        frame("content_block_start", out, |json| {
            block(json.number("index", place).key("content_block"));
        });
        place
    }

    pub(super) fn close_all(&mut self, out: &mut BytesMut) {
        self.close(|_| true, out);
    }

    fn close(&mut self, which: impl Fn(&Kind) -> bool, out: &mut BytesMut) {
        self.open.retain(|open| {
            let done = which(&open.kind);
            if done {
                frame("content_block_stop", out, |json| {
                    json.number("index", open.place);
                });
            }
            !done
        });
    }
}

/// More of a block.
fn piece(place: u32, kind: &str, member: &str, text: &str, out: &mut BytesMut) {
    out.reserve(text.len() + 128);
    frame("content_block_delta", out, |json| {
        json.number("index", place).object("delta", |json| {
            json.text("type", kind).text(member, text);
        });
    });
}
