//! What an endpoint says, fit to be repeated: to an operator's log and to the
//! caller whose request it fails.
//!
//! Against a secret that gets out by halves: an endpoint that says back what it
//! was sent could be cut just within it, and half a secret is found by no
//! search. Secrets are taken out first, and what is long is cut afterwards.

use url::Url;

use crate::egress::host_sender::HostSender;

/// The most bytes of an endpoint's own words that are repeated.
const MOST: usize = 400;

/// An endpoint's words on one line, without the provider's secrets.
pub(super) fn repeated(said: &str, host: &HostSender) -> String {
    let words: String = said.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    host.redact_beginning(words.trim(), MOST)
}

/// What an endpoint is called: where it is, without what a query may carry.
pub(super) fn name_of(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}
