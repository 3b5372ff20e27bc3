//! Entries in memory, bounded by their bytes: those that were used least, and
//! least lately, make room for others (S3-FIFO).

use std::sync::Arc;
use std::time::{Duration, Instant};

use quick_cache::sync::{Cache as Kept, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

use super::entry::Entry;
use super::key::CacheKey;

/// Few, so that one shard holds entries of the largest size that is allowed.
const SHARDS: usize = 4;

/// Entries of one store.
#[derive(Debug)]
pub(super) struct Store {
    kept: Kept<CacheKey, Arc<Entry>, Bytes>,
}

#[derive(Debug, Clone)]
struct Bytes;

impl Weighter<CacheKey, Arc<Entry>> for Bytes {
    fn weight(&self, _: &CacheKey, entry: &Arc<Entry>) -> u64 {
        entry.weight()
    }
}

impl Store {
    pub(super) fn new(bytes: u64) -> Self {
        Self { kept: bounded(bytes, Bytes) }
    }

    pub(super) fn fresh(&self, key: &CacheKey, max_age: Duration, now: Instant) -> Option<Arc<Entry>> {
        let entry = self.kept.get(key)?;
        if entry.fresh(max_age, now) {
            return Some(entry);
        }
        // Too old for this request may still be young enough for the next.
        if !entry.fresh(Duration::MAX, now) {
            self.kept.remove_if(key, |kept| Arc::ptr_eq(kept, &entry));
        }
        None
    }

    pub(super) fn insert(&self, key: CacheKey, entry: Arc<Entry>) {
        self.kept.insert(key, entry);
    }

    pub(super) fn bytes(&self) -> u64 {
        self.kept.weight()
    }
}

/// A map of at most so many bytes, as `weighter` counts them.
pub(super) fn bounded<V, W>(bytes: u64, weighter: W) -> Kept<CacheKey, V, W>
where
    V: Clone,
    W: Weighter<CacheKey, V> + Clone,
{
    // What it makes room for at once; it grows by itself.
    let items = (bytes / 8_192).clamp(128, 16_384) as usize;
    let options = OptionsBuilder::new()
        .shards(SHARDS)
        .estimated_items_capacity(items)
        .weight_capacity(bytes.max(SHARDS as u64))
        .build();
    match options {
        Ok(options) => {
            Kept::with_options(options, weighter, DefaultHashBuilder::default(), DefaultLifecycle::default())
        }
        // Both capacities were given, which is all that can be missing.
        Err(_) => Kept::with_weighter(items, bytes, weighter),
    }
}
