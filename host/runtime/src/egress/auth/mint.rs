//! Why there is no token.

use std::time::Duration;

use crate::egress::{
    error::{EgressError, EgressErrorKind},
    refusal::Rule,
};

/// A token could not be minted. Shared by all who wait for it. None of these
/// has a secret of the host's own in it; what an endpoint said is redacted
/// where it is shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MintError {
    /// The host's own request was refused or had no answer.
    #[error("{0}")]
    Host(#[from] EgressError),
    /// The endpoint said no.
    #[error("{endpoint} answered {status}{}: {advice}", told(code, said))]
    Refused {
        /// The endpoint's origin and path.
        endpoint: String,
        /// The HTTP status.
        status: u16,
        /// The endpoint's own code, as `invalid_client`; empty where it has
        /// none.
        code: String,
        /// The endpoint's own words; empty where it has none.
        said: String,
        /// What it means and what to do.
        advice: &'static str,
        /// When to come back, if the endpoint said so.
        retry_after: Option<Duration>,
    },
    /// The endpoint's answer isn't one.
    #[error("{endpoint} gave no token: {flaw}; check that it is a token endpoint")]
    Answer {
        /// The endpoint's origin and path.
        endpoint: String,
        /// What is wrong with it.
        flaw: String,
    },
    /// The secret that tokens are minted from can't be used.
    #[error("{0}")]
    Secret(String),
    /// The endpoint took too long.
    #[error("there was no token within {} seconds; check that its endpoint is well", .0.as_secs())]
    Timeout(Duration),
    /// Something of the host's own.
    #[error("{0}")]
    Internal(&'static str),
}

impl MintError {
    /// When to come back, if the endpoint said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The egress rule that refused the host's own request, if one did.
    pub(crate) fn rule(&self) -> Option<Rule> {
        match self {
            Self::Host(error) => error.rule,
            _ => None,
        }
    }

    /// What kind of failure it is for who wanted to send something.
    pub(crate) fn kind(&self) -> EgressErrorKind {
        match self {
            Self::Host(error) => error.kind,
            // Of these it isn't the credential's fault.
            Self::Refused { status: 429 | 500..=599, .. } | Self::Answer { .. } => {
                EgressErrorKind::Unreachable
            }
            Self::Refused { .. } | Self::Secret(_) => EgressErrorKind::Authentication,
            Self::Timeout(_) => EgressErrorKind::Timeout,
            Self::Internal(_) => EgressErrorKind::Internal,
        }
    }
}

/// Code and words in brackets, where there are any.
fn told(code: &str, said: &str) -> String {
    match (code, said) {
        ("", "") => String::new(),
        ("", text) | (text, "") => format!(" ({text})"),
        (code, said) => format!(" ({code}: {said})"),
    }
}
