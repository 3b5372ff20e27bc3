//! A sound on its way to the client: its bytes as they come, or events with
//! them.
//!
//! Against a sound that breaks off and looks finished: events end with an error;
//! bare bytes have no place for one, so the connection is cut.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use jackfield_router::Failure;
use jackfield_router::usage::{Counted, Ended};
use jackfield_runtime::ByteStream;

use crate::call::delivery::Delivery;
use crate::dialect::audio::SpeechEvents;
use crate::fault;
use crate::wire::body::Broken;

pub(super) struct Spoken {
    /// What can be sent.
    out: Bytes,
    rest: Option<ByteStream>,
    events: Option<SpeechEvents>,
    delivery: Delivery,
}

impl Spoken {
    pub(super) fn new(
        first: Bytes,
        rest: ByteStream,
        events: Option<SpeechEvents>,
        delivery: Delivery,
    ) -> Self {
        let mut spoken = Self { out: Bytes::new(), rest: Some(rest), events, delivery };
        spoken.take(first);
        spoken
    }

    fn take(&mut self, piece: Bytes) {
        self.out = match &mut self.events {
            None => piece,
            Some(events) => written(|out| events.audio(&piece, out)),
        };
    }
}

impl Stream for Spoken {
    type Item = Result<Bytes, Broken>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if !this.out.is_empty() {
                return Poll::Ready(Some(Ok(std::mem::take(&mut this.out))));
            }
            let Some(rest) = &mut this.rest else { return Poll::Ready(None) };
            match ready!(Pin::new(&mut *rest).poll_next(cx)) {
                Some(Ok(piece)) => this.take(piece),
                Some(Err(error)) => {
                    this.rest = None;
                    this.delivery.broke();
                    let failure = Failure::from(error);
                    match &mut this.events {
                        Some(events) => this.out = written(|out| events.error(&fault::record(&failure), out)),
                        None => return Poll::Ready(Some(Err(Broken(failure.message)))),
                    }
                }
                None => {
                    let usage = rest.usage();
                    this.rest = None;
                    let counted = usage.clone().map(|usage| Counted { usage, estimated: false });
                    this.delivery.over(|| counted, Ended::Complete);
                    if let Some(events) = &mut this.events {
                        this.out = written(|out| events.finish(usage.as_ref(), out));
                    }
                }
            }
        }
    }
}

/// What isn't told by the provider isn't known of a sound.
impl Drop for Spoken {
    fn drop(&mut self) {
        self.delivery.over(|| None, Ended::No);
    }
}

fn written(write: impl FnOnce(&mut BytesMut)) -> Bytes {
    let mut out = BytesMut::new();
    write(&mut out);
    out.freeze()
}
