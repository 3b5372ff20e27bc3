//! Sound: `POST /v1/audio/transcriptions`, `/v1/audio/translations` and
//! `/v1/audio/speech`.
//!
//! <https://platform.openai.com/docs/api-reference/audio>

mod form;
mod speech;
mod subtitles;
mod transcript;

#[cfg(test)]
mod tests;

pub use form::{Decoded as DecodedTranscription, File, Form, Shape, decode as decode_transcription};
pub use speech::{Decoded as DecodedSpeech, SpeechEvents, decode as decode_speech};
pub use transcript::{TranscriptEvents, Written, encode as encode_transcript};
