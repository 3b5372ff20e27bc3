//! A streamed transcript on its way to the client, encoded batch by batch. One
//! that breaks off ends with an error event.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use jackfield_router::Failure;
use jackfield_router::usage::{Counted, Ended};
use jackfield_runtime::TranscriptionStream;
use jackfield_runtime::api::transcription::TranscriptionEvent;

use crate::call::delivery::Delivery;
use crate::dialect::audio::TranscriptEvents;
use crate::fault;
use crate::wire::body::Broken;

pub(super) struct Transcribed {
    events: Option<TranscriptionStream>,
    encoder: TranscriptEvents,
    out: BytesMut,
    used: Option<Counted>,
    delivery: Delivery,
}

impl Transcribed {
    pub(super) fn new(first: &[TranscriptionEvent], events: TranscriptionStream, delivery: Delivery) -> Self {
        let (encoder, out) = (TranscriptEvents::default(), BytesMut::new());
        let mut transcribed = Self { events: Some(events), encoder, out, used: None, delivery };
        transcribed.take(first);
        transcribed
    }

    fn take(&mut self, batch: &[TranscriptionEvent]) {
        for event in batch {
            if let TranscriptionEvent::Done(whole) = event {
                self.used = whole.usage.clone().map(|usage| Counted { usage, estimated: false });
            }
        }
        self.encoder.events(batch, &mut self.out);
    }
}

impl Stream for Transcribed {
    type Item = Result<Bytes, Broken>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if !this.out.is_empty() {
                return Poll::Ready(Some(Ok(this.out.split().freeze())));
            }
            let Some(events) = &mut this.events else { return Poll::Ready(None) };
            match ready!(events.poll_next_batch(cx)) {
                Some(Ok(batch)) => this.take(&batch),
                Some(Err(error)) => {
                    this.encoder.error(&fault::record(&Failure::from(error)), &mut this.out);
                    this.events = None;
                    this.delivery.broke();
                }
                None => {
                    this.events = None;
                    this.delivery.over(|| this.used.take(), Ended::Complete);
                }
            }
        }
    }
}

impl Drop for Transcribed {
    fn drop(&mut self) {
        self.delivery.over(|| self.used.take(), Ended::No);
    }
}
