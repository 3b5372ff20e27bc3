//! A clock that only a test moves.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Poll, Waker},
    time::{Duration, Instant, SystemTime},
};

use crate::clock::Clock;

/// Clones are the same clock.
#[derive(Debug, Clone)]
pub(super) struct HandClock {
    start: Instant,
    wall: SystemTime,
    state: Arc<Mutex<(Duration, Vec<Waker>)>>,
}

impl HandClock {
    /// At a time of day in 2027.
    pub(super) fn new() -> Self {
        let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        Self { start: Instant::now(), wall, state: Arc::default() }
    }

    pub(super) fn advance(&self, seconds: u64) {
        let mut state = self.state.lock().unwrap();
        state.0 += Duration::from_secs(seconds);
        state.1.drain(..).for_each(Waker::wake);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Instant {
        self.start + self.state.lock().unwrap().0
    }

    fn wall(&self) -> SystemTime {
        self.wall + self.state.lock().unwrap().0
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let clock = self.clone();
        Box::pin(std::future::poll_fn(move |context| {
            if clock.now() >= deadline {
                return Poll::Ready(());
            }
            clock.state.lock().unwrap().1.push(context.waker().clone());
            Poll::Pending
        }))
    }
}
