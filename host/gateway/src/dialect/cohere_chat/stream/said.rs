//! What a streamed answer says. Texts and thoughts are blocks, of which one is
//! open at a time; the plan for calls is none; calls are counted by themselves,
//! and one stays open until its arguments are whole.

use bytes::BytesMut;
use jackfield_runtime::api::llm::{
    ChatEvent, Citation, Part, ReasoningDelta, ReasoningPart, TokenLogprob, ToolCall, ToolCallStart,
};
use serde_json::value::RawValue;

use super::super::citations::{self, Passage, characters};
use super::super::{answer::CITATIONS, block};
use crate::dialect::blocks::Input;
use crate::dialect::events::frame;
use crate::dialect::write::Json;

/// How far it has come.
#[derive(Debug, Default)]
pub(super) struct Said {
    open: Option<Open>,
    /// The place of the next block.
    next: u32,
    /// The text that was opened last, which citations are about.
    text: String,
    place: u32,
    /// Characters of the texts before it.
    before: u32,
    calls: Vec<(u32, Input)>,
    citations: u32,
}

/// The block that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Text,
    /// The thought of this number.
    Thought(u32),
}

impl Said {
    /// Writes what an event says.
    pub(super) fn say(&mut self, event: &ChatEvent, tokens: &[TokenLogprob], out: &mut BytesMut) {
        match event {
            ChatEvent::Text(delta) | ChatEvent::Refusal(delta) if delta.choice == 0 => {
                self.text(&delta.text, tokens, out);
            }
            ChatEvent::Logprobs(delta) if delta.choice == 0 => self.text("", &delta.tokens, out),
            ChatEvent::Audio(delta) if delta.choice == 0 && !delta.transcript.is_empty() => {
                self.text(&delta.transcript, &[], out);
            }
            ChatEvent::Reasoning(delta) if delta.choice == 0 => self.thought(delta, out),
            ChatEvent::ToolCallStart(start) if start.choice == 0 => self.call(start, out),
            ChatEvent::ToolCallDelta(delta) if delta.choice == 0 && !delta.arguments.is_empty() => {
                if let Some((_, input)) = self.calls.iter_mut().find(|(index, _)| *index == delta.index) {
                    input.add(&delta.arguments);
                    arguments(delta.index, &delta.arguments, out);
                }
            }
            ChatEvent::Part(part) if part.choice == 0 => self.part(&part.part, out),
            ChatEvent::Citation(delta) if delta.choice == 0 => self.citation(&delta.citation, out),
            _ => {}
        }
    }

    fn text(&mut self, text: &str, tokens: &[TokenLogprob], out: &mut BytesMut) {
        if text.is_empty() && tokens.is_empty() {
            return;
        }
        if self.open != Some(Open::Text) {
            let place = self.begin(Open::Text, out, |json| {
                json.literal("{\"type\":\"text\",\"text\":\"\"}");
            });
            self.before = self.before.saturating_add(characters(&self.text));
            self.text.clear();
            self.place = place;
        }
        self.text.push_str(text);
        let mut tokens = tokens.iter();
        piece(self.place, out, tokens.next(), |json| {
            json.text("text", text);
        });
        // An event has room for one of them.
        for token in tokens {
            piece(self.place, out, Some(token), |json| {
                json.text("text", "");
            });
        }
    }

    fn thought(&mut self, delta: &ReasoningDelta, out: &mut BytesMut) {
        if block::is_plan(delta.id.as_deref()) {
            if !delta.text.is_empty() {
                message("tool-plan-delta", None, out, |json| {
                    json.text("tool_plan", &delta.text);
                });
            }
            return;
        }
        let part = ReasoningPart {
            text: delta.text.clone(),
            signature: delta.signature.clone(),
            redacted: delta.redacted.clone(),
            id: delta.id.clone(),
        };
        if part.text.is_empty() && part.signature.is_none() && part.redacted.is_none() {
            return;
        }
        let open = Open::Thought(delta.index);
        if self.open != Some(open) {
            self.begin(open, out, |json| {
                json.literal("{\"type\":\"thinking\",\"thinking\":\"\"}");
            });
        }
        piece(self.next - 1, out, None, |json| {
            json.text("thinking", &part.text);
            block::signed(&part, json);
        });
    }

