//! What one target is doing: calls in progress, and how soon it answers.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How quickly old answers are forgotten: after this long a third of what was
/// known is left.
const MEMORY: Duration = Duration::from_secs(10);

/// What a failure counts as. A target that fails at once would otherwise look
/// quick, and draw every call to itself.
const FAILURE: Duration = Duration::from_secs(10);

/// What one target is doing.
#[derive(Debug, Default)]
pub struct Load {
    in_flight: AtomicU32,
    latency: Mutex<Option<Latency>>,
}

#[derive(Debug, Clone, Copy)]
struct Latency {
    seconds: f64,
    seen: Instant,
}

/// A call in progress, until it is dropped.
#[derive(Debug)]
pub struct InFlight(Arc<Load>);

impl Load {
    /// Calls in progress.
    pub fn in_flight(&self) -> u32 {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// A call begins.
    pub fn begin(self: &Arc<Self>) -> InFlight {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(Arc::clone(self))
    }

    /// A call was answered, its first event if it is a stream, after this long.
    pub fn answered(&self, after: Duration, now: Instant) {
        self.observe(after.as_secs_f64(), now);
    }

    /// A call failed in a way that the target is to blame for.
    pub fn failed(&self, now: Instant) {
        self.observe(FAILURE.as_secs_f64(), now);
    }

    /// A moving average that follows a rise at once and a fall slowly: a target
    /// that has become slow is avoided before everybody waits for it.
    fn observe(&self, seconds: f64, now: Instant) {
        let mut latency = self.latency.lock().unwrap_or_else(PoisonError::into_inner);
        let seconds = match *latency {
            Some(known) if seconds < known.seconds => {
                let kept = known.kept(now);
                known.seconds * kept + seconds * (1.0 - kept)
            }
            _ => seconds,
        };
        *latency = Some(Latency { seconds, seen: now });
    }

    /// How long an answer is expected to take, in seconds. What isn't heard of
    /// for a while comes back into reach, so that it can show itself anew.
    pub(crate) fn expected(&self, now: Instant) -> Option<f64> {
        let latency = *self.latency.lock().unwrap_or_else(PoisonError::into_inner);
        latency.map(|known| known.seconds * known.kept(now))
    }
}

impl Latency {
    fn kept(&self, now: Instant) -> f64 {
        (-now.saturating_duration_since(self.seen).as_secs_f64() / MEMORY.as_secs_f64()).exp()
    }
}

impl InFlight {
    /// The target that the call is made to.
    pub fn load(&self) -> &Load {
        &self.0
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}
