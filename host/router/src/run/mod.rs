//! Walks a plan from a request to an answer: which target is tried, when it is
//! tried again, when the next one is, and why.
//!
//! What a try is, the caller says ([`Attempt`]); here is only what to try. A
//! walk holds no lock while it waits, and dropping it drops the try in progress.

mod fallback;
mod leaf;
mod record;
mod walk;

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use jackfield_runtime::{Clock, SystemClock};

pub use record::{AttemptRecord, Decision, Failed, Hold, Routed, What};

use crate::explain::{self, Explanation};
use crate::facts::Facts;
use crate::failure::Failure;
use crate::plan::{Leaf, Node};
use crate::random::{Random, SystemRandom};
use walk::Walk;

/// A future on the heap.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How a target is asked.
pub trait Attempt: Sync {
    /// What it answers.
    type Answer: Send;

    /// What is kept over the tries at one target.
    type Ready: Send;

    /// Makes a target ready for its tries: what is the same for all of them, as
    /// the request in the target's terms, is done once. Fails where the target
    /// isn't to be asked at all, which says nothing of how it fares: it isn't
    /// tried again, and the next one is, as after any other failure.
    fn prepare<'a>(&'a self, leaf: &'a Arc<Leaf>) -> BoxFuture<'a, Result<Prepared<Self>, Failure>>;

    /// One try at one target; `number` counts from 0 for each target. For a
    /// stream it returns once the first real event is there, so that until then
    /// another target can take over. Dropping the future ends the try.
    fn attempt<'a>(
        &'a self,
        leaf: &'a Arc<Leaf>,
        ready: &'a mut Self::Ready,
        number: u32,
    ) -> BoxFuture<'a, Result<Self::Answer, Failure>>;

    /// The HTTP status that an answer goes out with: some of them aren't good
    /// enough for a route.
    fn status(&self, _answer: &Self::Answer) -> u16 {
        200
    }

    /// What is answered where a target isn't tried again: an answer that was
    /// good enough to be given, and that a rule wanted tried again all the same.
    /// Without one the failure stands.
    fn last_resort(&self, _ready: &mut Self::Ready) -> Option<Self::Answer> {
        None
    }
}

/// A target before its first try.
#[derive(Debug)]
pub enum Prepared<A: Attempt + ?Sized> {
    /// It can be asked.
    Ready(A::Ready),
    /// It needn't be: this is its answer, as from a cache.
    Answered(A::Answer),
}

/// Walks plans. What targets remember is in the plans, so one router is as good
/// as another; it only brings time and chance along.
#[derive(Debug, Clone)]
pub struct Router {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Default for Router {
    /// A router by the machine's clock.
    fn default() -> Self {
        Self::new(Arc::new(SystemClock), Arc::new(SystemRandom))
    }
}

impl Router {
    /// A router by this clock and this chance.
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self { clock, random }
    }

    /// The clock by which deadlines are meant.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// The same clock, to be kept.
    pub fn clock_shared(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// Asks targets as the plan says until one answers.
    ///
    /// # Errors
    /// The failure of the last target that was tried, with all that happened
    /// before. Fails with status 408 when `facts.deadline` passes.
    pub async fn run<A: Attempt>(
        &self,
        plan: &Node,
        facts: &Facts,
        attempt: &A,
    ) -> Result<Routed<A::Answer>, Box<Failed>> {
        let mut walk = Walk::new(self, facts, attempt);
        let outcome = walk.root(plan).await;
        walk.finish(outcome)
    }

    /// What a request would do, without sending anything.
    pub fn explain(&self, plan: &Node, facts: &Facts) -> Explanation {
        explain::explain(plan, facts, self.clock.now())
    }
}

#[cfg(test)]
mod tests;
