//! A streamed answer, event by event. The API tells a message block by block;
//! the contract counts thoughts and texts apart, so this remembers which block
//! is which, and how long the texts before it are, for citations.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use jackfield_sdk::calls::CallIds;
use jackfield_sdk::http::ServerSentEvent;
use jackfield_sdk::llm::{
    ChatEvent, CitationDelta, Finish, FinishReason, LogprobsDelta, ReasoningDelta, StreamStart, TextDelta,
    ToolCallDelta, ToolCallStart,
};
use jackfield_sdk::stream::Translate;
use jackfield_sdk::types::Error;
use serde_json::Value;
use serde_json::value::RawValue;

use super::answer::{Asked, characters};
use super::citations::{self, Supported};
use super::{PLAN, errors, finish, logprobs, usage};
use crate::settings::Counts;
use crate::wire::answer::{Block, ToolCall};
use crate::wire::event::{Delta, Event, Kind, OneOrNone, Piece};

/// Turns the API's events into the contract's.
#[derive(Debug)]
pub(crate) struct Reader {
    /// Its warnings and its model, until the stream's head takes them.
    asked: Asked,
    counts: Counts,
    ids: CallIds,
    started: bool,
    /// Content blocks by their index.
    blocks: BTreeMap<u32, Place>,
    /// Which thought the plan for calls of tools is.
    plan: Option<u32>,
    thoughts: u32,
    /// Characters of text so far.
    characters: u32,
    /// Calls by their index: which call of the answer it is, and whether any of
    /// its arguments have come.
    calls: BTreeMap<u32, (u32, bool)>,
}

/// What a block is: a thought with its number, or a text that has so many
/// characters of text before it.
#[derive(Debug, Clone, Copy)]
enum Place {
    Thought(u32),
    Text(u32),
}

impl Reader {
    /// `ids` makes the ids of calls that have none.
    pub(crate) fn new(asked: Asked, counts: Counts, ids: CallIds) -> Self {
        Reader {
            asked,
            counts,
            ids,
            started: false,
            blocks: BTreeMap::new(),
            plan: None,
            thoughts: 0,
            characters: 0,
            calls: BTreeMap::new(),
        }
    }

    /// The head comes first, whatever a server sends first.
    fn start(&mut self, id: Option<String>, out: &mut Vec<ChatEvent>) {
        if !self.started {
            self.started = true;
            out.push(ChatEvent::Start(StreamStart {
                id,
                model: Some(std::mem::take(&mut self.asked.model)),
                created: None,
                warnings: std::mem::take(&mut self.asked.warnings),
            }));
        }
    }

    fn next_thought(&mut self) -> u32 {
        let number = self.thoughts;
        self.thoughts += 1;
        number
    }

    fn content(&mut self, index: u32, block: Block, out: &mut Vec<ChatEvent>) {
        let thinks = block.kind.as_deref() == Some("thinking") || block.thinking.is_some();
        let place = match self.blocks.get(&index) {
            Some(place) => *place,
            None => {
                let place =
                    if thinks { Place::Thought(self.next_thought()) } else { Place::Text(self.characters) };
                self.blocks.insert(index, place);
                place
            }
        };
        match place {
            Place::Thought(number) => reasoning(number, block.thinking.or(block.text), None, out),
            Place::Text(_) => {
                if let Some(text) = block.text.filter(|text| !text.is_empty()) {
                    self.characters = self.characters.saturating_add(characters(&text));
                    out.push(ChatEvent::Text(TextDelta { choice: 0, text }));
                }
            }
        }
    }

    fn plan(&mut self, text: Option<String>, out: &mut Vec<ChatEvent>) {
        let text = text.filter(|text| !text.is_empty());
        if text.is_none() {
            return;
        }
        let number = match self.plan {
            Some(number) => number,
            None => *self.plan.insert(self.thoughts),
        };
        self.thoughts = self.thoughts.max(number + 1);
        reasoning(number, text, Some(PLAN.to_owned()), out);
    }

    fn call_start(&mut self, index: u32, call: ToolCall, out: &mut Vec<ChatEvent>) {
        let number = self.calls.len() as u32;
        if self.calls.contains_key(&index) {
            return;
        }
        self.calls.insert(index, (number, false));
        out.push(ChatEvent::ToolCallStart(ToolCallStart {
            choice: 0,
            index: number,
            id: call.id.filter(|id| !id.is_empty()).unwrap_or_else(|| self.ids.make()),
            name: call.function.name.unwrap_or_default(),
            signature: None,
        }));
        self.call_delta(index, call.function.arguments, out);
    }

    fn call_delta(&mut self, index: u32, arguments: Option<String>, out: &mut Vec<ChatEvent>) {
        let (Some((number, begun)), Some(arguments)) = (self.calls.get_mut(&index), arguments) else {
            return;
        };
        if !arguments.is_empty() {
            *begun = true;
            out.push(ChatEvent::ToolCallDelta(ToolCallDelta { choice: 0, index: *number, arguments }));
        }
    }

    /// Calls without arguments have an empty object of them.
    fn call_ends(&mut self, which: impl Fn(u32) -> bool, out: &mut Vec<ChatEvent>) {
        for (index, (number, begun)) in &mut self.calls {
            if which(*index) && !*begun {
                *begun = true;
                let arguments = "{}".to_owned();
                out.push(ChatEvent::ToolCallDelta(ToolCallDelta { choice: 0, index: *number, arguments }));
            }
        }
    }

