//! Transcripts: the fields of the form that is sent, the whole answer, and the
//! events of a streamed one.
//!
//! <https://platform.openai.com/docs/api-reference/audio/createTranscription>

mod answer;
mod form;
mod stream;
#[cfg(test)]
mod tests;

pub(crate) use answer::convert;
pub(crate) use form::prepare;
pub(crate) use stream::TranscriptDecoder;
