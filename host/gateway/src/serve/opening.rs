//! A connection whose peer must say what it wants.
//!
//! Against those who open connections and say nothing: which version of HTTP is
//! spoken is told by the first bytes, and until they are there no version's own
//! timeouts run. A connection would keep its place for as long as it likes.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Sleep;

/// What HTTP/2 begins with (RFC 9113, section 3.4). Whatever differs from it is
/// HTTP/1 from there on.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

pub(super) struct Opening<S> {
    inner: S,
    /// How much of the preface has come, until it is whole or is none.
    opening: Option<(Pin<Box<Sleep>>, usize)>,
}

impl<S> Opening<S> {
    pub(super) fn new(inner: S, patience: Duration) -> Self {
        Self { inner, opening: Some((Box::pin(tokio::time::sleep(patience)), 0)) }
    }

    fn came(&mut self, bytes: &[u8]) {
        let Some((_, seen)) = &mut self.opening else { return };
        *seen += bytes.len();
        let so_far = PREFACE.get(*seen - bytes.len()..*seen);
        if so_far != Some(bytes) || *seen == PREFACE.len() {
            self.opening = None;
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Opening<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let outcome = Pin::new(&mut self.inner).poll_read(cx, buf);
        if outcome.is_ready() {
            self.came(&buf.filled()[before..]);
            return outcome;
        }
        if let Some((late, _)) = &mut self.opening {
            ready!(late.as_mut().poll(cx));
            return Poll::Ready(Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the client didn't say what it wants",
            )));
        }
        Poll::Pending
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Opening<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_or_only_half_of_it_is_given_up_and_others_take_their_time() {
        for (said, given_up) in [
            (&b""[..], true),
            (b"PRI", true),
            (&PREFACE[..23], true),
            (PREFACE, false),
            (b"G", false),
            (b"PROPFIND", false),
        ] {
            let (near, mut far) = tokio::io::duplex(64);
            let mut near = Opening::new(near, Duration::from_secs(10));
            for byte in said {
                far.write_u8(*byte).await.unwrap();
                near.read_u8().await.unwrap();
            }
            let more = tokio::time::timeout(Duration::from_secs(60), near.read_u8()).await;
            assert_eq!(more.is_ok_and(|read| read.is_err()), given_up, "{said:?}");
        }
    }
}
