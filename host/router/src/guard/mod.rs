//! Guardrails and mutators: what a check of a config looks for, and what its
//! verdict is.
//!
//! A check is read into its [`Rule`] together with the config that it stands
//! in: an unknown check, or a parameter that it doesn't have, is a problem of
//! the config, since a guardrail that can't run must never look as if it did.
//! Nothing here waits or sends. Checks that need the network ([`Remote`]) are
//! only described; whoever serves requests asks the network for them, and asks
//! its operator whether it may.
//!
//! Names, parameters and meanings are those of the checks built into Portkey's
//! open gateway, which it prefixes `default.`; each module says where it is
//! stricter.
//! <https://portkey.ai/docs/product/guardrails/list-of-guardrail-checks>

mod check;
mod pattern;
mod remote;
mod report;
mod rewrite;
mod rule;
mod subject;

pub use remote::{HookHeaders, Jwt, Log, Remote, Urls, Webhook};
pub use report::{CheckReport, ErrorReport, FeedbackReport, HookReport, Results, Timing};
pub use rewrite::{Prefix, Replace, Role};
pub use rule::Rule;
pub(crate) use rule::{Known, read};
pub use subject::{Kind, Stage, Subject};

use serde_json::Value;

/// Judges a text or a request. Pure, and quick in proportion to the text.
pub trait Judge: std::fmt::Debug + Send + Sync {
    /// Looks at the subject.
    ///
    /// # Errors
    /// Why nothing can be said of it, as of a text that isn't there. By
    /// Portkey's rules that counts as passed, unless the check has
    /// `failOnError`.
    fn judge(&self, subject: &Subject<'_>) -> Result<Finding, CheckError>;
}

/// What a check found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Whether it is content.
    pub verdict: bool,
    /// What it saw, for a person. Texts that were judged aren't in it: an
    /// answer that is held back mustn't leave through the reasons for it.
    pub data: Value,
}

/// Why a check could say nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CheckError {
    /// Its kind, as results name it.
    pub name: &'static str,
    /// What happened.
    pub message: String,
}

impl CheckError {
    /// An error of this kind.
    pub fn new(name: &'static str, message: impl Into<String>) -> Self {
        Self { name, message: message.into() }
    }

    /// There is no text to judge.
    pub(crate) fn no_text() -> Self {
        Self::new("MissingText", "there is no text to look at")
    }
}

#[cfg(test)]
mod tests;
