//! A streamed transcript on its way to the client, encoded batch by batch. One
//! that breaks off ends with an error event.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use jackfield_router::{Failure, Hold};
use jackfield_runtime::TranscriptionStream;
use jackfield_runtime::api::transcription::TranscriptionEvent;

use crate::dialect::audio::TranscriptEvents;
use crate::fault;
use crate::wire::body::Broken;

pub(super) struct Transcribed {
    events: Option<TranscriptionStream>,
    encoder: TranscriptEvents,
    out: BytesMut,
    hold: Option<Hold>,
}

impl Transcribed {
    pub(super) fn new(first: &[TranscriptionEvent], events: TranscriptionStream, hold: Hold) -> Self {
        let (mut encoder, mut out) = (TranscriptEvents::default(), BytesMut::new());
        encoder.events(first, &mut out);
        Self { events: Some(events), encoder, out, hold: Some(hold) }
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
                Some(Ok(batch)) => this.encoder.events(&batch, &mut this.out),
                Some(Err(error)) => {
                    this.encoder.error(&fault::record(&Failure::from(error)), &mut this.out);
                    this.events = None;
                    if let Some(hold) = this.hold.take() {
                        hold.broke(std::time::Instant::now());
                    }
                }
                None => {
                    this.events = None;
                    this.hold = None;
                }
            }
        }
    }
}
