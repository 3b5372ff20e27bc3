//! Anthropic's Messages: `POST /v1/messages` and its token counting. The exact
//! mirror of what the `anthropic` plugin does on the other side.
//!
//! <https://docs.claude.com/en/api/messages>

mod answer;
mod block;
mod content;
mod error;
mod messages;
mod request;
mod stream;
mod tools;
mod usage;

#[cfg(test)]
mod tests;

use bytes::{Bytes, BytesMut};
use jackfield_runtime::api::llm::ChatResponse;
use jackfield_runtime::api::types::Error;

use super::write::Json;
use super::{Answer, Decoded, Identity, StreamEncoder};

pub use error::{encode as encode_error, status};
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

/// The answer to `POST /v1/messages/count_tokens`.
pub fn encode_count(tokens: u64) -> Bytes {
    let mut out = BytesMut::with_capacity(32);
    Json::new(&mut out).braces(|json| {
        json.number("input_tokens", tokens);
    });
    out.freeze()
}
