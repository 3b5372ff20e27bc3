//! Wire dialects that clients speak, one folder each: from bytes to a typed
//! request, and from typed answers back to bytes.
//!
//! What is decoded answers for itself: [`Decoded::answer`] remembers how the
//! client wants its answer, so that whoever routes the request needs to know
//! no dialect.

#[macro_use]
mod read;

pub mod anthropic_messages;
pub mod audio;
pub mod bedrock_converse;
pub mod cohere_chat;
pub mod error;
pub mod gemini_embeddings;
pub mod gemini_generate;
pub mod gemini_models;
pub mod head;
pub mod models;
pub mod openai_chat;
pub mod openai_completions;
pub mod openai_embeddings;
pub mod openai_responses;
pub mod rerank;

mod blocks;
mod calls;
mod counts;
mod events;
mod extra;
pub(crate) mod hidden;
mod media;
mod one_way;
mod sound;
mod turns;
mod write;

#[cfg(test)]
mod robustness;
#[cfg(test)]
mod said;
#[cfg(test)]
mod wholes;

use bytes::{Bytes, BytesMut};
use jackfield_runtime::api::llm::{ChatEvent, ChatRequest, ChatResponse};
use jackfield_runtime::api::types::Error;

pub use error::DecodeError;
pub use one_way::OneWay;
pub(crate) use read::{Rest, lenient};

/// A chat request out of any dialect.
#[derive(Debug)]
#[non_exhaustive]
pub struct Decoded {
    /// What is asked.
    pub request: ChatRequest,
    /// Whether the answer is wanted as a stream.
    pub stream: bool,
    /// What of the body was left out, each in a sentence that names its place.
    pub warnings: Vec<String>,
    /// How to write the answer.
    pub answer: Box<dyn Answer>,
}

/// What an answer is given where its provider gave none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// An id, without the prefix that a dialect puts before it.
    pub id: String,
    /// When, in seconds since 1970.
    pub created: u64,
    /// The model, as the client named it.
    pub model: String,
}

/// Writes answers in the dialect and the form that a request asked for.
pub trait Answer: std::fmt::Debug + Send + Sync {
    /// A whole answer.
    fn encode(&self, answer: &ChatResponse, identity: &Identity) -> Bytes;

    /// A streamed one.
    fn stream(&self, identity: Identity) -> Box<dyn StreamEncoder>;

    /// The body that tells of a failure, beside the status of
    /// [`error::status`]. `param` is the place in the request that is wrong.
    fn error(&self, error: &Error, param: Option<&str>) -> Bytes;
}

/// Writes events as server-sent events, batch by batch.
pub trait StreamEncoder: std::fmt::Debug + Send {
    /// Appends what a batch of events becomes; nothing, where they only tell
    /// of what is written later.
    fn events(&mut self, events: &[ChatEvent], out: &mut BytesMut);

    /// Appends the end of a stream that came to its end.
    fn finish(&mut self, out: &mut BytesMut);

    /// Appends the end of a stream that broke off, which no client can take
    /// for a good one.
    fn error(&mut self, error: &Error, out: &mut BytesMut);
}

/// An upstream's error body that is JSON and that the test accepts: a client
/// of the upstream's own dialect is shown it as it is.
fn own_body<'e, T: serde::Deserialize<'e>>(
    error: &'e Error,
    fits: impl FnOnce(&T) -> bool,
) -> Option<&'e str> {
    let body = error.body.as_deref()?;
    let read: T = serde_json::from_str(body).ok()?;
    fits(&read).then_some(body)
}
