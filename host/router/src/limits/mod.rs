//! Limits on requests, tokens and money: rates and budgets that hold although
//! many calls run at once.
//!
//! A call reserves what it may use before it is made, from all limits that
//! apply or from none; while it runs, what it has used is booked and its
//! reservation shrinks by as much; at its end the rest comes back. So what is
//! booked and reserved together never exceeds a limit, unless a call uses more
//! than it reserved, and then [`Reservation::spend`] says so in the middle of it.
//!
//! The numbers live behind [`LimitStore`]: [`MemoryStore`] for one process.

use std::collections::HashMap;
use std::sync::Arc;

use crate::price::Estimate;

mod config;
mod counter;
mod memory;
mod refused;
mod reservation;
mod rule;
mod select;
mod store;
#[cfg(test)]
mod tests;
mod window;
mod written;

pub use config::{LimitError, LimitRules};
pub use memory::MemoryStore;
pub use refused::{Refused, Why};
pub use reservation::{Reservation, Spent};
pub use rule::{Kind, Limit, LimitId, Metric, Unpriced};
pub use select::{Condition, Field, Pattern, Scope, Subject};
pub use store::{Booked, Booking, Claim, CounterKey, Denial, LimitStore};
pub use window::{Period, Window};

/// All limits there are, and where their numbers are kept.
#[derive(Debug)]
pub struct Limits {
    limits: Vec<Limit>,
    places: HashMap<LimitId, usize>,
    store: Arc<dyn LimitStore>,
}

impl Limits {
    /// These limits. Of two with one id the later counts.
    pub fn new(limits: Vec<Limit>, store: Arc<dyn LimitStore>) -> Self {
        let places = limits.iter().enumerate().map(|(place, limit)| (limit.id.clone(), place)).collect();
        Self { limits, places, store }
    }

    /// The limits that apply to a request, each with the group of requests that
    /// this one is counted with.
    pub fn matching(&self, subject: &Subject<'_>) -> Vec<(LimitId, Scope)> {
        let apply = self.limits.iter().filter(|limit| limit.applies(subject));
        apply.map(|limit| (limit.id.clone(), Scope::of(&limit.group_by, subject))).collect()
    }

    /// Reserves what a call may use from all of these limits, or from none.
    ///
    /// # Errors
    /// The first limit that has no room for it.
    pub async fn reserve(
        &self,
        limits: &[(LimitId, Scope)],
        estimate: &Estimate,
    ) -> Result<Reservation, Refused> {
        let mut claims = Vec::with_capacity(limits.len());
        let mut rules = Vec::with_capacity(limits.len());
        for (id, scope) in limits {
            let limit = self.places.get(id).and_then(|place| self.limits.get(*place));
            let Some(limit) = limit else { return Err(Refused::unknown(id.clone())) };
            if let Some(claim) = limit.claim(scope, estimate)? {
                claims.push(claim);
                rules.push(limit);
            }
        }
        match self.store.reserve(&claims).await {
            Ok(stamps) => {
                let held = rules.iter().map(|limit| limit.metric).zip(claims).zip(stamps);
                Ok(Reservation::new(Arc::clone(&self.store), held))
            }
            Err(denial) => Err(match rules.get(denial.claim) {
                Some(limit) => Refused::denied(limit, &denial),
                None => Refused::unknown(LimitId::new("")),
            }),
        }
    }
}
