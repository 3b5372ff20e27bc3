//! One of the answers of a stream: what a chunk says of it.

use jackfield_runtime::api::llm::{
    AudioDelta, ChatEvent, Finish, Part, ReasoningDelta, ReasoningPart, TokenLogprob, ToolCall,
};

use super::super::answer::finish_word;
use super::super::{Asked, message};
use crate::dialect::media;
use crate::dialect::write::Json;

/// What is remembered of it.
#[derive(Debug, Default)]
pub(super) struct ChoiceState {
    index: u32,
    /// Its first chunk says who speaks.
    begun: bool,
    refused: bool,
    /// The text of each thought so far: its signature is told with the whole.
    thoughts: Vec<(u32, ReasoningPart)>,
    /// How many calls there are.
    calls: u32,
    /// Calls of tools that take free text.
    custom: Vec<u32>,
    /// Bytes of a sound that don't fill a group of three: base64 that ends
    /// with padding could not be gone on with.
    sound: Vec<u8>,
    annotations: u32,
    images: u32,
    blocks: u32,
}

/// The state of an answer, made where it is the first of it.
pub(super) fn state(choices: &mut Vec<ChoiceState>, index: u32) -> &mut ChoiceState {
    let place = choices.iter().position(|choice| choice.index == index).unwrap_or_else(|| {
        choices.push(ChoiceState { index, ..ChoiceState::default() });
        choices.len() - 1
    });
    &mut choices[place]
}

/// Which answer an event tells of.
pub(super) fn index_of(event: &ChatEvent) -> Option<u32> {
    Some(match event {
        ChatEvent::Text(delta) | ChatEvent::Refusal(delta) => delta.choice,
        ChatEvent::Reasoning(delta) => delta.choice,
        ChatEvent::ToolCallStart(start) => start.choice,
        ChatEvent::ToolCallDelta(delta) => delta.choice,
        ChatEvent::Audio(delta) => delta.choice,
        ChatEvent::Part(part) => part.choice,
        ChatEvent::Citation(delta) => delta.choice,
        ChatEvent::Logprobs(delta) => delta.choice,
        ChatEvent::Finish(finish) => finish.choice,
        ChatEvent::Start(_) | ChatEvent::Usage(_) | ChatEvent::Extra(_) => return None,
    })
}

impl ChoiceState {
    /// Whether a chunk comes of it.
    pub(super) fn says_something(&self, event: &ChatEvent, asked: &Asked) -> bool {
        match event {
            // The old form knows one call an answer.
            ChatEvent::ToolCallStart(start) => !asked.functions || start.index == 0,
            ChatEvent::ToolCallDelta(delta) => !asked.functions || delta.index == 0,
            _ => true,
        }
    }

    /// Writes the choice of a chunk.
    pub(super) fn write(
        &mut self,
        event: &ChatEvent,
        logprobs: &[TokenLogprob],
        asked: &Asked,
        json: &mut Json<'_>,
    ) {
        let mut tokens = logprobs;
        json.literal("{\"index\":").integer(self.index).object("delta", |json| {
            if !std::mem::replace(&mut self.begun, true) {
                json.text("role", "assistant");
            }
            match event {
                ChatEvent::Text(delta) => {
                    json.text("content", &delta.text);
                }
                ChatEvent::Refusal(delta) => {
                    self.refused = true;
                    json.text("refusal", &delta.text);
                }
                ChatEvent::Reasoning(delta) => self.thought(delta, json),
                ChatEvent::ToolCallStart(start) => {
                    self.calls = self.calls.max(start.index.saturating_add(1));
                    let call = ToolCall {
                        id: start.id.clone(),
                        name: start.name.clone(),
                        arguments: String::new(),
                        signature: start.signature.clone(),
                    };
                    if asked.custom_tools.contains(&call.name) {
                        self.custom.push(start.index);
                    }
                    if asked.functions {
                        json.key("function_call");
                        message::function(&call.name, "", json);
                    } else {
                        json.list("tool_calls", |json| {
                            message::tool_call(&call, Some(start.index), asked, json);
                        });
                    }
                }
                ChatEvent::ToolCallDelta(delta) => self.arguments(delta.index, &delta.arguments, asked, json),
                ChatEvent::Audio(delta) => self.audio(delta, json),
                ChatEvent::Part(part) => self.part(&part.part, asked, json),
                ChatEvent::Citation(delta) => {
                    let index = next(&mut self.annotations);
                    json.list("annotations", |json| message::annotation(&delta.citation, index, json));
                }
                ChatEvent::Logprobs(delta) => tokens = &delta.tokens,
                ChatEvent::Finish(_) if !self.sound.is_empty() => {
                    let data = media::encode(&std::mem::take(&mut self.sound));
                    json.object("audio", |json| {
                        json.text("data", &data);
                    });
                }
                ChatEvent::Finish(_) | ChatEvent::Start(_) | ChatEvent::Usage(_) | ChatEvent::Extra(_) => {}
            }
        });
        message::write_logprobs(tokens, json);
        match event {
            ChatEvent::Finish(finish) => self.end(finish, asked, json),
            _ => {
                json.null("finish_reason");
            }
        }
        json.literal("}");
    }

