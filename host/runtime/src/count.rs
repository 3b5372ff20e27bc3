//! Counts plugin instances, so that one that is never ended can be seen.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Plugin instances of a host at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct InstanceCount {
    /// Those in a call, or behind a stream that isn't through.
    pub busy: usize,
    /// Those that wait, warm, for the next call.
    pub idle: usize,
}

/// How many there are. Cloning gives the same count.
#[derive(Debug, Clone, Default)]
pub(crate) struct Count(Arc<AtomicUsize>);

/// One that is counted until it is dropped.
#[derive(Debug)]
pub(crate) struct Counted(Count);

impl Count {
    /// One more.
    pub(crate) fn one(&self) -> Counted {
        self.0.fetch_add(1, Ordering::Relaxed);
        Counted(self.clone())
    }

    /// How many there are.
    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_counts_until_it_is_dropped() {
        let count = Count::default();
        let (one, two) = (count.one(), count.one());
        assert_eq!(count.get(), 2);
        drop(one);
        assert_eq!(count.get(), 1);
        drop(two);
        assert_eq!(count.get(), 0);
    }
}
