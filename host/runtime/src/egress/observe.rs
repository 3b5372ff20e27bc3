//! A look at requests as a plugin writes them and as they go out.

use std::fmt;

use url::Url;

use super::{
    auth::Writes,
    request::GuestRequest,
    scan::{REDACTED, SecretScanner},
    transport::OutgoingRequest,
};

/// Sees each request twice, right before it is sent. For demonstrations and
/// for debugging; called on the request's path, so it must return quickly.
pub trait EgressObserver: Send + Sync + fmt::Debug {
    /// `written` is what the plugin wrote; for a later hop of a redirect, what
    /// the host wrote in its name. `sent` is what goes out.
    fn request(&self, provider: &str, written: &GuestRequest, sent: &ObservedRequest);
}

/// A request as it goes out, every secret replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObservedRequest {
    /// The method.
    pub method: http::Method,
    /// The URL.
    pub url: String,
    /// The headers, without those that the transport adds.
    pub headers: Vec<(String, String)>,
    /// The length of the body, which goes out as it was written.
    pub body_bytes: usize,
}

impl ObservedRequest {
    pub(super) fn of(request: &OutgoingRequest, writes: &Writes, scanner: &SecretScanner) -> Self {
        let headers = request.headers.iter().map(|(name, value)| {
            let value = match value.is_sensitive() || writes.headers.contains(name) {
                true => REDACTED.to_owned(),
                false => scanner.redact(&String::from_utf8_lossy(value.as_bytes())).into_owned(),
            };
            (name.as_str().to_owned(), value)
        });
        Self {
            method: request.method.clone(),
            url: scanner.redact(without_parameters(&request.url, &writes.parameters).as_str()).into_owned(),
            headers: headers.collect(),
            body_bytes: request.body.len(),
        }
    }
}

/// The URL with the values of these query parameters replaced.
fn without_parameters(url: &Url, hidden: &[String]) -> Url {
    let mut shown = url.clone();
    if !hidden.is_empty() {
        shown.query_pairs_mut().clear().extend_pairs(url.query_pairs().map(|(name, value)| {
            let value = if hidden.iter().any(|hidden| *hidden == name) { REDACTED.into() } else { value };
            (name, value)
        }));
    }
    shown
}
