//! Threads that each have a runtime of their own and keep to themselves.
//!
//! A connection to an upstream belongs to the runtime on which it was opened. If
//! another thread uses it, each piece that comes wakes one thread by the other,
//! which costs as much as the rest of a call. So a program that serves on several
//! single-threaded runtimes numbers them here, and every client keeps connections
//! for each of them. Threads without a number share theirs, as in any program.

use std::cell::Cell;

/// The most lanes that are told apart.
pub(crate) const MOST: usize = 64;

thread_local! {
    static LANE: Cell<usize> = const { Cell::new(0) };
}

/// From now on this thread is the lane of this number, counted from 0.
pub fn enter(number: usize) {
    LANE.set(1 + number % (MOST - 1));
}

/// The place of this thread's connections.
pub(crate) fn current() -> usize {
    LANE.get()
}
