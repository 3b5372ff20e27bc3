//! Writes a provider's credential into a request that has passed every check.
//!
//! Against: credentials in guests' hands. This runs after the guest's part of
//! a request is complete and permitted, and whatever it writes a guest can
//! neither set before nor read after. Values are marked sensitive, so that
//! neither logs nor HTTP/2's header compression keep them.

use std::{
    error::Error,
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};
use url::Url;
use zeroize::Zeroizing;

use super::transport::OutgoingRequest;

/// Why a request can't be authenticated. None of these has the secret in it.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The secret has nothing in it.
    #[error("the secret is empty; check where it comes from")]
    Empty,
    /// The secret has characters that its place can't take.
    #[error(
        "the secret can't go into {place}: it has {found}; check that it was copied whole, and without line breaks"
    )]
    Characters {
        /// Where it should have gone.
        place: String,
        /// What was found.
        found: &'static str,
    },
    /// A token could not be minted or a request could not be signed.
    #[error("no token for this request: {0}")]
    Mint(#[source] Box<dyn Error + Send + Sync>),
}

/// What an authenticator writes, so that nobody else does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Writes {
    /// Headers.
    pub headers: Vec<HeaderName>,
    /// Query parameters.
    pub parameters: Vec<String>,
}

/// Authenticates requests with one credential of one provider.
///
/// Called once for each request, redirects included, as the last step before
/// it is sent: the whole request is final, body and all, so that schemes which
/// sign it can. It may wait, to mint a token; it adds only what [`writes`]
/// names.
///
/// [`writes`]: Authenticator::writes
pub trait Authenticator: Send + Sync + fmt::Debug {
    /// Authenticates the request.
    ///
    /// # Errors
    /// When there is no credential to do it with. The request isn't sent.
    fn authenticate<'a>(&'a self, request: &'a mut OutgoingRequest) -> BoxFuture<'a, Result<(), AuthError>>;

    /// What it writes. The same for its whole life.
    fn writes(&self) -> Writes;

    /// Grows whenever the credential is another: connections that were opened
    /// under an older one are not used any more.
    fn generation(&self) -> u64;
}

/// A secret that can be replaced while it is used. Clones share it.
#[derive(Clone)]
pub struct SharedSecret(Arc<RwLock<(Arc<Zeroizing<String>>, u64)>>);

impl SharedSecret {
    /// A secret; white space around it is not part of it.
    pub fn new(value: &str) -> Self {
        Self(Arc::new(RwLock::new((trimmed(value), 0))))
    }

    /// Replaces it for all who share it, from their next request on.
    pub fn replace(&self, value: &str) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *held = (trimmed(value), held.1 + 1);
    }

    /// Its value. Stays inside of the host.
    pub fn expose(&self) -> Arc<Zeroizing<String>> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner).0)
    }

    fn generation(&self) -> u64 {
        self.0.read().unwrap_or_else(PoisonError::into_inner).1
    }
}

fn trimmed(value: &str) -> Arc<Zeroizing<String>> {
    Arc::new(Zeroizing::new(value.trim().to_owned()))
}

impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The user of basic authentication.
#[derive(Debug, Clone)]
pub enum User {
    /// Anybody may know it.
    Text(String),
    /// A secret too.
    Secret(SharedSecret),
}

/// The schemes that need nothing but a secret.
#[derive(Debug, Clone)]
pub enum Scheme {
    /// No credential.
    None,
    /// `Authorization: Bearer SECRET` (RFC 6750).
    Bearer(SharedSecret),
    /// A header of its own.
    Header {
        /// Its name.
        name: HeaderName,
        /// What stands before the secret, with its space if there is one.
        prefix: String,
        /// The secret.
        secret: SharedSecret,
    },
    /// A parameter of the URL's query.
    Query {
        /// Its name.
        parameter: String,
        /// The secret.
        secret: SharedSecret,
    },
    /// `Authorization: Basic base64(USER:PASSWORD)` (RFC 7617).
    Basic {
        /// The user.
        user: User,
        /// The password; may be empty, as some APIs take their key as the user.
        password: SharedSecret,
    },
}

impl Scheme {
    /// Writes the credential.
    ///
    /// # Errors
    /// When the secret is empty or can't stand where it should.
    pub fn apply(&self, url: &mut Url, headers: &mut HeaderMap) -> Result<(), AuthError> {
        match self {
            Self::None => {}
            Self::Bearer(secret) => set(headers, AUTHORIZATION, "Bearer ", &full(secret)?)?,
            Self::Header { name, prefix, secret } => set(headers, name.clone(), prefix, &full(secret)?)?,
            Self::Query { parameter, secret } => {
                let secret = full(secret)?;
                if secret.chars().any(char::is_control) {
                    let place = format!("query parameter `{parameter}`");
                    return Err(AuthError::Characters { place, found: "a control character" });
                }
                url.query_pairs_mut().append_pair(parameter, &secret);
            }
            Self::Basic { user, password } => {
                let user = match user {
                    User::Text(text) => Arc::new(Zeroizing::new(text.clone())),
                    User::Secret(secret) => full(secret)?,
                };
                if user.contains(':') {
                    let place = "the user of basic authentication".to_owned();
                    return Err(AuthError::Characters { place, found: "a colon" });
                }
                let pair = Zeroizing::new(format!("{}:{}", user.as_str(), password.expose().as_str()));
                set(headers, AUTHORIZATION, "Basic ", &Zeroizing::new(STANDARD.encode(pair.as_bytes())))?;
            }
        }
        Ok(())
    }

    fn secrets(&self) -> [Option<&SharedSecret>; 2] {
        match self {
            Self::None => [None, None],
            Self::Bearer(secret) | Self::Header { secret, .. } | Self::Query { secret, .. } => {
                [Some(secret), None]
            }
            Self::Basic { user: User::Secret(user), password } => [Some(user), Some(password)],
            Self::Basic { user: User::Text(_), password } => [Some(password), None],
        }
    }
}

fn full(secret: &SharedSecret) -> Result<Arc<Zeroizing<String>>, AuthError> {
    let value = secret.expose();
    if value.is_empty() { Err(AuthError::Empty) } else { Ok(value) }
}

fn set(headers: &mut HeaderMap, name: HeaderName, prefix: &str, secret: &str) -> Result<(), AuthError> {
    let text = Zeroizing::new(format!("{prefix}{secret}"));
    // HTTP would let other bytes through; in a credential they are a slip of copying.
    let printable = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let value = HeaderValue::from_str(&text).ok().filter(|_| printable);
    let mut value = value.ok_or_else(|| AuthError::Characters {
        place: format!("header `{name}`"),
        found: "characters that are not printable ASCII",
    })?;
    value.set_sensitive(true);
    headers.insert(name, value);
    Ok(())
}

impl Authenticator for Scheme {
    fn authenticate<'a>(&'a self, request: &'a mut OutgoingRequest) -> BoxFuture<'a, Result<(), AuthError>> {
        Box::pin(std::future::ready(self.apply(&mut request.url, &mut request.headers)))
    }

    fn writes(&self) -> Writes {
        let mut writes = Writes::default();
        match self {
            Self::None => {}
            Self::Bearer(_) | Self::Basic { .. } => writes.headers.push(AUTHORIZATION),
            Self::Header { name, .. } => writes.headers.push(name.clone()),
            Self::Query { parameter, .. } => writes.parameters.push(parameter.clone()),
        }
        writes
    }

    fn generation(&self) -> u64 {
        self.secrets().into_iter().flatten().map(SharedSecret::generation).sum()
    }
}

#[cfg(test)]
mod tests;
