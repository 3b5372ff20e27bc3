//! A stream that never ends.

use std::cell::Cell;

use jackfield_sdk::llm::{ChatEvent, GuestChatStream, StreamStart, TextDelta};
use jackfield_sdk::types::Error;

/// Has always one more word to say.
#[derive(Debug, Default)]
pub(crate) struct Flood {
    started: Cell<bool>,
}

impl GuestChatStream for Flood {
    fn next(&self) -> Result<Vec<ChatEvent>, Error> {
        if !self.started.replace(true) {
            let head = StreamStart { id: None, model: None, created: None, warnings: Vec::new() };
            return Ok(vec![ChatEvent::Start(head)]);
        }
        Ok(vec![ChatEvent::Text(TextDelta { choice: 0, text: "and on and ".to_owned() })])
    }
}
