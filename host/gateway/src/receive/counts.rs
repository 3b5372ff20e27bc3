//! What became of deliveries, in numbers; and a log line now and then for those
//! that were refused, however many come.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often a refusal is logged at most: strangers can send as many as they
/// like.
const EVERY: Duration = Duration::from_secs(10);

/// What became of a delivery, or of a result that was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Outcome {
    /// It is kept.
    Received,
    /// It was there before.
    Repeated,
    /// It had no signature.
    Unsigned,
    /// Its signature is another's.
    Forged,
    /// It is too old, or from the future.
    Untimely,
    /// It can't be read.
    Malformed,
    /// It didn't come, or is too long.
    Broken,
    /// It came too slowly.
    Slow,
    /// Too much came at once.
    Busy,
    /// Guardrails denied a result.
    Denied,
    /// A result wasn't fetched in its time.
    Unfetched,
    /// Nobody here had asked for a result.
    Unclaimed,
    /// A result had to make room before it was fetched.
    Crowded,
    /// A result never came.
    Overdue,
}

impl Outcome {
    const fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Repeated => "repeated",
            Self::Unsigned => "unsigned",
            Self::Forged => "forged",
            Self::Untimely => "untimely",
            Self::Malformed => "malformed",
            Self::Broken => "broken",
            Self::Slow => "slow",
            Self::Denied => "denied",
            Self::Busy => "busy",
            Self::Unfetched => "unfetched",
            Self::Unclaimed => "unclaimed",
            Self::Crowded => "crowded",
            Self::Overdue => "overdue",
        }
    }
}

/// The counts of one receiver.
#[derive(Debug)]
pub(super) struct Counts {
    receiver: Box<str>,
    counted: Mutex<Counted>,
}

#[derive(Debug, Default)]
struct Counted {
    all: BTreeMap<Outcome, u64>,
    logged: Option<Instant>,
    /// Refusals since then.
    unsaid: u64,
}

impl Counts {
    pub(super) fn new(receiver: &str) -> Self {
        Self { receiver: receiver.into(), counted: Mutex::default() }
    }

    /// A delivery was taken.
    pub(super) fn taken(&self, outcome: Outcome) {
        drop(self.count(outcome));
        tracing::debug!(receiver = &*self.receiver, outcome = outcome.name(), "a delivery");
    }

    /// Guardrails denied a result.
    pub(super) fn denied(&self, request: &str) {
        drop(self.count(Outcome::Denied));
        tracing::info!(receiver = &*self.receiver, request, "the result of a queued request was denied");
    }

    /// A delivery was refused. Nothing of it is logged: it may be anybody's.
    pub(super) fn refused(&self, outcome: Outcome, now: Instant) {
        if let Some(count) = self.refusal(outcome, now) {
            let (receiver, why) = (&*self.receiver, outcome.name());
            tracing::warn!(receiver, why, count, "deliveries were refused");
        }
    }

    /// Counts it. How many there were since it was last said, if it is to be said
    /// now.
    fn refusal(&self, outcome: Outcome, now: Instant) -> Option<u64> {
        let mut counted = self.count(outcome);
        counted.unsaid += 1;
        if counted.logged.is_some_and(|logged| now.saturating_duration_since(logged) < EVERY) {
            return None;
        }
        counted.logged = Some(now);
        Some(std::mem::take(&mut counted.unsaid))
    }

    /// A result is gone that nobody has fetched, or won't come any more.
    pub(super) fn lost(&self, outcome: Outcome, request: &str) {
        drop(self.count(outcome));
        let why = outcome.name();
        tracing::warn!(receiver = &*self.receiver, why, request, "the result of a queued request is lost");
    }

    fn count(&self, outcome: Outcome) -> std::sync::MutexGuard<'_, Counted> {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        *counted.all.entry(outcome).or_default() += 1;
        counted
    }

    /// In the text form of Prometheus, without a head.
    pub(super) fn render(&self, text: &mut String) {
        let counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        for (outcome, count) in &counted.all {
            let (receiver, name) = (&self.receiver, outcome.name());
            let _ = writeln!(
                text,
                "jackfield_deliveries_total{{receiver=\"{receiver}\",outcome=\"{name}\"}} {count}"
            );
        }
    }

    #[cfg(test)]
    pub(super) fn of(&self, outcome: Outcome) -> u64 {
        let counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.all.get(&outcome).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_all_counted_and_seldom_logged() {
        let (counts, start) = (Counts::new("b"), Instant::now());
        assert_eq!(counts.refusal(Outcome::Forged, start), Some(1), "the first is logged");
        for _ in 0..1_000 {
            assert_eq!(counts.refusal(Outcome::Forged, start + EVERY / 2), None);
        }
        assert_eq!(counts.refusal(Outcome::Unsigned, start + EVERY), Some(1_001), "with all since");
        assert_eq!(counts.of(Outcome::Forged), 1_001);
        let mut text = String::new();
        counts.render(&mut text);
        assert!(text.contains("receiver=\"b\",outcome=\"forged\"} 1001\n"), "{text}");
    }
}
