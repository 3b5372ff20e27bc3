//! A streamed answer: `messageStart`, its blocks, `messageStop` with the reason
//! to end, `metadata` with the usage.

mod blocks;

use bytes::BytesMut;
use jackfield_runtime::api::llm::{ChatEvent, Finish};
use jackfield_runtime::api::types::{Error, Usage};

use self::blocks::Events;
use super::{Asked, answer, block, error, frame, usage};
use crate::dialect::StreamEncoder;
use crate::dialect::blocks::Blocks;
use crate::dialect::extra;
use crate::dialect::read::Rest;

/// Members that are written here, or belong to what isn't.
const MEMBERS: [&str; 4] = ["usage", "metrics", "additionalModelResponseFields", "choices"];

/// Writes events as this dialect's messages.
#[derive(Debug)]
pub struct Encoder {
    asked: Asked,
    begun: bool,
    blocks: Blocks<Events>,
    usage: Option<Usage>,
    finish: Option<Finish>,
    /// Members that no event stands for, each time a JSON object.
    extra: Vec<String>,
}

impl Encoder {
    /// An encoder of one answer.
    pub fn new(asked: Asked) -> Self {
        let blocks = Blocks::default();
        Encoder { asked, begun: false, blocks, usage: None, finish: None, extra: Vec::new() }
    }

    fn begin(&mut self, out: &mut BytesMut) {
        if !std::mem::replace(&mut self.begun, true) {
            frame::event("messageStart", out, |json| {
                json.text("role", "assistant");
            });
        }
    }
}

/// All members, of which the last of each name counts.
fn merged(objects: &[String]) -> Rest<'_> {
    let mut all = Rest::default();
    let lists: Vec<Rest<'_>> =
        objects.iter().filter_map(|object| serde_json::from_str(object).ok()).collect();
    for (place, list) in lists.iter().enumerate() {
        for (name, value) in list.iter() {
            let again = lists[place + 1..].iter().any(|list| list.names().any(|other| other == name));
            if !again {
                all.push(name.to_owned().into(), value);
            }
        }
    }
    all
}

impl StreamEncoder for Encoder {
    fn events(&mut self, events: &[ChatEvent], out: &mut BytesMut) {
        for event in events {
            match event {
                ChatEvent::Start(_) => self.begin(out),
                ChatEvent::Usage(usage) => self.usage = Some(usage.clone()),
                // Members of each chunk say the same again and again.
                ChatEvent::Extra(json) if self.extra.last() != Some(json) => self.extra.push(json.clone()),
                ChatEvent::Finish(finish) if finish.choice == 0 => {
                    self.begin(out);
                    self.blocks.close_all(out);
                    self.finish = Some(finish.clone());
                }
                ChatEvent::Finish(_) | ChatEvent::Logprobs(_) | ChatEvent::Extra(_) => {}
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
        let reason = finish.as_ref().map_or("end_turn", |finish| block::stop_reason(&finish.reason, stop));
        let rest = merged(&self.extra);
        frame::event("messageStop", out, |json| {
            json.text("stopReason", reason);
            answer::models_own(&rest, stop, self.asked, json);
        });
        frame::event("metadata", out, |json| {
            json.key("usage");
            usage::write(self.usage.as_ref(), json);
            answer::metrics(&rest, self.asked, json);
            extra::write(&rest, &MEMBERS, json);
        });
    }

    fn error(&mut self, error: &Error, out: &mut BytesMut) {
        error::write(error, out);
    }
}
