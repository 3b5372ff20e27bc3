//! The bodies that a guest holds by handle: an upstream's answer, read whole, in
//! chunks or in frames, and a client's request, sent on without a copy.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;

use crate::api::types::{Error, ErrorKind};
use crate::clock::Clock;
use crate::egress::body::CappedBody;
use crate::frame::{Cutter, EventStreamCutter, FrameError, LineCutter, SseCutter};

/// Bytes taken in for one batch of frames. More than that waits for the next
/// call, so that a fast upstream can't fill the host's memory through a slow
/// guest.
const BATCH: usize = 256 << 10;

/// A client's request body, in the host's memory.
#[derive(Debug, Clone)]
pub struct ClientBody {
    pub(crate) bytes: Bytes,
}

/// Pieces that one batch waits for a connection's task to hand on. What an
/// upstream sends at once becomes a few batches, not one that comes late.
const TURNS: u32 = 32;

/// The body of an upstream's answer.
#[derive(Debug)]
pub struct IncomingBody {
    source: Source,
    /// What the frames of an earlier way of reading left over.
    rest: Bytes,
    cut: Cut,
    /// Turns for the next batch: none for the first, which somebody waits for.
    turns: u32,
}

#[derive(Debug)]
enum Cut {
    Not,
    Events(SseCutter),
    Lines(LineCutter),
    Messages(EventStreamCutter),
}

#[derive(Debug)]
struct Source {
    body: CappedBody,
    ended: bool,
    /// A failure that came in behind frames which the guest gets first.
    failed: Option<Error>,
    /// Whether the cutter has been told of the end.
    finished: bool,
    deadline: Option<(Arc<dyn Clock>, Instant)>,
    frame_limit: usize,
}

impl Source {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        if let Some(error) = self.failed.take() {
            return Poll::Ready(Some(Err(error)));
        }
        if self.ended {
            return Poll::Ready(None);
        }
        let next = std::task::ready!(Pin::new(&mut self.body).poll_next(cx));
        self.ended = !matches!(next, Some(Ok(_)));
        Poll::Ready(next.map(|piece| piece.map_err(|error| super::record(&error))))
    }

    /// What of the body is there by now. A connection hands on one piece at a
    /// time and fetches the next when its task runs: it gets one turn, so that
    /// what has already come from the network makes one batch.
    async fn ready(&mut self, turns: &mut u32) -> Poll<Option<Result<Bytes, Error>>> {
        let mut had = *turns == 0;
        poll_fn(|cx| {
            let next = self.poll(cx);
            if next.is_pending() && !std::mem::replace(&mut had, true) {
                *turns -= 1;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            Poll::Ready(next)
        })
        .await
    }

    /// The next piece of the body, or nothing at its end.
    async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        let Some((clock, deadline)) = self.deadline.clone() else {
            return poll_fn(|cx| self.poll(cx)).await.transpose();
        };
        let mut late = clock.sleep_until(deadline);
        poll_fn(|cx| {
            if let Poll::Ready(next) = self.poll(cx) {
                return Poll::Ready(next);
            }
            late.as_mut().poll(cx).map(|()| Some(Err(too_late())))
        })
        .await
        .transpose()
    }
}

pub(super) fn too_late() -> Error {
    Error {
        sent: true,
        ..Error::new(
            ErrorKind::Timeout,
            "the upstream didn't finish within the time that the plugin gave this request (timeout-ms)",
        )
    }
}

fn broken(error: &FrameError) -> Error {
    Error { sent: true, ..Error::new(ErrorKind::BadUpstreamAnswer, error.to_string()) }
}

impl IncomingBody {
    pub(crate) fn new(
        body: CappedBody,
        deadline: Option<(Arc<dyn Clock>, Instant)>,
        frame_limit: usize,
    ) -> Self {
        Self {
            source: Source { body, ended: false, failed: None, finished: false, deadline, frame_limit },
            rest: Bytes::new(),
            cut: Cut::Not,
            turns: 0,
        }
    }

    /// The next piece as it came, or what frames left over. Nothing at the end.
    pub(crate) async fn piece(&mut self) -> Result<Option<Bytes>, Error> {
        self.unframe();
        if self.rest.is_empty() {
            return self.source.next().await;
        }
        Ok(Some(std::mem::take(&mut self.rest)))
    }

    pub(super) async fn read(&mut self, max: usize) -> Result<Bytes, Error> {
        loop {
            let Some(mut piece) = self.piece().await? else {
                return Ok(Bytes::new());
            };
            let taken = piece.split_to(max.min(piece.len()));
            self.rest = piece;
            if !taken.is_empty() || max == 0 {
                return Ok(taken);
            }
        }
    }

