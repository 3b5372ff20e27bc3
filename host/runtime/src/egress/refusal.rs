//! What is said when a request may not go out: which rule stopped it, what it
//! stopped, and the line that would allow it.

use std::fmt;

/// The rules of the egress chain, in the order in which they are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// Requests and connections are counted for each call.
    CallBudget,
    /// A URL is absolute and unambiguous.
    Url,
    /// The plugin's manifest asks for the origin.
    Asked,
    /// The operator grants the origin.
    Granted,
    /// Plain http goes only to origins that are granted by their exact name.
    PlainHttp,
    /// The method is asked for and granted.
    Method,
    /// The path begins as asked for and granted.
    Path,
    /// A credential goes only to the origins that its manifest entry names.
    Audience,
    /// Some headers and parameters are the host's to write.
    HostHeader,
    /// What a plugin writes has no secret of its provider in it.
    Secret,
    /// A name resolves to public or granted addresses.
    Address,
    /// Redirects are followed a few times at most.
    Redirect,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CallBudget => "call-budget",
            Self::Url => "url",
            Self::Asked => "asked",
            Self::Granted => "granted",
            Self::PlainHttp => "plain-http",
            Self::Method => "method",
            Self::Path => "path",
            Self::Audience => "audience",
            Self::HostHeader => "host-header",
            Self::Secret => "secret",
            Self::Address => "address",
            Self::Redirect => "redirect",
        })
    }
}

/// How a line that would allow a request is introduced.
pub(super) const TO_ALLOW: &str = "to allow it, ";

/// A request that may not go out. Nothing of it has left the host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("refused by egress rule `{rule}`: {what}; {allow_with}")]
pub struct Refusal {
    /// Which rule.
    pub rule: Rule,
    /// What it stopped.
    pub what: String,
    /// What to write, and where, to allow it; or what to change in the plugin
    /// when nothing allows it.
    pub allow_with: String,
}