    fn citation(&self, raw: &RawValue, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        let records: Vec<&RawValue> = match raw.get().starts_with('[') {
            true => serde_json::from_str(raw.get()).unwrap_or_default(),
            false => vec![raw],
        };
        for raw in records {
            let (supported, mut citation) = citations::read(raw)?;
            let before = match supported {
                Supported::Thought => {
                    let members = serde_json::json!({ "citations": [raw] });
                    out.push(ChatEvent::Extra(members.to_string()));
                    continue;
                }
                Supported::Text(index) => {
                    let own = u32::try_from(index).ok().and_then(|index| self.blocks.get(&index));
                    match own.or_else(|| self.blocks.values().find(|place| matches!(place, Place::Text(_)))) {
                        Some(Place::Text(before)) => *before,
                        _ => 0,
                    }
                }
            };
            citation.start = citation.start.map(|start| start.saturating_add(before));
            citation.end = citation.end.map(|end| end.saturating_add(before));
            out.push(ChatEvent::Citation(CitationDelta { choice: 0, citation }));
        }
        Ok(())
    }

    fn message_end(&mut self, delta: Delta, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        self.call_ends(|_| true, out);
        let usage = delta.usage.and_then(|raw| usage::usage(&raw, self.counts));
        out.extend(usage.map(ChatEvent::Usage));
        // An error without a reason is one all the same.
        let word = delta.finish_reason.as_deref().or(delta.error.as_ref().map(|_| "ERROR"));
        let reason = match word {
            Some(word) => finish::reason(word, !self.calls.is_empty(), delta.error.as_deref())?,
            None => FinishReason::Other("unknown".to_owned()),
        };
        let stopped = self.calls.is_empty() && word.is_some_and(finish::ran_into_a_stop);
        let stop_sequence = self.asked.stop.take().filter(|_| stopped);
        out.push(ChatEvent::Finish(Finish { choice: 0, reason, stop_sequence }));
        Ok(())
    }
}

fn reasoning(index: u32, text: Option<String>, id: Option<String>, out: &mut Vec<ChatEvent>) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        out.push(ChatEvent::Reasoning(ReasoningDelta {
            choice: 0,
            index,
            text,
            signature: None,
            redacted: None,
            id,
        }));
    }
}

impl Translate for Reader {
    type Frame = ServerSentEvent;
    type Event = ChatEvent;

    fn frame(&mut self, frame: ServerSentEvent, out: &mut Vec<ChatEvent>) -> Result<ControlFlow<()>, Error> {
        let data = frame.data.as_str();
        if data.is_empty() || data == "[DONE]" {
            return Ok(ControlFlow::Continue(()));
        }
        let event: Event = serde_json::from_str(data).map_err(|error| {
            Error::bad_answer(format!(
                "an event of Cohere's stream isn't as its API says ({error}): {}",
                data.chars().take(200).collect::<String>()
            ))
        })?;
        let index = event.index.unwrap_or(0);
        let mut delta = event.delta.unwrap_or_default();
        let Piece { content, tool_plan, tool_calls, citations } = delta.message.take().unwrap_or_default();
        let call = tool_calls.and_then(OneOrNone::into_one);
        let block = content.and_then(OneOrNone::into_one);
        let kind = event.kind.unwrap_or(Kind::Other);
        if kind != Kind::Other {
            self.start(event.id, out);
        }
        match kind {
            Kind::ContentStart | Kind::ContentDelta => {
                if let Some(block) = block {
                    self.content(index, block, out);
                }
                if let Some(group) = event.logprobs {
                    let tokens = vec![logprobs::token(group)];
                    out.push(ChatEvent::Logprobs(LogprobsDelta { choice: 0, tokens }));
                }
            }
            Kind::ToolPlanDelta => self.plan(tool_plan, out),
            Kind::ToolCallStart => self.call_start(index, call.unwrap_or_default(), out),
            Kind::ToolCallDelta => {
                self.call_delta(index, call.and_then(|call| call.function.arguments), out);
            }
            Kind::ToolCallEnd => self.call_ends(|ended| ended == index, out),
            Kind::CitationStart => {
                if let Some(raw) = citations {
                    self.citation(&raw, out)?;
                }
            }
            Kind::MessageEnd => {
                self.message_end(delta, out)?;
                return Ok(ControlFlow::Break(()));
            }
            Kind::MessageStart | Kind::ContentEnd | Kind::CitationEnd => {}
            Kind::Other => self.strange(data, out)?,
        }
        Ok(ControlFlow::Continue(()))
    }

    fn end(&mut self, complete: bool, _out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        if complete {
            return Ok(());
        }
        Err(Error::bad_answer("Cohere's answer was cut off: its stream ended without `message-end`"))
    }
}

impl Reader {
    /// An event of a kind that nobody here knows is passed on; one that says
    /// what went wrong is that.
    fn strange(&mut self, data: &str, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        if let Some(error) = errors::of_body(data) {
            return Err(error);
        }
        self.start(None, out);
        if let Ok(Value::Object(members)) = serde_json::from_str(data) {
            out.push(ChatEvent::Extra(Value::Object(members).to_string()));
        }
        Ok(())
    }
}