    pub(super) async fn read_all(&mut self, limit: u64) -> Result<Bytes, Error> {
        let Some(first) = self.piece().await? else {
            return Ok(Bytes::new());
        };
        let check = |length: usize| {
            if length as u64 <= limit {
                return Ok(());
            }
            Err(Error {
                sent: true,
                ..Error::new(
                    ErrorKind::BadUpstreamAnswer,
                    format!("the upstream's answer is longer than the {limit} bytes that the plugin reads"),
                )
            })
        };
        check(first.len())?;
        let Some(second) = self.source.next().await? else {
            return Ok(first);
        };
        let mut whole = BytesMut::from(first);
        let mut piece = second;
        loop {
            check(whole.len() + piece.len())?;
            whole.extend_from_slice(&piece);
            match self.source.next().await? {
                Some(next) => piece = next,
                None => return Ok(whole.freeze()),
            }
        }
    }

    pub(super) async fn next_events(&mut self) -> Result<Vec<<SseCutter as Cutter>::Frame>, Error> {
        if !matches!(self.cut, Cut::Events(_)) {
            self.unframe();
            self.cut = Cut::Events(SseCutter::new(self.source.frame_limit));
        }
        let Cut::Events(cutter) = &mut self.cut else {
            return Ok(Vec::new());
        };
        frames(cutter, &mut self.source, &mut self.rest, &mut self.turns).await
    }

    pub(super) async fn next_lines(&mut self) -> Result<Vec<<LineCutter as Cutter>::Frame>, Error> {
        if !matches!(self.cut, Cut::Lines(_)) {
            self.unframe();
            self.cut = Cut::Lines(LineCutter::new(self.source.frame_limit));
        }
        let Cut::Lines(cutter) = &mut self.cut else {
            return Ok(Vec::new());
        };
        frames(cutter, &mut self.source, &mut self.rest, &mut self.turns).await
    }

    pub(super) async fn next_messages(&mut self) -> Result<Vec<<EventStreamCutter as Cutter>::Frame>, Error> {
        if !matches!(self.cut, Cut::Messages(_)) {
            self.unframe();
            self.cut = Cut::Messages(EventStreamCutter::new(self.source.frame_limit));
        }
        let Cut::Messages(cutter) = &mut self.cut else {
            return Ok(Vec::new());
        };
        frames(cutter, &mut self.source, &mut self.rest, &mut self.turns).await
    }

    fn unframe(&mut self) {
        let rest = match std::mem::replace(&mut self.cut, Cut::Not) {
            Cut::Not => return,
            Cut::Events(mut cutter) => cutter.take_rest(),
            Cut::Lines(mut cutter) => cutter.take_rest(),
            Cut::Messages(mut cutter) => cutter.take_rest(),
        };
        if self.rest.is_empty() {
            self.rest = rest;
        } else if !rest.is_empty() {
            self.rest = [rest, std::mem::take(&mut self.rest)].concat().into();
        }
    }
}

/// All frames that are ready; waits while there are none. Empty at the end.
async fn frames<C: Cutter>(
    cutter: &mut C,
    source: &mut Source,
    rest: &mut Bytes,
    turns: &mut u32,
) -> Result<Vec<C::Frame>, Error> {
    let mut left = std::mem::replace(turns, TURNS);
    if !rest.is_empty() {
        // A failure is final for the cutter: the frames before it go out first,
        // and the next call meets it again.
        let pushed = cutter.push(std::mem::take(rest));
        let ready = cutter.drain();
        if !ready.is_empty() {
            return Ok(ready);
        }
        pushed.map_err(|error| broken(&error))?;
    }
    loop {
        if source.ended && source.failed.is_none() {
            if std::mem::replace(&mut source.finished, true) {
                return Ok(Vec::new());
            }
            return match cutter.finish() {
                Ok(last) => Ok(last.into_iter().collect()),
                Err(error) => Err(broken(&error)),
            };
        }
        let mut pushed = Ok(());
        if let Some(first) = source.next().await? {
            let mut taken = first.len();
            pushed = cutter.push(first);
            while pushed.is_ok() && taken < BATCH {
                match source.ready(&mut left).await {
                    Poll::Ready(Some(Ok(more))) => {
                        taken += more.len();
                        pushed = cutter.push(more);
                    }
                    // The frames that are complete are the caller's, whatever
                    // became of the connection behind them.
                    Poll::Ready(Some(Err(error))) => {
                        source.failed = Some(error);
                        break;
                    }
                    Poll::Ready(None) | Poll::Pending => break,
                }
            }
        }
        let ready = cutter.drain();
        if !ready.is_empty() {
            return Ok(ready);
        }
        pushed.map_err(|error| broken(&error))?;
    }
}
