//! Takes targets in turn, each as often as its weight says, and spread out:
//! weights 2 and 1 give a, b, a and not a, a, b.

use std::sync::{Mutex, PoisonError};

use super::Candidate;

/// How far each target is from its turn.
#[derive(Debug)]
pub(crate) struct Turns(Mutex<Vec<f64>>);

impl Turns {
    pub(super) fn new(targets: usize) -> Self {
        Self(Mutex::new(vec![0.0; targets]))
    }

    /// Every candidate comes nearer by its weight; the nearest has its turn and
    /// goes back by what all of them came nearer.
    pub(super) fn next(&self, candidates: &[Candidate<'_>]) -> usize {
        let mut credit = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut chosen = 0;
        let mut most = f64::NEG_INFINITY;
        let mut total = 0.0;
        for (place, candidate) in candidates.iter().enumerate() {
            let Some(credit) = credit.get_mut(candidate.place) else { continue };
            *credit += candidate.weight;
            total += candidate.weight;
            if *credit > most {
                (chosen, most) = (place, *credit);
            }
        }
        if let Some(credit) = credit.get_mut(candidates[chosen].place) {
            *credit -= total;
        }
        chosen
    }
}
