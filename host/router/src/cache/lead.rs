//! The way of an answer into the cache.
//!
//! Whatever isn't told to be a whole success isn't kept: errors, streams that
//! broke off, calls that were dropped half way.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;

use super::Shared;
use super::entry::{Body, Entry, kept};
use super::flight::Token;
use super::key::CacheKey;
use super::semantic::Placed;
use super::status::Status;
use crate::usage::Ended;

/// A request whose answer isn't in the cache: get it, and hand it in. Others
/// may be waiting for it; dropped without an answer, one of them takes over.
#[derive(Debug)]
pub struct Lead {
    pub(super) shared: Arc<Shared>,
    pub(super) key: CacheKey,
    pub(super) status: Status,
    pub(super) max_age: Duration,
    pub(super) token: Option<Token>,
    pub(super) placed: Option<Placed>,
}

impl Lead {
    /// How the request stands: a miss of some kind, or a refresh.
    pub const fn status(&self) -> Status {
        self.status
    }

    /// Keeps a whole answer, if it is a success and not too large. Says whether.
    pub fn whole(self, status: u16, headers: &HeaderMap, body: &Bytes) -> bool {
        let headers = kept(status, headers).filter(|_| body.len() <= self.shared.largest);
        headers.is_some_and(|headers| self.keep(status, headers, Body::Whole(body.clone())))
    }

    /// Begins to keep a stream, if its status is that of a success.
    pub fn record(self, status: u16, headers: &HeaderMap) -> Option<Recording> {
        let headers = kept(status, headers)?;
        Some(Recording { lead: self, status, headers, frames: Vec::new(), length: 0 })
    }

    fn keep(mut self, status: u16, headers: HeaderMap, body: Body) -> bool {
        let now = self.shared.clock.now();
        let entry = Arc::new(Entry::new(status, headers, body, now, self.max_age));
        self.shared.store.insert(self.key, Arc::clone(&entry));
        if let (Some(index), Some(placed)) = (&self.shared.index, self.placed.take()) {
            index.add(placed, self.key);
        }
        if let Some(token) = self.token.take() {
            token.land(entry, Status::Hit);
        }
        true
    }
}

/// A stream on its way into the cache. Dropped, it isn't kept.
#[derive(Debug)]
pub struct Recording {
    lead: Lead,
    status: u16,
    headers: HeaderMap,
    frames: Vec<Bytes>,
    length: usize,
}

impl Recording {
    /// Adds a piece that was sent to the client. `false` once the stream is too
    /// large to be kept: drop the recording, so that nobody waits for it.
    pub fn frame(&mut self, frame: &Bytes) -> bool {
        self.length = self.length.saturating_add(frame.len());
        if self.length > self.lead.shared.largest {
            self.frames = Vec::new();
            return false;
        }
        self.frames.push(frame.clone());
        true
    }

    /// The stream has ended. It is kept if it is complete. Says whether.
    pub fn finish(self, ended: Ended) -> bool {
        let Self { lead, status, headers, frames, length } = self;
        ended == Ended::Complete
            && length <= lead.shared.largest
            && lead.keep(status, headers, Body::Stream(frames))
    }
}
