//! What an attempt can come back with, in terms that a route acts on.
//!
//! Everything that can go wrong, at an upstream, in a plugin or here, has an
//! HTTP status, since that is what configs list to say when to try again and
//! when to go on to the next target.

use std::fmt;
use std::time::Duration;

use jackfield_runtime::CallError;
use jackfield_runtime::api::types::{Error as Record, ErrorKind};
use jackfield_runtime::error::Phase;
use serde::Serialize;

use crate::params::ParamsError;

/// What kind of failure it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FailureKind {
    /// The credential is missing, wrong or expired.
    Authentication,
    /// The credential may not do this, or the operator hasn't granted it.
    Permission,
    /// Too many requests or tokens for now; waiting helps.
    RateLimited,
    /// No money or allowance is left; waiting doesn't help.
    QuotaExceeded,
    /// The request is malformed or has a value that is refused.
    InvalidRequest,
    /// The model or another thing that was named doesn't exist.
    NotFound,
    /// The prompt, with the answer it asks for, is too long for the model.
    ContextLength,
    /// Refused for its content.
    ContentFilter,
    /// Too much to do.
    Overloaded,
    /// Can't be reached, or failed on its side.
    Unavailable,
    /// A deadline passed.
    Timeout,
    /// The target can't do what was asked.
    Unsupported,
    /// The upstream answered something that isn't its protocol.
    BadUpstreamAnswer,
    /// A fault of the plugin or of this gateway.
    Internal,
    /// A limit or budget of this gateway refused it.
    Refused,
    /// A guardrail refused it; what guardrails found is the failure's body, as
    /// JSON.
    Denied,
    /// No target of the route applies to this request.
    NoTarget,
}

impl FailureKind {
    /// The name by which errors and logs call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::Permission => "permission",
            Self::RateLimited => "rate_limited",
            Self::QuotaExceeded => "quota_exceeded",
            Self::InvalidRequest => "invalid_request",
            Self::NotFound => "not_found",
            Self::ContextLength => "context_length",
            Self::ContentFilter => "content_filter",
            Self::Overloaded => "overloaded",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::Unsupported => "unsupported",
            Self::BadUpstreamAnswer => "bad_upstream_answer",
            Self::Internal => "internal",
            Self::Refused => "refused",
            Self::Denied => "guardrail",
            Self::NoTarget => "no_target",
        }
    }

    /// The status of a failure of this kind whose upstream gave none.
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidRequest
            | Self::ContextLength
            | Self::ContentFilter
            | Self::Unsupported
            | Self::NoTarget => 400,
            Self::Authentication => 401,
            Self::Permission => 403,
            Self::NotFound => 404,
            Self::RateLimited | Self::QuotaExceeded | Self::Refused => 429,
            Self::Denied => 446,
            Self::Internal => 500,
            Self::BadUpstreamAnswer => 502,
            Self::Overloaded | Self::Unavailable => 503,
            Self::Timeout => 504,
        }
    }
}

impl From<ErrorKind> for FailureKind {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Authentication => Self::Authentication,
            ErrorKind::Permission => Self::Permission,
            ErrorKind::RateLimited => Self::RateLimited,
            ErrorKind::QuotaExceeded => Self::QuotaExceeded,
            ErrorKind::InvalidRequest => Self::InvalidRequest,
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::ContextLength => Self::ContextLength,
            ErrorKind::ContentFilter => Self::ContentFilter,
            ErrorKind::Overloaded => Self::Overloaded,
            ErrorKind::Unavailable => Self::Unavailable,
            ErrorKind::Timeout => Self::Timeout,
            ErrorKind::Unsupported => Self::Unsupported,
            ErrorKind::BadUpstreamAnswer => Self::BadUpstreamAnswer,
            ErrorKind::Internal => Self::Internal,
        }
    }
}

/// Why an attempt, or a whole route, gave no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The HTTP status: the upstream's, or that of the kind.
    pub status: u16,
    /// What kind of failure it was.
    pub kind: FailureKind,
    /// For a person: what happened, to what, and what to do about it.
    pub message: String,
    /// How long the upstream asks to be left alone.
    pub retry_after: Option<Duration>,
    /// Whether a request had gone out to an upstream.
    pub sent: bool,
    /// The upstream's own code for it.
    pub code: Option<Box<str>>,
    /// The upstream's own error body.
    pub body: Option<Box<str>>,
    /// The provider that failed.
    pub provider: Option<String>,
    /// The place in the request that is wrong, as in `messages[0].role`.
    pub param: Option<Box<str>>,
    /// An error of this gateway itself. Another target would meet it as well,
    /// so it is neither tried again nor failed over.
    pub internal: bool,
}

impl Failure {
    /// A failure of this kind, with the kind's status, before anything was sent.
    pub fn new(kind: FailureKind, message: impl Into<String>) -> Self {
        Self {
            status: kind.status(),
            kind,
            message: message.into(),
            retry_after: None,
            sent: false,
            code: None,
            body: None,
            provider: None,
            param: None,
            internal: false,
        }
    }

    /// A failure of this gateway itself.
    pub fn internal(message: impl Into<String>) -> Self {
        Self { internal: true, ..Self::new(FailureKind::Internal, message) }
    }

    /// The same with another status.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// Whether this says that the target is unwell, rather than that the
    /// request is wrong or that this gateway is.
    pub fn blames_target(&self) -> bool {
        !self.internal && (self.status >= 500 || matches!(self.status, 408 | 429))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.status)
    }
}

impl std::error::Error for Failure {}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        let message = error.to_string();
        let (kind, sent) = (FailureKind::from(error.kind()), error.sent());
        let plain = Self { sent, ..Self::new(kind, message) };
        match error {
            CallError::Failed { provider, error } => {
                Self { message: plain.message, provider: Some(provider), ..Self::from(error) }
            }
            // The pool is shared by all providers: another target needs of it too.
            CallError::Exhausted { .. } => Self { internal: true, ..plain },
            CallError::Sandbox { provider, .. } => Self { internal: true, provider: Some(provider), ..plain },
            CallError::Timeout { provider, phase, .. } => {
                let status = if phase == Phase::Caller { 408 } else { plain.status };
                Self { provider: Some(provider), status, ..plain }
            }
            // A crash of one plugin says nothing about the plugin of the next target.
            CallError::Trap { provider, .. }
            | CallError::Memory { provider, .. }
            | CallError::NotExported { provider, .. }
            | CallError::Busy { provider, .. }
            | CallError::Request { provider, .. }
            | CallError::Contract { provider, .. } => Self { provider: Some(provider), ..plain },
            _ => plain,
        }
    }
}

/// A body that a route's rules can't be applied to: those of no other target
/// could.
impl From<ParamsError> for Failure {
    fn from(error: ParamsError) -> Self {
        Self { internal: true, ..Self::new(FailureKind::InvalidRequest, error.to_string()) }
    }
}

impl From<Record> for Failure {
    fn from(error: Record) -> Self {
        let kind = FailureKind::from(error.kind);
        // A plugin can report any number; only an error's status makes sense here.
        let status = error.status.filter(|status| (400..600).contains(status));
        Self {
            status: status.unwrap_or(kind.status()),
            kind,
            message: error.message,
            retry_after: error.retry_after_ms.map(Duration::from_millis),
            sent: error.sent,
            code: error.code.map(Into::into),
            body: error.body.map(Into::into),
            provider: None,
            param: None,
            internal: false,
        }
    }
}

#[cfg(test)]
mod tests;
