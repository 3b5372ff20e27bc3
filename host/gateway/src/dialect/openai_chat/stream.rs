//! A streamed answer: chunks, each a line of JSON. What all chunks share is
//! written once and copied; a batch of events becomes one piece of bytes.

mod choice;

use bytes::BytesMut;
use jackfield_runtime::api::llm::{ChatEvent, StreamStart};
use jackfield_runtime::api::types::{Error, Usage};

use self::choice::ChoiceState;
use super::Asked;
use crate::dialect::extra::{self, Extra};
use crate::dialect::write::Json;
use crate::dialect::{Identity, StreamEncoder};

/// Members that upstreams of this dialect repeat in every chunk.
const REPEATED: [&str; 2] = ["system_fingerprint", "service_tier"];
const CHUNK: [&str; 8] =
    ["id", "object", "created", "model", "choices", "usage", "system_fingerprint", "service_tier"];
const CHOICE: [&str; 4] = ["index", "delta", "finish_reason", "logprobs"];
const DELTA: [&str; 5] = ["role", "content", "refusal", "tool_calls", "reasoning_content"];

/// Writes events as chunks.
#[derive(Debug)]
pub struct Encoder {
    asked: Asked,
    identity: Identity,
    /// The beginning of every chunk, up to the value of `choices`.
    head: BytesMut,
    choices: Vec<ChoiceState>,
    /// Members that go with the next chunk: one without choices would take
    /// many clients by surprise.
    waiting: BytesMut,
    usage: Option<Usage>,
}

impl Encoder {
    /// An encoder of one answer.
    pub fn new(asked: Asked, identity: Identity) -> Self {
        let mut encoder = Encoder {
            asked,
            identity,
            head: BytesMut::new(),
            choices: Vec::new(),
            waiting: BytesMut::new(),
            usage: None,
        };
        encoder.set_head(None);
        encoder
    }

    fn set_head(&mut self, start: Option<&StreamStart>) {
        self.head.clear();
        self.head.extend_from_slice(b"data: ");
        let mut json = Json::new(&mut self.head);
        json.literal("{");
        match start.and_then(|start| start.id.as_deref()) {
            Some(id) => json.text("id", id),
            None => json.text("id", &format!("chatcmpl-{}", self.identity.id)),
        };
        json.text("object", "chat.completion.chunk");
        json.number("created", start.and_then(|start| start.created).unwrap_or(self.identity.created));
        json.text("model", start.and_then(|start| start.model.as_deref()).unwrap_or(&self.identity.model));
    }

    /// Writes a chunk of which the function fills the choices.
    fn chunk(
        head: &BytesMut,
        waiting: &mut BytesMut,
        null_usage: bool,
        out: &mut BytesMut,
        choices: impl FnOnce(&mut Json<'_>),
    ) {
        out.reserve(head.len() + 160);
        out.extend_from_slice(head);
        out.extend_from_slice(b",\"choices\":[");
        choices(&mut Json::new(out));
        out.extend_from_slice(b"]");
        out.extend_from_slice(waiting);
        waiting.clear();
        out.extend_from_slice(if null_usage { b",\"usage\":null}\n\n" } else { b"}\n\n" });
    }

    /// Members that no event stands for.
    fn extra(&mut self, json: &str, out: &mut BytesMut) {
        let extra = Extra::read(Some(json));
        for (name, value) in extra.rest.iter().filter(|(name, _)| REPEATED.contains(name)) {
            Json::new(&mut self.head).key(name).raw(value.get());
        }
        if extra.rest.names().any(|name| !CHUNK.contains(&name)) {
            // A comma is needed before the first of them too.
            let mut members = BytesMut::from(&b"{"[..]);
            extra::write(&extra.rest, &CHUNK, &mut Json::new(&mut members));
            self.waiting.extend_from_slice(b",");
            self.waiting.extend_from_slice(&members[1..]);
        }
        for of_choice in extra.of_choices() {
            let null_usage = self.asked.include_usage;
            Self::chunk(&self.head, &mut self.waiting, null_usage, out, |json| {
                json.braces(|json| {
                    json.number("index", of_choice.index.unwrap_or(0));
                    json.object("delta", |json| {
                        if let Some(delta) = of_choice.delta.as_ref().or(of_choice.message.as_ref()) {
                            extra::write(delta, &DELTA, json);
                        }
                    });
                    json.null("logprobs").null("finish_reason");
                    extra::write(&of_choice.rest, &CHOICE, json);
                });
            });
        }
    }
}

impl StreamEncoder for Encoder {
    fn events(&mut self, events: &[ChatEvent], out: &mut BytesMut) {
        let mut rest = events;
        while let Some((event, behind)) = rest.split_first() {
            rest = behind;
            match event {
                ChatEvent::Start(start) => self.set_head(Some(start)),
                ChatEvent::Usage(usage) => self.usage = Some(usage.clone()),
                ChatEvent::Extra(json) => self.extra(json, out),
                event => {
                    let Some(index) = choice::index_of(event) else { continue };
                    let state = choice::state(&mut self.choices, index);
                    // Upstreams tell of a text and its tokens in one chunk.
                    let logprobs = match rest.first() {
                        Some(ChatEvent::Logprobs(delta)) if delta.choice == index && event_is_text(event) => {
                            rest = &rest[1..];
                            delta.tokens.as_slice()
                        }
                        _ => &[],
                    };
                    let (asked, null_usage) = (&self.asked, self.asked.include_usage);
                    if state.says_something(event, asked) {
                        Self::chunk(&self.head, &mut self.waiting, null_usage, out, |json| {
                            state.write(event, logprobs, asked, json);
                        });
                    }
                }
            }
        }
    }

    fn finish(&mut self, out: &mut BytesMut) {
        let usage = self.usage.take().filter(|_| self.asked.include_usage);
        if let Some(usage) = usage {
            out.extend_from_slice(&self.head);
            out.extend_from_slice(b",\"choices\":[]");
            out.extend_from_slice(&self.waiting);
            out.extend_from_slice(b",\"usage\":");
            super::usage::write(&usage, &mut Json::new(out));
            out.extend_from_slice(b"}\n\n");
            self.waiting.clear();
        } else if !self.waiting.is_empty() {
            Self::chunk(&self.head, &mut self.waiting, self.asked.include_usage, out, |json| {
                json.literal(r#"{"index":0,"delta":{},"logprobs":null,"finish_reason":null}"#);
            });
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
    }

    fn error(&mut self, error: &Error, out: &mut BytesMut) {
        out.extend_from_slice(b"data: ");
        super::error::write(error, None, &mut Json::new(out));
        out.extend_from_slice(b"\n\n");
    }
}

fn event_is_text(event: &ChatEvent) -> bool {
    matches!(event, ChatEvent::Text(_) | ChatEvent::Refusal(_))
}
