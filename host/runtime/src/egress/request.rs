//! What a guest asks for and what it gets back, and the checks that look at
//! nothing else.

use bytes::Bytes;
use http::Method;
use url::Url;

use super::{
    auth::Writes,
    body::CappedBody,
    redirect,
    refusal::{Refusal, Rule},
    scan::SecretScanner,
    url::percent_decode,
};

/// A request as a guest wrote it. Nothing in it is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestRequest {
    /// The method.
    pub method: Method,
    /// The URL, not parsed yet.
    pub url: String,
    /// The headers.
    pub headers: Vec<(String, String)>,
    /// All of the body.
    pub body: Bytes,
    /// The auth scheme that the guest names; nothing for the one of the
    /// matching manifest entry.
    pub auth: Option<String>,
}

/// An answer as a guest gets to see it.
#[derive(Debug)]
pub struct EgressResponse {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case, secrets replaced.
    pub headers: Vec<(String, String)>,
    /// The body, to be read.
    pub body: CappedBody,
}

/// One request of the one or more that follow from a guest's.
pub(super) struct Hop {
    pub(super) written: GuestRequest,
    pub(super) url: Url,
    /// Off for good once a redirect has left the first origin.
    pub(super) may_authenticate: bool,
}

impl Hop {
    pub(super) fn follow(self, next: redirect::Next) -> Self {
        let mut written = self.written;
        if !next.keeps_body {
            written.body = Bytes::new();
            written.headers.retain(|(name, _)| !redirect::speaks_of_body(name));
        }
        written.method = next.method;
        written.url = next.url.to_string();
        let may_authenticate = self.may_authenticate && self.url.origin() == next.url.origin();
        Self { written, url: next.url, may_authenticate }
    }
}

/// The guest may not write a parameter in which the credential goes out:
/// upstreams differ in which of two they believe.
pub(super) fn check_parameters(url: &Url, writes: &Writes) -> Result<(), Refusal> {
    if writes.parameters.is_empty() {
        return Ok(());
    }
    let ours = |name: &str| writes.parameters.iter().any(|own| own.eq_ignore_ascii_case(name));
    match url.query_pairs().find(|(name, _)| ours(name)) {
        None => Ok(()),
        Some((name, _)) => Err(Refusal {
            rule: Rule::HostHeader,
            what: format!("query parameter `{name}` is the host's to write, not a plugin's"),
            allow_with: "nothing allows it; leave it out in the plugin".to_owned(),
        }),
    }
}

/// A guest that has got hold of a secret is stopped here. The URL is looked at
/// as it was written and as an upstream would decode it.
pub(super) fn check_secrets(
    request: &GuestRequest,
    url: &Url,
    scanner: &SecretScanner,
) -> Result<(), Refusal> {
    let decoded = || percent_decode(url.as_str().as_bytes());
    let header = || {
        request.headers.iter().find(|(name, value)| {
            scanner.find(name.as_bytes()).is_some() || scanner.find(value.as_bytes()).is_some()
        })
    };
    let place = if scanner.find(request.url.as_bytes()).is_some()
        || url.as_str().contains('%') && scanner.find(&decoded()).is_some()
    {
        "the URL".to_owned()
    } else if let Some((name, _)) = header() {
        format!("header `{name}`")
    } else if scanner.find(&request.body).is_some() {
        "the body".to_owned()
    } else {
        return Ok(());
    };
    Err(Refusal {
        rule: Rule::Secret,
        what: format!("the plugin wrote a secret of its provider into {place}"),
        allow_with: "nothing allows it; if the secret stands in a config value, take it out there, and distrust the plugin otherwise".to_owned(),
    })
}
