//! The schemes that need nothing but a secret, which goes out as it is.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};
use url::Url;
use zeroize::Zeroizing;

use super::{AuthError, Authenticator, Generation, SharedSecret, Writes};
use crate::egress::{host_sender::HostSender, transport::OutgoingRequest};

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

    /// Which of its secrets' values it has.
    fn generation(&self) -> Generation {
        Generation::of(self.secrets().into_iter().flatten())
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

/// Writes a header with a credential in it.
pub(super) fn set(
    headers: &mut HeaderMap,
    name: HeaderName,
    prefix: &str,
    secret: &str,
) -> Result<(), AuthError> {
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
    fn authenticate<'a>(
        &'a self,
        request: &'a mut OutgoingRequest,
        _: &'a HostSender,
    ) -> BoxFuture<'a, Result<Generation, AuthError>> {
        let generation = self.generation();
        let applied = self.apply(&mut request.url, &mut request.headers);
        Box::pin(std::future::ready(applied.map(|()| generation)))
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
}

#[cfg(test)]
mod tests;
