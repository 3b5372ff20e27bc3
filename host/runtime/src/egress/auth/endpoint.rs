//! One exchange with an OAuth 2.0 token endpoint: a form there, JSON back
//! (RFC 6749, sections 4.4.2, 5.1 and 5.2).

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderValue, Method,
    header::{ACCEPT, CONTENT_TYPE},
};
use serde::Deserialize;
use url::{Url, form_urlencoded};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::{AuthError, MintError, simple, words};
use crate::egress::{
    host_sender::{HostAnswer, HostSender},
    policy::NamedBy,
    scan::REDACTED,
    transport::OutgoingRequest,
};

/// A form for a token endpoint.
pub(super) struct TokenRequest<'a> {
    /// Where to.
    pub(super) url: &'a Url,
    /// Who says so.
    pub(super) named_by: NamedBy,
    /// Client id and secret, where they go into the `authorization` header.
    pub(super) basic: Option<(&'a str, &'a str)>,
    /// The form.
    pub(super) form: &'a [(&'a str, &'a str)],
    /// What `invalid_grant` means here and what to do.
    pub(super) invalid_grant: &'static str,
}

/// What came of it.
pub(super) struct Asked {
    /// What came with it, such as the endpoint's time.
    pub(super) headers: HeaderMap,
    /// A token, or the endpoint's refusal.
    pub(super) outcome: Result<Granted, MintError>,
}

/// A token.
pub(super) struct Granted {
    pub(super) token: Zeroizing<String>,
    pub(super) lifetime: Option<Duration>,
}

/// The members of an answer that matter, of both kinds.
#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
struct Answer {
    access_token: Option<String>,
    token_type: Option<String>,
    /// Seconds; a string with some older endpoints.
    #[zeroize(skip)]
    expires_in: Option<serde_json::Value>,
    #[zeroize(skip)]
    error: Option<serde_json::Value>,
    error_description: Option<String>,
}

impl TokenRequest<'_> {
    /// Sends it. An error is that there was no answer at all.
    pub(super) async fn send(&self, host: &HostSender) -> Result<Asked, MintError> {
        let answer = host.send(self.request()?, self.named_by).await?;
        Ok(Asked { outcome: self.read(&answer, host), headers: answer.headers })
    }

    fn request(&self) -> Result<OutgoingRequest, MintError> {
        let mut headers = HeaderMap::new();
        let form = HeaderValue::from_static("application/x-www-form-urlencoded");
        headers.insert(CONTENT_TYPE, form);
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some((id, secret)) = self.basic {
            // Both are encoded as in a form before they are joined (section 2.3.1).
            let pair = Zeroizing::new(format!("{}:{}", *encoded(id), *encoded(secret)));
            let digits = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
            simple::set(&mut headers, http::header::AUTHORIZATION, "Basic ", &digits)
                .map_err(|error: AuthError| MintError::Secret(error.to_string()))?;
        }
        let longest: usize = self.form.iter().map(|(name, value)| 3 * (name.len() + value.len()) + 2).sum();
        // Reserved whole, so that growing leaves no copies behind in memory.
        let mut body = form_urlencoded::Serializer::new(String::with_capacity(longest));
        body.extend_pairs(self.form);
        let body = Zeroizing::new(body.finish().into_bytes());
        Ok(OutgoingRequest {
            method: Method::POST,
            url: self.url.clone(),
            headers,
            body: Bytes::from_owner(body),
        })
    }

    fn read(&self, answer: &HostAnswer, host: &HostSender) -> Result<Granted, MintError> {
        let parsed: Option<Answer> = serde_json::from_slice(&answer.body).ok();
        if !answer.status.is_success() {
            return Err(self.refusal(answer, parsed.as_ref(), host));
        }
        let flaw =
            |flaw: &str| MintError::Answer { endpoint: words::name_of(self.url), flaw: flaw.to_owned() };
        let parsed = parsed.ok_or_else(|| flaw("its answer isn't the JSON of RFC 6749"))?;
        if parsed.error.is_some() {
            return Err(self.refusal(answer, Some(&parsed), host));
        }
        if !parsed.token_type.as_deref().is_none_or(|kind| kind.eq_ignore_ascii_case("bearer")) {
            return Err(flaw("its token isn't a bearer token"));
        }
        let token = parsed.access_token.clone().map(Zeroizing::new).filter(|token| !token.is_empty());
        let token = token.ok_or_else(|| flaw("its answer has no access_token"))?;
        let lifetime = match &parsed.expires_in {
            None | Some(serde_json::Value::Null) => None,
            Some(value) => {
                Some(seconds(value).ok_or_else(|| flaw("its expires_in isn't a number of seconds"))?)
            }
        };
        Ok(Granted { token, lifetime })
    }

    fn refusal(&self, answer: &HostAnswer, parsed: Option<&Answer>, host: &HostSender) -> MintError {
        let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
        let code = parsed.and_then(|parsed| parsed.error.as_ref()).and_then(text).unwrap_or_default();
        let said = parsed.and_then(|parsed| parsed.error_description.as_deref()).unwrap_or_default();
        MintError::Refused {
            endpoint: words::name_of(self.url),
            status: answer.status.as_u16(),
            advice: self.advice(&code, answer.status.as_u16()),
            code: self.quoted(&code, host),
            said: self.quoted(said, host),
            retry_after: answer.retry_after(),
        }
    }

    /// An endpoint's own words, without what it was sent: an assertion can be
    /// used by whoever reads it.
    fn quoted(&self, said: &str, host: &HostSender) -> String {
        let assertions = self.form.iter().filter(|(name, _)| *name == "assertion");
        let without = assertions.fold(said.to_owned(), |said, (_, value)| said.replace(value, REDACTED));
        words::repeated(&without, host)
    }

    /// What an error code means (RFC 6749, section 5.2), and what to do.
    fn advice(&self, code: &str, status: u16) -> &'static str {
        match (code, status) {
            ("invalid_client", _) => {
                "the client id is unknown or its secret is wrong or has expired; check both, and that the endpoint is the one that they belong to"
            }
            ("invalid_grant", _) => self.invalid_grant,
            ("unauthorized_client", _) => {
                "this client may not get tokens in this way; allow it where the client is registered"
            }
            ("invalid_scope", _) => {
                "the scope is unknown or more than this client may ask for; check `scope`"
            }
            ("invalid_target", _) => {
                "the audience or resource is unknown or not for this client; check `audience` and `resource`"
            }
            ("unsupported_grant_type", _) => {
                "the endpoint doesn't give tokens in this way; check that it is the right one"
            }
            ("invalid_request", _) => {
                "the endpoint misses something or doesn't understand it; check the auth scheme's parameters and `client-auth`"
            }
            (_, 429) => "it is asked too often; wait",
            ("temporarily_unavailable" | "server_error", _) | (_, 500..=599) => {
                "it is out of order; wait, or ask its operator"
            }
            (_, 404) => "there is no token endpoint at this URL; correct it",
            (_, 401 | 403) => "it doesn't know this credential; check it",
            _ => "it gives no token for this credential; check the credential and the endpoint's URL",
        }
    }
}

/// As in a form.
pub(super) fn encoded(text: &str) -> Zeroizing<String> {
    Zeroizing::new(form_urlencoded::byte_serialize(text.as_bytes()).collect())
}

fn seconds(value: &serde_json::Value) -> Option<Duration> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())?;
    Duration::try_from_secs_f64(number.max(0.0)).ok()
}
