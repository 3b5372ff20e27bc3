//! Sends an answer the way its knobs want it: in time, torn, cut off, without
//! end, or as the protocol says.

mod stream;

use std::io;
use std::iter;
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
    /// One part after another. A plain answer announces its length, whether it
    /// keeps to it or not.
    Parts(Box<Player>, Option<u64>),
}

impl Playing {
    /// A plain answer.
    pub(super) fn whole(mut body: Bytes, knobs: &Knobs, mut waiting: Waiting) -> Self {
        let length = body.len() as u64;
        if knobs.invalid_utf8 {
            body = spoiled(&body);
        }
        let half = body.slice(..body.len() / 2);
        let (script, ending, length): (Script, _, _) = match knobs.ending {
            _ if knobs.endless => {
                (Box::new(iter::once(half).chain(iter::repeat(FOREVER))), Ending::Proper, None)
            }
            Ending::Cut(_) => (Box::new(iter::once(half)), Ending::Cut(1), Some(length)),
            Ending::Stall(_) => (Box::new(iter::empty()), Ending::Stall(0), Some(length)),
            ending => {
                waiting.finish();
                return Self::Whole(Some(if ending == Ending::Half { half } else { body }));
            }
        };
        let knobs = Knobs { ending, ..Knobs::default() };
        Self::Parts(Box::new(Player::new(script, &knobs, Duration::ZERO, Bytes::new(), waiting)), length)
    }

    /// A stream. `error` is the event that reports an error.
    pub(super) fn stream(
        script: Script,
        knobs: &Knobs,
        slow: Duration,
        error: Bytes,
        waiting: Waiting,
    ) -> Self {
        Self::Parts(Box::new(Player::new(script, knobs, slow, error, waiting)), None)
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
        let next = match &mut *self {
            Self::Whole(body) => Poll::Ready(body.take().map(Ok)),
            Self::Parts(player, _) => player.poll(context),
        };
        next.map(|next| next.map(|part| part.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => SizeHint::with_exact(body.as_ref().map_or(0, |body| body.len() as u64)),
            Self::Parts(_, Some(length)) => SizeHint::with_exact(*length),
            Self::Parts(_, None) => SizeHint::default(),
        }
    }
}

/// What makes the HTTP server close the connection.
fn broken() -> io::Error {
    io::Error::other("the answer is cut off on purpose")
}
