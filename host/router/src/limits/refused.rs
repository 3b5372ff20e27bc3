//! Why a limit let a call not pass.

use std::time::Duration;

use thiserror::Error;

use super::rule::{Kind, Limit, LimitId, Metric};
use super::store::Denial;
use crate::failure::{Failure, FailureKind};
use crate::price::Money;

/// What stood against a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Too little is left.
    Exhausted,
    /// Its model has no price, and the limit is one of money.
    Unpriced,
    /// There are too many groups of requests to keep count of.
    Full,
    /// No limit has this id.
    Unknown,
}

/// A limit has no room for a call.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", self.message())]
pub struct Refused {
    /// The limit.
    pub which: LimitId,
    /// Rate or budget.
    pub kind: Kind,
    /// What it counts.
    pub metric: Metric,
    /// What stood against it.
    pub why: Why,
    /// When asking again may help. `None` if waiting doesn't.
    pub retry_after: Option<Duration>,
    /// What is left; nano-dollars for money.
    pub remaining: u64,
}

impl Refused {
    pub(super) fn denied(limit: &Limit, denial: &Denial) -> Self {
        let why = if denial.full { Why::Full } else { Why::Exhausted };
        let (retry_after, remaining) = (denial.retry_after, denial.remaining);
        Self { why, retry_after, remaining, ..Self::unpriced(limit) }
    }

    pub(super) fn unpriced(limit: &Limit) -> Self {
        let which = limit.id.clone();
        let (kind, metric) = (limit.kind, limit.metric);
        Self { which, kind, metric, why: Why::Unpriced, retry_after: None, remaining: 0 }
    }

    pub(super) const fn unknown(which: LimitId) -> Self {
        let (kind, metric) = (Kind::Budget, Metric::Requests);
        Self { which, kind, metric, why: Why::Unknown, retry_after: None, remaining: 0 }
    }

    fn message(&self) -> String {
        let id = &self.which;
        let left = match self.metric {
            Metric::Requests => format!("{} requests", self.remaining),
            Metric::Tokens => format!("{} tokens", self.remaining),
            Metric::Cost => format!("{} dollars", Money::from_nanos(self.remaining)),
        };
        match (self.why, self.retry_after) {
            (Why::Exhausted, Some(wait)) => format!(
                "the limit `{id}` has {left} left, too few for this request: try again in {} s",
                wait.as_millis().div_ceil(1_000)
            ),
            (Why::Exhausted, None) => format!(
                "the limit `{id}` has {left} left, too few for this request: ask for a shorter answer, or \
                 have the limit raised"
            ),
            (Why::Unpriced, _) => format!(
                "the limit `{id}` counts money, and this model has no known price: give it one, or set \
                 `unpriced = \"allow\"`"
            ),
            (Why::Full, _) => format!(
                "the limit `{id}` can't keep count of another group: group by something of fewer values"
            ),
            (Why::Unknown, _) => format!("there is no limit `{id}`: it was removed while this request began"),
        }
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        let status = match refused.kind {
            Kind::Rate => 429,
            Kind::Budget => 412,
        };
        let retry_after = refused.retry_after;
        Self { retry_after, ..Self::new(FailureKind::Refused, refused.to_string()).with_status(status) }
    }
}
