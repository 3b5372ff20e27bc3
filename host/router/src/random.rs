//! Chance, handed in by whoever builds the router, so that tests own it.

use std::fmt::Debug;

/// A source of random numbers. They spread load and need not be secret.
pub trait Random: Debug + Send + Sync {
    /// Any number, each as likely as the next.
    fn next(&self) -> u64;
}

/// A fast generator for each thread, seeded by the operating system.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn next(&self) -> u64 {
        fastrand::u64(..)
    }
}

/// A number from 0 up to, not including, 1.
pub(crate) fn unit(random: &dyn Random) -> f64 {
    // 53 bits are what the fraction of an f64 holds.
    (random.next() >> 11) as f64 / (1_u64 << 53) as f64
}

/// A number from 0 up to, not including, `end`, which must not be 0.
pub(crate) fn below(random: &dyn Random, end: usize) -> usize {
    ((u128::from(random.next()) * end as u128) >> 64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Script;

    #[test]
    fn numbers_stay_within_their_bounds_at_both_ends() {
        let ends = Script::new([0, u64::MAX]);
        assert_eq!(unit(&ends), 0.0);
        assert!(unit(&ends) < 1.0);
        let ends = Script::new([0, u64::MAX]);
        assert_eq!(below(&ends, 7), 0);
        assert_eq!(below(&ends, 7), 6);
    }
}
