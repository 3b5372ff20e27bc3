//! AWS Signature Version 4: each request is signed with keys that stay here.
//!
//! A request's body is complete when it is signed, so its whole digest is in the
//! signature; signing it in chunks (`aws-chunked`), which S3 has for uploads of
//! unknown length, would add nothing. What streams is Bedrock's answer, and
//! answers are not signed.
//!
//! `sign` makes one signature; `mint` makes temporary keys, by `sts` from a
//! role or a web identity, by `profile` from the shared files, by
//! `container` from a container's service, by `instance` from a virtual
//! machine's.

use std::sync::Arc;

use aws_credential_types::Credentials;
use futures_util::future::BoxFuture;
use http::{HeaderMap, StatusCode};

mod answer;
mod container;
mod instance;
mod mint;
mod profile;
mod sign;
mod sts;

use super::skew::Skew;
use super::token::TokenCache;
use super::{AuthError, Authenticator, Generation, SharedSecret, Writes};
use crate::clock::Clock;
use crate::egress::host_sender::HostSender;
use crate::egress::policy::Endpoint;
use crate::egress::transport::OutgoingRequest;
use crate::secret::{Document, SecretForm};

pub use mint::{AwsMint, Base};
pub use profile::Role;
pub(crate) use profile::SESSION;
pub use sign::Scope;

/// How the shared files are kept: whole, checked when they are read, and looked
/// for by the keys in them.
pub(crate) const SHARED_FILE: SecretForm =
    SecretForm::Document(Document { check: profile::check, parts: profile::parts });

/// How a token is kept that comes in a file, whose path may stand in an
/// environment variable, as in `AWS_WEB_IDENTITY_TOKEN_FILE`.
pub(crate) const TOKEN_FILE: SecretForm = SecretForm::Document(Document {
    check: |text| {
        let word = text.trim();
        let fits = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic());
        if fits {
            Ok(())
        } else {
            Err("the file has more in it than one token, or none; name the token's file".to_owned())
        }
    },
    parts: |text| vec![zeroize::Zeroizing::new(text.trim().to_owned())],
});

/// Keys that are set as they are.
#[derive(Debug, Clone)]
pub struct StaticKeys {
    /// Which key it is.
    pub access_key_id: SharedSecret,
    /// The key itself.
    pub secret_access_key: SharedSecret,
    /// What temporary keys have with them.
    pub session_token: Option<SharedSecret>,
}

impl StaticKeys {
    fn credentials(&self) -> Result<Credentials, AuthError> {
        let (id, secret) = (self.access_key_id.expose(), self.secret_access_key.expose());
        if id.is_empty() || secret.is_empty() {
            return Err(AuthError::Empty);
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if !id.bytes().all(plain) {
            return Err(AuthError::Characters {
                place: "the access key id".to_owned(),
                found: "other characters than letters, digits, - _ .",
            });
        }
        let token = self.session_token.as_ref().map(|token| token.expose().to_string());
        Ok(Credentials::new(id.as_str(), secret.as_str(), token, None, "static"))
    }

    fn generation(&self) -> Generation {
        Generation::of([&self.access_key_id, &self.secret_access_key].into_iter().chain(&self.session_token))
    }
}

/// Where the keys come from.
#[derive(Debug)]
pub enum Source {
    /// They are set as they are.
    Keys(StaticKeys),
    /// They are temporary.
    Minted(TokenCache<AwsMint>),
}

/// Signs requests.
#[derive(Debug)]
pub struct SigV4 {
    scope: Scope,
    source: Source,
    clock: Arc<dyn Clock>,
    skew: Skew,
}

impl SigV4 {
    /// Signs for this scope with keys of this source.
    pub fn new(scope: Scope, source: Source, clock: Arc<dyn Clock>) -> Self {
        Self { scope, source, clock, skew: Skew::default() }
    }
}

impl Authenticator for SigV4 {
    fn authenticate<'a>(
        &'a self,
        request: &'a mut OutgoingRequest,
        host: &'a HostSender,
    ) -> BoxFuture<'a, Result<Generation, AuthError>> {
        Box::pin(async move {
            match &self.source {
                Source::Keys(keys) => {
                    let now = self.skew.theirs(self.clock.wall());
                    let generation = keys.generation();
                    sign::sign(request, &keys.credentials()?, &self.scope, now)?;
                    Ok(generation)
                }
                Source::Minted(cache) => {
                    let token = cache.get(host).await?;
                    let now = self.skew.theirs(self.clock.wall());
                    sign::sign(request, token.value(), &self.scope, now)?;
                    Ok(token.generation())
                }
            }
        })
    }

    fn writes(&self) -> Writes {
        Writes { headers: sign::HEADERS.to_vec(), parameters: Vec::new() }
    }

    fn endpoints(&self) -> Vec<Endpoint> {
        match &self.source {
            Source::Keys(_) => Vec::new(),
            Source::Minted(cache) => cache.mint().endpoints().unwrap_or_default(),
        }
    }

    fn refused(&self, generation: Generation) {
        if let Source::Minted(cache) = &self.source {
            cache.forget(generation);
        }
    }

    /// AWS says 403 where a signature is of another time, and what time it is.
    fn answered(&self, status: StatusCode, headers: &HeaderMap) {
        if status == StatusCode::FORBIDDEN && self.skew.learn(headers, self.clock.wall()) {
            tracing::warn!(
                "this machine's clock is wrong: the upstream's differs, and requests are signed by that"
            );
        }
    }
}

#[cfg(test)]
mod tests;
