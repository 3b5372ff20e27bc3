//! `google-service-account`: a key file's private key signs a claim that is
//! exchanged for a bearer token (RFC 7523); application-default credentials
//! exchange their refresh token instead (RFC 6749, section 6).
//!
//! <https://developers.google.com/identity/protocols/oauth2/service-account#httprest>

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::future::BoxFuture;
use http::HeaderName;
use serde_json::json;
use zeroize::Zeroizing;

mod key;

use super::{
    Generation, MintError, SharedSecret,
    bearer::{BearerMint, BearerToken},
    endpoint::{Asked, TokenRequest},
    skew::Skew,
    token::{Mint, Minted},
};
use crate::{
    clock::Clock,
    egress::{host_sender::HostSender, policy::Endpoint},
    secret::{Document, SecretForm},
};
use key::{Credential, KeyFile};

/// How a key file is kept: whole, checked when it is read, and looked for by
/// the lines of its key.
pub(crate) const KEY_FILE: SecretForm =
    SecretForm::Document(Document { check: key::check, parts: key::parts });

/// Who pays for what an application-default credential does.
const USER_PROJECT: HeaderName = HeaderName::from_static("x-goog-user-project");

/// The most that Google lets a claim live.
const CLAIM: Duration = Duration::from_secs(3600);

const REFUSED_CLAIM: &str = "the key is refused; check that it hasn't been deleted or its account disabled, and that this machine's clock is right";

const REFUSED_REFRESH: &str = "the refresh token has expired or was revoked; log in again, as by `gcloud auth application-default login`";

/// Exchanges one key file's credential.
pub struct GoogleMint {
    secret: SharedSecret,
    scope: String,
    clock: Arc<dyn Clock>,
    parsed: Mutex<(Generation, Arc<KeyFile>)>,
    /// By how much the endpoint's clock differs, once a claim was refused for it.
    skew: Skew,
}

impl GoogleMint {
    /// For a key file's text.
    ///
    /// # Errors
    /// What is wrong with it, in words, and nothing of what is in it.
    pub fn new(secret: SharedSecret, scope: String, clock: Arc<dyn Clock>) -> Result<Self, String> {
        let (text, generation) = secret.read();
        let parsed = Mutex::new((generation, Arc::new(KeyFile::parse(&text)?)));
        Ok(Self { secret, scope, clock, parsed, skew: Skew::default() })
    }

    /// The key file as it is at present.
    fn key(&self) -> Result<Arc<KeyFile>, MintError> {
        let (text, generation) = self.secret.read();
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        if parsed.0 != generation {
            *parsed = (generation, Arc::new(KeyFile::parse(&text).map_err(MintError::Secret)?));
        }
        Ok(Arc::clone(&parsed.1))
    }

    async fn exchange(&self, host: &HostSender) -> Result<Minted<BearerToken>, MintError> {
        let key = self.key()?;
        let asked = match &key.credential {
            Credential::ServiceAccount { .. } => self.claim(&key, host).await?,
            Credential::User { client_id, client_secret, refresh_token } => {
                let form = [
                    ("grant_type", "refresh_token"),
                    ("client_id", client_id),
                    ("client_secret", client_secret),
                    ("refresh_token", refresh_token),
                ];
                key.request(&form, REFUSED_REFRESH).send(host).await?
            }
        };
        let granted = asked.outcome?;
        let project = key.quota_project.clone();
        Ok(Minted {
            secrets: vec![granted.token.clone()],
            lifetime: granted.lifetime,
            token: BearerToken {
                token: granted.token,
                headers: project.map(|project| (USER_PROJECT, project)).into_iter().collect(),
            },
        })
    }

    /// Exchanges a signed claim. One that is refused by an endpoint whose clock
    /// differs is made once more by that clock.
    async fn claim(&self, key: &KeyFile, host: &HostSender) -> Result<Asked, MintError> {
        let own = self.clock.wall();
        let asked = self.claim_at(key, self.skew.theirs(own), host).await?;
        let refused = matches!(asked.outcome, Err(MintError::Refused { status: 400 | 401, .. }));
        if !refused || !self.skew.learn(&asked.headers, own) {
            return Ok(asked);
        }
        tracing::warn!(
            provider = host.provider(),
            "this machine's clock differs from the token endpoint's, whose time is used"
        );
        self.claim_at(key, self.skew.theirs(own), host).await
    }

    async fn claim_at(&self, key: &KeyFile, now: SystemTime, host: &HostSender) -> Result<Asked, MintError> {
        let claim = key.sign(&self.scope, unix(now), CLAIM)?;
        let form =
            [("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", claim.as_str())];
        key.request(&form, REFUSED_CLAIM).send(host).await
    }
}

impl KeyFile {
    fn request<'a>(
        &'a self,
        form: &'a [(&'a str, &'a str)],
        invalid_grant: &'static str,
    ) -> TokenRequest<'a> {
        TokenRequest { url: &self.token_url, named_by: self.named_by(), basic: None, form, invalid_grant }
    }

    /// A JWT that says who wants what (RFC 7519, RFC 7515).
    fn sign(&self, scope: &str, now: i64, lifetime: Duration) -> Result<Zeroizing<String>, MintError> {
        let Credential::ServiceAccount { email, key_id, signer } = &self.credential else {
            return Err(MintError::Internal("only a service account signs claims"));
        };
        let mut header = json!({ "alg": "RS256", "typ": "JWT" });
        if let Some(key_id) = key_id {
            header["kid"] = json!(key_id);
        }
        let expires = now.saturating_add_unsigned(lifetime.as_secs());
        let claims =
            json!({ "iss": email, "scope": scope, "aud": self.audience, "iat": now, "exp": expires });
        let part = |part: &serde_json::Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature = signer.sign(signed.as_bytes());
        let signature =
            signature.ok_or(MintError::Internal("the key can't sign; check this machine's randomness"))?;
        Ok(Zeroizing::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }
}

/// Seconds since 1970.
fn unix(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX),
    }
}

impl Mint for GoogleMint {
    type Token = BearerToken;

    fn mint<'a>(&'a self, host: &'a HostSender) -> BoxFuture<'a, Result<Minted<BearerToken>, MintError>> {
        Box::pin(self.exchange(host))
    }

    fn basis(&self) -> Generation {
        self.secret.generation()
    }
}

impl BearerMint for GoogleMint {
    fn endpoints(&self) -> Vec<Endpoint> {
        let endpoint =
            |key: Arc<KeyFile>| Endpoint { named_by: key.named_by(), ..Endpoint::post(&key.token_url) };
        self.key().map(endpoint).into_iter().collect()
    }

    fn headers(&self) -> Vec<HeaderName> {
        vec![USER_PROJECT]
    }
}

impl fmt::Debug for GoogleMint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GoogleMint").field("scope", &self.scope).finish_non_exhaustive()
    }
}
