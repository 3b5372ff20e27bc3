//! How much one call of a plugin may send and receive.
//!
//! Against: a guest that turns its one grant into a flood, and an upstream
//! that answers with more than the host has memory for.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::{
    headers::HeaderLimits,
    refusal::{Refusal, Rule},
    transport::ClientSettings,
};

/// Whether the host follows redirects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Redirects {
    /// They are answers like any other.
    #[default]
    Return,
    /// A few of them, each hop checked like a request of the plugin's.
    Follow,
}

/// The limits of one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EgressLimits {
    /// The most bytes of an answer's body.
    pub response_bytes: u64,
    /// The most headers and header bytes, each way.
    pub headers: HeaderLimits,
    /// The most requests of one call, redirects included.
    pub requests_per_call: u32,
    /// The most exchanges of one call that are under way at once: answers
    /// whose bodies are neither read to their end nor dropped.
    pub connections_per_call: u32,
    /// The most exchanges under way at once towards one origin, all calls
    /// together; more wait for their turn.
    pub connections_per_origin: usize,
    /// The most time for name look-up, TCP and TLS together.
    pub connect_timeout: Duration,
    /// Whether redirects are followed.
    pub redirects: Redirects,
}

impl Default for EgressLimits {
    fn default() -> Self {
        Self {
            response_bytes: 64 << 20,
            // As many headers as hyper reads without asking for memory.
            headers: HeaderLimits { count: 100, bytes: 64 << 10 },
            requests_per_call: 16,
            connections_per_call: 8,
            connections_per_origin: 1024,
            connect_timeout: Duration::from_secs(10),
            redirects: Redirects::Return,
        }
    }
}

impl EgressLimits {
    pub(super) fn client(&self) -> ClientSettings {
        ClientSettings {
            connect_timeout: self.connect_timeout,
            max_header_bytes: self.headers.bytes,
            max_headers: self.headers.count,
            max_connections: self.connections_per_origin,
        }
    }
}

/// The most bytes that are logged about one call: a guest that does nothing
/// else would fill its host's disk.
const LOGGED: usize = 1 << 20;

/// What a line of the log takes beside its text.
const LINE: usize = 128;

/// What one call has left. Made when the call begins; shared by all of its
/// requests.
#[derive(Debug)]
pub struct CallBudget {
    requests: AtomicU32,
    max_requests: u32,
    open: Arc<AtomicU32>,
    max_open: u32,
    logged: AtomicUsize,
}

impl CallBudget {
    /// For one call under these limits.
    pub fn new(limits: &EgressLimits) -> Self {
        Self {
            requests: AtomicU32::new(0),
            max_requests: limits.requests_per_call,
            open: Arc::default(),
            max_open: limits.connections_per_call,
            logged: AtomicUsize::new(0),
        }
    }

    /// Whether one more line of this length is logged. Says so once when no
    /// more are.
    pub(crate) fn take_line(&self, provider: &str, length: usize) -> bool {
        let before = self.logged.load(Ordering::Relaxed);
        if before >= LOGGED {
            return false;
        }
        let after = before.saturating_add(length).saturating_add(LINE);
        self.logged.store(after, Ordering::Relaxed);
        if after >= LOGGED {
            tracing::warn!(target: "jackfield::plugin", provider, "no more of this call is logged: it has logged {LOGGED} bytes");
        }
        true
    }

    /// How many requests the call has made.
    pub fn requests(&self) -> u32 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(super) fn take_request(&self, provider: &str) -> Result<(), Refusal> {
        raise(&self.requests, self.max_requests).map_err(|()| Refusal {
            rule: Rule::CallBudget,
            what: format!("this call has made its {} requests", self.max_requests),
            allow_with: line("requests-per-call", self.max_requests, provider),
        })
    }

    pub(super) fn open(&self, provider: &str) -> Result<OpenExchange, Refusal> {
        // Refused rather than queued: a guest that waits for its own bodies would wait forever.
        raise(&self.open, self.max_open).map(|()| OpenExchange(Arc::clone(&self.open))).map_err(|()| {
            Refusal {
                rule: Rule::CallBudget,
                what: format!(
                    "this call has {} answers open that are neither read to their end nor dropped",
                    self.max_open
                ),
                allow_with: line("connections", self.max_open, provider),
            }
        })
    }
}

fn raise(counter: &AtomicU32, max: u32) -> Result<(), ()> {
    let more = |count: u32| (count < max).then_some(count + 1);
    counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).map(drop).map_err(drop)
}

fn line(field: &str, max: u32, provider: &str) -> String {
    let more = max.saturating_mul(2).max(1);
    format!("to allow more, write `limits.{field} = {more}` under `[providers.{provider}]` in jackfield.toml")
}

/// One exchange under way; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct OpenExchange(Arc<AtomicU32>);

impl Drop for OpenExchange {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_logs_only_so_much() {
        let call = CallBudget::new(&EgressLimits::default());
        let lines = (0..100_000).filter(|_| call.take_line("p", 1 << 10)).count();
        assert!((500..=1024).contains(&lines), "{lines}");
        assert!(!call.take_line("p", 0));
        let empty = CallBudget::new(&EgressLimits::default());
        assert!((0..100_000).filter(|_| empty.take_line("p", 0)).count() < 10_000);
        assert!(CallBudget::new(&EgressLimits::default()).take_line("p", usize::MAX));
    }
}
