//! Counters in memory, for one process.
//!
//! They are spread over shards with a lock each, which is held for some
//! arithmetic and never across an await. A reservation takes the locks of all
//! its counters, in their order, and so is one step. Counters that say nothing
//! any more are forgotten; how many there can be is bounded, since a limit
//! grouped by metadata makes one for each value that a client thinks up.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use jackfield_runtime::Clock;

use super::counter::{Counter, Moment};
use super::store::{Booked, Booking, Claim, CounterKey, Denial, LimitStore};

const SHARDS: usize = 16;

/// A shard is first swept when it has so many counters, then whenever it has
/// twice as many as the last sweep left.
const FIRST_SWEEP: usize = 64;

/// So that a full shard isn't walked through for every request it turns away.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(1);

/// Counters in memory.
#[derive(Debug)]
pub struct MemoryStore {
    shards: [Mutex<Shard>; SHARDS],
    hasher: RandomState,
    most: usize,
    clock: Arc<dyn Clock>,
    origin: Instant,
}

#[derive(Debug)]
struct Shard {
    counters: HashMap<CounterKey, Counter>,
    sweep_at: usize,
    /// When it was swept last, since the store began.
    swept: Option<Duration>,
}

impl MemoryStore {
    /// As many counters as a store keeps unless told otherwise: they take some
    /// hundred bytes each, rolling ones up to a kilobyte more.
    pub const USUAL_COUNTERS: usize = 262_144;

    /// A store of at most about so many counters.
    pub fn new(clock: Arc<dyn Clock>, counters: usize) -> Self {
        let shard = |_| Mutex::new(Shard { counters: HashMap::new(), sweep_at: FIRST_SWEEP, swept: None });
        Self {
            shards: std::array::from_fn(shard),
            hasher: RandomState::new(),
            most: counters.div_ceil(SHARDS).max(1),
            origin: clock.now(),
            clock,
        }
    }

    /// How many counters there are.
    pub fn counters(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).counters.len()).sum()
    }

    fn shard(&self, counter: &CounterKey) -> usize {
        self.hasher.hash_one(counter) as usize % SHARDS
    }

    fn moment(&self) -> Moment {
        Moment::new(self.origin, self.clock.now(), self.clock.wall())
    }

    fn reserve_now(&self, claims: &[Claim]) -> Result<Vec<u64>, Denial> {
        let mut places: Vec<usize> = claims.iter().map(|claim| self.shard(&claim.counter)).collect();
        let order = places.clone();
        places.sort_unstable();
        places.dedup();
        // Always in the same order, so that two reservations can't wait for each other.
        let mut shards: Vec<MutexGuard<'_, Shard>> = Vec::with_capacity(places.len());
        shards.extend(places.iter().map(|place| lock(&self.shards[*place])));
        // Read under the locks, so that no counter sees time run backwards.
        let now = self.moment();
        let mut stamps = Vec::with_capacity(claims.len());
        for (number, (claim, place)) in claims.iter().zip(&order).enumerate() {
            let shard = places.binary_search(place).ok().and_then(|at| shards.get_mut(at));
            let counter = shard.and_then(|shard| shard.counter(&claim.counter, self.most, now));
            let reserved = match counter {
                Some(counter) => counter.reserve(claim, now),
                None => Err(Denial { claim: 0, remaining: 0, retry_after: None, full: true }),
            };
            match reserved {
                Ok(stamp) => stamps.push(stamp),
                Err(denial) => {
                    for ((claim, place), stamp) in claims.iter().zip(&order).zip(stamps) {
                        let shard = places.binary_search(place).ok().and_then(|at| shards.get_mut(at));
                        if let Some(counter) = shard.and_then(|shard| shard.counters.get_mut(&claim.counter))
                        {
                            let undo = Booking {
                                spent: 0,
                                released: claim.hold,
                                refund: Some((stamp, claim.spend)),
                            };
                            counter.book(claim, undo, now);
                        }
                    }
                    return Err(Denial { claim: number, ..denial });
                }
            }
        }
        Ok(stamps)
    }
}

impl Shard {
    /// The counter, made if there is none. `None` if there is no room for it.
    fn counter(&mut self, key: &CounterKey, most: usize, now: Moment) -> Option<&mut Counter> {
        let due = self.counters.len() >= self.sweep_at.min(most) && !self.counters.contains_key(key);
        if due && self.swept.is_none_or(|swept| now.passed.saturating_sub(swept) >= BETWEEN_SWEEPS) {
            self.swept = Some(now.passed);
            self.counters.retain(|key, counter| !counter.idle(key.window, now));
            self.sweep_at = (2 * self.counters.len()).max(FIRST_SWEEP);
        }
        let full = self.counters.len() >= most;
        match self.counters.entry(key.clone()) {
            Entry::Occupied(entry) => Some(entry.into_mut()),
            Entry::Vacant(_) if full => None,
            Entry::Vacant(entry) => Some(entry.insert(Counter::new(key.window))),
        }
    }
}

impl LimitStore for MemoryStore {
    fn reserve<'a>(&'a self, claims: &'a [Claim]) -> BoxFuture<'a, Result<Vec<u64>, Denial>> {
        Box::pin(async move { self.reserve_now(claims) })
    }

    fn book(&self, claim: &Claim, booking: Booking) -> Booked {
        let mut shard = lock(&self.shards[self.shard(&claim.counter)]);
        let now = self.moment();
        // One that was forgotten had nothing in it, and needs its place back.
        let counter = shard.counter(&claim.counter, usize::MAX, now);
        counter.map_or(Booked { within: true, alert: false, stamp: 0 }, |counter| {
            counter.book(claim, booking, now)
        })
    }
}

/// A lock that was poisoned by a panic elsewhere still guards whole numbers.
fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}
