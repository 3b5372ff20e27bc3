//! Whether a target is tried again, and after how long.
//!
//! Retries are load on an upstream that has too much of it. Three things keep
//! them from feeding an outage: waits grow and are spread over their whole
//! length, the upstream's own waiting time is kept to, and a budget lets
//! retries be a fraction of all calls, however many calls fail.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::config::RetryRule;
use crate::failure::{Failure, FailureKind};
use crate::random::{Random, unit};

/// The longest that one call waits between tries in all, and so the shortest
/// wait that is too long: a client would rather have the error.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The first wait is at most this long, each further one at most twice the one
/// before it.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(16);

/// What the upstream asked for is stretched by up to this part, and this long
/// at most: all its clients were told the same moment.
const SPREAD: f64 = 0.1;
const LONGEST_SPREAD: Duration = Duration::from_secs(1);

/// Why a target isn't tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stop {
    /// Its rule has no retries.
    NotAsked,
    /// All retries of the rule are used up.
    UsedUp,
    /// The status isn't one that the rule lists.
    Status,
    /// The gateway itself failed.
    Internal,
    /// No money or allowance is left, which waiting doesn't change.
    Quota,
    /// The wait would be too long, or longer than what is left.
    TooLong,
    /// Retries are too large a part of this target's calls already.
    Budget,
}

impl Stop {
    /// For a person.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::NotAsked => "no retries are configured",
            Self::UsedUp => "all retries are used up",
            Self::Status => "this status isn't retried",
            Self::Internal => "an error of the gateway itself isn't retried",
            Self::Quota => "no allowance is left, and waiting doesn't help",
            Self::TooLong => "the wait would be longer than the time that is left",
            Self::Budget => "the retry budget of this target is used up",
        }
    }
}

/// How long to wait before the next try.
///
/// `done` retries were made and `waited` between them; `left` is the time until
/// the request's deadline.
///
/// # Errors
/// Why there is no next try. The budget isn't asked here.
pub fn wait(
    rule: &RetryRule,
    failure: &Failure,
    done: u32,
    waited: Duration,
    left: Option<Duration>,
    random: &dyn Random,
) -> Result<Duration, Stop> {
    if failure.internal {
        return Err(Stop::Internal);
    }
    if rule.attempts == 0 {
        return Err(Stop::NotAsked);
    }
    if !rule.on_status.contains(failure.status) {
        return Err(Stop::Status);
    }
    if failure.kind == FailureKind::QuotaExceeded {
        return Err(Stop::Quota);
    }
    if done >= rule.attempts {
        return Err(Stop::UsedUp);
    }
    let patience = PATIENCE.saturating_sub(waited);
    let left = left.map_or(patience, |left| left.min(patience));
    let asked = failure.retry_after.filter(|_| rule.use_retry_after);
    let wait = match asked {
        Some(asked) => {
            if asked >= PATIENCE || asked > left {
                return Err(Stop::TooLong);
            }
            let spread = asked.mul_f64(SPREAD).min(LONGEST_SPREAD).mul_f64(unit(random));
            (asked + spread).min(left)
        }
        // Full jitter: anything up to the bound, so that callers who failed
        // together don't come back together.
        None => {
            let bound = FIRST_WAIT.saturating_mul(1_u32.checked_shl(done).unwrap_or(u32::MAX));
            bound.min(LONGEST_WAIT).mul_f64(unit(random))
        }
    };
    if wait > left { Err(Stop::TooLong) } else { Ok(wait) }
}

/// Lets retries of one target be a part of its calls.
///
/// Each call puts in a fifth of a retry, each second half of one, so that a
/// target with few calls can be retried as well.
#[derive(Debug)]
pub struct Budget(Mutex<Purse>);

#[derive(Debug)]
struct Purse {
    retries: f64,
    filled: Option<Instant>,
}

const PER_CALL: f64 = 0.2;
const PER_SECOND: f64 = 0.5;
const MOST: f64 = 100.0;
const AT_FIRST: f64 = 20.0;

impl Default for Budget {
    fn default() -> Self {
        Self(Mutex::new(Purse { retries: AT_FIRST, filled: None }))
    }
}

impl Budget {
    /// A call begins.
    pub fn deposit(&self) {
        let mut purse = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        purse.retries = (purse.retries + PER_CALL).min(MOST);
    }

    /// Takes a retry, if there is one.
    pub fn withdraw(&self, now: Instant) -> bool {
        let mut purse = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = purse.filled.map_or(Duration::ZERO, |then| now.saturating_duration_since(then));
        purse.filled = Some(now);
        purse.retries = (purse.retries + since.as_secs_f64() * PER_SECOND).min(MOST);
        let enough = purse.retries >= 1.0;
        if enough {
            purse.retries -= 1.0;
        }
        enough
    }
}

#[cfg(test)]
mod tests;
