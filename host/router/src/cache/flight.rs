//! One call for identical requests that run at once: the first leads, the
//! others wait for its answer.
//!
//! Followers of a stream get it once it is whole. Following it live would give
//! them its first words earlier, but they could no longer be moved: a leader
//! whose client hangs up would break all of them off in the middle, where one
//! that nobody has heard yet can be replaced.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::entry::Entry;
use super::key::CacheKey;
use super::status::Status;

type Landed = Option<(Arc<Entry>, Status)>;

/// The calls that are led.
#[derive(Debug, Default)]
pub(super) struct Flights {
    led: Mutex<HashMap<CacheKey, watch::Receiver<Landed>>>,
}

/// What to do about a request.
pub(super) enum Join {
    Lead(Token),
    Follow(Follower),
}

impl Flights {
    pub(super) fn join(self: &Arc<Self>, key: CacheKey) -> Join {
        let mut led = self.lock();
        if let Some(landing) = led.get(&key) {
            return Join::Follow(Follower { landing: landing.clone() });
        }
        let (landing, seen) = watch::channel(None);
        led.insert(key, seen);
        Join::Lead(Token { flights: Arc::clone(self), key, landing })
    }

    pub(super) fn led(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CacheKey, watch::Receiver<Landed>>> {
        self.led.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to lead. Dropped, however that comes about, it passes to a follower.
#[derive(Debug)]
pub(super) struct Token {
    flights: Arc<Flights>,
    key: CacheKey,
    landing: watch::Sender<Landed>,
}

impl Token {
    /// Gives all followers this answer.
    pub(super) fn land(self, entry: Arc<Entry>, status: Status) {
        self.landing.send_replace(Some((entry, status)));
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        // Before the channel closes: followers that wake up look here again.
        self.flights.lock().remove(&self.key);
    }
}

/// Somebody who waits for a leader.
#[derive(Debug)]
pub(super) struct Follower {
    landing: watch::Receiver<Landed>,
}

impl Follower {
    /// The leader's answer; nothing if it has given up.
    pub(super) async fn landed(mut self) -> Landed {
        // Ends with an error when the leader is gone, with its answer or without.
        let _ = self.landing.changed().await;
        self.landing.borrow().clone()
    }
}
