//! One target: its tries, how long each may take, and what is waited between.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use tracing::Instrument;

use super::record::{AttemptRecord, What};
use super::walk::{Lost, Outcome, Walk, Won};
use super::{Attempt, Prepared};
use crate::breaker::Pass;
use crate::failure::{Failure, FailureKind};
use crate::plan::Leaf;
use crate::retry::{self, Stop};

impl<'w, A: Attempt> Walk<'w, A> {
    pub(super) async fn leaf(&mut self, leaf: &'w Arc<Leaf>, pass: Pass<'w>) -> Outcome<A::Answer> {
        let mut ready = match self.prepare(leaf).await {
            Ok(Prepared::Ready(ready)) => ready,
            Ok(Prepared::Answered(answer)) => {
                self.decide(&leaf.path, What::Answered, "the answer was there already");
                let leaf = Arc::clone(leaf);
                return Ok(Won { answer, leaf, retries: 0, asked: false, in_flight: Vec::new() });
            }
            // Its breaker hears nothing: the target hasn't been asked.
            Err(failure) => {
                self.decide(&leaf.path, What::GaveUp, format!("not asked: {}", failure.message));
                return Err(Box::new(Lost {
                    failure,
                    leaf: Some(Arc::clone(leaf)),
                    retries: 0,
                    asked: false,
                }));
            }
        };
        if leaf.retry.attempts > 0 {
            leaf.budget.deposit();
        }
        let (mut number, mut waited, mut wait) = (0, Duration::ZERO, Duration::ZERO);
        loop {
            let failure = match self.once(leaf, &mut ready, number, wait).await {
                Ok(answer) => {
                    pass.answered(self.now());
                    let retries = i32::try_from(number).unwrap_or(i32::MAX);
                    let leaf = Arc::clone(leaf);
                    return Ok(Won { answer, leaf, retries, asked: true, in_flight: Vec::new() });
                }
                Err(failure) => failure,
            };
            match self.next_wait(leaf, &failure, number, waited) {
                Ok(next) => {
                    wait = next;
                    let why = format!("status {}, after {} ms", failure.status, wait.as_millis());
                    self.decide(&leaf.path, What::Retried, why);
                    self.router.clock.sleep_until(self.now() + wait).await;
                    waited += wait;
                    number += 1;
                }
                Err(stop) => {
                    if stop != Stop::NotAsked {
                        self.decide(&leaf.path, What::GaveUp, stop.reason());
                    }
                    let retries =
                        if stop == Stop::UsedUp { -1 } else { i32::try_from(number).unwrap_or(i32::MAX) };
                    if let Some(answer) = self.attempt.last_resort(&mut ready) {
                        pass.answered(self.now());
                        let leaf = Arc::clone(leaf);
                        return Ok(Won { answer, leaf, retries, asked: true, in_flight: Vec::new() });
                    }
                    pass.failed(&failure, self.now());
                    return Err(Box::new(Lost {
                        failure,
                        leaf: Some(Arc::clone(leaf)),
                        retries,
                        asked: true,
                    }));
                }
            }
        }
    }

    fn next_wait(
        &self,
        leaf: &Leaf,
        failure: &Failure,
        number: u32,
        waited: Duration,
    ) -> Result<Duration, Stop> {
        let now = self.now();
        let left = self.facts.deadline.map(|deadline| deadline.saturating_duration_since(now));
        let wait = retry::wait(&leaf.retry, failure, number, waited, left, &*self.router.random)?;
        // Asked last, so that nothing is taken for a retry that isn't made.
        if leaf.budget.withdraw(now) { Ok(wait) } else { Err(Stop::Budget) }
    }

    /// Makes the target ready, within the request's own time.
    async fn prepare(&self, leaf: &'w Arc<Leaf>) -> Result<Prepared<A>, Failure> {
        let prepare = self.attempt.prepare(leaf);
        let Some(deadline) = self.facts.deadline else { return prepare.await };
        let timer = self.router.clock.sleep_until(deadline);
        match select(prepare, timer).await {
            Either::Left((result, _)) => result,
            Either::Right(_) => Err(Limit::Request.failure(leaf, Duration::ZERO, false)),
        }
    }

    /// One try, within its time.
    async fn once(
        &mut self,
        leaf: &'w Arc<Leaf>,
        ready: &mut A::Ready,
        number: u32,
        waited: Duration,
    ) -> Result<A::Answer, Failure> {
        let began = self.now();
        let span = tracing::debug_span!(
            target: "jackfield::router", "attempt",
            path = &*leaf.path, provider = leaf.provider.as_deref(), number
        );
        let attempt = self.attempt.attempt(leaf, ready, number).instrument(span);
        let until = self.until(leaf, began);
        let result = match until {
            None => attempt.await,
            Some((deadline, whose)) if deadline <= began => Err(whose.failure(leaf, Duration::ZERO, false)),
            Some((deadline, whose)) => {
                let timer = self.router.clock.sleep_until(deadline);
                match select(std::pin::pin!(attempt), timer).await {
                    Either::Left((result, _)) => result,
                    // Whether a request had gone out isn't known; so it may have.
                    Either::Right(_) => Err(whose.failure(leaf, deadline - began, true)),
                }
            }
        };
        let failure = result.as_ref().err();
        self.attempts.push(AttemptRecord {
            path: Arc::clone(&leaf.path),
            provider: leaf.provider.clone(),
            number,
            status: failure.map(|failure| failure.status),
            kind: failure.map(|failure| failure.kind),
            took: self.now().saturating_duration_since(began),
            waited,
            sent: failure.is_none_or(|failure| failure.sent),
        });
        result
    }

    /// When a try that begins now is over, and which rule says so.
    fn until(&self, leaf: &Leaf, now: Instant) -> Option<(Instant, Limit)> {
        let own = leaf.request_timeout.map(|timeout| (now + timeout, Limit::Try));
        let whole = self.facts.deadline.map(|deadline| (deadline, Limit::Request));
        match (own, whole) {
            (Some(own), Some(whole)) => Some(if own.0 < whole.0 { own } else { whole }),
            (own, whole) => own.or(whole),
        }
    }
}

/// Which rule ended a try.
#[derive(Debug, Clone, Copy)]
enum Limit {
    /// `request_timeout`.
    Try,
    /// The request's own deadline.
    Request,
}

impl Limit {
    fn failure(self, leaf: &Leaf, after: Duration, sent: bool) -> Failure {
        let message = match self {
            Self::Try => {
                format!(
                    "no answer within the request_timeout of {} ms; raise it, or add a target",
                    after.as_millis()
                )
            }
            Self::Request => "the request's deadline passed before there was an answer".to_owned(),
        };
        Failure {
            sent,
            provider: leaf.provider.as_deref().map(str::to_owned),
            ..Failure::new(FailureKind::Timeout, message).with_status(408)
        }
    }
}
