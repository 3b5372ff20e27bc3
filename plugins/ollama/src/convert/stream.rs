//! A streamed answer, line by line. Texts and thoughts come in pieces, calls of
//! tools whole; the line that says `done` tells what it cost.

use std::ops::ControlFlow;

use jackfield_sdk::calls::CallIds;
use jackfield_sdk::llm::{
    ChatEvent, Finish, LogprobsDelta, ReasoningDelta, StreamStart, TextDelta, ToolCallDelta, ToolCallStart,
    WholePart,
};
use jackfield_sdk::stream::Translate;
use jackfield_sdk::types::Error;

use super::{answer, usage};

/// Turns the API's lines into the contract's events.
#[derive(Debug)]
pub(crate) struct Reader {
    /// Those of the request, until the stream's head takes them.
    warnings: Option<Vec<String>>,
    model: String,
    ids: CallIds,
    calls: u32,
}

impl Reader {
    /// `asked` is the model that was asked for, `ids` makes the ids of calls
    /// that have none.
    pub(crate) fn new(asked: &str, ids: CallIds, warnings: Vec<String>) -> Self {
        Reader { warnings: Some(warnings), model: asked.to_owned(), ids, calls: 0 }
    }
}

impl Translate for Reader {
    type Frame = String;
    type Event = ChatEvent;

    fn frame(&mut self, line: String, out: &mut Vec<ChatEvent>) -> Result<ControlFlow<()>, Error> {
        let told = answer::read(&line)?;
        if let Some(warnings) = self.warnings.take() {
            out.push(ChatEvent::Start(StreamStart {
                id: None,
                model: Some(told.model.unwrap_or_else(|| std::mem::take(&mut self.model))),
                created: told.created_at.as_deref().and_then(answer::seconds),
                warnings,
            }));
        }
        let message = told.message.unwrap_or_default();
        if let Some(text) = message.thinking.filter(|text| !text.is_empty()) {
            let (signature, redacted, id) = (None, None, None);
            out.push(ChatEvent::Reasoning(ReasoningDelta {
                choice: 0,
                index: 0,
                text,
                signature,
                redacted,
                id,
            }));
        }
        if let Some(text) = message.content.filter(|text| !text.is_empty()) {
            out.push(ChatEvent::Text(TextDelta { choice: 0, text }));
        }
        for image in message.images {
            out.push(ChatEvent::Part(WholePart { choice: 0, part: answer::image(&image)? }));
        }
        for call in message.tool_calls {
            let call = answer::tool_call(call, &mut self.ids);
            let (choice, index) = (0, self.calls);
            self.calls += 1;
            let (id, name, signature) = (call.id, call.name, call.signature);
            out.push(ChatEvent::ToolCallStart(ToolCallStart { choice, index, id, name, signature }));
            out.push(ChatEvent::ToolCallDelta(ToolCallDelta { choice, index, arguments: call.arguments }));
        }
        if !told.logprobs.is_empty() {
            let tokens = told.logprobs.into_iter().map(answer::logprob).collect();
            out.push(ChatEvent::Logprobs(LogprobsDelta { choice: 0, tokens }));
        }
        if !told.done {
            return Ok(ControlFlow::Continue(()));
        }
        let (usage, extra) = usage::split(&line);
        out.extend(extra.map(ChatEvent::Extra));
        out.extend(usage.map(ChatEvent::Usage));
        let reason = answer::finish(told.done_reason.as_deref(), self.calls > 0);
        out.push(ChatEvent::Finish(Finish { choice: 0, reason, stop_sequence: None }));
        Ok(ControlFlow::Break(()))
    }

    fn end(&mut self, complete: bool, _out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        if complete {
            return Ok(());
        }
        Err(Error::bad_answer(
            "Ollama's answer was cut off: its stream ended without a line that says `done`",
        ))
    }
}

#[cfg(test)]
mod tests;
