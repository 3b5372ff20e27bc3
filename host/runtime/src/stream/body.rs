//! Bodies that pass the guest by, and sounds that a guest takes out of a wrapping.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::future::BoxFuture;

use super::{EventStream, waiting};
use crate::active::Active;
use crate::api::types::Usage;
use crate::deadline::{Deadline, before};
use crate::error::CallError;
use crate::fault::failed;
use crate::imports::body::IncomingBody;

/// Bytes from an upstream, or from a guest that takes them out of a wrapping.
/// It ends after the first error.
pub struct ByteStream {
    part: Bytestream,
    active: Arc<Active>,
    usage: Arc<Mutex<Option<Usage>>>,
}

enum Bytestream {
    Decoded(EventStream<Bytes>),
    Idle(Box<Passing>),
    Busy(BoxFuture<'static, Passed>),
    Over,
}

/// The body, if there may be more of it, and what came.
type Passed = (Option<Box<Passing>>, Option<Result<Bytes, CallError>>);

struct Passing {
    body: IncomingBody,
    active: Arc<Active>,
    deadline: Deadline,
    begun: bool,
}

impl ByteStream {
    pub(crate) fn decoded(
        stream: EventStream<Bytes>,
        active: Arc<Active>,
        usage: Arc<Mutex<Option<Usage>>>,
    ) -> Self {
        Self { part: Bytestream::Decoded(stream), active, usage }
    }

    /// A body that the guest has handed back.
    pub(crate) fn passing(body: IncomingBody, active: Arc<Active>, deadline: Deadline) -> Self {
        Self {
            part: Bytestream::Idle(Box::new(Passing {
                body,
                active: Arc::clone(&active),
                deadline,
                begun: false,
            })),
            active,
            usage: Arc::default(),
        }
    }

    /// What it cost, where the guest told at the end.
    pub fn usage(&self) -> Option<Usage> {
        self.usage.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What came so far says nothing, as comments and the head of a stream do:
    /// `timeouts.first-token` goes on from the call's beginning for what comes
    /// next, where otherwise `timeouts.idle` would begin. Against an upstream that
    /// shows signs of life for ever and never answers. To be called before the
    /// next piece is asked for.
    pub fn says_nothing_yet(&mut self) {
        match &mut self.part {
            Bytestream::Idle(passing) => passing.begun = false,
            Bytestream::Decoded(stream) => stream.says_nothing_yet(),
            Bytestream::Busy(_) | Bytestream::Over => {}
        }
    }

    /// All of it. Fails beyond `limit` bytes.
    pub async fn read_all(mut self, limit: usize) -> Result<Bytes, CallError> {
        let mut whole = Vec::new();
        while let Some(piece) = std::future::poll_fn(|cx| Pin::new(&mut self).poll_next(cx)).await {
            let piece = piece?;
            if whole.len() + piece.len() > limit {
                return Err(CallError::Request {
                    provider: self.active.bound.name.to_string(),
                    message: format!("the answer is longer than the {limit} bytes that the caller takes"),
                });
            }
            whole.extend_from_slice(&piece);
        }
        Ok(whole.into())
    }
}

async fn pass(mut passing: Box<Passing>) -> Passed {
    let bound = Arc::clone(&passing.active.bound);
    let deadline = waiting(&bound, passing.deadline, passing.begun);
    let piece = before(bound.clock().as_ref(), deadline, passing.body.piece()).await;
    match piece {
        None => {
            let error = deadline.passed(&passing.active, true);
            (None, Some(Err(error)))
        }
        Some(Ok(None)) => (None, None),
        Some(Ok(Some(bytes))) => {
            passing.begun = true;
            (Some(passing), Some(Ok(bytes)))
        }
        Some(Err(error)) => (None, Some(Err(failed(&passing.active, error)))),
    }
}

impl Stream for ByteStream {
    type Item = Result<Bytes, CallError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            match std::mem::replace(&mut this.part, Bytestream::Over) {
                Bytestream::Over => return Poll::Ready(None),
                Bytestream::Decoded(mut stream) => {
                    let next = Pin::new(&mut stream).poll_next(cx);
                    this.part = Bytestream::Decoded(stream);
                    return next;
                }
                Bytestream::Idle(passing) => this.part = Bytestream::Busy(Box::pin(pass(passing))),
                Bytestream::Busy(mut future) => {
                    let Poll::Ready((passing, piece)) = future.as_mut().poll(cx) else {
                        this.part = Bytestream::Busy(future);
                        return Poll::Pending;
                    };
                    this.part = passing.map_or(Bytestream::Over, Bytestream::Idle);
                    return Poll::Ready(piece);
                }
            }
        }
    }
}

impl std::fmt::Debug for ByteStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ByteStream").finish_non_exhaustive()
    }
}
