//! One limit: of what, how much, for how long, of which requests.

use std::fmt;
use std::sync::Arc;

use super::refused::Refused;
use super::select::{Condition, Field, Scope, Subject};
use super::store::{Claim, CounterKey};
use super::window::Window;
use crate::price::Estimate;

/// The name of a limit, for its counters, errors and logs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LimitId(Arc<str>);

impl LimitId {
    /// A limit of this name.
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for LimitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Metric {
    /// Calls. One is booked as soon as it is reserved.
    Requests,
    /// Input and output tokens together.
    Tokens,
    /// Nano-dollars.
    Cost,
}

/// What kind of limit it is, which decides the status of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Of how fast: 429.
    Rate,
    /// Of how much: 412, as Portkey answers.
    Budget,
}

/// What a limit of money does about a model without a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Unpriced {
    /// It refuses the call: it couldn't be held to the limit.
    #[default]
    Refuse,
    /// It lets the call pass uncounted, as for models on one's own machines.
    Allow,
}

/// A limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// Its name.
    pub id: LimitId,
    /// Rate or budget.
    pub kind: Kind,
    /// What is counted.
    pub metric: Metric,
    /// How much of it there is; nano-dollars for money.
    pub allowed: u64,
    /// A warning is logged when so much is booked.
    pub alert_at: Option<u64>,
    /// For how long.
    pub window: Window,
    /// Which requests it is about: those that meet all conditions.
    pub conditions: Vec<Condition>,
    /// Requests that differ in one of these are counted apart.
    pub group_by: Vec<Field>,
    /// For limits of money.
    pub unpriced: Unpriced,
}

impl Limit {
    /// The same limit for one owner, as an API key, with counters of its own.
    #[must_use]
    pub fn owned_by(self, owner: &str) -> Self {
        Self { id: LimitId::new(&format!("{owner}: {}", self.id)), ..self }
    }

    pub(super) fn applies(&self, subject: &Subject<'_>) -> bool {
        self.conditions.iter().all(|condition| condition.holds(subject))
    }

    /// What a call claims of it; nothing if it passes uncounted.
    pub(super) fn claim(&self, scope: &Scope, estimate: &Estimate) -> Result<Option<Claim>, Refused> {
        let (hold, spend) = match (self.metric, estimate.cost, self.unpriced) {
            (Metric::Requests, ..) => (0, 1),
            (Metric::Tokens, ..) => (estimate.tokens(), 0),
            (Metric::Cost, Some(cost), _) => (cost.nanos(), 0),
            (Metric::Cost, None, Unpriced::Allow) => return Ok(None),
            (Metric::Cost, None, Unpriced::Refuse) => return Err(Refused::unpriced(self)),
        };
        let counter = CounterKey::new(&self.id, scope, self.window);
        Ok(Some(Claim { counter, allowed: self.allowed, alert_at: self.alert_at, hold, spend }))
    }
}
