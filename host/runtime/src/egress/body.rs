//! The body of an answer on its way to a guest: no larger than allowed, and
//! without the provider's secrets.

use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_core::Stream;

use super::{
    error::{EgressError, EgressErrorKind},
    limits::OpenExchange,
    scan::{SecretScanner, StreamScanner},
    transport::ResponseBody,
};

/// A stream of a body's bytes. Ends for good after an error. Chunks come as
/// the upstream sent them, without a copy, unless a secret is in them; a chunk
/// is never empty. Dropping it ends the exchange.
pub struct CappedBody {
    inner: Option<(ResponseBody, OpenExchange)>,
    left: u64,
    limit: u64,
    scanner: Arc<SecretScanner>,
    redact: StreamScanner,
}

impl CappedBody {
    pub(super) fn new(
        inner: ResponseBody,
        limit: u64,
        scanner: Arc<SecretScanner>,
        open: OpenExchange,
    ) -> Self {
        let redact = StreamScanner::new(Arc::clone(&scanner));
        Self { inner: Some((inner, open)), left: limit, limit, scanner, redact }
    }

    fn take(&mut self, chunk: Bytes) -> Result<Bytes, EgressError> {
        match self.left.checked_sub(chunk.len() as u64) {
            Some(left) => {
                self.left = left;
                Ok(self.redact.push(chunk))
            }
            None => {
                self.inner = None;
                let message = format!(
                    "the answer has more than {} bytes; raise `limits.response` of the provider in jackfield.toml, or ask for less",
                    self.limit
                );
                Err(EgressError::new(EgressErrorKind::TooLarge, true, &message, &self.scanner))
            }
        }
    }
}

impl Stream for CappedBody {
    type Item = Result<Bytes, EgressError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            let Some((inner, _)) = &mut this.inner else {
                return Poll::Ready(None);
            };
            let chunk = match inner.as_mut().poll_next(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Some(Ok(chunk))) => match this.take(chunk) {
                    Ok(chunk) => chunk,
                    Err(error) => return Poll::Ready(Some(Err(error))),
                },
                Poll::Ready(Some(Err(error))) => {
                    this.inner = None;
                    return Poll::Ready(Some(Err(EgressError::transport(&error, &this.scanner))));
                }
                Poll::Ready(None) => {
                    this.inner = None;
                    let rest = this.redact.finish();
                    return Poll::Ready((!rest.is_empty()).then_some(Ok(rest)));
                }
            };
            if !chunk.is_empty() {
                return Poll::Ready(Some(Ok(chunk)));
            }
        }
    }
}

impl fmt::Debug for CappedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CappedBody")
            .field("left", &self.left)
            .field("limit", &self.limit)
            .field("redact", &self.redact)
            .finish_non_exhaustive()
    }
}
