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

use super::OneWay;
use super::write::Json;

pub(super) use carried::CARRIED;
pub(in crate::dialect) use contents::parts;
pub use error::encode as encode_error;
pub(crate) use list::Listed;
pub use request::{decode, decode_count};
pub(super) use said::is_googles;
pub use stream::Encoder;

/// How a client wants its answer.
pub const ASKED: OneWay =
    OneWay { write: answer::write, stream: |identity| Box::new(Encoder::new(identity)), error: encode_error };

/// The answer to `countTokens`.
pub fn encode_count(tokens: u64) -> Bytes {
    let mut out = BytesMut::with_capacity(32);
    Json::new(&mut out).braces(|json| {
        json.number("totalTokens", tokens);
    });
    out.freeze()
}
