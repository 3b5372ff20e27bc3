//! A streamed answer of InvokeModel: messages of an event stream, in each of
//! which a chunk of the model's own is wrapped as base64.

use std::ops::ControlFlow;

use jackfield_sdk::aws::chunk;
use jackfield_sdk::http::EventStreamMessage;
use jackfield_sdk::llm::{ChatEvent, Finish, FinishReason, ReasoningDelta, StreamStart, TextDelta};
use jackfield_sdk::stream::Translate;
use jackfield_sdk::types::{Error, Usage};
use serde_json::{Map, Value};

use super::piece::{Piece, read};
use crate::convert::converse::answer::{Asked, GUARDRAIL_ACTION};
use crate::convert::converse::stream::{self as converse, extra};
use crate::settings::model::Family;

/// Turns chunks into the contract's events.
#[derive(Debug)]
pub(crate) enum Reader {
    /// Nova's chunks are Converse's events.
    Nova(converse::Reader),
    Own(Own),
}

/// The chunks of a family that tells texts.
#[derive(Debug)]
pub(crate) struct Own {
    family: Family,
    head: Option<StreamStart>,
    finish: Option<FinishReason>,
    stop: Option<String>,
    intervened: bool,
    /// Counts so far: some families tell them piece by piece.
    usage: Option<Usage>,
}

impl Reader {
    /// A stream that begins.
    pub(crate) fn new(family: Family, id: Option<String>, asked: Asked) -> Self {
        if family == Family::Nova {
            return Reader::Nova(converse::Reader::new(id, asked));
        }
        let Asked { model, warnings, .. } = asked;
        let head = Some(StreamStart { id, model: Some(model), created: None, warnings });
        Reader::Own(Own { family, head, finish: None, stop: None, intervened: false, usage: None })
    }
}

fn members<T: serde::de::DeserializeOwned>(chunk: &str) -> Result<T, Error> {
    serde_json::from_str(chunk).map_err(|error| {
        Error::bad_answer(format!("a chunk of the upstream's stream isn't JSON as it should be: {error}"))
    })
}

impl Translate for Reader {
    type Frame = EventStreamMessage;
    type Event = ChatEvent;

    fn frame(
        &mut self,
        frame: EventStreamMessage,
        out: &mut Vec<ChatEvent>,
    ) -> Result<ControlFlow<()>, Error> {
        let Some(chunk) = chunk(&frame)? else { return Ok(ControlFlow::Continue(())) };
        match self {
            Reader::Nova(reader) => nova(reader, members(&chunk)?, out),
            Reader::Own(own) => {
                own.piece(read(own.family, &members(&chunk)?)?, out);
                Ok(ControlFlow::Continue(()))
            }
        }
    }

    fn end(&mut self, _complete: bool, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        match self {
            Reader::Nova(reader) => reader.over(),
            Reader::Own(own) => own.over(out),
        }
    }
}

/// A chunk is one event with, beside it, what InvokeModel adds.
fn nova(
    reader: &mut converse::Reader,
    chunk: Map<String, Value>,
    out: &mut Vec<ChatEvent>,
) -> Result<ControlFlow<()>, Error> {
    reader.start(out);
    let (added, events): (Map<_, _>, Map<_, _>) =
        chunk.into_iter().partition(|(name, _)| name.starts_with("amazon-bedrock-"));
    if added.get(GUARDRAIL_ACTION).is_some_and(|action| action == "INTERVENED") {
        reader.intervened();
    }
    let traced = added.into_iter().filter(|(name, _)| name == "amazon-bedrock-trace");
    extra(traced.collect(), out);
    for (kind, payload) in events {
        if reader.event(&kind, &payload.to_string(), out)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

impl Own {
    /// The head comes first, whatever the upstream sends first.
    fn start(&mut self, out: &mut Vec<ChatEvent>) {
        out.extend(self.head.take().map(ChatEvent::Start));
    }

    fn piece(&mut self, piece: Piece, out: &mut Vec<ChatEvent>) {
        self.start(out);
        self.intervened |= piece.intervened;
        if !piece.reasoning.is_empty() {
            out.push(ChatEvent::Reasoning(ReasoningDelta {
                choice: 0,
                index: 0,
                text: piece.reasoning,
                signature: None,
                redacted: None,
                id: None,
            }));
        }
        if !piece.text.is_empty() {
            out.push(ChatEvent::Text(TextDelta { choice: 0, text: piece.text }));
        }
        if let Some(told) = piece.usage {
            let before = self.usage.take().unwrap_or_default();
            let usage = Usage {
                input_tokens: told.input_tokens.or(before.input_tokens),
                output_tokens: told.output_tokens.or(before.output_tokens),
                cache_read_tokens: told.cache_read_tokens.or(before.cache_read_tokens),
                cache_write_tokens: told.cache_write_tokens.or(before.cache_write_tokens),
                ..before
            };
            out.push(ChatEvent::Usage(usage.clone()));
            self.usage = Some(usage);
        }
        self.finish = piece.finish.or(self.finish.take());
        self.stop = piece.stop.or(self.stop.take());
        let without_action = piece.extra.into_iter().filter(|(name, _)| name != GUARDRAIL_ACTION);
        extra(without_action.collect(), out);
    }

    /// These bodies have no event that ends them: the bytes do, behind a reason.
    fn over(&mut self, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        let Some(reason) = self.finish.take() else {
            return Err(Error::bad_answer(
                "the upstream's answer was cut off: its stream ended without a reason to stop",
            ));
        };
        self.start(out);
        let reason = if self.intervened { FinishReason::ContentFilter } else { reason };
        out.push(ChatEvent::Finish(Finish { choice: 0, reason, stop_sequence: self.stop.take() }));
        Ok(())
    }
}
