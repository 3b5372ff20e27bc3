//! Gemini's `generateContent`, whole and streamed, and its counting of tokens.
//! The exact mirror of what the `google` plugin does on the other side.
//!
//! <https://ai.google.dev/api/generate-content>

mod answer;
mod carried;
mod contents;
mod error;
mod finish;
mod generation;
mod grounding;
mod ids;
mod list;
mod part;
mod request;
mod said;
mod schema;
mod stream;
mod tools;

#[cfg(test)]
mod tests;

use bytes::{Bytes, BytesMut};
use jackfield_runtime::api::llm::ChatResponse;
use jackfield_runtime::api::types::Error;

use super::write::Json;
use super::{Answer, Identity, StreamEncoder};

pub use error::encode as encode_error;
pub(crate) use list::Listed;
pub use request::{decode, decode_count};
pub use stream::Encoder;

/// How a client wants its answer: there is one way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked;

impl Answer for Asked {
    fn encode(&self, answer: &ChatResponse, identity: &Identity) -> Bytes {
        let mut out = BytesMut::with_capacity(1024);
        answer::write(answer, identity, &mut out);
        out.freeze()
    }

    fn stream(&self, identity: Identity) -> Box<dyn StreamEncoder> {
        Box::new(Encoder::new(identity))
    }

    fn error(&self, error: &Error, param: Option<&str>) -> Bytes {
        encode_error(error, param)
    }
}

/// The answer to `countTokens`.
pub fn encode_count(tokens: u64) -> Bytes {
    let mut out = BytesMut::with_capacity(32);
    Json::new(&mut out).braces(|json| {
        json.number("totalTokens", tokens);
    });
    out.freeze()
}
