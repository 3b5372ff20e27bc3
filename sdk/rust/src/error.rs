//! Making [`Error`]s, and reading what an upstream's answer says about them.
//!
//! A router decides by an error's kind whether to retry, to fall back or to
//! give up, so a plugin owes it an honest one: [`kind_of_status`] is the
//! default, and a plugin that knows its upstream's codes corrects it.

use crate::types::{Error, ErrorKind};

mod retry;
#[cfg(test)]
mod tests;

pub use retry::{rate_limit_reset_ms, retry_after_ms};

impl Error {
    /// An error before anything was sent. The message is for a person: what
    /// happened, to what, and what to do about it.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Error {
        Error {
            kind,
            message: message.into(),
            status: None,
            retry_after_ms: None,
            code: None,
            body: None,
            sent: false,
        }
    }

    /// The caller's request is malformed.
    pub fn invalid_request(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::InvalidRequest, message)
    }

    /// The plugin or its upstream can't do what was asked.
    pub fn unsupported(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Unsupported, message)
    }

    /// The upstream answered something that isn't what its protocol says. It
    /// has answered, so the request was sent.
    pub fn bad_answer(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::BadUpstreamAnswer, message).sent()
    }

    /// A fault of the plugin itself.
    pub fn internal(message: impl Into<String>) -> Error {
        Error::new(ErrorKind::Internal, message)
    }

    /// The upstream's HTTP status.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Error {
        self.status = Some(status);
        self
    }

    /// The upstream's own code for the error, unchanged.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<String>) -> Error {
        self.code = Some(code.into());
        self
    }

    /// How long the upstream asks to wait, in milliseconds.
    #[must_use]
    pub fn with_retry_after_ms(mut self, milliseconds: u64) -> Error {
        self.retry_after_ms = Some(milliseconds);
        self
    }

    /// The same error with another kind.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Error {
        self.kind = kind;
        self
    }

    /// Marks that a request had gone out when it failed.
    #[must_use]
    pub fn sent(mut self) -> Error {
        self.sent = true;
        self
    }
}

/// What an HTTP status of 400 or more means where the upstream says nothing
/// more precise. 529 is Anthropic's "overloaded"; 498 is Groq's "capacity".
pub fn kind_of_status(status: u16) -> ErrorKind {
    match status {
        401 => ErrorKind::Authentication,
        402 => ErrorKind::QuotaExceeded,
        403 => ErrorKind::Permission,
        404 | 410 => ErrorKind::NotFound,
        408 | 504 | 524 => ErrorKind::Timeout,
        429 => ErrorKind::RateLimited,
        498 | 503 | 529 => ErrorKind::Overloaded,
        501 => ErrorKind::Unsupported,
        400..=499 => ErrorKind::InvalidRequest,
        500..=599 => ErrorKind::Unavailable,
        _ => ErrorKind::BadUpstreamAnswer,
    }
}
