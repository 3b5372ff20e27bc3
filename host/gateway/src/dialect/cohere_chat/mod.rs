//! Cohere's chats: `POST /v2/chat`. The exact mirror of what the `cohere`
//! plugin does on the other side.
//!
//! <https://docs.cohere.com/reference/chat>

mod answer;
mod block;
mod citations;
mod content;
mod documents;
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

use super::{Answer, DecodeError, Decoded, Identity, StreamEncoder};
use crate::endpoint::PathFacts;

pub use error::encode as encode_error;
pub(crate) use error::end as end_with;
pub use stream::Encoder;

/// The id of thoughts that are the plan for calls of tools, which the dialect
/// tells apart from other thoughts. The `cohere` plugin gives them the same.
const PLAN: &str = "tool_plan";

/// How a client wants its answer: there is one way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked;

/// Reads a request.
///
/// # Errors
/// It isn't one of this dialect, or has something that no provider can be asked
/// for in typed form.
pub fn decode(body: &[u8], _path: &PathFacts) -> Result<Decoded, DecodeError> {
    request::decode(body)
}

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
