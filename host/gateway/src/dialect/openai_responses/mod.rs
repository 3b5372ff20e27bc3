//! OpenAI's Responses, `POST /v1/responses`, over chat. What an answer of the
//! dialect rests on beside its request, as conversations that the provider
//! keeps and tools that it runs, is refused: those requests can only be passed
//! on unread to a provider that speaks the dialect itself. Members of a chat's
//! answer that the typed form has no field for have no place in this dialect
//! and aren't told.
//!
//! <https://platform.openai.com/docs/api-reference/responses>

mod answer;
mod echo;
mod item;
mod items;
mod request;
mod stream;

#[cfg(test)]
mod tests;

use bytes::{Bytes, BytesMut};
use jackfield_runtime::api::llm::ChatResponse;
use jackfield_runtime::api::types::Error;

use super::write::Json;
use super::{Answer, Decoded, Identity, StreamEncoder, openai_chat};

pub use request::decode;
pub use stream::Encoder;

/// What an answer tells of its request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Members of the answer, as JSON, each with a comma before it.
    echo: String,
}

/// The event that tells of the end of a stream that the upstream wrote and that
/// broke off: the API's own, with the member that OpenAI's client for Python looks
/// for.
pub(crate) fn broken_event(error: &Error) -> Bytes {
    let mut out = BytesMut::from("event: error\ndata: ");
    Json::new(&mut out).braces(|json| {
        json.text("type", "error");
        answer::failure(error, json);
        json.null("param");
        openai_chat::error_member(error, None, json);
    });
    out.extend_from_slice(b"\n\n");
    out.freeze()
}

impl Answer for Asked {
    fn encode(&self, answer: &ChatResponse, identity: &Identity) -> Bytes {
        let mut out = BytesMut::with_capacity(2048);
        answer::write(self, answer, identity, &mut out);
        out.freeze()
    }

    fn stream(&self, identity: Identity) -> Box<dyn StreamEncoder> {
        Box::new(Encoder::new(self.clone(), identity))
    }

    fn error(&self, error: &Error, param: Option<&str>) -> Bytes {
        openai_chat::encode_error(error, param)
    }
}
