//! What a call used and what it costs: told to limits while it runs, and to
//! counters and the client when it is over.
//!
//! Against calls that cost nothing because they were cut off: a call that is
//! dropped while its target is asked has its prompt booked.

use std::sync::Arc;

use jackfield_router::access::Caller;
use jackfield_router::limits::{Reservation, Spent};
use jackfield_router::price::{Money, Rates};
use jackfield_router::usage::Counted;
use jackfield_runtime::api::types::Usage;

use crate::gateway::Traced;
use crate::metrics::{Metrics, Used};

/// What one call used, as far as it is known.
#[derive(Debug)]
pub(crate) struct Meter {
    pub(super) metrics: Arc<Metrics>,
    pub(super) caller: Arc<Caller>,
    pub(super) trace: Option<Traced>,
    pub(super) provider: Arc<str>,
    pub(super) model: Arc<str>,
    pub(super) rates: Option<Rates>,
    /// About how many tokens the prompt has.
    pub(super) prompt: u64,
    pub(super) reservation: Option<Reservation>,
}

/// What a call came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bill {
    pub(crate) input_tokens: Option<u64>,
    pub(crate) output_tokens: Option<u64>,
    /// Nothing where it isn't certain.
    pub(crate) cost: Option<Money>,
}

impl Meter {
    /// About how many tokens the prompt has.
    pub(crate) const fn prompt(&self) -> u64 {
        self.prompt
    }

    /// Books what was used in all so far. False as soon as a limit doesn't hold
    /// any more.
    pub(crate) fn spend(&mut self, counted: impl FnOnce() -> Counted) -> bool {
        let Some(reservation) = &mut self.reservation else { return true };
        reservation.spend(&Spent::new(&counted().usage, self.rates.as_ref()))
    }

    /// The call is over. Of what isn't counted, all that was reserved is booked.
    pub(crate) fn settle(self, counted: Option<&Counted>) -> Option<Bill> {
        let rates = self.rates.as_ref();
        if let Some(reservation) = self.reservation {
            let spent = counted.map(|counted| Spent::new(&counted.usage, rates));
            reservation.settle(&spent.unwrap_or_default());
        }
        let counted = counted?;
        let Usage { input_tokens, output_tokens, .. } = counted.usage;
        let cost = rates.filter(|_| !counted.estimated).and_then(|rates| rates.cost(&counted.usage));
        let bill = Bill { input_tokens, output_tokens, cost };
        self.metrics.used(&self.provider, Used { usage: &counted.usage, cost });
        tracing::info!(
            target: "jackfield::usage",
            trace = self.trace.as_ref().and_then(Traced::shown),
            key = self.caller.key.as_deref(),
            tenant = self.caller.tenant.as_deref(),
            provider = &*self.provider,
            model = &*self.model,
            input_tokens,
            output_tokens,
            cost = cost.map(tracing::field::display),
            estimated = counted.estimated,
            "used"
        );
        Some(bill)
    }
}

/// A target is being asked. Dropped in the middle of it, as when the client
/// hangs up, the prompt counts as used.
pub(crate) struct Asking<'m>(Option<&'m mut Meter>);

impl<'m> Asking<'m> {
    pub(crate) fn new(meter: &'m mut Meter) -> Self {
        Self(Some(meter))
    }

    /// It has answered, or failed.
    pub(crate) fn over(mut self) {
        self.0 = None;
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if let Some(meter) = self.0.take() {
            let (rates, prompt) = (meter.rates, meter.prompt);
            if let Some(reservation) = &mut meter.reservation {
                let estimate = jackfield_router::price::Estimate::input_only(prompt, rates.as_ref());
                reservation.spend(&Spent { tokens: Some(estimate.tokens()), cost: estimate.cost });
            }
        }
    }
}
