//! A streamed answer: `message-start`, what is said, `message-end` with the
//! reason to end and the usage, and behind it the mark of the end that Cohere's
//! own streams have too.
//!
//! <https://docs.cohere.com/docs/streaming>

mod said;

use std::collections::BTreeMap;

use bytes::BytesMut;
use jackfield_runtime::api::llm::{ChatEvent, Finish};
use jackfield_runtime::api::types::{Error, Usage};

use self::said::Said;
use super::answer::CITATIONS;
use super::{block, error, usage};
use crate::dialect::events::{self, frame};
use crate::dialect::read::Rest;
use crate::dialect::write::Json;
use crate::dialect::{Identity, StreamEncoder};

/// Members that `message-end` has by itself, and those that have no place in it.
const NOT_KEPT: [&str; 4] = ["type", "id", "delta", "choices"];

/// Writes events as this dialect's.
#[derive(Debug)]
pub struct Encoder {
    identity: Identity,
    id: Option<String>,
    begun: bool,
    said: Said,
    usage: Option<Usage>,
    finish: Option<Finish>,
    /// Members that wait for `message-end`; a later one takes the place of an
    /// earlier one of its name.
    members: BTreeMap<String, String>,
}

impl Encoder {
    /// An encoder of one answer.
    pub fn new(identity: Identity) -> Self {
        Encoder {
            identity,
            id: None,
            begun: false,
            said: Said::default(),
            usage: None,
            finish: None,
            members: BTreeMap::new(),
        }
    }

    fn begin(&mut self, out: &mut BytesMut) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        frame("message-start", out, |json| {
            json.text("id", self.id.as_deref().unwrap_or(&self.identity.id)).object("delta", |json| {
                json.object("message", |json| {
                    json.text("role", "assistant").list("content", |_| {}).text("tool_plan", "");
                    json.list("tool_calls", |_| {}).list(CITATIONS, |_| {});
                });
            });
        });
    }

    /// Members that no event stands for: an event of an unknown kind, citations
    /// of thoughts, or more of the answer.
    fn extra(&mut self, text: &str, out: &mut BytesMut) {
        let Ok(members) = serde_json::from_str::<Rest<'_>>(text) else { return };
        if let Some(kind) = events::strange(&members) {
            self.begin(out);
            events::pass(kind, text, out);
            return;
        }
        for (name, value) in members.iter().filter(|(name, _)| !NOT_KEPT.contains(name)) {
            if name == CITATIONS {
                self.begin(out);
                self.said.records(value, out);
            } else {
                self.members.insert(name.to_owned(), value.get().to_owned());
            }
        }
    }

    fn end(&mut self, out: &mut BytesMut, delta: impl FnOnce(&mut Json<'_>)) {
        frame("message-end", out, |json| {
            json.object("delta", delta);
            for (name, value) in std::mem::take(&mut self.members) {
                json.key(&name).raw(&value);
            }
        });
        out.extend_from_slice(b"data: [DONE]\n\n");
    }
}

impl StreamEncoder for Encoder {
    fn events(&mut self, events: &[ChatEvent], out: &mut BytesMut) {
        let mut rest = events;
        while let Some((event, behind)) = rest.split_first() {
            rest = behind;
            match event {
                ChatEvent::Start(start) => self.id.clone_from(&start.id),
                ChatEvent::Usage(usage) => self.usage = Some(usage.clone()),
                ChatEvent::Extra(json) => self.extra(json, out),
                ChatEvent::Finish(finish) if finish.choice == 0 => {
                    self.begin(out);
                    self.said.close_all(out);
                    self.finish = Some(finish.clone());
                }
                event => {
                    self.begin(out);
                    // The dialect tells of a text and its tokens in one event.
                    let tokens = match (event, rest.first()) {
                        (ChatEvent::Text(text), Some(ChatEvent::Logprobs(delta)))
                            if delta.choice == text.choice =>
                        {
                            rest = &rest[1..];
                            delta.tokens.as_slice()
                        }
                        _ => &[],
                    };
                    self.said.say(event, tokens, out);
                }
            }
        }
    }

    fn finish(&mut self, out: &mut BytesMut) {
        self.begin(out);
        self.said.close_all(out);
        let finish = self.finish.take();
        let stop = finish.as_ref().and_then(|finish| finish.stop_sequence.as_deref());
        let reason = finish.as_ref().and_then(|finish| block::finish_word(&finish.reason, stop));
        let used = self.usage.take();
        self.end(out, |json| {
            json.text_or_null("finish_reason", reason);
            if let Some(used) = used {
                usage::write(&used, json.key("usage"));
            }
        });
    }

    fn error(&mut self, error: &Error, out: &mut BytesMut) {
        error::end(error, self.usage.as_ref(), out);
    }
}
