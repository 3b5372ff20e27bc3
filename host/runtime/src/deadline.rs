//! Until when a call makes sense: one point in time for guest and host alike, and
//! which of the operator's or the caller's limits it comes from.

use std::task::Poll;
use std::time::{Duration, Instant};

use crate::active::Active;
use crate::clock::Clock;
use crate::error::{CallError, Phase};

/// When a call must be over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    pub(crate) start: Instant,
    at: Option<(Instant, Phase, Duration)>,
}

impl Deadline {
    /// The earlier of the provider's total and the caller's own.
    pub(crate) fn new(start: Instant, total: Duration, caller: Option<Instant>) -> Self {
        let total = start.checked_add(total).map(|at| (at, Phase::Total, total));
        let caller = caller.map(|at| (at, Phase::Caller, at.saturating_duration_since(start)));
        Self { start, at: None }.or(total).or(caller)
    }

    fn or(mut self, other: Option<(Instant, Phase, Duration)>) -> Self {
        if let Some(other) = other
            && self.at.is_none_or(|(at, ..)| other.0 < at)
        {
            self.at = Some(other);
        }
        self
    }

    /// The same, or `span` behind `from` if that is earlier.
    pub(crate) fn within(self, from: Instant, span: Duration, phase: Phase) -> Self {
        self.or(from.checked_add(span).map(|at| (at, phase, span)))
    }

    /// What a caller is told once it has passed.
    pub(crate) fn passed(self, active: &Active, sent: bool) -> CallError {
        let (phase, after) =
            self.at.map_or((Phase::Total, Duration::ZERO), |(_, phase, after)| (phase, after));
        CallError::Timeout { provider: active.bound.name.to_string(), phase, after, sent }
    }
}

/// The future's result, or nothing if the deadline passed first. The timer is
/// armed only once the future has to wait.
pub(crate) async fn before<F: Future>(clock: &dyn Clock, deadline: Deadline, future: F) -> Option<F::Output> {
    let Some((at, ..)) = deadline.at else {
        return Some(future.await);
    };
    let mut future = std::pin::pin!(future);
    let mut late = None;
    std::future::poll_fn(move |cx| {
        if let Poll::Ready(output) = future.as_mut().poll(cx) {
            return Poll::Ready(Some(output));
        }
        late.get_or_insert_with(|| clock.sleep_until(at)).as_mut().poll(cx).map(|()| None)
    })
    .await
}
