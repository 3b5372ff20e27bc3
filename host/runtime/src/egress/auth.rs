//! Writes a provider's credential into a request that has passed every check.
//!
//! Against: credentials in guests' hands. This runs after the guest's part of
//! a request is complete and permitted, and whatever it writes a guest can
//! neither set before nor read after. Values are marked sensitive, so that
//! neither logs nor HTTP/2's header compression keep them.
//!
//! `simple` has the schemes that send a secret as it is; [`oauth2`] and
//! [`google`] exchange it for a token, which [`token`] keeps and renews and
//! [`bearer`] sends.

use std::fmt;

use futures_util::future::BoxFuture;
use http::{HeaderMap, HeaderName, StatusCode};

pub mod aws;
pub mod bearer;
mod endpoint;
mod forms;
pub mod google;
mod ini;
mod mint;
pub mod oauth2;
pub mod oci;
mod rsa;
mod secret;
mod simple;
mod skew;
pub mod token;
mod unset;
mod words;

use super::{host_sender::HostSender, policy::Endpoint, transport::OutgoingRequest};

pub use mint::MintError;
pub use rsa::{KeyFlaw, RsaSigner};
pub use secret::SharedSecret;
pub use simple::{Scheme, User};
pub use unset::Unset;

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
    /// The scheme isn't configured.
    #[error("this scheme isn't set up: {0}; set it, or choose another scheme")]
    Unset(String),
    /// The request could not be signed.
    #[error("the request can't be signed: {0}")]
    Signing(String),
    /// A token could not be minted.
    #[error("no token for this request: {0}")]
    Mint(#[from] MintError),
}

/// What an authenticator writes, so that nobody else does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Writes {
    /// Headers.
    pub headers: Vec<HeaderName>,
    /// Query parameters.
    pub parameters: Vec<String>,
}

/// Which of its values a credential had: of two, the later one is greater.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(u64);

impl Generation {
    /// By its number.
    pub fn new(number: u64) -> Self {
        Self(number)
    }

    /// That of several secrets together: grows with each of them.
    pub fn of<'s>(secrets: impl IntoIterator<Item = &'s SharedSecret>) -> Self {
        Self(secrets.into_iter().map(|secret| secret.generation().0).sum())
    }

    /// The next one.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// Authenticates requests with one credential of one provider.
///
/// [`authenticate`] is called once for each request, redirects included, as
/// the last step before it is sent: the whole request is final, body and all,
/// so that schemes which sign it can. It adds only what [`writes`] names.
///
/// [`authenticate`]: Authenticator::authenticate
/// [`writes`]: Authenticator::writes
pub trait Authenticator: Send + Sync + fmt::Debug {
    /// Authenticates the request, and says with which value of the credential:
    /// connections that were opened with an older one are not used any more.
    ///
    /// It may wait, to mint a token by requests of the host's own through
    /// `host`; use a [`token::TokenCache`] for that. Whatever secret it mints
    /// must be given to [`HostSender::learn`] before it is used.
    ///
    /// # Errors
    /// When there is no credential to do it with. The request isn't sent.
    fn authenticate<'a>(
        &'a self,
        request: &'a mut OutgoingRequest,
        host: &'a HostSender,
    ) -> BoxFuture<'a, Result<Generation, AuthError>>;

    /// What it writes. The same for its whole life.
    fn writes(&self) -> Writes;

    /// The endpoints that it mints tokens at: a provider where one of them
    /// isn't granted does not load. What [`HostSender::send`] refuses it
    /// refuses later on as well, when the endpoints are others.
    fn endpoints(&self) -> Vec<Endpoint> {
        Vec::new()
    }

    /// The upstream has answered a request with 401 that was authenticated with
    /// this value. Called before the plugin sees the answer; a minted token
    /// that an upstream doesn't take any more is forgotten here.
    fn refused(&self, generation: Generation) {
        let _ = generation;
    }

    /// The upstream has answered an authenticated request, in whichever way.
    /// Called before the plugin sees the answer; a scheme that signs the time
    /// learns from a refusal what time it is there.
    fn answered(&self, status: StatusCode, headers: &HeaderMap) {
        let _ = (status, headers);
    }
}
