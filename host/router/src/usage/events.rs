//! Counts decoded events.

use jackfield_runtime::api::llm::{ChatEvent, FinishReason, Part};

use super::Counted;
use super::tally::Tally;

/// Counts the events of one streamed answer as they are delivered. Feed it what
/// the client is sent, ask it at any time.
#[derive(Debug)]
pub struct Delivered {
    tally: Tally,
    finish: Option<FinishReason>,
    finished: bool,
}

impl Delivered {
    /// A count that begins. `prompt_tokens` is the estimate that stands in for
    /// input tokens while none are reported.
    pub const fn new(prompt_tokens: u64) -> Self {
        Self { tally: Tally::new(prompt_tokens), finish: None, finished: false }
    }

    /// Counts events that were delivered.
    pub fn add(&mut self, events: &[ChatEvent]) {
        for event in events {
            match event {
                ChatEvent::Text(delta) | ChatEvent::Refusal(delta) => self.tally.text(delta.text.as_bytes()),
                ChatEvent::Reasoning(delta) => self.tally.text(delta.text.as_bytes()),
                ChatEvent::ToolCallStart(call) => self.tally.text(call.name.as_bytes()),
                ChatEvent::ToolCallDelta(delta) => self.tally.text(delta.arguments.as_bytes()),
                ChatEvent::Audio(delta) => self.tally.text(delta.transcript.as_bytes()),
                ChatEvent::Part(whole) => self.part(&whole.part),
                ChatEvent::Usage(usage) => self.tally.report(usage.clone()),
                ChatEvent::Finish(finish) => self.finish = Some(finish.reason.clone()),
                _ => {}
            }
        }
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Text(part) => self.tally.text(part.text.as_bytes()),
            Part::Reasoning(part) => self.tally.text(part.text.as_bytes()),
            Part::ToolCall(call) => {
                self.tally.text(call.name.as_bytes());
                self.tally.text(call.arguments.as_bytes());
            }
            Part::Refusal(text) | Part::Native(text) => self.tally.text(text.as_bytes()),
            _ => {}
        }
    }

    /// The stream came to its end, without an error.
    pub fn end(&mut self) {
        self.finished = true;
    }

    /// Whether it did: what a cache may keep.
    pub const fn complete(&self) -> bool {
        self.finished
    }

    /// Why the answer ended; of several answers, the last that did.
    pub const fn finish_reason(&self) -> Option<&FinishReason> {
        self.finish.as_ref()
    }

    /// What was used so far.
    pub fn counted(&self) -> Counted {
        self.tally.counted(self.finished)
    }
}
