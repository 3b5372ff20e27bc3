//! A streamed answer: `message_start`, its blocks, `message_delta` with the
//! reason to end and the final usage, `message_stop`. The typed events have no
//! blocks; these are opened and closed as what is said changes.

mod blocks;

use bytes::BytesMut;
use jackfield_runtime::api::llm::{ChatEvent, Finish, StreamStart};
use jackfield_runtime::api::types::{Error, Usage};

use self::blocks::Events;
use super::answer::{self, MESSAGE};
use super::{block, error, usage};
use crate::dialect::blocks::Blocks;
use crate::dialect::events::{self, frame};
use crate::dialect::extra;
use crate::dialect::read::Rest;
use crate::dialect::write::Json;
use crate::dialect::{Identity, StreamEncoder};

/// Members that stand beside the reason to end.
const OF_DELTA: [&str; 2] = ["stop_details", "container"];

/// Writes events as this dialect's.
#[derive(Debug)]
pub struct Encoder {
    identity: Identity,
    start: Option<StreamStart>,
    /// Whether `message_start` is written. It waits for the first thing said,
    /// since the usage that it tells of may come behind the head.
    begun: bool,
    blocks: Blocks<Events>,
    usage: Option<Usage>,
    finish: Option<Finish>,
    /// Members that wait for `message_start` or, behind it, for `message_delta`.
    members: BytesMut,
    /// Members that wait for the inner object of `message_delta`.
    delta_members: BytesMut,
}

impl Encoder {
    /// An encoder of one answer.
    pub fn new(identity: Identity) -> Self {
        Encoder {
            identity,
            start: None,
            begun: false,
            blocks: Blocks::default(),
            usage: None,
            finish: None,
            members: BytesMut::new(),
            delta_members: BytesMut::new(),
        }
    }

    fn begin(&mut self, out: &mut BytesMut) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        let start = self.start.as_ref();
        frame("message_start", out, |json| {
            json.object("message", |json| {
                let id = start.and_then(|start| start.id.as_deref());
                answer::head(id, start.and_then(|start| start.model.as_deref()), &self.identity, json);
                json.literal(",\"content\":[]").null("stop_reason").null("stop_sequence").key("usage");
                usage::write(self.usage.as_ref(), json);
                flush(&mut self.members, json);
            });
        });
    }

    /// Members that no event stands for: an event of an unknown kind, or more
    /// of the message.
    fn extra(&mut self, text: &str, out: &mut BytesMut) {
        let Ok(members) = serde_json::from_str::<Rest<'_>>(text) else { return };
        if let Some(kind) = events::strange(&members) {
            self.begin(out);
            events::pass(kind, text, out);
            return;
        }
        let mut delta = Rest::default();
        let mut message = Rest::default();
        for (name, value) in members.iter().filter(|(name, _)| *name != "choices") {
            let place = if OF_DELTA.contains(&name) && self.begun { &mut delta } else { &mut message };
            place.push(name.to_owned().into(), value);
        }
        keep(&delta, &mut self.delta_members);
        keep(&message, &mut self.members);
    }
}

/// Members in the form in which they are appended to an object that has some.
fn keep(members: &Rest<'_>, to: &mut BytesMut) {
    let mut object = BytesMut::from(&b"{"[..]);
    extra::write(members, &MESSAGE, &mut Json::new(&mut object));
    if object.len() > 1 {
        to.extend_from_slice(b",");
        to.extend_from_slice(&object[1..]);
    }
}

fn flush(members: &mut BytesMut, json: &mut Json<'_>) {
    json.literal(&String::from_utf8_lossy(members));
    members.clear();
}

impl StreamEncoder for Encoder {
    fn events(&mut self, events: &[ChatEvent], out: &mut BytesMut) {
        for (place, event) in events.iter().enumerate() {
            match event {
                ChatEvent::Start(start) => self.start = Some(start.clone()),
                ChatEvent::Usage(usage) => self.usage = Some(usage.clone()),
                ChatEvent::Extra(json) => self.extra(json, out),
                ChatEvent::Finish(finish) if finish.choice == 0 => {
                    self.begin(out);
                    self.blocks.close_all(out);
                    self.finish = Some(finish.clone());
                }
                // An explanation that is told of by the member it was read from.
                ChatEvent::Refusal(_) if matches!(events.get(place + 1), Some(ChatEvent::Extra(json)) if json.contains("\"stop_details\"")) =>
                    {}
                ChatEvent::Finish(_) | ChatEvent::Logprobs(_) => {}
                said => {
                    self.begin(out);
                    self.blocks.say(said, out);
                }
            }
        }
    }

    fn finish(&mut self, out: &mut BytesMut) {
        self.begin(out);
        self.blocks.close_all(out);
        let finish = self.finish.take();
        let stop = finish.as_ref().and_then(|finish| finish.stop_sequence.as_deref());
        let reason = finish.as_ref().and_then(|finish| block::stop_reason(&finish.reason, stop));
        frame("message_delta", out, |json| {
            json.object("delta", |json| {
                json.text_or_null("stop_reason", reason).text_or_null("stop_sequence", stop);
                flush(&mut self.delta_members, json);
            });
            json.key("usage");
            usage::write(self.usage.as_ref(), json);
            flush(&mut self.members, json);
        });
        frame("message_stop", out, |_| {});
    }

    fn error(&mut self, error: &Error, out: &mut BytesMut) {
        out.extend_from_slice(b"event: error\ndata: ");
        error::write(error, None, &mut Json::new(out));
        out.extend_from_slice(b"\n\n");
    }
}