    fn end(&self, finish: &Finish, asked: &Asked, json: &mut Json<'_>) {
        json.text("finish_reason", finish_word(&finish.reason, self.refused, asked.functions));
        json.optional("stop_reason", finish.stop_sequence.as_deref());
    }

    fn thought(&mut self, delta: &ReasoningDelta, json: &mut Json<'_>) {
        let place = self.thoughts.iter().position(|(index, _)| *index == delta.index).unwrap_or_else(|| {
            let empty = ReasoningPart { text: String::new(), signature: None, redacted: None, id: None };
            self.thoughts.push((delta.index, empty));
            self.thoughts.len() - 1
        });
        let whole = &mut self.thoughts[place].1;
        whole.text.push_str(&delta.text);
        if whole.id.is_none() {
            whole.id.clone_from(&delta.id);
        }
        if !delta.text.is_empty() {
            json.text("reasoning_content", &delta.text);
        }
        if delta.signature.is_some() || delta.redacted.is_some() {
            whole.signature.clone_from(&delta.signature);
            whole.redacted.clone_from(&delta.redacted);
            json.list("thinking_blocks", |json| message::thinking(whole, Some(delta.index), json));
        }
    }

    fn arguments(&self, index: u32, arguments: &str, asked: &Asked, json: &mut Json<'_>) {
        if asked.functions {
            json.object("function_call", |json| {
                json.text("arguments", arguments);
            });
            return;
        }
        json.list("tool_calls", |json| {
            json.entry(|json| {
                let custom = self.custom.contains(&index);
                let (inner, member) = if custom { ("custom", "input") } else { ("function", "arguments") };
                json.number("index", index).object(inner, |json| {
                    json.text(member, arguments);
                });
            });
        });
    }

    fn audio(&mut self, delta: &AudioDelta, json: &mut Json<'_>) {
        self.sound.extend_from_slice(&delta.data);
        let whole = self.sound.len() - self.sound.len() % 3;
        let data = media::encode(&self.sound[..whole]);
        self.sound.drain(..whole);
        json.object("audio", |json| {
            json.optional("id", delta.id.as_deref());
            json.optional("data", Some(data.as_str()).filter(|data| !data.is_empty()));
            json.optional("transcript", Some(delta.transcript.as_str()).filter(|text| !text.is_empty()));
            if let Some(expires) = delta.expires {
                json.number("expires_at", expires);
            }
        });
    }

    fn part(&mut self, part: &Part, asked: &Asked, json: &mut Json<'_>) {
        match part {
            Part::Text(text) => {
                json.text("content", &text.text);
            }
            Part::Refusal(text) => {
                self.refused = true;
                json.text("refusal", text);
            }
            Part::Image(image) => {
                let index = next(&mut self.images);
                json.list("images", |json| message::image(image, index, json));
            }
            Part::Native(raw) => {
                let index = next(&mut self.blocks);
                json.list("content_blocks", |json| message::indexed(raw, index, json));
            }
            Part::Audio(sound) => {
                json.object("audio", |json| {
                    json.optional("id", sound.id.as_deref());
                    json.optional("transcript", sound.transcript.as_deref());
                    json.optional("url", media::address(sound, "audio/wav").as_deref());
                });
            }
            Part::ToolCall(call) => {
                let index = next(&mut self.calls);
                json.list("tool_calls", |json| message::tool_call(call, index, asked, json));
            }
            Part::Reasoning(thought) => {
                json.text("reasoning_content", &thought.text);
            }
            // Nothing that a model says.
            Part::Document(_) | Part::ToolResult(_) | Part::CachePoint(_) => {}
        }
    }
}

/// The place of the next item of a list.
fn next(count: &mut u32) -> Option<u32> {
    let place = *count;
    *count += 1;
    Some(place)
}
