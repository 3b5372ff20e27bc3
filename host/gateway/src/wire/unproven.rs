//! Takes in the body of a request that must be there before it is known whose it
//! is: it is signed, and the signature is of the body.
//!
//! Against strangers who hold memory and connections with bodies that never end:
//! memory is taken piece by piece as they come, from a [`Room`] that all of them
//! share; a body that comes too slowly is ended, and so is the slowest one where
//! others need its room.

use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use http_body::Body as HttpBody;
use tokio::time::Instant;

use super::intake::{Incoming, IntakeError};
use super::room::{Crowded, Place};

/// What each body takes at least, with its head and what reads it.
const LEAST: usize = 4 << 10;

/// From here on a body's memory grows by a quarter, not to the double.
const LARGE: usize = 1 << 20;

/// How fast a body must come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pace {
    /// The time that each has before anything is asked of it.
    pub(crate) grace: Duration,
    /// Bytes a second, from then on.
    pub(crate) rate: u32,
    /// The most time for all of it.
    pub(crate) longest: Duration,
}

impl Pace {
    /// When a body of which this much has come must go on at the latest.
    fn due(self, came: usize) -> Duration {
        let earned = Duration::from_secs_f64(came as f64 / f64::from(self.rate));
        (self.grace + earned).min(self.longest)
    }
}

/// A body that isn't taken.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Untaken {
    /// Like anybody's.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// It comes too slowly.
    #[error(
        "the request's body came too slowly: send at least {} KiB a second, and all of it within {:?}", .0.rate >> 10, .0.longest
    )]
    Slow(Pace),
    /// Others need its room.
    #[error("too many bodies come at once, and this one was the slowest of them: send it again")]
    Crowded,
}

impl From<Crowded> for Untaken {
    fn from(_: Crowded) -> Self {
        Self::Crowded
    }
}

/// The whole body, at most `limit` bytes of it. `pause` is the most time between
/// two pieces.
pub(crate) async fn take<B>(
    headers: &HeaderMap,
    body: B,
    limit: usize,
    pause: Duration,
    pace: Pace,
    place: &Place<'_>,
) -> Result<Bytes, Untaken>
where
    B: HttpBody<Data = Bytes>,
    B::Error: std::fmt::Display,
{
    let body = std::pin::pin!(body);
    let mut incoming = Incoming::new(headers, body, limit)?;
    let began = Instant::now();
    let mut whole = Vec::new();
    loop {
        let due = (began + pace.due(whole.len())).min(Instant::now() + pause);
        let next = tokio::select! {
            biased;
            () = place.ended() => return Err(Untaken::Crowded),
            next = tokio::time::timeout_at(due, incoming.next()) => next,
        };
        let Some(piece) = next.map_err(|_| Untaken::Slow(pace))?? else { break };
        let needed = whole.len() + piece.len();
        if needed > whole.capacity() {
            // What is held is what is counted, so it grows here and not by itself.
            // By little where it is large: one body mustn't count as all that a peer has.
            let step = if needed < LARGE { needed.next_power_of_two() } else { needed + needed / 4 };
            let room = step.min(limit).max(needed).max(LEAST);
            let grown = tokio::time::timeout_at(began + pace.longest, place.grow(room));
            grown.await.map_err(|_| Untaken::Crowded)??;
            whole.reserve_exact(room - whole.len());
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole.into())
}

#[cfg(test)]
mod tests;
