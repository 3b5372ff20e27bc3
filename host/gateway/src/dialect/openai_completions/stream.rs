//! A streamed answer: chunks of the same shape as the whole.

use bytes::BytesMut;
use jackfield_runtime::api::llm::{ChatEvent, FinishReason, TokenLogprob};
use jackfield_runtime::api::types::{Error, Usage};

use super::{Asked, answer};
use crate::dialect::write::Json;
use crate::dialect::{Identity, StreamEncoder, openai_chat};

/// Writes events as chunks.
#[derive(Debug)]
pub struct Encoder {
    asked: Asked,
    identity: Identity,
    /// The beginning of every chunk, up to the value of `choices`.
    head: BytesMut,
    /// Characters of each answer that log probabilities were told of.
    offsets: Vec<(u32, usize)>,
    usage: Option<Usage>,
}

impl Encoder {
    /// An encoder of one answer.
    pub fn new(asked: Asked, identity: Identity) -> Self {
        let mut head = BytesMut::new();
        begin(None, None, None, &identity, &mut head);
        Encoder { asked, identity, head, offsets: Vec::new(), usage: None }
    }

    fn chunk(
        &mut self,
        choice: u32,
        text: &str,
        tokens: &[TokenLogprob],
        finish: Option<(&FinishReason, Option<&str>)>,
        out: &mut BytesMut,
    ) {
        out.reserve(self.head.len() + text.len() + 96);
        out.extend_from_slice(&self.head);
        let place = self.offsets.iter().position(|(known, _)| *known == choice).unwrap_or_else(|| {
            self.offsets.push((choice, 0));
            self.offsets.len() - 1
        });
        let mut json = Json::new(out);
        json.list("choices", |json| {
            json.entry(|json| {
                json.text("text", text).number("index", choice);
                answer::logprobs(tokens, &mut self.offsets[place].1, json);
                match finish {
                    Some((reason, stop)) => {
                        json.text("finish_reason", openai_chat::finish_word(reason, false, false));
                        json.optional("stop_reason", stop);
                    }
                    None => {
                        json.null("finish_reason");
                    }
                }
            });
        });
        if self.asked.include_usage {
            json.null("usage");
        }
        json.literal("}\n\n");
    }
}

fn begin(
    id: Option<&str>,
    created: Option<u64>,
    model: Option<&str>,
    identity: &Identity,
    out: &mut BytesMut,
) {
    out.clear();
    out.extend_from_slice(b"data: {");
    answer::head(id, created, model, identity, &mut Json::new(out));
}

impl StreamEncoder for Encoder {
    fn events(&mut self, events: &[ChatEvent], out: &mut BytesMut) {
        let mut rest = events;
        while let Some((event, behind)) = rest.split_first() {
            rest = behind;
            match event {
                ChatEvent::Start(start) => begin(
                    start.id.as_deref(),
                    start.created,
                    start.model.as_deref(),
                    &self.identity,
                    &mut self.head,
                ),
                ChatEvent::Text(delta) | ChatEvent::Refusal(delta) => {
                    let tokens = match rest.first() {
                        Some(ChatEvent::Logprobs(more)) if more.choice == delta.choice => {
                            rest = &rest[1..];
                            more.tokens.as_slice()
                        }
                        _ => &[],
                    };
                    self.chunk(delta.choice, &delta.text, tokens, None, out);
                }
                ChatEvent::Logprobs(delta) => self.chunk(delta.choice, "", &delta.tokens, None, out),
                ChatEvent::Finish(finish) => {
                    let end = (&finish.reason, finish.stop_sequence.as_deref());
                    self.chunk(finish.choice, "", &[], Some(end), out);
                }
                ChatEvent::Usage(usage) => self.usage = Some(usage.clone()),
                _ => {}
            }
        }
    }

    fn finish(&mut self, out: &mut BytesMut) {
        if let Some(usage) = self.usage.take().filter(|_| self.asked.include_usage) {
            out.extend_from_slice(&self.head);
            out.extend_from_slice(b",\"choices\":[],\"usage\":");
            openai_chat::write_usage(&usage, &mut Json::new(out));
            out.extend_from_slice(b"}\n\n");
        }
        out.extend_from_slice(b"data: [DONE]\n\n");
    }

    fn error(&mut self, error: &Error, out: &mut BytesMut) {
        out.extend_from_slice(b"data: ");
        openai_chat::write_error(error, None, &mut Json::new(out));
        out.extend_from_slice(b"\n\n");
    }
}
