//! A minted token, kept for as long as it is good.
//!
//! Against a storm on the token endpoint, which answers it with refusals for
//! everybody: however many requests want a token, one request fetches it, and
//! an endpoint that fails is left alone for a while. A caller that goes away
//! takes nothing with it: the token is fetched in a task of its own. Tokens are
//! renewed a good while before they expire, while the old one still serves.
//!
//! How long a token lives is counted from when it was asked for, by the host's
//! own monotonic clock, so that a wrong time of day doesn't matter.

mod cache;

use std::{fmt, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use zeroize::Zeroizing;

use super::{Generation, MintError};
use crate::{clock::Clock, egress::host_sender::HostSender};
use cache::{Cache, Next};

/// Mints tokens of one kind from one credential.
pub trait Mint: Send + Sync + fmt::Debug + 'static {
    /// What is minted. Clears its memory when it goes.
    type Token: Send + Sync + 'static;

    /// Mints one, by requests through `host`. Is never under way twice at the
    /// same time, and is given 30 seconds.
    fn mint<'a>(&'a self, host: &'a HostSender) -> BoxFuture<'a, Result<Minted<Self::Token>, MintError>>;

    /// Which value the credential has that it mints from. When that is
    /// another, tokens of the older one are not used any more.
    fn basis(&self) -> Generation;
}

/// A token as it comes from its endpoint.
#[derive(Debug)]
pub struct Minted<T> {
    /// The token.
    pub token: T,
    /// How long it is good, from when it was asked for. Never computed from
    /// this machine's time of day: from a number of seconds, or from a date of
    /// the answer's and the answer's own `date` header.
    pub lifetime: Option<Duration>,
    /// The secrets in it, which no guest may write and no upstream may return.
    pub secrets: Vec<Zeroizing<String>>,
}

/// A token to use.
pub struct Token<T> {
    value: Arc<T>,
    generation: Generation,
}

impl<T> Token<T> {
    /// The token itself.
    pub fn value(&self) -> &T {
        &self.value
    }

    /// Which of the credential's tokens it is.
    pub fn generation(&self) -> Generation {
        self.generation
    }
}

impl<T> Clone for Token<T> {
    fn clone(&self) -> Self {
        Self { value: Arc::clone(&self.value), generation: self.generation }
    }
}

impl<T> fmt::Debug for Token<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token").field("generation", &self.generation).finish_non_exhaustive()
    }
}

/// Keeps the token of one credential. Clones share it.
#[derive(Debug)]
pub struct TokenCache<M: Mint>(Arc<Cache<M>>);

impl<M: Mint> Clone for TokenCache<M> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<M: Mint> TokenCache<M> {
    /// Keeps what `mint` makes.
    pub fn new(mint: M, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Cache::new(mint, clock)))
    }

    /// What mints the tokens.
    pub fn mint(&self) -> &M {
        &self.0.mint
    }

    /// A token that is good, minted if need be. Must be called within a Tokio
    /// runtime. Dropping the future stops nobody else's waiting.
    ///
    /// # Errors
    /// When there is none to be had; for a while the same to all who ask.
    pub async fn get(&self, host: &HostSender) -> Result<Token<M::Token>, MintError> {
        // Who fetches for all may be gone with its runtime; then it is fetched anew.
        for _ in 0..3 {
            let mut flight = match self.0.next(host)? {
                Next::Use(token) => return Ok(token),
                Next::Fail(error) => return Err(error),
                Next::Wait(flight) => flight,
            };
            let landed = flight.wait_for(Option::is_some).await.ok().and_then(|landed| landed.clone());
            if let Some(landed) = landed {
                return landed;
            }
        }
        Err(MintError::Internal("whoever fetched a token for this request was stopped; try again"))
    }

    /// Forgets the token of this generation, if it is the present one and has
    /// been good before: an upstream doesn't take it any more.
    pub fn forget(&self, generation: Generation) {
        self.0.forget(generation);
    }
}
