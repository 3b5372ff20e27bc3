//! A streamed answer: each chunk in the shape of a whole answer, with what came
//! since the one before. Calls come whole in this dialect, so their pieces are
//! gathered; why it ended and what it cost come with the last chunk.

use bytes::BytesMut;
use jackfield_runtime::api::llm::{
    ChatEvent, Citation, FinishReason, ReasoningPart, StreamStart, TokenLogprob, ToolCall,
};
use jackfield_runtime::api::types::{Error, Source, Usage};

use super::answer::{self, ANSWER};
use super::{error, finish, grounding, said};
use crate::dialect::blocks::Input;
use crate::dialect::read::Rest;
use crate::dialect::write::Json;
use crate::dialect::{Identity, StreamEncoder};

/// Writes events as this dialect's.
#[derive(Debug)]
pub struct Encoder {
    identity: Identity,
    start: Option<StreamStart>,
    usage: Option<Usage>,
    candidates: Vec<Candidate>,
    /// Members that no event stands for, with their values as JSON.
    extra: Vec<(String, String)>,
}

/// One of the answers.
#[derive(Debug, Default)]
struct Candidate {
    index: u32,
    /// Its text, in which citations have their places.
    text: String,
    citations: Vec<Citation>,
    calls: Vec<Gathered>,
    finish: Option<FinishReason>,
}

/// A call whose arguments are coming.
#[derive(Debug)]
struct Gathered {
    index: u32,
    call: ToolCall,
    input: Input,
}

impl Candidate {
    /// Takes out calls from the front, those that are whole or all of them.
    fn calls(&mut self, all: bool) -> Vec<ToolCall> {
        let whole = |gathered: &Gathered| all || gathered.input.is_whole();
        let count = self.calls.iter().take_while(|gathered| whole(gathered)).count();
        self.calls.drain(..count).map(|gathered| gathered.call).collect()
    }
}

impl Encoder {
    /// An encoder of one answer.
    pub fn new(identity: Identity) -> Self {
        Self { identity, start: None, usage: None, candidates: Vec::new(), extra: Vec::new() }
    }

    fn candidate(&mut self, index: u32) -> &mut Candidate {
        let place = self.candidates.iter().position(|candidate| candidate.index == index);
        let place = place.unwrap_or_else(|| {
            self.candidates.push(Candidate { index, ..Candidate::default() });
            self.candidates.len() - 1
        });
        &mut self.candidates[place]
    }

