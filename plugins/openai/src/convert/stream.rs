//! From the chunks of a streamed answer to events. A chunk is parsed in place
//! and gives no more allocations than its events have texts.

use std::ops::ControlFlow;

use jackfield_sdk::http::ServerSentEvent;
use jackfield_sdk::llm::{ChatEvent, StreamStart};
use jackfield_sdk::stream::Translate;
use jackfield_sdk::types::Error;

use super::{errors, usage};
use crate::wire::answer::{Answer, XGroq};
use crate::wire::value::{Raw, filled};

mod choice;
#[cfg(test)]
mod tests;

use choice::ChoiceState;

/// Characters of a chunk that an error quotes.
const QUOTED: usize = 200;

/// What is remembered from chunk to chunk.
#[derive(Debug, Default)]
pub(crate) struct ChatDecoder {
    /// Goes out with the head.
    warnings: Vec<String>,
    started: bool,
    /// What came before the head: Azure's verdict on the prompt has a chunk of
    /// its own, without id and model.
    early: Vec<ChatEvent>,
    choices: Vec<ChoiceState>,
    /// Further members that were told of: most servers repeat theirs in every
    /// chunk.
    told: Vec<String>,
}

/// What follows from an event with nothing to be read in it: the end, or a sign
/// of life.
pub(super) fn says_nothing(event: &str, data: &str) -> Option<ControlFlow<()>> {
    match data {
        "[DONE]" => Some(ControlFlow::Break(())),
        "" => Some(ControlFlow::Continue(())),
        _ => (event == "ping").then_some(ControlFlow::Continue(())),
    }
}

impl ChatDecoder {
    pub(crate) fn new(warnings: Vec<String>) -> Self {
        ChatDecoder { warnings, ..ChatDecoder::default() }
    }

    /// Takes one event's data.
    pub(crate) fn push(
        &mut self,
        event: &str,
        data: &str,
        out: &mut Vec<ChatEvent>,
    ) -> Result<ControlFlow<()>, Error> {
        let data = data.trim();
        if let Some(flow) = says_nothing(event, data) {
            return Ok(flow);
        }
        let chunk: Answer<'_> = match serde_json::from_str(data) {
            Ok(chunk) => chunk,
            Err(_) if event == "error" => {
                return Err(errors::in_answer(&serde_json::Value::from(data).to_string(), None));
            }
            Err(error) => return Err(no_chunk("a chat completion", data, &error)),
        };
        if let Some(error) = chunk.error {
            return Err(errors::in_answer(error.text(), None));
        }
        if event == "error" {
            return Err(errors::in_answer(data, None));
        }
        self.take(chunk, out)?;
        Ok(ControlFlow::Continue(()))
    }

    fn take(&mut self, mut chunk: Answer<'_>, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        let choices = chunk.choices.unwrap_or_default();
        chunk.rest.retain(|name| !self.told.iter().any(|told| told == name));
        let groq = chunk.rest.get("x_groq").and_then(Raw::read::<XGroq<'_>>).unwrap_or_default();
        if let Some(error) = groq.error {
            return Err(errors::in_answer(error.text(), None));
        }
        if !self.started {
            let id = filled(chunk.id);
            let model = filled(chunk.model);
            if id.is_none() && model.is_none() && choices.is_empty() && chunk.usage.is_none() {
                let extra = self.tell(&chunk.rest);
                self.early.extend(extra);
                return Ok(());
            }
            self.started = true;
            out.push(ChatEvent::Start(StreamStart {
                id: id.map(Into::into),
                model: model.map(Into::into),
                created: chunk.created.0.filter(|seconds| *seconds > 0),
                warnings: std::mem::take(&mut self.warnings),
            }));
            out.append(&mut self.early);
        }
        out.extend(self.tell(&chunk.rest));
        for (place, choice) in (0..).zip(choices) {
            let index = choice.index.0.and_then(|index| u32::try_from(index).ok()).unwrap_or(place);
            choice::state(&mut self.choices, index).push(choice, out)?;
        }
        let spent = chunk.usage.or(groq.usage);
        out.extend(spent.and_then(usage::convert).map(ChatEvent::Usage));
        Ok(())
    }

    /// Members that no field stands for, each told of once.
    fn tell(&mut self, rest: &crate::wire::Rest<'_>) -> Option<ChatEvent> {
        let json = rest.to_json()?;
        // Groq's member brings an id in the first chunk and the usage in the last.
        self.told.extend(rest.names().filter(|name| *name != "x_groq").map(str::to_owned));
        Some(ChatEvent::Extra(json))
    }
}

impl Translate for ChatDecoder {
    type Frame = ServerSentEvent;
    type Event = ChatEvent;

    fn frame(&mut self, frame: ServerSentEvent, out: &mut Vec<ChatEvent>) -> Result<ControlFlow<()>, Error> {
        self.push(&frame.event, &frame.data, out)
    }

    fn end(&mut self, complete: bool, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        if self.choices.is_empty() {
            return Err(Error::bad_answer("the upstream's stream ended without an answer in it"));
        }
        if !complete && !self.choices.iter().all(ChoiceState::is_finished) {
            return Err(Error::bad_answer(
                "the upstream's stream broke off: it ended without `[DONE]` and before every answer had a `finish_reason`",
            ));
        }
        for choice in &mut self.choices {
            choice.finish(None, None, out);
        }
        Ok(())
    }
}

/// The error for an event that can't be read.
pub(crate) fn no_chunk(of: &str, data: &str, error: &serde_json::Error) -> Error {
    let begin: String = data.chars().take(QUOTED).collect();
    Error::bad_answer(format!("the upstream sent an event that is no chunk of {of} ({error}): {begin}"))
}
