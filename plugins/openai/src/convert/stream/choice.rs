//! One of the answers of a stream.

use std::borrow::Cow;

use jackfield_sdk::base64;
use jackfield_sdk::llm::{
    AudioDelta, ChatEvent, CitationDelta, Finish, LogprobsDelta, Part, ReasoningDelta, TextDelta, WholePart,
};
use jackfield_sdk::types::Error;

use crate::convert::answer::stop_text;
use crate::convert::parts::{self, Piece};
use crate::convert::tool_calls::ToolCalls;
use crate::convert::{finish, logprobs};
use crate::wire::answer::{Audio, Choice, Message};
use crate::wire::open_member;
use crate::wire::value::{Raw, filled};

/// What is remembered of it.
#[derive(Debug)]
pub(super) struct ChoiceState {
    index: u32,
    finished: bool,
    refused: bool,
    calls: ToolCalls,
    thoughts: Thoughts,
    /// Base64 that waits for the rest of its group of four.
    audio: String,
}

/// Which thought the next piece of reasoning belongs to: a new one begins
/// after the answer has said something else.
#[derive(Debug, Default)]
struct Thoughts {
    index: u32,
    last: Last,
}

#[derive(Debug, Default, PartialEq)]
enum Last {
    #[default]
    Nothing,
    Thought,
    OtherAfterThought,
}

impl Thoughts {
    fn think(&mut self) -> u32 {
        if self.last == Last::OtherAfterThought {
            self.index += 1;
        }
        self.last = Last::Thought;
        self.index
    }

    fn say(&mut self) {
        if self.last == Last::Thought {
            self.last = Last::OtherAfterThought;
        }
    }
}

/// The state of an answer, made where it is the first of it.
pub(super) fn state(choices: &mut Vec<ChoiceState>, index: u32) -> &mut ChoiceState {
    let place = choices.iter().position(|choice| choice.index == index).unwrap_or_else(|| {
        choices.push(ChoiceState {
            index,
            finished: false,
            refused: false,
            calls: ToolCalls::default(),
            thoughts: Thoughts::default(),
            audio: String::new(),
        });
        choices.len() - 1
    });
    &mut choices[place]
}

impl ChoiceState {
    pub(super) fn is_finished(&self) -> bool {
        self.finished
    }

    /// Takes what a chunk says of it.
    pub(super) fn push(&mut self, mut choice: Choice<'_>, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        if self.finished {
            // By the contract nothing of an answer follows its end. Azure's verdicts on what was said do.
            out.extend(choice.rest.to_json().map(|rest| ChatEvent::Extra(self.wrap(None, &rest))));
            return Ok(());
        }
        if let Some(message) = choice.take_message() {
            self.say(message, out)?;
        }
        let tokens = logprobs::convert(choice.logprobs);
        if !tokens.is_empty() {
            out.push(ChatEvent::Logprobs(LogprobsDelta { choice: self.index, tokens }));
        }
        if let Some(word) = filled(choice.finish_reason) {
            if let Some(rest) = choice.rest.to_json() {
                out.push(ChatEvent::Extra(self.wrap(None, &rest)));
            }
            self.finish(Some(&word), choice.stop_reason.and_then(stop_text), out);
        }
        Ok(())
    }

    fn say(&mut self, message: Message<'_>, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        if let Some(text) = parts::thought(message.reasoning_content, message.reasoning) {
            out.push(self.thought(text, None));
        }
        parts::pieces(message.content, |piece| {
            let event = self.piece(piece);
            out.extend(event);
        });
        if let Some(text) = filled(message.refusal) {
            out.extend(self.piece(Piece::Refusal(text)));
        }
        for image in message.images.map(parts::images).unwrap_or_default() {
            out.extend(self.piece(Piece::Image(image)));
        }
        for citation in message.annotations.map(parts::citations).unwrap_or_default() {
            out.push(ChatEvent::Citation(CitationDelta { choice: self.index, citation }));
        }
        if let Some(audio) = message.audio.and_then(Raw::read::<Audio<'_>>) {
            self.thoughts.say();
            out.push(self.sound(audio)?);
        }
        for call in message.tool_calls.unwrap_or_default() {
            self.thoughts.say();
            self.calls.add(self.index, call, out);
        }
        if let Some(function) = message.function_call.and_then(Raw::read) {
            self.calls.add_function(self.index, function, out);
        }
        if let Some(rest) = message.rest.to_json() {
            out.push(ChatEvent::Extra(self.wrap(Some("delta"), &rest)));
        }
        Ok(())
    }

    fn piece(&mut self, piece: Piece<'_>) -> Option<ChatEvent> {
        let choice = self.index;
        Some(match piece {
            Piece::Text(text) if text.is_empty() => return None,
            Piece::Text(text) => {
                self.thoughts.say();
                ChatEvent::Text(TextDelta { choice, text: text.into_owned() })
            }
            Piece::Thought { text, signature } => self.thought(text, signature),
            Piece::Refusal(text) => {
                self.refused = true;
                ChatEvent::Refusal(TextDelta { choice, text: text.into_owned() })
            }
            Piece::Image(media) => ChatEvent::Part(WholePart { choice, part: Part::Image(media) }),
            Piece::Native(raw) => {
                ChatEvent::Part(WholePart { choice, part: Part::Native(raw.text().to_owned()) })
            }
        })
    }

    fn thought(&mut self, text: Cow<'_, str>, signature: Option<Cow<'_, str>>) -> ChatEvent {
        ChatEvent::Reasoning(ReasoningDelta {
            choice: self.index,
            index: self.thoughts.think(),
            text: text.into_owned(),
            signature: signature.map(Cow::into_owned),
            redacted: None,
            id: None,
        })
    }

    /// Base64 may be cut anywhere; what doesn't fill a group of four waits.
    fn sound(&mut self, audio: Audio<'_>) -> Result<ChatEvent, Error> {
        let data = match filled(audio.data) {
            None => Vec::new(),
            Some(data) => {
                self.audio.push_str(&data);
                let whole = self.audio.len() - self.audio.len() % 4;
                let bytes = base64::decode(self.audio.get(..whole).unwrap_or(&self.audio))?;
                self.audio.drain(..whole);
                bytes
            }
        };
        Ok(ChatEvent::Audio(AudioDelta {
            choice: self.index,
            id: filled(audio.id).map(Cow::into_owned),
            data,
            transcript: audio.transcript.unwrap_or_default().into_string(),
            expires: audio.expires_at.0,
        }))
    }

    /// Ends it, once: some servers repeat the reason.
    pub(super) fn finish(
        &mut self,
        word: Option<&str>,
        stop_sequence: Option<String>,
        out: &mut Vec<ChatEvent>,
    ) {
        if std::mem::replace(&mut self.finished, true) {
            return;
        }
        self.calls.finish(self.index, out);
        let held = finish::Held { tool_calls: !self.calls.is_empty(), refusal: self.refused };
        out.push(ChatEvent::Finish(Finish {
            choice: self.index,
            reason: finish::convert(word, held),
            stop_sequence,
        }));
    }

    /// Puts an object in its place in the answer:
    /// `{"choices":[{"index":0,...}]}`.
    fn wrap(&self, member: Option<&str>, object: &str) -> String {
        let mut json = format!("{{\"choices\":[{{\"index\":{}", self.index);
        match member {
            Some(member) => {
                open_member(&mut json, member);
                json.push_str(object);
                json.push('}');
            }
            // The object's members follow the index, its brace closes both.
            None => {
                json.push(',');
                json.push_str(&object[1..]);
            }
        }
        json.push_str("]}");
        json
    }
}
