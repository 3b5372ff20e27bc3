//! What an endpoint answers, before knobs have their way with it.

use std::fmt;

use bytes::Bytes;
use serde::Serialize;

use super::error::{ApiError, Dialect};
use super::knobs::Knobs;
use super::state::{Received, State};

/// What an endpoint gets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) state: &'a State,
    pub(super) request: &'a Received,
}

impl Call<'_> {
    /// A header's value, where it is text.
    pub(super) fn header(&self, name: &str) -> &str {
        self.request.head.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The credential that came with the request, in whichever header.
    pub(super) fn key(&self) -> &str {
        let bearer = self.header("authorization");
        let bearer = bearer.strip_prefix("Bearer ").unwrap_or(bearer);
        [bearer, self.header("x-api-key"), self.header("api-key")]
            .into_iter()
            .find(|key| !key.is_empty())
            .unwrap_or("")
    }
}

/// A good answer to a request for a model.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) model: String,
    pub(super) knobs: Knobs,
    pub(super) content_type: &'static str,
    pub(super) content: ReplyContent,
}

pub(super) enum ReplyContent {
    Whole(Bytes),
    Stream(Script),
}

/// The events of a stream, each with the blank line at its end.
pub(super) type Script = Box<dyn Iterator<Item = Bytes> + Send>;

impl fmt::Debug for ReplyContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(body) => f.debug_tuple("Whole").field(&body.len()).finish(),
            Self::Stream(_) => f.write_str("Stream"),
        }
    }
}

impl Reply {
    /// JSON.
    pub(super) fn json(model: &str, knobs: Knobs, value: &impl Serialize) -> Result<Self, ApiError> {
        let body = serde_json::to_vec(value).map_err(|error| ApiError::unreadable(&error))?;
        Ok(Self::whole(model, knobs, "application/json", body.into()))
    }

    /// Bytes.
    pub(super) fn whole(model: &str, knobs: Knobs, content_type: &'static str, body: Bytes) -> Self {
        Self { model: model.to_owned(), knobs, content_type, content: ReplyContent::Whole(body) }
    }

    /// Server-sent events.
    pub(super) fn stream(model: &str, knobs: Knobs, script: Script) -> Self {
        let content_type = "text/event-stream; charset=utf-8";
        Self { model: model.to_owned(), knobs, content_type, content: ReplyContent::Stream(script) }
    }
}

/// The event that reports an error in the middle of a stream.
pub(super) fn error_event(dialect: Dialect, error: &ApiError) -> Bytes {
    let body = error.body(dialect);
    let name: &[u8] = match dialect {
        Dialect::OpenAi => b"",
        Dialect::Anthropic => b"event: error\n",
    };
    Bytes::from([name, b"data: ", &body[..], b"\n\n"].concat())
}
