//! Where the numbers are kept.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::rule::LimitId;
use super::select::Scope;
use super::window::Window;

/// The name of a counter: a limit, a group of requests, a window.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CounterKey {
    name: Arc<str>,
    /// Its window.
    pub window: Window,
}

impl CounterKey {
    /// The counter of a group of requests.
    pub fn new(limit: &LimitId, scope: &Scope, window: Window) -> Self {
        Self { name: format!("{limit}|{scope}").into(), window }
    }

    /// Limit and group as one text, unique beside the window.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for CounterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.name, self.window)
    }
}

/// What a call wants of one counter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Which counter.
    pub counter: CounterKey,
    /// The most that may be booked and held there together.
    pub allowed: u64,
    /// [`Booked::alert`] tells when so much is booked.
    pub alert_at: Option<u64>,
    /// To be held until it is released.
    pub hold: u64,
    /// To be booked at once.
    pub spend: u64,
}

/// A change of one counter, without a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Booking {
    /// Has been used.
    pub spent: u64,
    /// Is no longer held.
    pub released: u64,
    /// Was booked under this stamp and hasn't been used after all. What was
    /// booked in a window that is over is not given back: it would be taken
    /// from what others have used.
    pub refund: Option<(u64, u64)>,
}

/// How a counter stands behind a [`Booking`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Booked {
    /// Whether what is booked and held is no more than allowed.
    pub within: bool,
    /// Whether this booking reached [`Claim::alert_at`].
    pub alert: bool,
    /// The part of the window that it was booked in, for a refund.
    pub stamp: u64,
}

/// A claim that has no room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// Which of the claims, by its place.
    pub claim: usize,
    /// What is neither booked nor held.
    pub remaining: u64,
    /// When asking again may help. `None` if waiting doesn't.
    pub retry_after: Option<Duration>,
    /// The store has no room for another counter.
    pub full: bool,
}

/// Keeps counters. All methods may be called from any number of tasks at once.
pub trait LimitStore: fmt::Debug + Send + Sync {
    /// Holds and books all claims or changes nothing, as one step that no other
    /// caller sees half done. Answers with each claim's stamp.
    ///
    /// A store that can't be reached decides itself whether calls go on: it
    /// answers with stamps or with a denial.
    fn reserve<'a>(&'a self, claims: &'a [Claim]) -> BoxFuture<'a, Result<Vec<u64>, Denial>>;

    /// Books and releases. Called in the middle of streams and from `Drop`: it
    /// must neither block nor fail. A remote store queues the change and
    /// answers from what it knows.
    fn book(&self, claim: &Claim, booking: Booking) -> Booked;
}
