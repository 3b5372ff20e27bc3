//! A clock that a test puts forward, so that it needn't wait.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use futures_util::future::BoxFuture;
use jackfield_runtime::{Clock, SystemClock};

/// The machine's clock, put forward at will.
#[derive(Debug, Default)]
pub struct Ahead(AtomicU64);

impl Ahead {
    /// Puts it forward by so many seconds more.
    pub fn put_forward(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    fn by(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

impl Clock for Ahead {
    fn now(&self) -> Instant {
        SystemClock.now() + self.by()
    }

    fn wall(&self) -> SystemTime {
        SystemClock.wall() + self.by()
    }

    fn sleep_until(&self, deadline: Instant) -> BoxFuture<'static, ()> {
        SystemClock.sleep_until(deadline.checked_sub(self.by()).unwrap_or(deadline))
    }
}
