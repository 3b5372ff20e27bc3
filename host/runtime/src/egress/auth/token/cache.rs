//! The state of a token, and what moves it: when one is used, fetched, awaited
//! or given up.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use futures_util::future::{Either, select};
use tokio::sync::watch;

use super::{Mint, Minted, Token};
use crate::{
    clock::Clock,
    egress::{
        auth::{Generation, MintError},
        host_sender::HostSender,
    },
};

/// The most time for minting one token, whatever requests it takes.
const MINTING: Duration = Duration::from_secs(30);

/// How long a token lives whose endpoint doesn't say (RFC 6749, section 5.1,
/// only recommends that it does). All that are known live longer.
const UNSAID: Duration = Duration::from_secs(300);

/// For how long such a token is looked for in what guests write.
const UNSAID_SEARCH: Duration = Duration::from_secs(24 * 3600);

/// The earliest that a token is renewed before it expires.
const EARLY: Duration = Duration::from_secs(300);

/// A token isn't used in its last seconds: a request takes a while to arrive.
const MARGIN: Duration = Duration::from_secs(10);

/// A token that is refused when it is younger than this is kept: another one
/// wouldn't be taken either.
const YOUNG: Duration = Duration::from_secs(30);

/// How long a failing endpoint is left alone, at first and at most; twice as
/// long each time.
const REST: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// The most that an endpoint can ask for by `retry-after`.
const LONGEST_REST: Duration = Duration::from_secs(600);

pub(super) struct Cache<M: Mint> {
    pub(super) mint: M,
    clock: Arc<dyn Clock>,
    state: Mutex<State<M::Token>>,
}

pub(super) type Landed<T> = Option<Result<Token<T>, MintError>>;

pub(super) struct State<T> {
    current: Option<Current<T>>,
    flight: Option<watch::Receiver<Landed<T>>>,
    failed: Option<Failed>,
    generation: Generation,
}

struct Current<T> {
    token: Token<T>,
    basis: Generation,
    since: Instant,
    renew: Instant,
    expires: Instant,
}

struct Failed {
    error: MintError,
    basis: Generation,
    times: u32,
    until: Instant,
}

/// What is to be done for one who wants a token.
pub(super) enum Next<T> {
    Use(Token<T>),
    Fail(MintError),
    Wait(watch::Receiver<Landed<T>>),
}

impl<M: Mint> Cache<M> {
    pub(super) fn new(mint: M, clock: Arc<dyn Clock>) -> Self {
        let state = State { current: None, flight: None, failed: None, generation: Generation::default() };
        Self { mint, clock, state: Mutex::new(state) }
    }

    /// What is to be done for one who wants a token.
    pub(super) fn next(self: &Arc<Self>, host: &HostSender) -> Result<Next<M::Token>, MintError> {
        let now = self.clock.now();
        let basis = self.mint.basis();
        let mut state = self.state();
        let failed = state.failed.as_ref().filter(|failed| failed.basis == basis && now < failed.until);
        let failed = failed.map(|failed| failed.error.clone());
        let current =
            state.current.as_ref().filter(|current| current.basis == basis && now < current.expires);
        if let Some(current) = current {
            let token = current.token.clone();
            if now >= current.renew && failed.is_none() {
                self.fetch(&mut state, host)?;
            }
            return Ok(Next::Use(token));
        }
        match failed {
            Some(error) => Ok(Next::Fail(error)),
            None => self.fetch(&mut state, host).map(Next::Wait),
        }
    }

