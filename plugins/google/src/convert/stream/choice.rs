//! One answer of a stream, as far as it has come.

use jackfield_sdk::calls::CallIds;
use jackfield_sdk::llm::{
    AudioDelta, ChatEvent, Citation, CitationDelta, Finish, LogprobsDelta, Part, ReasoningDelta,
    ReasoningPart, TextDelta, ToolCallDelta, ToolCallStart, WholePart,
};
use jackfield_sdk::types::{Error, Media, Source};
use serde_json::value::RawValue;

use super::super::parts::{self, Told, What};
use super::super::{citations, finish, logprobs, signature};
use crate::wire::answer::{Candidate, FunctionCall, Word};

/// An answer in the making.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) index: u32,
    calls: u32,
    thoughts: u32,
    /// Whether the latest thought may go on.
    thinking: bool,
    /// The text so far, in which passages are found.
    text: String,
    grounding: Vec<Box<RawValue>>,
    recited: Vec<Box<RawValue>>,
    reason: Option<Word>,
}

impl Choice {
    pub(super) fn new(index: u32) -> Self {
        Choice {
            index,
            calls: 0,
            thoughts: 0,
            thinking: false,
            text: String::new(),
            grounding: Vec::new(),
            recited: Vec::new(),
            reason: None,
        }
    }

    pub(super) fn is_finished(&self) -> bool {
        self.reason.is_some()
    }

    /// The parts of a chunk.
    pub(super) fn add(
        &mut self,
        candidate: &Candidate<'_>,
        ids: &mut CallIds,
        out: &mut Vec<ChatEvent>,
    ) -> Result<(), Error> {
        let parts =
            candidate.content.as_ref().and_then(|content| content.parts.as_deref()).unwrap_or_default();
        for raw in parts {
            let told = parts::read(raw)?;
            self.part(told, raw, ids, out);
        }
        if let Some(raw) = candidate.logprobs_result {
            let tokens = logprobs::tokens(raw)?;
            out.push(ChatEvent::Logprobs(LogprobsDelta { choice: self.index, tokens }));
        }
        self.grounding.extend(candidate.grounding_metadata.map(ToOwned::to_owned));
        self.recited.extend(candidate.citation_metadata.map(ToOwned::to_owned));
        if candidate.finish_reason.is_some() {
            self.reason.clone_from(&candidate.finish_reason);
        }
        Ok(())
    }

    fn part(&mut self, told: Told<'_>, raw: &RawValue, ids: &mut CallIds, out: &mut Vec<ChatEvent>) {
        let Told { what, signature } = told;
        match what {
            What::Thought(text) => {
                self.think(text, signature, out);
                return;
            }
            What::Call(call) => self.call(&call, signature, ids, out),
            What::Text(text) if text.is_empty() => {
                // A signature alone is a thought of its own.
                if let Some(signature) = signature {
                    self.thinking = false;
                    let thought =
                        ReasoningPart { text, signature: Some(signature), redacted: None, id: None };
                    self.sign(thought, out);
                }
            }
            What::Text(text) => {
                self.text.push_str(&text);
                out.push(ChatEvent::Text(TextDelta { choice: self.index, text }));
                self.sign_behind(signature, out);
            }
            What::Image(media) => {
                self.whole(Part::Image(media), out);
                self.sign_behind(signature, out);
            }
            What::Audio(Media { source: Source::Data(data), .. }) => {
                out.push(ChatEvent::Audio(AudioDelta {
                    choice: self.index,
                    id: None,
                    data,
                    transcript: String::new(),
                    expires: None,
                }));
                self.sign_behind(signature, out);
            }
            What::Audio(media) => self.whole(Part::Audio(media), out),
            What::Native => self.whole(Part::Native(raw.get().to_owned()), out),
        }
        self.thinking = false;
    }

    /// More of the thought that is going on, or the next one. A signature ends
    /// it: what follows wasn't signed with it.
    fn think(&mut self, text: String, signature: Option<String>, out: &mut Vec<ChatEvent>) {
        if !self.thinking {
            self.thoughts += 1;
        }
        self.thinking = signature.is_none();
        out.push(ChatEvent::Reasoning(ReasoningDelta {
            choice: self.index,
            index: self.thoughts - 1,
            text,
            signature,
            redacted: None,
            id: None,
        }));
    }

    fn call(
        &mut self,
        call: &FunctionCall<'_>,
        signature: Option<String>,
        ids: &mut CallIds,
        out: &mut Vec<ChatEvent>,
    ) {
        let index = self.calls;
        self.calls += 1;
        out.push(ChatEvent::ToolCallStart(ToolCallStart {
            choice: self.index,
            index,
            id: call.id.as_deref().filter(|id| !id.is_empty()).map_or_else(|| ids.make(), str::to_owned),
            name: call.name.to_string(),
            signature,
        }));
        out.push(ChatEvent::ToolCallDelta(ToolCallDelta {
            choice: self.index,
            index,
            arguments: parts::arguments(call),
        }));
    }

    fn whole(&self, part: Part, out: &mut Vec<ChatEvent>) {
        out.push(ChatEvent::Part(WholePart { choice: self.index, part }));
    }

    fn sign_behind(&mut self, signature: Option<String>, out: &mut Vec<ChatEvent>) {
        if let Some(signature) = signature {
            self.sign(signature::behind(signature), out);
        }
    }

    /// A thought that is nothing but a signature.
    fn sign(&mut self, thought: ReasoningPart, out: &mut Vec<ChatEvent>) {
        self.thoughts += 1;
        out.push(ChatEvent::Reasoning(ReasoningDelta {
            choice: self.index,
            index: self.thoughts - 1,
            text: thought.text,
            signature: thought.signature,
            redacted: None,
            id: thought.id,
        }));
    }

    /// What can only be said when all is there: sources, and the reason to end.
    pub(super) fn end(self, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        let mut told: Vec<Citation> = Vec::new();
        for raw in &self.grounding {
            told.extend(citations::grounding(raw, &self.text)?);
        }
        for raw in &self.recited {
            told.extend(citations::recited(raw, &self.text)?);
        }
        for (place, citation) in told.iter().enumerate() {
            // Chunks may repeat what earlier ones told.
            if !told[..place].contains(citation) {
                out.push(ChatEvent::Citation(CitationDelta {
                    choice: self.index,
                    citation: citation.clone(),
                }));
            }
        }
        let reason = finish::reason(self.reason.as_ref(), self.calls > 0);
        out.push(ChatEvent::Finish(Finish { choice: self.index, reason, stop_sequence: None }));
        Ok(())
    }
}
