//! A stream that never ends.

use jackfield_sdk::llm::{ChatEvent, GuestChatStream, TextDelta};
use jackfield_sdk::types::Error;

/// Has always one more word to say.
#[derive(Debug)]
pub(crate) struct Flood;

impl GuestChatStream for Flood {
    fn next(&self) -> Result<Vec<ChatEvent>, Error> {
        Ok(vec![ChatEvent::Text(TextDelta { choice: 0, text: "and on and ".to_owned() })])
    }
}
