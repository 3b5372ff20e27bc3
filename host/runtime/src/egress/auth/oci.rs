//! Request signing of Oracle's cloud: version 1 of its HTTP signatures
//! (draft-cavage-http-signatures-08), RSA with SHA-256.
//!
//! The key of a user is what is signed with, or that of a session; an
//! instance's certificate is not.
//!
//! <https://docs.oracle.com/iaas/Content/API/Concepts/signingrequests.htm>

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::BoxFuture;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{AUTHORIZATION, CONTENT_TYPE, DATE},
};
use sha2::{Digest, Sha256};
use url::{Position, Url};
use zeroize::Zeroizing;

mod identity;

use super::skew::Skew;
use super::{AuthError, Authenticator, Generation, RsaSigner, SharedSecret, Writes};
use crate::clock::Clock;
use crate::egress::host_sender::HostSender;
use crate::egress::transport::OutgoingRequest;
use crate::secret::{Document, SecretForm};

pub use identity::OciIdentity;

/// How the private key is kept.
pub(crate) const KEY_FILE: SecretForm =
    SecretForm::Document(Document { check: identity::check_key, parts: super::rsa::lines });

/// How `~/.oci/config` is kept.
pub(crate) const CONFIG_FILE: SecretForm =
    SecretForm::Document(Document { check: identity::check, parts: identity::parts });

/// How the token of a session is kept, as the file that `security_token_file` names.
pub(crate) const SESSION_FILE: SecretForm = SecretForm::Document(Document {
    check: identity::check_session,
    parts: |text| vec![Zeroizing::new(text.trim().to_owned())],
});

/// `x-content-sha256`.
const DIGEST: HeaderName = HeaderName::from_static("x-content-sha256");

/// A private key that may be replaced.
struct Key {
    text: SharedSecret,
    parsed: Mutex<(Generation, RsaSigner)>,
}

impl Key {
    fn new(text: SharedSecret) -> Result<Self, String> {
        let (pem, generation) = text.read();
        let signer = RsaSigner::from_pem(&pem).map_err(|flaw| format!("the private key {flaw}"))?;
        Ok(Self { text, parsed: Mutex::new((generation, signer)) })
    }

    /// The key as it is now, read again only where it is another.
    fn signer(&self) -> Result<RsaSigner, AuthError> {
        let (pem, generation) = self.text.read();
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        if parsed.0 != generation {
            let signer = RsaSigner::from_pem(&pem);
            *parsed =
                (generation, signer.map_err(|flaw| AuthError::Signing(format!("the private key {flaw}")))?);
        }
        Ok(parsed.1.clone())
    }
}

/// Signs requests with one user's key.
pub struct OciSigner {
    identity: OciIdentity,
    key: Key,
    clock: Arc<dyn Clock>,
    skew: Skew,
}

impl OciSigner {
    /// Signs as this user.
    ///
    /// # Errors
    /// What is wrong with the key or the profile, in words.
    pub fn new(identity: OciIdentity, key: SharedSecret, clock: Arc<dyn Clock>) -> Result<Self, String> {
        let key = Key::new(key)?;
        identity.key_id()?;
        Ok(Self { identity, key, clock, skew: Skew::default() })
    }

    fn sign(&self, request: &mut OutgoingRequest, at: SystemTime) -> Result<Generation, AuthError> {
        let generation = self.identity.generation(&self.key.text);
        let key_id = self.identity.key_id().map_err(AuthError::Signing)?;
        let written = covered(request, at)?;
        let names: Vec<&str> = written.iter().map(|(name, _)| name.as_str()).collect();
        let lines: Vec<String> = written.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        let signature = self.key.signer()?.sign(lines.join("\n").as_bytes());
        let signature = signature.ok_or_else(|| {
            AuthError::Signing("the key can't sign; check this machine's randomness".to_owned())
        })?;
        let value = Zeroizing::new(format!(
            "Signature version=\"1\",keyId=\"{key_id}\",algorithm=\"rsa-sha256\",headers=\"{}\",signature=\"{}\"",
            names.join(" "),
            STANDARD.encode(signature),
            key_id = *key_id,
        ));
        let mut value = HeaderValue::from_str(&value).map_err(|_| AuthError::Characters {
            place: "header `authorization`".to_owned(),
            found: "characters that a header can't have",
        })?;
        value.set_sensitive(true);
        request.headers.insert(AUTHORIZATION, value);
        Ok(generation)
    }
}

/// What is signed, in its order. Writes those headers of it that the transport
/// doesn't write itself.
fn covered(request: &mut OutgoingRequest, at: SystemTime) -> Result<Vec<(String, String)>, AuthError> {
    let OutgoingRequest { method, url, headers, body } = request;
    let date = httpdate::fmt_http_date(at);
    headers.insert(DATE, header_value(&date)?);
    let mut lines = vec![
        ("date".to_owned(), date),
        ("(request-target)".to_owned(), format!("{} {}", method.as_str().to_lowercase(), target(url))),
        ("host".to_owned(), url[Position::BeforeHost..Position::AfterPort].to_owned()),
    ];
    if matches!(*method, Method::POST | Method::PUT | Method::PATCH) {
        let digest = STANDARD.encode(Sha256::digest(&*body));
        headers.insert(DIGEST, header_value(&digest)?);
        let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.ok_or_else(|| {
            AuthError::Signing(
                "its content-type is signed, and it has none; the plugin must write one".to_owned(),
            )
        })?;
        lines.extend([
            ("content-length".to_owned(), body.len().to_string()),
            ("content-type".to_owned(), kind.to_owned()),
            (DIGEST.as_str().to_owned(), digest),
        ]);
    }
    Ok(lines)
}

fn target(url: &Url) -> &str {
    &url[Position::BeforePath..Position::AfterQuery]
}

fn header_value(text: &str) -> Result<HeaderValue, AuthError> {
    HeaderValue::from_str(text)
        .map_err(|_| AuthError::Signing("a header of the signature isn't text".to_owned()))
}

impl Authenticator for OciSigner {
    fn authenticate<'a>(
        &'a self,
        request: &'a mut OutgoingRequest,
        _: &'a HostSender,
    ) -> BoxFuture<'a, Result<Generation, AuthError>> {
        let signed = self.sign(request, self.skew.theirs(self.clock.wall()));
        Box::pin(std::future::ready(signed))
    }

    fn writes(&self) -> Writes {
        Writes { headers: vec![AUTHORIZATION, DATE, DIGEST], parameters: Vec::new() }
    }

    fn answered(&self, status: StatusCode, headers: &HeaderMap) {
        if status == StatusCode::UNAUTHORIZED && self.skew.learn(headers, self.clock.wall()) {
            tracing::warn!(
                "this machine's clock is wrong: the upstream's differs, and requests are signed by that"
            );
        }
    }
}

impl fmt::Debug for OciSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OciSigner").field("identity", &self.identity).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
