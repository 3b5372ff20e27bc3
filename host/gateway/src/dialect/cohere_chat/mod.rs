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

use super::{DecodeError, Decoded, OneWay};
use crate::endpoint::PathFacts;

pub use error::encode as encode_error;
pub(crate) use error::end as end_with;
pub use stream::Encoder;

/// The id of thoughts that are the plan for calls of tools, which the dialect
/// tells apart from other thoughts. The `cohere` plugin gives them the same.
const PLAN: &str = "tool_plan";

/// How a client wants its answer.
pub const ASKED: OneWay =
    OneWay { write: answer::write, stream: |identity| Box::new(Encoder::new(identity)), error: encode_error };

/// Reads a request.
///
/// # Errors
/// It isn't one of this dialect, or has something that no provider can be asked
/// for in typed form.
pub fn decode(body: &[u8], _path: &PathFacts) -> Result<Decoded, DecodeError> {
    request::decode(body)
}