    /// The fetch that is under way, or a new one.
    fn fetch(
        self: &Arc<Self>,
        state: &mut State<M::Token>,
        host: &HostSender,
    ) -> Result<watch::Receiver<Landed<M::Token>>, MintError> {
        if let Some(flight) = state.flight.as_ref().filter(|flight| flight.has_changed().is_ok()) {
            return Ok(flight.clone());
        }
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| {
            MintError::Internal("tokens are fetched within a Tokio runtime only; use the host in one")
        })?;
        let (landing, flight) = watch::channel(None);
        let (cache, host) = (Arc::clone(self), host.clone());
        runtime.spawn(async move {
            let landed = cache.mint_one(&host).await;
            landing.send_replace(Some(landed));
        });
        state.flight = Some(flight.clone());
        Ok(flight)
    }

    /// Forgets the token of this generation, if it is the present one and has
    /// been good for a while.
    pub(super) fn forget(&self, generation: Generation) {
        let now = self.clock.now();
        let mut state = self.state();
        let stale = |current: &mut Current<M::Token>| {
            current.token.generation == generation && now.saturating_duration_since(current.since) >= YOUNG
        };
        drop(state.current.take_if(stale));
    }

    fn state(&self) -> MutexGuard<'_, State<M::Token>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn mint_one(&self, host: &HostSender) -> Result<Token<M::Token>, MintError> {
        // What ends may have been made from a file's secret that has ended, too.
        host.look_again().await;
        let start = self.clock.now();
        // Of before: a secret that is replaced meanwhile makes it stale.
        let basis = self.mint.basis();
        let late = self.clock.sleep_until(start + MINTING);
        let minted = match select(self.mint.mint(host), late).await {
            Either::Left((minted, _)) => minted,
            Either::Right(_) => Err(MintError::Timeout(MINTING)),
        };
        let landed = minted.and_then(|minted| self.accept(minted, host, start, basis));
        let mut state = self.state();
        state.flight = None;
        match landed {
            Ok(mut current) => {
                state.generation = state.generation.next();
                current.token.generation = state.generation;
                let token = current.token.clone();
                state.current = Some(current);
                state.failed = None;
                Ok(token)
            }
            Err(error) => {
                let before = state.failed.take().filter(|failed| failed.basis == basis);
                let times = before.map_or(0, |failed| failed.times).saturating_add(1);
                let until = self.clock.now() + rest(times, error.retry_after());
                tracing::warn!(
                    provider = host.provider(),
                    error = host.redact(&error.to_string()),
                    "no token"
                );
                state.failed = Some(Failed { error: error.clone(), basis, times, until });
                Err(error)
            }
        }
    }

    /// Makes sure that a token is looked for before anybody has it.
    fn accept(
        &self,
        minted: Minted<M::Token>,
        host: &HostSender,
        start: Instant,
        basis: Generation,
    ) -> Result<Current<M::Token>, MintError> {
        let lifetime = minted.lifetime.unwrap_or(UNSAID);
        let searched = minted.lifetime.unwrap_or(UNSAID_SEARCH);
        let after = |span| start.checked_add(span).unwrap_or(start + UNSAID_SEARCH);
        host.learn(minted.secrets, after(searched), self.clock.now()).map_err(|_| {
            MintError::Internal(
                "the token is too long to be looked for in what plugins write, so it isn't used",
            )
        })?;
        let early = EARLY.min(lifetime / 5);
        // Several hosts that began together don't all renew together.
        let early = early + early.mul_f64(fastrand::f64() / 2.0);
        Ok(Current {
            token: Token { value: Arc::new(minted.token), generation: Generation::default() },
            basis,
            since: start,
            renew: after(lifetime.saturating_sub(early)),
            expires: after(lifetime.saturating_sub(MARGIN.min(lifetime / 20))),
        })
    }
}

/// How long the endpoint is left alone after failing this often in a row.
fn rest(times: u32, asked: Option<Duration>) -> Duration {
    let (first, most) = REST;
    let own = first.saturating_mul(2_u32.saturating_pow(times.saturating_sub(1))).min(most);
    asked.map_or(own, |asked| asked.clamp(own, LONGEST_REST))
}

impl<M: Mint> fmt::Debug for Cache<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("mint", &self.mint).finish_non_exhaustive()
    }
}
