//! Sends an answer the way its knobs want it: in time, torn, cut off, without
//! end, or as the protocol says.

mod stream;

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};

use super::knobs::{Ending, Knobs};
use super::reply::Script;
use super::state::Waiting;

use stream::Player;

/// What a plain answer without end repeats.
const FOREVER: Bytes = Bytes::from_static(&[b' '; 16 << 10]);

/// The body of an answer.
pub(super) enum Playing {
    /// All at once.
    Whole(Option<Bytes>),
    /// The first part of a body of this length; then the connection breaks.
    Broken(Option<Bytes>, u64),
    /// The announced length and nothing else.
    Stalled { length: u64, _waiting: Waiting },
    /// A start, then white space for ever.
    Endless(Option<Bytes>, bool),
    /// Events.
    Stream(Box<Player>),
}

impl Playing {
    /// A plain answer.
    pub(super) fn whole(mut body: Bytes, knobs: &Knobs, mut waiting: Waiting) -> Self {
        let length = body.len() as u64;
        if knobs.invalid_utf8 {
            body = spoiled(&body);
        }
        if knobs.endless {
            waiting.finish();
            return Self::Endless(Some(body.slice(..body.len() / 2)), false);
        }
        let half = body.slice(..body.len() / 2);
        if !matches!(knobs.ending, Ending::Stall(_)) {
            waiting.finish();
        }
        match knobs.ending {
            Ending::Cut(_) => Self::Broken(Some(half), length),
            Ending::Half => Self::Whole(Some(half)),
            Ending::Stall(_) => Self::Stalled { length, _waiting: waiting },
            Ending::Proper | Ending::End(_) | Ending::Error(_) => Self::Whole(Some(body)),
        }
    }

    /// A stream. `error` is the event that reports an error.
    pub(super) fn stream(
        script: Script,
        knobs: &Knobs,
        slow: Duration,
        error: Bytes,
        waiting: Waiting,
    ) -> Self {
        Self::Stream(Box::new(Player::new(script, knobs, slow, error, waiting)))
    }
}

/// The same bytes with one in the middle that makes them no UTF-8.
fn spoiled(bytes: &[u8]) -> Bytes {
    let (head, tail) = bytes.split_at(bytes.len() / 2);
    Bytes::from([head, b"\xff", tail.get(1..).unwrap_or_default()].concat())
}

impl Body for Playing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let bytes = match &mut *self {
            Self::Whole(body) => body.take(),
            Self::Broken(body, _) => match body.take() {
                Some(body) => Some(body),
                None => return Poll::Ready(Some(Err(broken()))),
            },
            Self::Stalled { .. } => return Poll::Pending,
            Self::Endless(start, pause) => {
                *pause = !*pause;
                if !*pause {
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Some(start.take().unwrap_or(FOREVER))
            }
            Self::Stream(player) => {
                return player.poll(context).map(|next| next.map(|next| next.map(Frame::data)));
            }
        };
        Poll::Ready(bytes.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => SizeHint::with_exact(body.as_ref().map_or(0, |body| body.len() as u64)),
            Self::Broken(_, length) | Self::Stalled { length, .. } => SizeHint::with_exact(*length),
            Self::Endless(..) | Self::Stream(_) => SizeHint::default(),
        }
    }
}

/// What makes the HTTP server close the connection.
fn broken() -> io::Error {
    io::Error::other("the answer is cut off on purpose")
}
