//! Puts a streamed answer together, and holds the stream to the contract: one
//! head, first; every answer begins and ends once; no more of an answer behind
//! its end; no more of a tool call that hasn't begun.

use std::collections::BTreeMap;

use jackfield_runtime::api::llm::{
    ChatEvent, ChatResponse, Choice, FinishReason, Part, ReasoningDelta, ReasoningPart, StreamStart,
    TextPart, TokenLogprob, ToolCall,
};
use jackfield_runtime::api::types::{Media, Source, Usage};

/// A whole answer in the making.
#[derive(Debug, Default)]
pub struct Collected {
    head: Option<StreamStart>,
    choices: BTreeMap<u32, Answer>,
    usage: Option<Usage>,
}

/// One answer in the making.
#[derive(Debug, Default)]
struct Answer {
    content: Vec<Part>,
    /// Places in the content, by index.
    thoughts: BTreeMap<u32, usize>,
    calls: BTreeMap<u32, usize>,
    logprobs: Vec<TokenLogprob>,
    end: Option<(FinishReason, Option<String>)>,
}

impl Collected {
    /// Takes the next event.
    ///
    /// # Errors
    /// Where the contract doesn't allow it there.
    pub fn add(&mut self, event: ChatEvent) -> Result<(), String> {
        if matches!(event, ChatEvent::Start(_)) != self.head.is_none() {
            return Err(format!("the head must come first and once: {event:?}"));
        }
        match event {
            ChatEvent::Start(head) => self.head = Some(head),
            ChatEvent::Text(more) => self.open(more.choice)?.text(&more.text),
            ChatEvent::Reasoning(more) => self.open(more.choice)?.thought(more),
            ChatEvent::Refusal(more) => self.open(more.choice)?.refusal(&more.text),
            ChatEvent::ToolCallStart(call) => {
                let answer = self.open(call.choice)?;
                if answer.calls.insert(call.index, answer.content.len()).is_some() {
                    return Err(format!("call {} begins twice", call.index));
                }
                let (id, name, signature) = (call.id, call.name, call.signature);
                answer.content.push(Part::ToolCall(ToolCall {
                    id,
                    name,
                    arguments: String::new(),
                    signature,
                }));
            }
            ChatEvent::ToolCallDelta(more) => {
                let answer = self.open(more.choice)?;
                let place = answer.calls.get(&more.index).and_then(|place| answer.content.get_mut(*place));
                let Some(Part::ToolCall(call)) = place else {
                    return Err(format!("more of call {}, which hasn't begun", more.index));
                };
                call.arguments.push_str(&more.arguments);
            }
            ChatEvent::Audio(more) => self.open(more.choice)?.sound(more.id, &more.data, &more.transcript),
            ChatEvent::Part(whole) => self.open(whole.choice)?.content.push(whole.part),
            ChatEvent::Citation(more) => {
                self.open(more.choice)?.last_text().citations.push(more.citation);
            }
            ChatEvent::Logprobs(more) => self.open(more.choice)?.logprobs.extend(more.tokens),
            ChatEvent::Finish(end) => {
                self.open(end.choice)?.end = Some((end.reason, end.stop_sequence));
            }
            ChatEvent::Usage(usage) => self.usage = Some(usage),
            ChatEvent::Extra(_) => {}
        }
        Ok(())
    }

    /// The answer, once its stream has ended.
    ///
    /// # Errors
    /// Where the stream ended before it was allowed to.
    pub fn finish(self) -> Result<ChatResponse, String> {
        let head = self.head.ok_or("the stream ended without a head")?;
        let choices = self.choices.into_iter().map(|(index, answer)| {
            let (finish_reason, stop_sequence) =
                answer.end.ok_or_else(|| format!("answer {index} never ended"))?;
            Ok(Choice {
                index,
                content: answer.content,
                finish_reason,
                stop_sequence,
                logprobs: answer.logprobs,
            })
        });
        Ok(ChatResponse {
            id: head.id,
            model: head.model.unwrap_or_default(),
            created: head.created,
            choices: choices.collect::<Result<_, String>>()?,
            usage: self.usage,
            warnings: head.warnings,
            extra: None,
        })
    }

