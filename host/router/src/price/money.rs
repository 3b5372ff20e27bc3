//! Amounts of money: whole nano-dollars (one billionth of a US dollar).
//!
//! Sums of them are exact, and in the 2^53 steps that a store with
//! floating-point numbers tells apart, nine million dollars fit.

use std::fmt;
use std::iter::Sum;
use std::ops::AddAssign;

use serde::{Serialize, Serializer};

/// An amount of US dollars, in billionths. Additions stop at the largest
/// amount, eighteen billion dollars, and subtractions at none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Money(u64);

const NANOS: u64 = 1_000_000_000;

impl Money {
    /// So many nano-dollars.
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// So many dollars, to the nearest nano-dollar. `None` below zero, above
    /// the largest amount, and for what is no number.
    pub fn from_dollars(dollars: f64) -> Option<Self> {
        let nanos = (dollars * NANOS as f64).round();
        // 2^64 itself is what `u64::MAX` becomes as a float.
        (nanos >= 0.0 && nanos < u64::MAX as f64).then_some(Self(nanos as u64))
    }

    /// In nano-dollars.
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What is left without the other.
    #[must_use]
    pub const fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = self.plus(other);
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Self::plus)
    }
}

/// In dollars, with at least six and at most nine places, as in `0.000150`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / NANOS, self.0 % NANOS);
        if part % 1_000 == 0 {
            write!(f, "{whole}.{:06}", part / 1_000)
        } else {
            write!(f, "{whole}.{part:09}")
        }
    }
}

/// As its text: a float would round it.
impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
