//! A streamed answer of ConverseStream, event by event. Texts have no block
//! that begins; calls have. The same events come from Nova by InvokeModel,
//! where each is a member of a chunk.

mod blocks;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use jackfield_sdk::aws::{event_type, message_error, payload};
use jackfield_sdk::http::EventStreamMessage;
use jackfield_sdk::llm::{ChatEvent, Finish, FinishReason, StreamStart};
use jackfield_sdk::stream::Translate;
use jackfield_sdk::types::Error;
use serde::de::Deserialize;
use serde_json::{Map, Value};

use self::blocks::Blocks;
use super::answer::Asked;
use crate::convert::{finish, usage};
use crate::wire::event::{BlockDelta, BlockStart, BlockStop};

/// Padding of each event, without meaning.
const PADDING: &str = "p";

/// Turns the API's events into the contract's.
#[derive(Debug)]
pub(crate) struct Reader {
    /// The head, until it is told.
    head: Option<StreamStart>,
    /// The only stop text of the request.
    stop: Option<String>,
    finished: bool,
    intervened: bool,
    blocks: Blocks,
}

impl Reader {
    /// A stream that begins. `id` is that of the request.
    pub(crate) fn new(id: Option<String>, asked: Asked) -> Self {
        let Asked { model, answer_tool, stop, warnings } = asked;
        let head = StreamStart { id, model: Some(model), created: None, warnings };
        Reader {
            head: Some(head),
            stop,
            finished: false,
            intervened: false,
            blocks: Blocks::new(answer_tool),
        }
    }

    /// The head comes first, whatever the upstream sends first.
    pub(crate) fn start(&mut self, out: &mut Vec<ChatEvent>) {
        out.extend(self.head.take().map(ChatEvent::Start));
    }

    /// A guardrail intervened, which a later reason to stop may not tell.
    pub(crate) fn intervened(&mut self) {
        self.intervened = true;
    }

    /// One event. `Break` behind the one that comes last.
    pub(crate) fn event(
        &mut self,
        kind: &str,
        payload: &str,
        out: &mut Vec<ChatEvent>,
    ) -> Result<ControlFlow<()>, Error> {
        self.start(out);
        match kind {
            // By the contract nothing of an answer follows its end.
            "contentBlockStart" | "contentBlockDelta" | "contentBlockStop" if self.finished => {}
            "contentBlockDelta" => {
                let BlockDelta { content_block_index, delta } = read(kind, payload)?;
                self.blocks.delta(content_block_index, delta, out)?;
            }
            "contentBlockStart" => {
                let BlockStart { content_block_index, start } = read(kind, payload)?;
                self.blocks.open(content_block_index, start, out)?;
            }
            "contentBlockStop" => {
                let BlockStop { content_block_index } = read(kind, payload)?;
                self.blocks.close(content_block_index, out)?;
            }
            "messageStart" => {}
            "messageStop" => self.stop(read(kind, payload)?, out)?,
            "metadata" => {
                self.metadata(read(kind, payload)?, out);
                if self.finished {
                    return Ok(ControlFlow::Break(()));
                }
            }
            _ => {
                let mut unknown = Map::new();
                unknown.insert(kind.to_owned(), Value::Object(read(kind, payload)?));
                extra(unknown, out);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn stop(&mut self, mut members: Map<String, Value>, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        self.blocks.close_all(out)?;
        let reason = members.remove("stopReason");
        extra(members, out);
        if !self.finished {
            self.finished = true;
            let word = reason.as_ref().and_then(Value::as_str);
            let stopped = !self.intervened && word.is_some_and(finish::ran_into_a_stop);
            let reason = match word {
                _ if self.intervened => FinishReason::ContentFilter,
                Some(reason) => finish::reason(reason, self.blocks.has_calls()),
                None => FinishReason::Other("unknown".to_owned()),
            };
            let stop_sequence = self.stop.take().filter(|_| stopped);
            out.push(ChatEvent::Finish(Finish { choice: 0, reason, stop_sequence }));
        }
        Ok(())
    }

    fn metadata(&mut self, mut members: Map<String, Value>, out: &mut Vec<ChatEvent>) {
        if let Some(Value::Object(counts)) = members.remove("usage") {
            out.push(ChatEvent::Usage(usage::of_object(&counts)));
        }
        extra(members, out);
    }

    /// The end of the bytes.
    pub(crate) fn over(&mut self) -> Result<(), Error> {
        if self.finished {
            Ok(())
        } else {
            Err(Error::bad_answer(
                "the upstream's answer was cut off: its stream ended without `messageStop`",
            ))
        }
    }
}

impl Translate for Reader {
    type Frame = EventStreamMessage;
    type Event = ChatEvent;

    fn frame(
        &mut self,
        frame: EventStreamMessage,
        out: &mut Vec<ChatEvent>,
    ) -> Result<ControlFlow<()>, Error> {
        if let Some(error) = message_error(&frame) {
            return Err(error);
        }
        let payload = payload(&frame)?;
        match event_type(&frame) {
            Some(kind) => self.event(kind, payload, out),
            None => Ok(ControlFlow::Continue(())),
        }
    }

    fn end(&mut self, _complete: bool, _out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        self.over()
    }
}

fn read<'a, T: Deserialize<'a>>(kind: &str, payload: &'a str) -> Result<T, Error> {
    serde_json::from_str(payload).map_err(|error| {
        let beginning: String = payload.chars().take(200).collect();
        Error::bad_answer(format!(
            "the event `{kind}` of the upstream's stream isn't as its API says ({error}): {beginning}"
        ))
    })
}

/// Members that the contract has no event for.
pub(crate) fn extra(mut members: Map<String, Value>, out: &mut Vec<ChatEvent>) {
    members.retain(|name, value| {
        name != PADDING && !value.is_null() && value.as_object().is_none_or(|inner| !inner.is_empty())
    });
    if !members.is_empty() {
        out.push(ChatEvent::Extra(Value::Object(members).to_string()));
    }
}
