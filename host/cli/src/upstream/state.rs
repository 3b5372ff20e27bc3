//! What the upstream has seen: counters, the last request, and how often each
//! model name has been asked for.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use hyper::http::request::Parts;

use super::UpstreamOptions;
use super::knobs::When;

/// Shared by all connections.
#[derive(Debug)]
pub(super) struct State {
    pub(super) options: UpstreamOptions,
    pub(super) address: SocketAddr,
    pub(super) counters: Counters,
    last: Mutex<Option<Arc<Received>>>,
    asked: Mutex<HashMap<String, u64>>,
}

/// Counters. Requests for them and for the last request don't count.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) requests: AtomicU64,
    pub(super) connections: AtomicU64,
    pub(super) open_connections: AtomicU64,
    pub(super) streams: AtomicU64,
    pub(super) open_streams: AtomicU64,
    pub(super) hang_ups: AtomicU64,
}

/// A request as it arrived.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) head: Parts,
    pub(super) body: Bytes,
}

impl State {
    pub(super) fn new(options: UpstreamOptions, address: SocketAddr) -> Self {
        let (last, asked) = Default::default();
        Self { options, address, counters: Counters::default(), last, asked }
    }

    pub(super) fn remember(&self, received: &Arc<Received>) {
        *lock(&self.last) = Some(Arc::clone(received));
    }

    pub(super) fn last(&self) -> Option<Arc<Received>> {
        lock(&self.last).clone()
    }

    /// Counts a request for a model name and tells whether the rule applies
    /// to it.
    pub(super) fn applies(&self, model: &str, when: When) -> bool {
        if when == When::Always {
            return true;
        }
        let mut asked = lock(&self.asked);
        let before = asked.entry(model.to_owned()).or_default();
        let applies = match when {
            When::Always => true,
            When::First(count) => *before < count,
            When::After(count) => *before >= count,
        };
        *before += 1;
        applies
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it holds one of these locks; if it did, what they
    // hold would still be whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A connection that is open as long as this lives.
#[derive(Debug)]
pub(super) struct OpenConnection(Arc<State>);

impl OpenConnection {
    pub(super) fn new(state: &Arc<State>) -> Self {
        state.counters.connections.fetch_add(1, Relaxed);
        state.counters.open_connections.fetch_add(1, Relaxed);
        Self(Arc::clone(state))
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.counters.open_connections.fetch_sub(1, Relaxed);
    }
}

/// An answer that the client is waiting for. One that is dropped unfinished
/// counts as a hang-up of the client's.
#[derive(Debug)]
pub(super) struct Waiting {
    state: Arc<State>,
    stream: bool,
    finished: bool,
}

impl Waiting {
    /// For the head of an answer.
    pub(super) fn for_head(state: &Arc<State>) -> Self {
        Self { state: Arc::clone(state), stream: false, finished: false }
    }

    /// For the events of a stream.
    pub(super) fn for_stream(state: &Arc<State>) -> Self {
        state.counters.streams.fetch_add(1, Relaxed);
        state.counters.open_streams.fetch_add(1, Relaxed);
        Self { state: Arc::clone(state), stream: true, finished: false }
    }

    pub(super) fn finish(&mut self) {
        self.finished = true;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if self.stream {
            self.state.counters.open_streams.fetch_sub(1, Relaxed);
        }
        if !self.finished {
            self.state.counters.hang_ups.fetch_add(1, Relaxed);
        }
    }
}
