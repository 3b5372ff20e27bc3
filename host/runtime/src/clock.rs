//! Time, handed in by whoever builds the host, so that tests own it.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::time::{Instant, SystemTime};

/// A source of time. One clock serves a whole host; every deadline, idle time
/// and token expiry is measured by it.
pub trait Clock: Debug + Send + Sync {
    /// The present moment, monotonic.
    fn now(&self) -> Instant;

    /// The present moment, as a calendar has it.
    fn wall(&self) -> SystemTime;

    /// Ends at `deadline` as [`Clock::now`] measures it; at once if it is past.
    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}

/// The machine's clocks and Tokio's timer. Must be used within a Tokio runtime
/// whose time driver is enabled.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep_until(deadline.into()))
    }
}
