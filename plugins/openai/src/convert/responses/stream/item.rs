//! Items of a streamed response, each from its first event to its last.

use std::borrow::Cow;

use jackfield_sdk::llm::{
    ChatEvent, CitationDelta, LogprobsDelta, Part, ReasoningDelta, TextDelta, ToolCallDelta, ToolCallStart,
    WholePart,
};
use jackfield_sdk::types::Error;

use super::{CHOICE, ResponsesDecoder};
use crate::convert::responses::output;
use crate::convert::{ids, logprobs};
use crate::wire::responses::{Item, Response};
use crate::wire::value::{Raw, Text, filled};

/// One item of the output.
#[derive(Debug)]
pub(super) struct ItemState {
    pub(super) output_index: u64,
    pub(super) kind: Kind,
    /// Whether anything of its content was told.
    pub(super) told: bool,
    /// Whether its end was seen.
    pub(super) done: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// A tool call, by its place among the calls.
    Call(u32),
    /// A thought, by its place among the thoughts.
    Thought(u32),
    Other,
}

impl ResponsesDecoder {
    /// Where an item is kept; made where it is the first of it. What names no
    /// item belongs to the last one.
    fn item(&mut self, output_index: Option<u64>) -> &mut ItemState {
        let last = self.items.last().map(|item| item.output_index);
        let output_index = output_index.or(last).unwrap_or_default();
        let place =
            self.items.iter().position(|item| item.output_index == output_index).unwrap_or_else(|| {
                self.items.push(ItemState { output_index, kind: Kind::Other, told: false, done: false });
                self.items.len() - 1
            });
        &mut self.items[place]
    }

    pub(super) fn begin(&mut self, output_index: Option<u64>, raw: Raw<'_>, out: &mut Vec<ChatEvent>) {
        self.start(&Response::default(), out);
        let Some(item) = raw.read::<Item<'_>>() else { return };
        let kind = match item.kind.as_ref().map(|kind| &*kind.0) {
            Some("function_call" | "custom_tool_call") => {
                let index = self.calls;
                self.calls += 1;
                out.push(ChatEvent::ToolCallStart(ToolCallStart {
                    choice: CHOICE,
                    index,
                    id: filled(item.call_id).or(filled(item.id)).map_or_else(ids::make, Cow::into_owned),
                    name: item.name.unwrap_or_default().into_string(),
                    signature: None,
                }));
                Kind::Call(index)
            }
            Some("reasoning") => {
                let index = self.thoughts;
                self.thoughts += 1;
                Kind::Thought(index)
            }
            _ => Kind::Other,
        };
        self.item(output_index).kind = kind;
    }

    /// More of an item.
    pub(super) fn delta(
        &mut self,
        kind: &str,
        output_index: Option<u64>,
        delta: Option<Raw<'_>>,
        annotation: Option<Raw<'_>>,
        tokens: Option<Vec<crate::wire::answer::Token<'_>>>,
        out: &mut Vec<ChatEvent>,
    ) {
        if kind == "response.output_text.annotation.added" {
            let citation = annotation.map(output::citation);
            out.extend(
                citation.map(|citation| ChatEvent::Citation(CitationDelta { choice: CHOICE, citation })),
            );
            return;
        }
        let text = || delta.and_then(Raw::read::<Text<'_>>).unwrap_or_default().into_string();
        match kind {
            "response.output_text.delta" => {
                self.said = true;
                self.begin_silently(output_index, out).told = true;
                push_text(text(), out);
                push_logprobs(logprobs::tokens(tokens.unwrap_or_default()), out);
            }
            "response.refusal.delta" => {
                (self.said, self.refused) = (true, true);
                self.begin_silently(output_index, out).told = true;
                out.push(ChatEvent::Refusal(TextDelta { choice: CHOICE, text: text() }));
            }
            "response.reasoning_summary_part.added" => {
                let item = self.begin_silently(output_index, out);
                if let (Kind::Thought(index), true) = (item.kind, item.told) {
                    out.push(thought(index, output::BETWEEN.to_owned(), None, None));
                }
            }
            "response.reasoning_summary_text.delta" | "response.reasoning_text.delta" => {
                let item = self.begin_silently(output_index, out);
                if let Kind::Thought(index) = item.kind {
                    item.told = true;
                    out.push(thought(index, text(), None, None));
                }
            }
            "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta" => {
                let item = self.begin_silently(output_index, out);
                if let Kind::Call(index) = item.kind {
                    item.told = true;
                    let arguments = text();
                    out.push(ChatEvent::ToolCallDelta(ToolCallDelta { choice: CHOICE, index, arguments }));
                }
            }
            _ => {}
        }
    }

    /// The item that a delta belongs to, with a head before it where none came.
    fn begin_silently(&mut self, output_index: Option<u64>, out: &mut Vec<ChatEvent>) -> &mut ItemState {
        self.start(&Response::default(), out);
        self.item(output_index)
    }

    /// The end of an item, with all that it says.
    pub(super) fn done(
        &mut self,
        output_index: Option<u64>,
        raw: Raw<'_>,
        out: &mut Vec<ChatEvent>,
    ) -> Result<(), Error> {
        let known = self.items.iter().any(|item| Some(item.output_index) == output_index);
        if !known {
            self.begin(output_index, raw, out);
        }
        let item = self.item(output_index);
        let (kind, told) = (item.kind, item.told);
        if std::mem::replace(&mut item.done, true) {
            return Ok(());
        }
        let said = output::read(raw)?;
        for part in said.parts {
            match (part, kind) {
                (Part::ToolCall(call), Kind::Call(index)) => {
                    if !told && !call.arguments.is_empty() {
                        let arguments = call.arguments;
                        out.push(ChatEvent::ToolCallDelta(ToolCallDelta {
                            choice: CHOICE,
                            index,
                            arguments,
                        }));
                    }
                }
                (Part::Reasoning(whole), Kind::Thought(index)) => {
                    let text = if told { String::new() } else { whole.text };
                    out.push(thought(index, text, whole.redacted, whole.id));
                }
                (Part::Text(_) | Part::Refusal(_), _) if told => {}
                (Part::Text(part), _) => {
                    self.said = true;
                    push_text(part.text, out);
                    out.extend(
                        part.citations
                            .into_iter()
                            .map(|citation| ChatEvent::Citation(CitationDelta { choice: CHOICE, citation })),
                    );
                }
                (Part::Refusal(text), _) => {
                    (self.said, self.refused) = (true, true);
                    out.push(ChatEvent::Refusal(TextDelta { choice: CHOICE, text }));
                }
                (part, _) => {
                    self.whole
                        .extend(raw.read::<Item<'_>>().and_then(|item| filled(item.id)).map(Cow::into_owned));
                    out.push(ChatEvent::Part(WholePart { choice: CHOICE, part }));
                }
            }
        }
        if !told {
            push_logprobs(said.logprobs, out);
        }
        Ok(())
    }
}

fn push_text(text: String, out: &mut Vec<ChatEvent>) {
    if !text.is_empty() {
        out.push(ChatEvent::Text(TextDelta { choice: CHOICE, text }));
    }
}

fn push_logprobs(tokens: Vec<jackfield_sdk::llm::TokenLogprob>, out: &mut Vec<ChatEvent>) {
    if !tokens.is_empty() {
        out.push(ChatEvent::Logprobs(LogprobsDelta { choice: CHOICE, tokens }));
    }
}

fn thought(index: u32, text: String, redacted: Option<String>, id: Option<String>) -> ChatEvent {
    ChatEvent::Reasoning(ReasoningDelta { choice: CHOICE, index, text, signature: None, redacted, id })
}