    fn call(&mut self, start: &ToolCallStart, out: &mut BytesMut) {
        self.close(out);
        self.close_calls(Input::is_whole, out);
        let call = ToolCall {
            id: start.id.clone(),
            name: start.name.clone(),
            arguments: String::new(),
            signature: start.signature.clone(),
        };
        self.calls.push((start.index, Input::default()));
        message("tool-call-start", Some(start.index), out, |json| {
            block::call(&call, "", json.key("tool_calls"));
        });
    }

    /// A part that comes whole.
    fn part(&mut self, part: &Part, out: &mut BytesMut) {
        if let Some(text) = block::text_of(part) {
            self.text(text, &[], out);
            if let Part::Text(part) = part {
                part.citations.iter().for_each(|citation| self.citation(citation, out));
            }
        } else if block::is_block(part) {
            self.begin(Open::Text, out, |json| block::write(part, json));
            self.close(out);
        }
    }

    fn citation(&mut self, citation: &Citation, out: &mut BytesMut) {
        let number = self.next_citation();
        let passage = Passage { index: self.place, before: self.before, text: &self.text };
        one_citation(number, out, |json| citations::write(citation, passage, json));
    }

    /// Records of citations that the typed form has no event for.
    pub(super) fn records(&mut self, list: &RawValue, out: &mut BytesMut) {
        for raw in serde_json::from_str::<Vec<&RawValue>>(list.get()).unwrap_or_default() {
            one_citation(self.next_citation(), out, |json| {
                json.raw(raw.get());
            });
        }
    }

    fn next_citation(&mut self) -> u32 {
        let number = self.citations;
        self.citations += 1;
        number
    }

    fn begin(&mut self, open: Open, out: &mut BytesMut, fill: impl FnOnce(&mut Json<'_>)) -> u32 {
        self.close(out);
        self.close_calls(Input::is_whole, out);
        let place = self.next;
        self.next += 1;
        self.open = Some(open);
        message("content-start", Some(place), out, |json| fill(json.key("content")));
        place
    }

    fn close(&mut self, out: &mut BytesMut) {
        if self.open.take().is_some() {
            end("content-end", self.next - 1, out);
        }
    }

    fn close_calls(&mut self, which: impl Fn(&Input) -> bool, out: &mut BytesMut) {
        self.calls.retain(|(index, input)| {
            let done = which(input);
            if done {
                end("tool-call-end", *index, out);
            }
            !done
        });
    }

    /// Ends everything that is open.
    pub(super) fn close_all(&mut self, out: &mut BytesMut) {
        self.close(out);
        self.close_calls(|_| true, out);
    }
}

/// An event with more of the message.
fn message(name: &str, index: Option<u32>, out: &mut BytesMut, fill: impl FnOnce(&mut Json<'_>)) {
    frame(name, out, |json| more(index, json, fill));
}

fn more(index: Option<u32>, json: &mut Json<'_>, fill: impl FnOnce(&mut Json<'_>)) {
    if let Some(index) = index {
        json.number("index", index);
    }
    json.object("delta", |json| {
        json.object("message", fill);
    });
}

/// More of a block, and the token that it is.
fn piece(place: u32, out: &mut BytesMut, token: Option<&TokenLogprob>, fill: impl FnOnce(&mut Json<'_>)) {
    frame("content-delta", out, |json| {
        more(Some(place), json, |json| {
            json.object("content", fill);
        });
        if let Some(token) = token {
            block::token(token, json.key("logprobs"));
        }
    });
}

fn arguments(index: u32, arguments: &str, out: &mut BytesMut) {
    message("tool-call-delta", Some(index), out, |json| {
        json.object("tool_calls", |json| {
            json.object("function", |json| {
                json.text("arguments", arguments);
            });
        });
    });
}

fn one_citation(number: u32, out: &mut BytesMut, fill: impl FnOnce(&mut Json<'_>)) {
    message("citation-start", Some(number), out, |json| fill(json.key(CITATIONS)));
    end("citation-end", number, out);
}

fn end(name: &str, index: u32, out: &mut BytesMut) {
    frame(name, out, |json| {
        json.number("index", index);
    });
}
