//! The quicker of two targets that were drawn at random. Drawing two keeps a
//! crowd of gateways from all choosing the one that looked best a moment ago.

use std::time::Instant;

use super::Candidate;
use crate::random::{Random, below};

/// What a target is taken to need of which nothing is known, in seconds: little,
/// so that it is tried, and more with each call that it has not answered yet.
const UNKNOWN: f64 = 0.001;

pub(super) fn choose(candidates: &[Candidate<'_>], now: Instant, random: &dyn Random) -> usize {
    let first = below(random, candidates.len());
    let second = below(random, candidates.len() - 1);
    let second = if second >= first { second + 1 } else { second };
    let cost = |place: usize| {
        let candidate = &candidates[place];
        let seconds = candidate.load.expected(now).unwrap_or(UNKNOWN).max(UNKNOWN);
        seconds * f64::from(candidate.load.in_flight() + 1) / candidate.weight
    };
    if cost(second) < cost(first) { second } else { first }
}
