//! An answer that is kept.

use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};

/// Headers that belong to an answer. All others belong to the call that brought
/// it: ids, times, rate limits, cookies.
const KEPT: [HeaderName; 1] = [CONTENT_TYPE];

/// An answer that is kept.
#[derive(Debug)]
pub struct Entry {
    /// Its status.
    pub status: u16,
    /// Those of its headers that are the answer's own.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Body,
    pub(super) stored: Instant,
    pub(super) keep: Duration,
}

/// The body of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// It came whole.
    Whole(Bytes),
    /// It came as a stream, in these pieces. When they came isn't kept.
    Stream(Vec<Bytes>),
}

impl Body {
    /// The same in memory of its own: a piece of a buffer would keep all of the
    /// buffer, and a bound on bytes would bound nothing.
    fn compact(self) -> Self {
        match self {
            Self::Whole(bytes) => Self::Whole(Bytes::copy_from_slice(&bytes)),
            Self::Stream(frames) => {
                let mut all = BytesMut::with_capacity(frames.iter().map(Bytes::len).sum());
                frames.iter().for_each(|frame| all.extend_from_slice(frame));
                let mut all = all.freeze();
                Self::Stream(frames.iter().map(|frame| all.split_to(frame.len())).collect())
            }
        }
    }
}

impl Entry {
    pub(super) fn new(status: u16, headers: HeaderMap, body: Body, stored: Instant, keep: Duration) -> Self {
        Self { status, headers, body: body.compact(), stored, keep }
    }

    /// Whether it is still good for whoever takes answers of this age.
    pub(super) fn fresh(&self, max_age: Duration, now: Instant) -> bool {
        now.saturating_duration_since(self.stored) < max_age.min(self.keep)
    }

    /// About how many bytes of memory it takes.
    pub(super) fn weight(&self) -> u64 {
        const ITSELF: usize = 256;
        let headers: usize =
            self.headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 64).sum();
        let body = match &self.body {
            Body::Whole(bytes) => bytes.len(),
            Body::Stream(frames) => frames.iter().map(|frame| frame.len() + size_of::<Bytes>()).sum(),
        };
        (ITSELF + headers + body) as u64
    }
}

/// What is kept of an answer's headers. `None` if the answer itself can't be:
/// only whole successes can, and only bytes that every client can read.
pub(super) fn kept(status: u16, headers: &HeaderMap) -> Option<HeaderMap> {
    let encoded = headers.get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity");
    if status != 200 || encoded {
        return None;
    }
    let kept = KEPT.iter().filter_map(|name| Some((name.clone(), headers.get(name)?.clone())));
    Some(kept.collect())
}
