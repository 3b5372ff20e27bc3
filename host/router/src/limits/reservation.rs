//! What a running call holds of its limits.

use std::sync::Arc;

use jackfield_runtime::api::types::Usage;

use super::rule::Metric;
use super::store::{Booking, Claim, LimitStore};
use crate::price::{Money, Rates};

/// What a call has used. What isn't known is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Spent {
    /// Input and output tokens.
    pub tokens: Option<u64>,
    /// What they cost.
    pub cost: Option<Money>,
}

impl Spent {
    /// What a usage comes to, at these prices.
    pub fn new(usage: &Usage, rates: Option<&Rates>) -> Self {
        let counts = [usage.input_tokens, usage.output_tokens];
        let known = counts.iter().any(Option::is_some);
        let tokens = counts.into_iter().flatten().fold(0, u64::saturating_add);
        Self {
            tokens: known.then_some(tokens),
            cost: rates.filter(|_| known).and_then(|rates| rates.booked(usage)),
        }
    }

    fn of(&self, metric: Metric) -> Option<u64> {
        match metric {
            Metric::Requests => None,
            Metric::Tokens => self.tokens,
            Metric::Cost => self.cost.map(Money::nanos),
        }
    }
}

/// What a running call holds. Dropping it books what [`Reservation::spend`] was
/// told of and gives the rest back, so a call that is cut off leaks nothing:
/// report the prompt once it has gone out.
#[must_use = "dropped, it holds nothing"]
#[derive(Debug)]
pub struct Reservation {
    store: Arc<dyn LimitStore>,
    parts: Vec<Part>,
}

#[derive(Debug)]
struct Part {
    metric: Metric,
    claim: Claim,
    held: u64,
    booked: u64,
    stamp: u64,
}

impl Reservation {
    pub(super) fn new(
        store: Arc<dyn LimitStore>,
        claims: impl Iterator<Item = ((Metric, Claim), u64)>,
    ) -> Self {
        let part = |((metric, claim), stamp): ((Metric, Claim), u64)| {
            let (held, booked) = (claim.hold, claim.spend);
            Part { metric, claim, held, booked, stamp }
        };
        Self { store, parts: claims.map(part).collect() }
    }

    /// Books what the call has used in all so far. `false` as soon as some
    /// limit doesn't hold any more: stop the stream. It was used all the same,
    /// so it is booked.
    pub fn spend(&mut self, so_far: &Spent) -> bool {
        let Self { store, parts } = self;
        let within = parts.iter_mut().map(|part| match so_far.of(part.metric) {
            Some(used) if used > part.booked => part.book(store.as_ref(), used - part.booked),
            _ => true,
        });
        within.fold(true, |all, one| all & one)
    }

    /// Books what the call used in the end, more or less than it had reported,
    /// and gives the rest back. Of what isn't known, all that was reserved is
    /// booked.
    pub fn settle(mut self, actual: &Spent) {
        let Self { store, parts } = &mut self;
        for part in parts {
            let unknown = part.booked + part.held;
            let used = actual.of(part.metric).unwrap_or(unknown);
            if used >= part.booked {
                part.book(store.as_ref(), used - part.booked);
            } else {
                part.refund(store.as_ref(), part.booked - used);
            }
        }
    }

    /// The call never went out, as when its answer came from a cache: all of it
    /// is given back, the request too.
    pub fn cancel(mut self) {
        let Self { store, parts } = &mut self;
        for part in parts {
            part.refund(store.as_ref(), part.booked);
        }
    }
}

impl Part {
    fn book(&mut self, store: &dyn LimitStore, spent: u64) -> bool {
        let released = spent.min(self.held);
        let booked = store.book(&self.claim, Booking { spent, released, refund: None });
        self.held -= released;
        self.booked += spent;
        self.stamp = booked.stamp;
        if booked.alert {
            tracing::warn!(limit = self.claim.counter.name(), "a limit has reached its alert threshold");
        }
        booked.within
    }

    fn refund(&mut self, store: &dyn LimitStore, amount: u64) {
        store.book(&self.claim, Booking { refund: Some((self.stamp, amount)), ..Booking::default() });
        self.booked -= amount;
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        for part in self.parts.iter().filter(|part| part.held > 0) {
            self.store.book(&part.claim, Booking { released: part.held, ..Booking::default() });
        }
    }
}
