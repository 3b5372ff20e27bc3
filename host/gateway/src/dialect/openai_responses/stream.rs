//! A streamed answer: each step of each item is an event with a number of its
//! own, and the last one tells the whole answer again.

mod frames;
mod output;

use bytes::BytesMut;
use jackfield_runtime::api::llm::{ChatEvent, FinishReason};
use jackfield_runtime::api::types::{Error, Usage};

use self::frames::Frames;
use self::output::Output;
use super::Asked;
use super::answer::{self, Head, Status};
use crate::dialect::{Identity, StreamEncoder};

/// Writes events as this dialect's.
#[derive(Debug)]
pub struct Encoder {
    asked: Asked,
    identity: Identity,
    head: Head,
    begun: bool,
    frames: Frames,
    output: Output,
    usage: Option<Usage>,
    reason: FinishReason,
}

impl Encoder {
    /// An encoder of one answer.
    pub fn new(asked: Asked, identity: Identity) -> Self {
        Encoder {
            asked,
            head: Head::new(None, None, None, &identity),
            identity,
            begun: false,
            frames: Frames::default(),
            output: Output::default(),
            usage: None,
            reason: FinishReason::Stop,
        }
    }

    fn begin(&mut self, out: &mut BytesMut) {
        if std::mem::replace(&mut self.begun, true) {
            return;
        }
        for name in ["response.created", "response.in_progress"] {
            self.frames.write(name, out, |json| {
                answer::response(&self.asked, &self.head, Status::Begun, &[], None, json.key("response"));
            });
        }
    }

    fn tell(&mut self, name: &str, status: Status<'_>, out: &mut BytesMut) {
        let (asked, head, items, usage) = (&self.asked, &self.head, self.output.items(), self.usage.as_ref());
        self.frames.write(name, out, |json| {
            answer::response(asked, head, status, items, usage, json.key("response"))
        });
    }
}

impl StreamEncoder for Encoder {
    fn events(&mut self, events: &[ChatEvent], out: &mut BytesMut) {
        for event in events {
            match event {
                ChatEvent::Start(start) => {
                    self.head =
                        Head::new(start.id.as_deref(), start.created, start.model.as_deref(), &self.identity);
                }
                ChatEvent::Usage(usage) => self.usage = Some(usage.clone()),
                ChatEvent::Extra(_) => {}
                ChatEvent::Finish(finish) if finish.choice == 0 => {
                    self.begin(out);
                    self.output.close_all(&self.head.id, &mut self.frames, out);
                    self.reason = finish.reason.clone();
                }
                said => {
                    self.begin(out);
                    self.output.say(said, &self.head.id, &mut self.frames, out);
                }
            }
        }
    }

    fn finish(&mut self, out: &mut BytesMut) {
        self.begin(out);
        self.output.close_all(&self.head.id, &mut self.frames, out);
        let reason = std::mem::replace(&mut self.reason, FinishReason::Stop);
        let status = Status::of(&reason, answer::refused(self.output.items()));
        let name = match status {
            Status::Incomplete(_) => "response.incomplete",
            _ => "response.completed",
        };
        self.tell(name, status, out);
    }

    fn error(&mut self, error: &Error, out: &mut BytesMut) {
        self.begin(out);
        self.tell("response.failed", Status::Failed(error), out);
        self.frames.write("error", out, |json| {
            answer::failure(error, json);
            json.null("param");
        });
    }
}
