//! OpenAI's Chat Completions: `POST /v1/chat/completions`, the dialect that
//! most clients speak. The exact mirror of what the `openai` plugin does on
//! the other side, so that a request arrives at an upstream of the same
//! dialect as its client wrote it.
//!
//! <https://platform.openai.com/docs/api-reference/chat>

mod answer;
mod error;
mod message;
mod messages;
mod parts;
mod request;
mod stream;
mod tools;
mod usage;

#[cfg(test)]
mod tests;

use bytes::{Bytes, BytesMut};
use jackfield_runtime::api::llm::ChatResponse;
use jackfield_runtime::api::types::Error;

use super::{Answer, Decoded, Identity, StreamEncoder};

pub use error::encode as encode_error;
pub use request::decode;
pub use stream::Encoder;

pub(crate) use answer::finish_word;
pub(crate) use error::{member as error_member, words as error_words, write as write_error};
pub(crate) use message::logprobs as write_tokens;
pub(crate) use usage::write as write_usage;

/// How a client wants its answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Whether a stream ends with a chunk that tells the usage.
    pub include_usage: bool,
    /// Whether calls are told in the form of before there were tools.
    pub functions: bool,
    /// Tools that take free text, whose calls have a form of their own.
    pub custom_tools: Vec<String>,
}

impl Answer for Asked {
    fn encode(&self, answer: &ChatResponse, identity: &Identity) -> Bytes {
        let mut out = BytesMut::with_capacity(1024);
        answer::write(self, answer, identity, &mut out);
        out.freeze()
    }

    fn stream(&self, identity: Identity) -> Box<dyn StreamEncoder> {
        Box::new(Encoder::new(self.clone(), identity))
    }

    fn error(&self, error: &Error, param: Option<&str>) -> Bytes {
        encode_error(error, param)
    }
}