    /// An answer that hasn't ended.
    fn open(&mut self, choice: u32) -> Result<&mut Answer, String> {
        let answer = self.choices.entry(choice).or_default();
        match answer.end {
            None => Ok(answer),
            Some(_) => Err(format!("more of answer {choice} behind its end")),
        }
    }
}

impl Answer {
    /// What was said last: a citation names a passage of it, whatever signatures
    /// have come in between.
    fn last_text(&mut self) -> &mut TextPart {
        let place = self.content.iter().rposition(|part| matches!(part, Part::Text(_)));
        let place = place.unwrap_or_else(|| {
            self.text("");
            self.content.len() - 1
        });
        match &mut self.content[place] {
            Part::Text(text) => text,
            other => unreachable!("{other:?} is no text"),
        }
    }

    fn text(&mut self, more: &str) {
        if let Some(Part::Text(text)) = self.content.last_mut() {
            text.text.push_str(more);
        } else {
            self.content.push(Part::Text(TextPart { text: more.to_owned(), citations: Vec::new() }));
        }
    }

    fn refusal(&mut self, more: &str) {
        if let Some(Part::Refusal(text)) = self.content.last_mut() {
            text.push_str(more);
        } else {
            self.content.push(Part::Refusal(more.to_owned()));
        }
    }

    fn thought(&mut self, more: ReasoningDelta) {
        let next = self.content.len();
        let place = *self.thoughts.entry(more.index).or_insert(next);
        if place == next {
            let empty = ReasoningPart { text: String::new(), signature: None, redacted: None, id: None };
            self.content.push(Part::Reasoning(empty));
        }
        if let Some(Part::Reasoning(thought)) = self.content.get_mut(place) {
            thought.text.push_str(&more.text);
            thought.signature = more.signature.or(thought.signature.take());
            thought.redacted = more.redacted.or(thought.redacted.take());
            thought.id = more.id.or(thought.id.take());
        }
    }

    fn sound(&mut self, id: Option<String>, more: &[u8], transcript: &str) {
        if let Some(Part::Audio(Media { source: Source::Data(data), transcript: text, .. })) =
            self.content.last_mut()
        {
            data.extend_from_slice(more);
            text.get_or_insert_default().push_str(transcript);
            return;
        }
        self.content.push(Part::Audio(Media {
            source: Source::Data(more.to_vec()),
            mime_type: None,
            detail: None,
            transcript: Some(transcript.to_owned()),
            id,
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jackfield_runtime::api::llm::{Finish, TextDelta, ToolCallDelta};

    fn start() -> ChatEvent {
        ChatEvent::Start(StreamStart { id: None, model: None, created: None, warnings: Vec::new() })
    }

    fn text(text: &str) -> ChatEvent {
        ChatEvent::Text(TextDelta { choice: 0, text: text.to_owned() })
    }

    fn end() -> ChatEvent {
        ChatEvent::Finish(Finish { choice: 0, reason: FinishReason::Stop, stop_sequence: None })
    }

    fn collect(events: Vec<ChatEvent>) -> Result<ChatResponse, String> {
        let mut collected = Collected::default();
        events.into_iter().try_for_each(|event| collected.add(event))?;
        collected.finish()
    }

    #[test]
    fn texts_are_joined() {
        let answer = collect(vec![start(), text("a"), text("b"), end()]).unwrap();
        assert_eq!(answer.choices[0].content, [Part::text("ab")]);
    }

    #[test]
    fn a_stream_that_breaks_the_contract_is_an_error() {
        let lost = ChatEvent::ToolCallDelta(ToolCallDelta { choice: 0, index: 0, arguments: String::new() });
        for events in [
            vec![],
            vec![text("a"), end()],
            vec![start(), start(), end()],
            vec![start(), text("a")],
            vec![start(), end(), text("a")],
            vec![start(), end(), end()],
            vec![start(), lost, end()],
        ] {
            collect(events.clone()).expect_err(&format!("{events:?}"));
        }
    }
}
