//! Chooses one of several targets: at random by weight, in turn, the least
//! busy, or the one that answers sooner; and keeps to a choice where like
//! requests are to stay together.

mod latency;
mod load;
mod round_robin;
mod sticky;

use std::time::Instant;

pub use load::{InFlight, Load};
use round_robin::Turns;
pub(crate) use sticky::Table;

use crate::config;
use crate::random::{Random, below, unit};

/// What a strategy knows of one of its targets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Candidate<'l> {
    /// Its place among the targets.
    pub(crate) place: usize,
    /// Its share, above 0.
    pub(crate) weight: f64,
    /// What it is doing.
    pub(crate) load: &'l Load,
}

/// How one of several targets is chosen, with what it has to remember for that.
#[derive(Debug)]
pub(crate) enum Balancer {
    Weighted,
    RoundRobin(Turns),
    LeastBusy,
    Latency,
}

impl Balancer {
    pub(crate) fn new(kind: config::Balance, targets: usize) -> Self {
        match kind {
            config::Balance::Weighted => Self::Weighted,
            config::Balance::RoundRobin => Self::RoundRobin(Turns::new(targets)),
            config::Balance::LeastBusy => Self::LeastBusy,
            config::Balance::Latency => Self::Latency,
        }
    }

    pub(crate) fn kind(&self) -> config::Balance {
        match self {
            Self::Weighted => config::Balance::Weighted,
            Self::RoundRobin(_) => config::Balance::RoundRobin,
            Self::LeastBusy => config::Balance::LeastBusy,
            Self::Latency => config::Balance::Latency,
        }
    }

    /// Which of the candidates, by its place in the list; none of an empty one.
    pub(crate) fn choose(
        &self,
        candidates: &[Candidate<'_>],
        now: Instant,
        random: &dyn Random,
    ) -> Option<(usize, &'static str)> {
        if candidates.len() <= 1 {
            return (!candidates.is_empty()).then_some((0, "the only one that can be chosen"));
        }
        Some(match self {
            Self::Weighted => (weighted(candidates, random), "at random, by weight"),
            Self::RoundRobin(turns) => (turns.next(candidates), "its turn"),
            Self::LeastBusy => {
                (least_busy(candidates, random), "the fewest calls in progress for its weight")
            }
            Self::Latency => (latency::choose(candidates, now, random), "the quicker of two"),
        })
    }
}

fn weighted(candidates: &[Candidate<'_>], random: &dyn Random) -> usize {
    let total: f64 = candidates.iter().map(|candidate| candidate.weight).sum();
    let mut point = unit(random) * total;
    for (place, candidate) in candidates.iter().enumerate() {
        if point < candidate.weight {
            return place;
        }
        point -= candidate.weight;
    }
    // Rounding can leave the point a hair beyond the end.
    candidates.len() - 1
}

fn least_busy(candidates: &[Candidate<'_>], random: &dyn Random) -> usize {
    let busy = |candidate: &Candidate<'_>| f64::from(candidate.load.in_flight()) / candidate.weight;
    let least = candidates.iter().map(busy).fold(f64::INFINITY, f64::min);
    let equal = || candidates.iter().enumerate().filter(|(_, candidate)| busy(candidate) <= least);
    // Counts may change meanwhile; then the first is as good as any.
    let chosen = equal().nth(below(random, equal().count().max(1)));
    chosen.map_or(0, |(place, _)| place)
}

#[cfg(test)]
mod tests;
