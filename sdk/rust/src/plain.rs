//! The plain case of types with many fields: an empty [`Usage`], a part that
//! is just text. And [`Never`], for streams that a plugin doesn't have.

use crate::llm::{ChatEvent, GuestChatStream, Part, TextPart};
use crate::speech::GuestAudioStream;
use crate::transcription::{GuestTranscriptionStream, TranscriptionEvent};
use crate::types::{Error, Usage};

/// Nothing reported.
impl Default for Usage {
    fn default() -> Usage {
        Usage {
            input_tokens: None,
            output_tokens: None,
            cache_read_tokens: None,
            cache_write_tokens: None,
            reasoning_tokens: None,
            audio_input_tokens: None,
            audio_output_tokens: None,
            units: Vec::new(),
            raw: None,
        }
    }
}

impl Part {
    /// Text that cites nothing.
    pub fn text(text: impl Into<String>) -> Part {
        Part::Text(TextPart { text: text.into(), citations: Vec::new() })
    }
}

/// A stream that can't be: for the stream type of a `Guest` whose upstream has
/// none, or whose sound is always the body of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Never {}

impl GuestChatStream for Never {
    fn next(&self) -> Result<Vec<ChatEvent>, Error> {
        match *self {}
    }
}

impl GuestTranscriptionStream for Never {
    fn next(&self) -> Result<Vec<TranscriptionEvent>, Error> {
        match *self {}
    }
}

impl GuestAudioStream for Never {
    fn next(&self) -> Result<Vec<u8>, Error> {
        match *self {}
    }

    fn usage(&self) -> Option<Usage> {
        match *self {}
    }
}
