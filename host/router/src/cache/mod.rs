//! Answers that are given again: to the same request, or to one that means the
//! same.
//!
//! ```text
//! lookup ─┬─ Found: send the entry
//!         └─ Lead: ask the provider, then lead.whole(…) or lead.record(…)
//! ```
//! Identical requests that run at once ask the provider once. Nothing here makes
//! a call fail: what can't be looked up or kept is a miss.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{Either, select};
use jackfield_runtime::Clock;

use crate::config::{CacheMode, CacheRule};

mod canonical;
mod entry;
mod flight;
mod key;
mod lead;
mod semantic;
mod status;
mod store;
#[cfg(test)]
mod tests;

pub use entry::{Body, Entry};
pub use key::{CacheKey, Target};
pub use lead::{Lead, Recording};
pub use semantic::{Embed, Meaning};
pub use status::Status;

use flight::{Flights, Join};
use semantic::{Index, Placed};
use store::Store;

/// How large the cache may be, and how it goes about its work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CacheOptions {
    /// The most bytes of answers. An answer of more than a sixteenth of it
    /// isn't kept.
    pub bytes: u64,
    /// The most bytes of embeddings, beside those.
    pub semantic_bytes: u64,
    /// From which cosine on two texts mean the same.
    pub threshold: f32,
    /// How long a request waits for an identical one before it goes alone.
    pub patience: Duration,
}

impl Default for CacheOptions {
    fn default() -> Self {
        Self { bytes: 64 << 20, semantic_bytes: 16 << 20, threshold: 0.95, patience: Duration::from_secs(30) }
    }
}

/// A request waits for so many leaders that fail. Then it goes alone: of a
/// hundred requests that all fail, the last must not wait for all others.
const LEADERS: u32 = 2;

/// The cache. Clones are the same one.
#[derive(Debug, Clone)]
pub struct Cache {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    store: Store,
    index: Option<Index>,
    embed: Option<Arc<dyn Embed>>,
    flights: Arc<Flights>,
    clock: Arc<dyn Clock>,
    patience: Duration,
    largest: usize,
}

/// A question to the cache.
#[derive(Debug, Clone, Copy)]
pub struct Question<'q> {
    /// The request.
    pub key: CacheKey,
    /// What the route says. Its age counts twice: an answer that is kept for
    /// this request isn't kept longer, and one that is older isn't taken.
    pub rule: CacheRule,
    /// The request's meaning, where the rule asks for it and it has one.
    pub meaning: Option<&'q Meaning>,
    /// Whether to ask the provider in any case, and keep that answer.
    pub refresh: bool,
}

/// What there is.
#[derive(Debug)]
pub enum Lookup {
    /// An answer: a hit of some kind.
    Found(Arc<Entry>, Status),
    /// None. Go and get it.
    Lead(Box<Lead>),
}

impl Cache {
    /// An empty cache. Without `embed` it knows requests by their bytes only.
    pub fn new(options: CacheOptions, clock: Arc<dyn Clock>, embed: Option<Arc<dyn Embed>>) -> Self {
        let index = embed.as_ref().map(|_| Index::new(options.semantic_bytes, options.threshold));
        Self {
            shared: Arc::new(Shared {
                store: Store::new(options.bytes),
                index,
                embed,
                flights: Arc::default(),
                clock,
                patience: options.patience,
                largest: usize::try_from(options.bytes / 16).unwrap_or(usize::MAX),
            }),
        }
    }

    /// Whether it can tell what means the same.
    pub fn semantic(&self) -> bool {
        self.shared.embed.is_some()
    }

    /// How many bytes it holds: of answers, and of embeddings.
    pub fn bytes(&self) -> (u64, u64) {
        (self.shared.store.bytes(), self.shared.index.as_ref().map_or(0, Index::bytes))
    }

    /// How many requests are being led.
    pub fn led(&self) -> usize {
        self.shared.flights.led()
    }

    /// Looks a request up. Waits while an identical one is under way, no longer
    /// than the options say. Dropping the future is safe at any time.
    pub async fn lookup(&self, question: Question<'_>) -> Lookup {
        let Question { key, rule, refresh, .. } = question;
        let shared = &self.shared;
        let meaning = question.meaning.filter(|_| rule.mode == CacheMode::Semantic && self.semantic());
        let lead = |status, token, placed| {
            let shared = Arc::clone(shared);
            Lookup::Lead(Box::new(Lead { shared, key, status, max_age: rule.max_age, token, placed }))
        };
        if refresh {
            return lead(Status::Refresh, None, shared.place(meaning).await);
        }
        let until = shared.clock.now() + shared.patience;
        let mut leaders = 0;
        let token = loop {
            if let Some(entry) = shared.fresh(&key, rule) {
                return Lookup::Found(entry, Status::Hit);
            }
            if leaders == LEADERS {
                break None;
            }
            match shared.flights.join(key) {
                Join::Lead(token) => break Some(token),
                Join::Follow(follower) => {
                    let landed = std::pin::pin!(follower.landed());
                    match select(landed, shared.clock.sleep_until(until)).await {
                        Either::Left((Some((entry, status)), _)) => {
                            if entry.fresh(rule.max_age, shared.clock.now()) {
                                return Lookup::Found(entry, status);
                            }
                            leaders += 1;
                        }
                        Either::Left((None, _)) => leaders += 1,
                        Either::Right(_) => break None,
                    }
                }
            }
        };
        // The last leader may have landed between the look and the joining.
        if let Some(entry) = shared.fresh(&key, rule) {
            if let Some(token) = token {
                token.land(Arc::clone(&entry), Status::Hit);
            }
            return Lookup::Found(entry, Status::Hit);
        }
        let placed = shared.place(meaning).await;
        if let Some(entry) = placed.as_ref().and_then(|placed| shared.alike(placed, rule)) {
            if let Some(token) = token {
                token.land(Arc::clone(&entry), Status::SemanticHit);
            }
            return Lookup::Found(entry, Status::SemanticHit);
        }
        let semantic = rule.mode == CacheMode::Semantic && self.semantic();
        lead(if semantic { Status::SemanticMiss } else { Status::Miss }, token, placed)
    }
}

impl Shared {
    fn fresh(&self, key: &CacheKey, rule: CacheRule) -> Option<Arc<Entry>> {
        self.store.fresh(key, rule.max_age, self.clock.now())
    }

    async fn place(&self, meaning: Option<&Meaning>) -> Option<Placed> {
        let (embed, meaning) = (self.embed.as_ref()?, meaning?);
        match embed.embed(meaning.text()).await {
            Ok(vector) => Placed::new(meaning, vector),
            Err(failure) => {
                tracing::warn!(%failure, "no embedding for the semantic cache: this request counts as a miss");
                None
            }
        }
    }

    fn alike(&self, placed: &Placed, rule: CacheRule) -> Option<Arc<Entry>> {
        let keys = self.index.as_ref()?.like(placed);
        keys.iter().find_map(|key| self.fresh(key, rule))
    }
}
