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

use super::write::Json;
use super::{Decoded, OneWay};

pub use error::{encode as encode_error, status};
pub use request::{decode, decode_count};
pub use stream::Encoder;

/// How a client wants its answer.
pub const ASKED: OneWay =
    OneWay { write: answer::write, stream: |identity| Box::new(Encoder::new(identity)), error: encode_error };

/// The answer to `POST /v1/messages/count_tokens`.
pub fn encode_count(tokens: u64) -> Bytes {
    let mut out = BytesMut::with_capacity(32);
    Json::new(&mut out).braces(|json| {
        json.number("input_tokens", tokens);
    });
    out.freeze()
}
