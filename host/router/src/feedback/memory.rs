//! Feedback in memory, for one process.
//!
//! Against clients that give ever more of it: both its number and its bytes are
//! bounded, and the oldest makes room for the newest.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use super::{Change, Feedback, FeedbackStore, Given};
use crate::failure::Failure;
use crate::run::BoxFuture;

/// What one feedback takes beside its texts: about so many bytes.
const OWN: usize = 256;

/// How much feedback is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// So many at most.
    pub count: usize,
    /// So many bytes at most, about.
    pub bytes: usize,
}

impl Default for Bounds {
    /// 10,000 in 16 MiB.
    fn default() -> Self {
        Self { count: 10_000, bytes: 16 << 20 }
    }
}

/// Feedback in memory.
#[derive(Debug, Default)]
pub struct MemoryFeedback {
    bounds: Bounds,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    by_id: HashMap<String, Given>,
    /// The ids, oldest first.
    order: VecDeque<String>,
    bytes: usize,
}

impl MemoryFeedback {
    /// As much of it as that.
    pub fn new(bounds: Bounds) -> Self {
        Self { bounds, kept: Mutex::default() }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Kept) -> T) -> T {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let done = act(&mut kept);
        kept.make_room(self.bounds);
        done
    }
}

impl FeedbackStore for MemoryFeedback {
    fn keep(&self, given: Vec<Given>) -> BoxFuture<'_, Result<(), Failure>> {
        self.with(|kept| given.into_iter().for_each(|given| kept.add(given)));
        Box::pin(std::future::ready(Ok(())))
    }

    fn change<'a>(
        &'a self,
        tenant: Option<&'a str>,
        id: &'a str,
        change: Change,
    ) -> BoxFuture<'a, Result<Option<Feedback>, Failure>> {
        let changed = self.with(|kept| kept.change(tenant, id, change));
        Box::pin(std::future::ready(Ok(changed)))
    }
}

impl Kept {
    fn add(&mut self, given: Given) {
        self.bytes += size(&given);
        self.order.push_back(given.id.clone());
        self.by_id.insert(given.id.clone(), given);
    }

    fn change(&mut self, tenant: Option<&str>, id: &str, change: Change) -> Option<Feedback> {
        let given = self.by_id.get_mut(id).filter(|given| given.tenant.as_deref() == tenant)?;
        let before = size(given);
        given.feedback.change(change);
        self.bytes = self.bytes - before + size(given);
        Some(given.feedback.clone())
    }

    fn make_room(&mut self, bounds: Bounds) {
        while self.order.len() > bounds.count || self.bytes > bounds.bytes {
            let Some(oldest) = self.order.pop_front() else { return };
            if let Some(given) = self.by_id.remove(&oldest) {
                self.bytes -= size(&given);
            }
        }
    }
}

fn size(given: &Given) -> usize {
    let Given { id, tenant, feedback } = given;
    let metadata = feedback.metadata.as_ref().map_or(0, String::len);
    OWN + 2 * id.len() + tenant.as_ref().map_or(0, |tenant| tenant.len()) + feedback.trace_id.len() + metadata
}
