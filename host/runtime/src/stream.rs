//! Streamed answers: a guest's stream resource as a [`futures_core::Stream`],
//! and bodies that pass the guest by.
//!
//! Dropping either ends the guest's part and closes the upstream connection.

mod body;

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use futures_util::future::BoxFuture;
use wasmtime::component::ResourceAny;

use crate::api::types::Usage;
use crate::bound::Bound;
use crate::deadline::Deadline;
use crate::endure::Left;
use crate::error::{CallError, Phase};
use crate::fault::failed;
use crate::lease::{Answer, Lease};
use crate::live::{Call, Live};
use crate::provider::conform::{Conforms, broken};
use crate::provider::order::{self, Order, Ordered};

pub use body::ByteStream;

/// Takes one batch from a guest's stream: empty at its end.
pub(crate) type Next<T> = for<'a> fn(&'a mut Live, ResourceAny) -> Call<'a, Answer<Vec<T>>>;

/// Asks a guest's stream at its end what it cost.
pub(crate) type Cost = for<'a> fn(&'a mut Live, ResourceAny) -> Call<'a, Option<Usage>>;

/// A guest's stream, event by event. It ends after the first error.
///
/// The first event must come within `timeouts.first-token` of the call, each
/// further one within `timeouts.idle` of being asked for, all of them within
/// `timeouts.total`.
pub struct EventStream<T> {
    ready: VecDeque<T>,
    part: Part<T>,
}

enum Part<T> {
    Idle(Box<Source<T>>),
    Busy(BoxFuture<'static, Step<T>>),
    Over,
}

type Step<T> = (Option<Box<Source<T>>>, Result<Vec<T>, CallError>);

struct Source<T> {
    lease: Lease,
    resource: ResourceAny,
    next: Next<T>,
    cost: Option<(Cost, Arc<Mutex<Option<Usage>>>)>,
    check: fn(&mut Order, &[T]) -> Conforms,
    order: Order,
    /// Whether an event has come.
    begun: bool,
}

impl<T: Send + 'static> EventStream<T> {
    pub(crate) fn new(
        mut lease: Lease,
        resource: ResourceAny,
        next: Next<T>,
        cost: Option<(Cost, Arc<Mutex<Option<Usage>>>)>,
    ) -> Self
    where
        T: Ordered,
    {
        lease.left = Left::Stream(resource);
        let (check, order) = (order::check::<T>, Order::default());
        Self {
            ready: VecDeque::new(),
            part: Part::Idle(Box::new(Source { lease, resource, next, cost, check, order, begun: false })),
        }
    }

    /// All events that are ready, at least one; nothing at the end. Cheaper than
    /// one by one for whoever sends them on in batches anyway.
    pub async fn next_batch(&mut self) -> Option<Result<Vec<T>, CallError>> {
        std::future::poll_fn(|cx| self.poll_next_batch(cx)).await
    }

    /// The events so far say nothing, as that one which only tells who speaks:
    /// `timeouts.first-token` goes on from the call's beginning for what comes
    /// next, where otherwise `timeouts.idle` would begin. To be called before the
    /// next batch is asked for.
    pub fn says_nothing_yet(&mut self) {
        if let Part::Idle(source) = &mut self.part {
            source.begun = false;
        }
    }

    /// What [`Self::next_batch`] waits for, for those who are polled themselves.
    pub fn poll_next_batch(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Vec<T>, CallError>>> {
        if !self.ready.is_empty() {
            return Poll::Ready(Some(Ok(std::mem::take(&mut self.ready).into())));
        }
        loop {
            match std::mem::replace(&mut self.part, Part::Over) {
                Part::Over => return Poll::Ready(None),
                Part::Idle(source) => self.part = Part::Busy(Box::pin(step(source))),
                Part::Busy(mut future) => {
                    let Poll::Ready((source, batch)) = future.as_mut().poll(cx) else {
                        self.part = Part::Busy(future);
                        return Poll::Pending;
                    };
                    self.part = source.map_or(Part::Over, Part::Idle);
                    return Poll::Ready(match batch {
                        Ok(batch) if batch.is_empty() => None,
                        batch => Some(batch),
                    });
                }
            }
        }
    }
}

async fn step<T: Send + 'static>(mut source: Box<Source<T>>) -> Step<T> {
    let bound = Arc::clone(&source.lease.active.bound);
    let whole = source.lease.deadline;
    let deadline = waiting(&bound, whole, source.begun);
    let (next, resource) = (source.next, source.resource);
    match source.lease.run(deadline, move |live| next(live, resource)).await {
        Ok(Ok(batch)) => match (source.check)(&mut source.order, &batch) {
            Ok(()) if batch.is_empty() => (None, close(*source, Ok(batch)).await),
            Ok(()) => {
                source.begun = true;
                (Some(source), Ok(batch))
            }
            Err(message) => (None, Err(broken(&source.lease.active, message))),
        },
        Ok(Err(error)) => (None, close(*source, Err(error)).await),
        Err(error) => (None, Err(error)),
    }
}

/// Until when to wait for what comes next. The gap between two events counts from
/// when the reader asks: a slow reader is no silent upstream.
fn waiting(bound: &Bound, whole: Deadline, begun: bool) -> Deadline {
    if begun {
        whole.within(bound.clock().now(), bound.idle_timeout(), Phase::Idle)
    } else {
        whole.within(whole.start, bound.first_token_timeout(), Phase::FirstToken)
    }
}

/// Drops the guest's handle, so that the instance can serve again.
async fn close<T>(source: Source<T>, last: Answer<Vec<T>>) -> Result<Vec<T>, CallError> {
    let Source { mut lease, resource, cost, .. } = source;
    let deadline = lease.deadline;
    if let Some((cost, kept)) = cost {
        let usage = lease.run(deadline, move |live| cost(live, resource)).await?;
        *kept.lock().unwrap_or_else(PoisonError::into_inner) = usage;
    }
    lease.left = Left::Nothing;
    let dropped =
        lease.run(deadline, move |live| Box::pin(resource.resource_drop_async(&mut live.store))).await;
    match (dropped, last) {
        (Ok(()), last) => lease.finish(last),
        (Err(_), Err(error)) => Err(failed(&lease.active, error)),
        // The answer is whole; that the guest then crashed is in the log.
        (Err(error), Ok(last)) => {
            tracing::warn!(%error, "a plugin crashed behind the end of its stream");
            Ok(last)
        }
    }
}

impl<T: Send + Unpin + 'static> Stream for EventStream<T> {
    type Item = Result<T, CallError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if let Some(event) = this.ready.pop_front() {
            return Poll::Ready(Some(Ok(event)));
        }
        match ready!(this.poll_next_batch(cx)) {
            None => Poll::Ready(None),
            Some(Err(error)) => Poll::Ready(Some(Err(error))),
            Some(Ok(batch)) => {
                this.ready = batch.into();
                Poll::Ready(this.ready.pop_front().map(Ok))
            }
        }
    }
}

impl<T> std::fmt::Debug for EventStream<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventStream").field("ready", &self.ready.len()).finish_non_exhaustive()
    }
}
