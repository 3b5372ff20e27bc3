//! A stream of events as one JSON list that grows: what clients get that don't
//! ask for events with `alt=sse`.
//!
//! Everything else, from caches to guardrails, knows streams as events only;
//! this stands between them and the client. What an event has in it goes into
//! the list byte by byte.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use futures_core::Stream;

use crate::wire::body::{Broken, Pieces};

/// The list.
pub(crate) struct Listed {
    events: Pieces,
    /// The line that isn't whole yet, and the data of the present event.
    line: BytesMut,
    data: BytesMut,
    begun: bool,
    over: bool,
}

impl Listed {
    pub(crate) fn new(events: Pieces) -> Self {
        Self { events, line: BytesMut::new(), data: BytesMut::new(), begun: false, over: false }
    }

    fn take(&mut self, piece: &[u8], out: &mut BytesMut) {
        for part in piece.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                let line = self.line.split();
                self.whole_line(line.trim_ascii_end(), out);
            }
        }
    }

    fn whole_line(&mut self, line: &[u8], out: &mut BytesMut) {
        if line.is_empty() {
            self.item(out);
        } else if let Some(data) = line.strip_prefix(b"data:") {
            self.data.extend_from_slice(data.trim_ascii_start());
        }
    }

    fn item(&mut self, out: &mut BytesMut) {
        if !self.data.is_empty() {
            out.extend_from_slice(if std::mem::replace(&mut self.begun, true) { b",\r\n" } else { b"[" });
            out.extend_from_slice(&self.data.split());
        }
    }

    fn finish(&mut self, out: &mut BytesMut) {
        let line = self.line.split();
        self.whole_line(line.trim_ascii_end(), out);
        self.item(out);
        out.extend_from_slice(if self.begun { b"\n]\n" } else { b"[]\n" });
        self.over = true;
    }
}

impl Stream for Listed {
    type Item = Result<Bytes, Broken>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        let mut out = BytesMut::new();
        while out.is_empty() {
            if this.over {
                return Poll::Ready(None);
            }
            match ready!(this.events.as_mut().poll_next(cx)) {
                Some(Ok(piece)) => this.take(&piece, &mut out),
                Some(Err(broken)) => return Poll::Ready(Some(Err(broken))),
                None => this.finish(&mut out),
            }
        }
        Poll::Ready(Some(Ok(out.freeze())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{StreamExt, stream};

    async fn listed(events: &str, step: usize) -> String {
        let pieces: Vec<_> =
            events.as_bytes().chunks(step).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        let mut list = Listed::new(Box::pin(stream::iter(pieces)));
        let mut out = Vec::new();
        while let Some(piece) = list.next().await {
            out.extend_from_slice(&piece.unwrap());
        }
        String::from_utf8(out).unwrap()
    }

    #[tokio::test]
    async fn each_event_is_an_item_however_it_is_cut() {
        for (events, expected) in [
            ("data: {\"a\": 1}\r\n\r\ndata: {\"b\":2}\r\n\r\n", "[{\"a\": 1},\r\n{\"b\":2}\n]\n"),
            (": hi\n\nevent: x\ndata:{\"a\":1}\n\n", "[{\"a\":1}\n]\n"),
            ("data: {\"a\":\ndata: 1}\n\ndata: {}", "[{\"a\":1},\r\n{}\n]\n"),
            ("", "[]\n"),
        ] {
            for step in 1..=events.len().max(1) {
                assert_eq!(listed(events, step).await, expected, "{events:?} by {step}");
            }
        }
    }
}
