//! Bedrock's Converse: `POST /model/MODEL/converse` and `.../converse-stream`,
//! whose streams are binary messages. The mirror of what the `bedrock` plugin
//! does on the other side.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>

mod answer;
mod blob;
mod block;
mod content;
mod error;
mod fields;
mod frame;
mod media;
mod messages;
mod place;
mod request;
mod stream;
mod tools;
mod union;
mod usage;

#[cfg(test)]
mod tests;

use std::time::Instant;

use bytes::{Bytes, BytesMut};
use jackfield_runtime::api::llm::ChatResponse;
use jackfield_runtime::api::types::Error;

use super::{Answer, Identity, StreamEncoder};

pub(super) use blob::CARRIED;
pub use error::{encode as encode_error, exception as encode_exception, name as error_name};
pub use frame::encode as encode_event;
pub use request::decode;
pub use stream::Encoder;

/// How a client wants its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Since when it waits, which answers tell.
    since: Instant,
    /// Whether it wants to know the stop text that the model ran into.
    stop_sequence: bool,
}

impl Asked {
    /// A client that begins to wait.
    fn new(stop_sequence: bool) -> Self {
        Asked { since: Instant::now(), stop_sequence }
    }
}

impl Answer for Asked {
    fn encode(&self, answer: &ChatResponse, _identity: &Identity) -> Bytes {
        let mut out = BytesMut::with_capacity(1024);
        answer::write(answer, *self, &mut out);
        out.freeze()
    }

    fn stream(&self, _identity: Identity) -> Box<dyn StreamEncoder> {
        Box::new(Encoder::new(*self))
    }

    fn error(&self, error: &Error, param: Option<&str>) -> Bytes {
        encode_error(error, param)
    }
}
