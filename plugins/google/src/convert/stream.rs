//! A streamed answer, chunk by chunk. Each chunk is an answer in itself, with
//! the parts that come next. The stream has no end of its own: it is complete
//! where every answer has a reason to end. Some models write one into every
//! chunk, so the last of them counts, when the bytes end.

mod choice;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;

use jackfield_sdk::calls::CallIds;
use jackfield_sdk::date::parse_rfc3339;
use jackfield_sdk::http::ServerSentEvent;
use jackfield_sdk::llm::{ChatEvent, StreamStart};
use jackfield_sdk::stream::Translate;
use jackfield_sdk::types::{Error, Usage};

use self::choice::Choice;
use super::{answer, usage};

/// Turns the API's chunks into the contract's events.
#[derive(Debug)]
pub(crate) struct Reader {
    /// Those of the request, until the stream's head takes them.
    warnings: Vec<String>,
    ids: CallIds,
    started: bool,
    choices: Vec<Choice>,
    /// The latest counts, and whether they were told.
    usage: Option<(Usage, bool)>,
}

impl Reader {
    pub(crate) fn new(ids: CallIds, warnings: Vec<String>) -> Self {
        Reader { warnings, ids, started: false, choices: Vec::new(), usage: None }
    }

    fn chunk(&mut self, data: &str, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        let chunk = answer::read(data)?;
        if !self.started {
            self.started = true;
            out.push(ChatEvent::Start(StreamStart {
                id: chunk.response_id,
                model: chunk.model_version,
                created: chunk.create_time.as_deref().and_then(parse_rfc3339).map(|ms| ms / 1000),
                warnings: std::mem::take(&mut self.warnings),
            }));
        }
        let (mut rests, mut last) = (Vec::new(), false);
        for raw in chunk.candidates.unwrap_or_default() {
            let candidate = answer::candidate(raw)?;
            let index = candidate.index.unwrap_or(0);
            let place = self.choices.iter().position(|choice| choice.index == index).unwrap_or_else(|| {
                self.choices.push(Choice::new(index));
                self.choices.len() - 1
            });
            self.choices[place].add(&candidate, &mut self.ids, out)?;
            if candidate.finish_reason.is_some() || candidate.grounding_metadata.is_some() {
                last |= candidate.finish_reason.is_some();
                rests.extend(answer::rest(raw, index));
            }
        }
        if last || !rests.is_empty() {
            out.extend(answer::extra(data, rests).map(ChatEvent::Extra));
        }
        if let Some(raw) = chunk.usage_metadata
            && let Some(usage) = usage::usage(raw)?
        {
            // The first counts tell what the prompt cost, the last the rest;
            // those between would only be more to send.
            let told = self.usage.is_none();
            if told {
                out.push(ChatEvent::Usage(usage.clone()));
            }
            self.usage = Some((usage, told));
        }
        Ok(())
    }

    /// The latest counts, where they weren't told.
    fn tell_usage(&mut self, out: &mut Vec<ChatEvent>) {
        if let Some((usage, false)) = self.usage.take() {
            out.push(ChatEvent::Usage(usage));
        }
    }
}

impl Translate for Reader {
    type Frame = ServerSentEvent;
    type Event = ChatEvent;

    fn frame(&mut self, frame: ServerSentEvent, out: &mut Vec<ChatEvent>) -> Result<ControlFlow<()>, Error> {
        let data = frame.data.as_str();
        if !data.is_empty()
            && data != "[DONE]"
            && let Err(error) = self.chunk(data, out)
        {
            self.tell_usage(out);
            return Err(error);
        }
        Ok(ControlFlow::Continue(()))
    }

    fn end(&mut self, _complete: bool, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        let cut = self.choices.is_empty() || self.choices.iter().any(|choice| !choice.is_finished());
        if cut {
            self.tell_usage(out);
            return Err(Error::bad_answer(
                "the upstream's answer was cut off: its stream ended before a `finishReason`",
            ));
        }
        for choice in std::mem::take(&mut self.choices) {
            choice.end(out)?;
        }
        self.tell_usage(out);
        Ok(())
    }
}
