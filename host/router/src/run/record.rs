//! What is known of a walk when it is over.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::balance::InFlight;
use crate::failure::{Failure, FailureKind};
use crate::plan::Leaf;

/// One try at one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptRecord {
    /// The target, as in `config.targets[1]`.
    pub path: Arc<str>,
    /// Its provider, where the plan names one.
    pub provider: Option<Arc<str>>,
    /// How many tries at this target came before.
    pub number: u32,
    /// The failure's status; nothing for an answer.
    pub status: Option<u16>,
    /// The failure's kind.
    pub kind: Option<FailureKind>,
    /// How long it took until the answer began or the failure was there.
    pub took: Duration,
    /// How long was waited before it.
    pub waited: Duration,
    /// Whether a request had gone out to the upstream.
    pub sent: bool,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum What {
    /// This target is used.
    Chosen,
    /// This target is left out.
    Skipped,
    /// This target is tried again.
    Retried,
    /// This target isn't tried any more.
    GaveUp,
    /// The next target is tried.
    FellBack,
    /// No further target is tried.
    Stopped,
    /// This target needn't be asked: its answer is there.
    Answered,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chosen => "chosen",
            Self::Skipped => "skipped",
            Self::Retried => "retried",
            Self::GaveUp => "gave up",
            Self::FellBack => "fell back",
            Self::Stopped => "stopped",
            Self::Answered => "answered",
        })
    }
}

/// One decision of the router.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Which target or group it is about.
    pub path: Arc<str>,
    /// What was decided.
    pub what: What,
    /// Why.
    pub why: Cow<'static, str>,
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.path, self.what, self.why)
    }
}

/// An answer and how it was come by.
#[derive(Debug)]
pub struct Routed<T> {
    /// The answer.
    pub answer: T,
    /// The target that gave it, as in `config.targets[1]`.
    pub path: Arc<str>,
    /// The same with its rules.
    pub leaf: Arc<Leaf>,
    /// Every try, the last one the answer.
    pub attempts: Vec<AttemptRecord>,
    /// Every decision.
    pub decisions: Vec<Decision>,
    /// Which retry of its target answered; 0 for the first try.
    pub retries: i32,
    /// To be kept until the whole answer is through.
    pub hold: Hold,
}

/// No answer, and why.
#[derive(Debug)]
pub struct Failed {
    /// The failure of the last target that was tried.
    pub failure: Failure,
    /// That target; nothing where none could be tried.
    pub leaf: Option<Arc<Leaf>>,
    /// Every try.
    pub attempts: Vec<AttemptRecord>,
    /// Every decision.
    pub decisions: Vec<Decision>,
    /// How many retries that target had; -1 when all that it may have were used
    /// up.
    pub retries: i32,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failure.fmt(f)
    }
}

impl std::error::Error for Failed {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.failure)
    }
}

/// Counts a call as in progress until it is dropped. Of a stream, keep it until
/// the last event is through.
#[derive(Debug)]
#[must_use = "the call counts as over when this is dropped"]
pub struct Hold {
    pub(super) leaf: Arc<Leaf>,
    pub(super) in_flight: Vec<InFlight>,
}

impl Hold {
    /// The answer broke off after it had begun. Counts as a failure of its
    /// target, which is less likely to be chosen then.
    pub fn broke(self, now: Instant) {
        if let Some(breaker) = &self.leaf.breaker {
            breaker.broke(now);
        }
        self.in_flight.iter().for_each(|call| call.load().failed(now));
    }
}
