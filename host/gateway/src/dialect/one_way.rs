//! Answers of dialects that have one way to write them, whatever was asked.

use bytes::{Bytes, BytesMut};
use jackfield_runtime::api::llm::ChatResponse;
use jackfield_runtime::api::types::Error;

use super::{Answer, Identity, StreamEncoder};

/// The one way in which a dialect's clients want their answers.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct OneWay {
    /// Appends a whole answer.
    pub(super) write: fn(&ChatResponse, &Identity, &mut BytesMut),
    /// Begins a streamed one.
    pub(super) stream: fn(Identity) -> Box<dyn StreamEncoder>,
    /// The body that tells of a failure.
    pub(super) error: fn(&Error, Option<&str>) -> Bytes,
}

impl Answer for OneWay {
    fn encode(&self, answer: &ChatResponse, identity: &Identity) -> Bytes {
        let mut out = BytesMut::with_capacity(1024);
        (self.write)(answer, identity, &mut out);
        out.freeze()
    }

    fn stream(&self, identity: Identity) -> Box<dyn StreamEncoder> {
        (self.stream)(identity)
    }

    fn error(&self, error: &Error, param: Option<&str>) -> Bytes {
        (self.error)(error, param)
    }
}
