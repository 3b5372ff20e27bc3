//! A streamed answer, event by event. The API sends a message block by block,
//! each with a start, deltas and a stop; the contract has no blocks, so this
//! remembers which are open and what must wait until they are closed:
//! signatures, and the blocks that pass in their own form.

mod blocks;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use jackfield_sdk::http::ServerSentEvent;
use jackfield_sdk::llm::{ChatEvent, Finish, FinishReason, StreamStart, TextDelta};
use jackfield_sdk::stream::Translate;
use jackfield_sdk::types::Error;
use serde_json::{Map, Value};

use self::blocks::Blocks;
use super::answer::{KNOWN, explanation};
use super::usage::Tally;
use super::{errors, finish};
use crate::wire::event::{Event, EventKind};

/// Turns the API's events into the contract's.
#[derive(Debug)]
pub(crate) struct Reader {
    /// Those of the request, until the stream's head takes them.
    warnings: Vec<String>,
    started: bool,
    finished: bool,
    blocks: Blocks,
    tally: Tally,
}

impl Reader {
    /// `answer_tool` is the tool whose input is the answer.
    pub(crate) fn new(answer_tool: Option<String>, warnings: Vec<String>) -> Self {
        Reader {
            warnings,
            started: false,
            finished: false,
            blocks: Blocks::new(answer_tool),
            tally: Tally::default(),
        }
    }

    /// The head comes first, whatever a server sends first.
    fn start(&mut self, id: Option<String>, model: Option<String>, out: &mut Vec<ChatEvent>) {
        if !self.started {
            self.started = true;
            out.push(ChatEvent::Start(StreamStart {
                id,
                model,
                created: None,
                warnings: std::mem::take(&mut self.warnings),
            }));
        }
    }

    fn message_start(&mut self, data: &str, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        let mut message = match object(data)?.remove("message") {
            Some(Value::Object(message)) => message,
            _ => return Err(Error::bad_answer("the upstream's stream begins without a message")),
        };
        let mut text = |name: &str| match message.get_mut(name).map(Value::take) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let (id, model) = (text("id"), text("model"));
        self.start(id, model, out);
        if let Some(Value::Object(usage)) = message.remove("usage") {
            self.count(usage, out);
        }
        message.retain(|name, _| !KNOWN.contains(&name.as_str()));
        extra(message, out);
        Ok(())
    }

    fn message_delta(&mut self, data: &str, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        self.start(None, None, out);
        self.blocks.close_all(out);
        let mut event = object(data)?;
        event.remove("type");
        if let Some(Value::Object(usage)) = event.remove("usage") {
            self.count(usage, out);
        }
        let mut delta = match event.remove("delta") {
            Some(Value::Object(delta)) => delta,
            _ => Map::new(),
        };
        let stop_reason = delta.remove("stop_reason");
        let stop_sequence = delta.remove("stop_sequence");
        if !self.finished
            && let Some(text) = delta.get("stop_details").and_then(explanation)
        {
            out.push(ChatEvent::Refusal(TextDelta { choice: 0, text }));
        }
        event.append(&mut delta);
        extra(event, out);
        if let Some(Value::String(stop_reason)) = stop_reason {
            let stop_sequence = stop_sequence.and_then(|text| text.as_str().map(str::to_owned));
            self.finish(finish::reason(&stop_reason, self.blocks.has_calls()), stop_sequence, out);
        }
        Ok(())
    }

    fn count(&mut self, usage: Map<String, Value>, out: &mut Vec<ChatEvent>) {
        self.tally.add(usage);
        out.extend(self.tally.usage().map(ChatEvent::Usage));
    }

    fn finish(&mut self, reason: FinishReason, stop_sequence: Option<String>, out: &mut Vec<ChatEvent>) {
        if !self.finished {
            self.finished = true;
            out.push(ChatEvent::Finish(Finish { choice: 0, reason, stop_sequence }));
        }
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
        let event: Event<'_> = match serde_json::from_str(data) {
            Ok(event) => event,
            Err(error) => return self.strange(&frame, &error, out),
        };
        let kind = event.kind.unwrap_or_else(|| EventKind::of_frame(&frame.event));
        match kind {
            // By the contract nothing of an answer follows its end.
            EventKind::ContentBlockStart | EventKind::ContentBlockDelta | EventKind::ContentBlockStop
                if self.finished => {}
            EventKind::ContentBlockDelta => {
                self.start(None, None, out);
                self.blocks.delta(event.index, event.delta, data, out)?;
            }
            EventKind::ContentBlockStart => {
                self.start(None, None, out);
                self.blocks.open(event.index, event.content_block, out)?;
            }
            EventKind::ContentBlockStop => self.blocks.close(event.index, out),
            EventKind::MessageStart => self.message_start(data, out)?,
            EventKind::MessageDelta => self.message_delta(data, out)?,
            EventKind::MessageStop => return Ok(ControlFlow::Break(())),
            EventKind::Ping => {}
            EventKind::Error => {
                return Err(errors::of_body(data).unwrap_or_else(|| {
                    Error::bad_answer(format!("the upstream's stream failed: {}", shorten(data)))
                }));
            }
            EventKind::Other => {
                self.start(None, None, out);
                extra(object(data)?, out);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn end(&mut self, complete: bool, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        if !complete {
            return Err(Error::bad_answer(
                "the upstream's answer was cut off: its stream ended without `message_stop`",
            ));
        }
        self.start(None, None, out);
        self.blocks.close_all(out);
        self.finish(FinishReason::Other("unknown".to_owned()), None, out);
        Ok(())
    }
}

impl Reader {
    /// An event that can't be read as the known ones are: passed on where its
    /// kind is unknown, and otherwise a fault of the upstream.
    fn strange(
        &mut self,
        frame: &ServerSentEvent,
        error: &serde_json::Error,
        out: &mut Vec<ChatEvent>,
    ) -> Result<ControlFlow<()>, Error> {
        let wrong = || {
            Error::bad_answer(format!(
                "an event of the upstream's stream isn't as its API says ({error}): {}",
                shorten(&frame.data)
            ))
        };
        let members: Map<String, Value> = serde_json::from_str(&frame.data).map_err(|_| wrong())?;
        let kind = members.get("type").and_then(Value::as_str).unwrap_or(&frame.event);
        if EventKind::of_frame(kind) != EventKind::Other {
            return Err(wrong());
        }
        self.start(None, None, out);
        extra(members, out);
        Ok(ControlFlow::Continue(()))
    }
}

fn object(data: &str) -> Result<Map<String, Value>, Error> {
    serde_json::from_str(data).map_err(|error| {
        Error::bad_answer(format!(
            "an event of the upstream's stream is no JSON object ({error}): {}",
            shorten(data)
        ))
    })
}

/// Members that the contract has no event for.
fn extra(mut members: Map<String, Value>, out: &mut Vec<ChatEvent>) {
    members.retain(|_, value| !value.is_null());
    if !members.is_empty() {
        out.push(ChatEvent::Extra(Value::Object(members).to_string()));
    }
}

/// The beginning of a text, for a message.
fn shorten(text: &str) -> String {
    text.chars().take(200).collect()
}