    /// A chunk of these parts of one answer.
    fn parts(&self, index: u32, out: &mut BytesMut, parts: impl FnOnce(&mut Json<'_>)) {
        self.chunk(out, |json| {
            json.list("candidates", |json| {
                json.entry(|json| {
                    json.object("content", |json| {
                        json.list("parts", parts).text("role", "model");
                    });
                    json.number("index", index);
                });
            });
        });
    }

    fn chunk(&self, out: &mut BytesMut, fill: impl FnOnce(&mut Json<'_>)) {
        out.reserve(256);
        out.extend_from_slice(b"data: ");
        Json::new(out).braces(|json| {
            fill(json);
            let start = self.start.as_ref();
            let (id, model) =
                (start.and_then(|start| start.id.as_deref()), start.and_then(|start| start.model.as_deref()));
            answer::head(id, model, &self.identity, json);
        });
        out.extend_from_slice(b"\n\n");
    }

    /// Calls that are whole come before what is said behind them.
    fn whole_calls(&mut self, index: u32, all: bool, out: &mut BytesMut) {
        let calls = self.candidate(index).calls(all);
        if !calls.is_empty() {
            self.parts(index, out, |json| calls.iter().for_each(|call| said::call(call, json)));
        }
    }

    fn say(&mut self, index: u32, out: &mut BytesMut, parts: impl FnOnce(&mut Json<'_>)) {
        self.whole_calls(index, false, out);
        self.parts(index, out, parts);
    }

    /// Keeps members for the last chunk, later ones over earlier ones.
    fn keep(&mut self, json: &str) {
        let members: Rest<'_> = serde_json::from_str(json).unwrap_or_default();
        // Those of choices and of whole events are another dialect's.
        let known = |name: &str| ANSWER.contains(&name) || ["choices", "type"].contains(&name);
        for (name, value) in members.iter().filter(|(name, _)| !known(name)) {
            self.extra.retain(|(kept, _)| kept != name);
            self.extra.push((name.to_owned(), value.get().to_owned()));
        }
    }

    fn event(&mut self, event: &ChatEvent, out: &mut BytesMut) {
        match event {
            ChatEvent::Start(start) => self.start = Some(start.clone()),
            ChatEvent::Usage(usage) => self.usage = Some(usage.clone()),
            ChatEvent::Extra(json) => self.keep(json),
            ChatEvent::Text(delta) | ChatEvent::Refusal(delta) if !delta.text.is_empty() => {
                self.candidate(delta.choice).text.push_str(&delta.text);
                self.say(delta.choice, out, |json| said::text(&delta.text, json));
            }
            ChatEvent::Text(_) | ChatEvent::Refusal(_) => {}
            ChatEvent::Reasoning(delta) => {
                let thought = ReasoningPart {
                    text: delta.text.clone(),
                    signature: delta.signature.clone().filter(|text| !text.is_empty()),
                    redacted: delta.redacted.clone(),
                    id: delta.id.clone(),
                };
                // An id alone says nothing yet.
                if !thought.text.is_empty() || thought.signature.is_some() || thought.redacted.is_some() {
                    self.say(delta.choice, out, |json| said::thought(&thought, json));
                }
            }
            ChatEvent::ToolCallStart(start) => {
                let call = ToolCall {
                    id: start.id.clone(),
                    name: start.name.clone(),
                    arguments: String::new(),
                    signature: start.signature.clone(),
                };
                let gathered = Gathered { index: start.index, call, input: Input::default() };
                self.candidate(start.choice).calls.push(gathered);
            }
            ChatEvent::ToolCallDelta(delta) => {
                let calls = &mut self.candidate(delta.choice).calls;
                if let Some(gathered) = calls.iter_mut().rfind(|call| call.index == delta.index) {
                    gathered.input.add(&delta.arguments);
                    gathered.call.arguments.push_str(&delta.arguments);
                }
            }
            ChatEvent::Audio(delta) => self.say(delta.choice, out, |json| {
                if !delta.data.is_empty() {
                    said::medium(&Source::Data(delta.data.clone()), "audio/pcm", json);
                }
                said::text(&delta.transcript, json);
            }),
            ChatEvent::Part(part) => self.say(part.choice, out, |json| said::write(&part.part, json)),
            ChatEvent::Citation(delta) => {
                self.candidate(delta.choice).citations.push(delta.citation.clone());
            }
            ChatEvent::Logprobs(delta) => self.logprobs(delta.choice, &delta.tokens, out),
            ChatEvent::Finish(finish) => {
                self.whole_calls(finish.choice, true, out);
                self.candidate(finish.choice).finish = Some(finish.reason.clone());
            }
        }
    }

    fn logprobs(&self, index: u32, tokens: &[TokenLogprob], out: &mut BytesMut) {
        self.chunk(out, |json| {
            json.list("candidates", |json| {
                json.entry(|json| {
                    json.number("index", index);
                    answer::logprobs(tokens, json);
                });
            });
        });
    }
}

impl StreamEncoder for Encoder {
    fn events(&mut self, events: &[ChatEvent], out: &mut BytesMut) {
        for event in events {
            self.event(event, out);
        }
    }

    fn finish(&mut self, out: &mut BytesMut) {
        self.chunk(out, |json| {
            json.list("candidates", |json| {
                for candidate in &self.candidates {
                    json.entry(|json| {
                        json.literal("\"content\":{\"parts\":[{\"text\":\"\"}],\"role\":\"model\"}");
                        let unknown = FinishReason::Other("unknown".to_owned());
                        finish::write(candidate.finish.as_ref().unwrap_or(&unknown), json);
                        json.number("index", candidate.index);
                        let citations: Vec<&Citation> = candidate.citations.iter().collect();
                        grounding::write(&citations, &candidate.text, json);
                    });
                }
            });
            if let Some(usage) = &self.usage {
                finish::usage(usage, json);
            }
            for (name, value) in &self.extra {
                json.key(name).raw(value);
            }
        });
    }

    fn error(&mut self, error: &Error, out: &mut BytesMut) {
        out.extend_from_slice(b"data: ");
        error::write(error, None, &mut Json::new(out));
        out.extend_from_slice(b"\n\n");
    }
}
