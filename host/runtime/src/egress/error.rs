//! What a caller of the egress chain learns when there is no answer.

use super::{
    auth::AuthError,
    refusal::{Refusal, Rule},
    scan::SecretScanner,
    transport::TransportError,
};

/// What kind of failure it is, for the plugin contract's error record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EgressErrorKind {
    /// A rule of the operator's or the host's: contract kind `permission`.
    Refused,
    /// The request can't be one: `invalid-request`.
    InvalidRequest,
    /// There is no credential to send with: `authentication`.
    Authentication,
    /// No connection, or no TLS: `unavailable`.
    Unreachable,
    /// No connection in time: `timeout`.
    Timeout,
    /// The answer is larger than allowed: `bad-upstream-answer`.
    TooLarge,
    /// The exchange broke half-way: `unavailable`.
    Broken,
    /// A fault of the host: `internal`.
    Internal,
}

/// Why there is no answer, or no more of it. Has no secret in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EgressError {
    /// What kind of failure it is.
    pub kind: EgressErrorKind,
    /// Whether anything may have reached the upstream.
    pub sent: bool,
    /// For a person: what happened, to what, and what to do.
    pub message: String,
    /// The rule that refused it, if one did.
    pub rule: Option<Rule>,
}

impl EgressError {
    pub(super) fn new(kind: EgressErrorKind, sent: bool, message: &str, scanner: &SecretScanner) -> Self {
        Self { kind, sent, message: scanner.redact(message).into_owned(), rule: None }
    }

    pub(super) fn refused(refusal: &Refusal, scanner: &SecretScanner) -> Self {
        let kind = match refusal.rule {
            Rule::Url => EgressErrorKind::InvalidRequest,
            _ => EgressErrorKind::Refused,
        };
        Self { rule: Some(refusal.rule), ..Self::new(kind, false, &refusal.to_string(), scanner) }
    }

    pub(super) fn auth(error: &AuthError, name: &str, provider: &str, scanner: &SecretScanner) -> Self {
        let message = format!("provider `{provider}`, credential `{name}`: {error}");
        let (kind, rule) = match error {
            AuthError::Mint(error) => (error.kind(), error.rule()),
            AuthError::Empty | AuthError::Characters { .. } | AuthError::Unset(_) | AuthError::Signing(_) => {
                (EgressErrorKind::Authentication, None)
            }
        };
        Self { rule, ..Self::new(kind, false, &message, scanner) }
    }

    pub(super) fn transport(error: &TransportError, scanner: &SecretScanner) -> Self {
        let kind = match error {
            TransportError::Refused(_) | TransportError::Unreachable { .. } | TransportError::Tls { .. } => {
                EgressErrorKind::Unreachable
            }
            TransportError::HeadersTooLarge { .. } => EgressErrorKind::TooLarge,
            TransportError::ConnectTimeout { .. } => EgressErrorKind::Timeout,
            TransportError::Broken { .. } => EgressErrorKind::Broken,
            TransportError::Internal { .. } => EgressErrorKind::Internal,
        };
        Self::new(kind, error.sent(), &error.to_string(), scanner)
    }
}
