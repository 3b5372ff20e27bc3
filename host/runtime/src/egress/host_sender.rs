//! Requests of the host's own: to the endpoints where it mints tokens.
//!
//! Against a second, wider way out. A token endpoint is an origin like any
//! other: it must be granted, over https unless an http origin is granted by
//! name, its addresses are vetted when they are connected to, redirects are
//! not followed, and an answer is read only so far. What differs from a
//! plugin's request: the auth scheme of the manifest asks for the origin
//! instead of an `[[egress]]` entry, so that the plugin itself can't go there,
//! and no guest sees the answer.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use futures_util::StreamExt;
use http::{
    HeaderMap, StatusCode,
    header::{DATE, LOCATION, RETRY_AFTER},
};
use zeroize::Zeroizing;

use super::{
    clients::{Purpose, Side},
    error::{EgressError, EgressErrorKind},
    outlet::Outlet,
    policy::{Endpoint, NamedBy, Permit},
    refusal::{Refusal, Rule},
    scan::{ScannerError, SecretScanner},
    transport::OutgoingRequest,
    url,
};

/// The most bytes of an answer. Tokens have a few KiB.
const MOST: usize = 1 << 20;

/// Sends requests of the host's own for one provider. Cheap to clone.
#[derive(Clone)]
pub struct HostSender(Arc<Outlet>);

/// A whole answer.
pub struct HostAnswer {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// The body; it may have a token in it.
    pub body: Zeroizing<Vec<u8>>,
}

impl HostSender {
    pub(super) fn new(outlet: Arc<Outlet>) -> Self {
        Self(outlet)
    }

    /// Sends a request to where somebody says that it belongs, and reads its
    /// answer whole. Has no deadline beyond that
    /// for connecting: [`TokenCache`] gives minting one.
    ///
    /// # Errors
    /// Where the grant doesn't allow it, with the line that would; where there
    /// is no answer, or it is too long, or a redirect. Any other status is an
    /// answer.
    ///
    /// [`TokenCache`]: super::auth::token::TokenCache
    pub async fn send(&self, request: OutgoingRequest, named_by: NamedBy) -> Result<HostAnswer, EgressError> {
        let outlet = &self.0;
        let scanner = outlet.scanner();
        let refuse = |refusal: Refusal| EgressError::refused(&refusal, &scanner);
        // The URL may come from a key file: as strict as with a guest's.
        url::parse(request.url.as_str()).map_err(|error| refuse(unusable(&error)))?;
        let endpoint = Endpoint { method: request.method.clone(), url: request.url.clone(), named_by };
        let Permit { origin, addresses, .. } = outlet.policy.check_host(&endpoint).map_err(refuse)?;
        let (peer, host) = (origin.to_string(), origin.host().to_string());
        let answer = outlet.deliver(&host, Purpose { origin, addresses, side: Side::Host }, request).await?;
        if answer.status.is_redirection() {
            return Err(refuse(redirected(&peer, &answer.headers)));
        }
        let mut chunks = answer.body;
        // Grows by doubling, which leaves pieces behind: most answers fit at once.
        let mut body = Zeroizing::new(Vec::with_capacity(16 << 10));
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|error| outlet.transport_error(&error))?;
            if body.len() + chunk.len() > MOST {
                let message = format!("the answer of {peer} has more than {MOST} bytes, so it is no token");
                return Err(EgressError::new(EgressErrorKind::TooLarge, true, &message, &scanner));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(HostAnswer { status: answer.status, headers: answer.headers, body })
    }

    /// Looks for other secrets from now on, and for the minted ones as before:
    /// call it before a rotated secret is used for the first time.
    ///
    /// # Errors
    /// When there is too much to look for. The search stays as it was.
    pub fn replace_scanner(&self, scanner: SecretScanner) -> Result<(), ScannerError> {
        self.0.known.replace(scanner)
    }

    /// Reads the provider's secrets again that come from files.
    pub async fn look_again(&self) {
        if let Some(rotation) = self.0.rotation.get() {
            rotation.look_again(self).await;
        }
    }

    /// Looks for these secrets, too, in whatever a guest writes and an upstream
    /// answers: call it with a minted token before the token is used. They are
    /// looked for at least until `until`, when they are good for nothing any
    /// more; `now` is the present moment of the same clock.
    ///
    /// # Errors
    /// When there is too much to look for. Don't use the token then.
    pub fn learn(
        &self,
        secrets: impl IntoIterator<Item = Zeroizing<String>>,
        until: Instant,
        now: Instant,
    ) -> Result<(), ScannerError> {
        self.0.known.learn(secrets, until, now)
    }

    /// The text without the provider's secrets.
    pub fn redact(&self, text: &str) -> String {
        self.0.scanner().redact(text).into_owned()
    }

    /// The beginning of a text without the provider's secrets, of which none is
    /// left by half where it is cut.
    pub(super) fn redact_beginning(&self, text: &str, limit: usize) -> String {
        self.0.scanner().redact_beginning(text, limit)
    }

    /// The provider that it sends for.
    pub fn provider(&self) -> &str {
        self.0.policy.provider()
    }
}

fn unusable(error: &url::UrlError) -> Refusal {
    Refusal {
        rule: Rule::Url,
        what: error.to_string(),
        allow_with: "nothing allows it; correct the token endpoint's URL".to_owned(),
    }
}

fn redirected(peer: &str, headers: &HeaderMap) -> Refusal {
    let target = headers.get(LOCATION).and_then(|value| value.to_str().ok());
    let target = target.and_then(|text| ::url::Url::parse(text).ok());
    let where_to = target.map_or_else(
        || "somewhere else".to_owned(),
        |target| format!("to {}", target.origin().ascii_serialization()),
    );
    Refusal {
        rule: Rule::Redirect,
        what: format!("{peer} redirects {where_to}, and what mints tokens is never sent on"),
        allow_with: "nothing allows it; name the endpoint itself in the auth scheme or its key file"
            .to_owned(),
    }
}

impl HostAnswer {
    /// What time it was where the answer came from.
    pub fn date(&self) -> Option<SystemTime> {
        httpdate::parse_http_date(self.headers.get(DATE)?.to_str().ok()?).ok()
    }

    /// When to come back: `retry-after` in seconds, or as a date that is
    /// compared with the answer's own, so that this machine's clock doesn't
    /// matter.
    pub fn retry_after(&self) -> Option<Duration> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let until = httpdate::parse_http_date(text).ok()?;
        let from = self.date().unwrap_or_else(SystemTime::now);
        Some(until.duration_since(from).unwrap_or_default())
    }
}

impl fmt::Debug for HostSender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostSender").field("provider", &self.provider()).finish_non_exhaustive()
    }
}

/// Without what may be secret.
impl fmt::Debug for HostAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostAnswer")
            .field("status", &self.status)
            .field("body", &self.body.len())
            .finish_non_exhaustive()
    }
}
