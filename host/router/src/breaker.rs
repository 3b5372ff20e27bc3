//! Leaves a target alone for a while when it keeps failing, so that requests
//! don't wait for what won't answer, and the target can recover.
//!
//! Failures are counted over the last minute. An open breaker lets one call
//! through after its cooldown; that call decides whether it closes. Where all
//! targets of a group are open, the group goes on as if none were.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::config::BreakerRule;
use crate::failure::{Failure, FailureKind};

/// The minute is counted in six parts; the oldest is forgotten as a new one begins.
const PARTS: usize = 6;
const PART: Duration = Duration::from_secs(10);

/// The breaker of one target.
#[derive(Debug)]
pub struct Breaker {
    rule: BreakerRule,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    parts: [Part; PARTS],
    epoch: Option<Instant>,
    open_until: Option<Instant>,
    /// The call that decides is on its way.
    trial: bool,
}

#[derive(Debug, Default, Clone, Copy)]
struct Part {
    number: u64,
    calls: u32,
    failures: u32,
}

/// How a breaker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Calls go through.
    Closed,
    /// The next call decides.
    HalfOpen,
    /// No call goes through.
    Open,
}

/// The way through a breaker for one call. Going without a word, as a call that
/// is cancelled does, it decides nothing.
#[derive(Debug)]
#[must_use = "a trial that is dropped at once decides nothing"]
pub struct Pass<'b> {
    breaker: Option<&'b Breaker>,
    trial: bool,
}

impl Breaker {
    /// A closed breaker.
    pub fn new(rule: BreakerRule) -> Self {
        Self { rule, state: Mutex::default() }
    }

    /// How it stands.
    pub fn standing(&self, now: Instant) -> Standing {
        self.lock().standing(now)
    }

    /// Asks for the way through. `forced` gets it anyhow.
    pub fn enter(&self, now: Instant, forced: bool) -> Option<Pass<'_>> {
        let mut state = self.lock();
        let standing = state.standing(now);
        let trial = standing == Standing::HalfOpen;
        state.trial |= trial;
        (forced || standing != Standing::Open).then_some(Pass { breaker: Some(self), trial })
    }

    /// Counts a failure of a call that had succeeded at first: a stream that broke.
    pub fn broke(&self, now: Instant) {
        self.record(now, true, false);
    }

    fn counts(&self, failure: &Failure) -> bool {
        match &self.rule.on_status {
            Some(statuses) => statuses.contains(failure.status),
            // A target that never answers is as unwell as one that answers 500.
            None => failure.status >= 500 || failure.kind == FailureKind::Timeout,
        }
    }

    fn record(&self, now: Instant, failed: bool, trial: bool) {
        let mut state = self.lock();
        if trial {
            state.trial = false;
            if failed {
                state.open_until = Some(now + self.rule.cooldown);
            } else {
                state.open_until = None;
                state.parts = Default::default();
            }
            return;
        }
        let (calls, failures) = state.count(now, failed);
        let share = f64::from(failures) * 100.0 / f64::from(calls.max(1));
        let too_many = self.rule.failures.is_some_and(|most| failures >= most)
            || self.rule.percent.is_some_and(|most| share >= most);
        if failed && too_many && calls >= self.rule.minimum_requests && state.open_until.is_none() {
            state.open_until = Some(now + self.rule.cooldown);
        }
    }

    // Never held over an await.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn standing(&self, now: Instant) -> Standing {
        match self.open_until {
            None => Standing::Closed,
            Some(until) if now < until || self.trial => Standing::Open,
            Some(_) => Standing::HalfOpen,
        }
    }

    /// Counts one call and returns the calls and failures of the last minute.
    fn count(&mut self, now: Instant, failed: bool) -> (u32, u32) {
        let epoch = *self.epoch.get_or_insert(now);
        let number = now.saturating_duration_since(epoch).as_secs() / PART.as_secs();
        let part = &mut self.parts[number as usize % PARTS];
        if part.number != number {
            *part = Part { number, ..Part::default() };
        }
        part.calls = part.calls.saturating_add(1);
        part.failures = part.failures.saturating_add(u32::from(failed));
        let recent = self.parts.iter().filter(|part| part.number + PARTS as u64 > number);
        recent.fold((0, 0), |(calls, failures), part| {
            (part.calls.saturating_add(calls), part.failures.saturating_add(failures))
        })
    }
}

impl Pass<'_> {
    /// The way where no breaker is.
    pub fn free() -> Self {
        Self { breaker: None, trial: false }
    }

    /// The call was answered.
    pub fn answered(mut self, now: Instant) {
        self.settle(now, false);
    }

    /// The call failed. An error of the gateway itself says nothing of the target.
    pub fn failed(mut self, failure: &Failure, now: Instant) {
        if !failure.internal {
            let counts = self.breaker.is_some_and(|breaker| breaker.counts(failure));
            self.settle(now, counts);
        }
    }

    fn settle(&mut self, now: Instant, failed: bool) {
        if let Some(breaker) = self.breaker.take() {
            breaker.record(now, failed, self.trial);
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.trial
            && let Some(breaker) = self.breaker.take()
        {
            breaker.lock().trial = false;
        }
    }
}

#[cfg(test)]
mod tests;
