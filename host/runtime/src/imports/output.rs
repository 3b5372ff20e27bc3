//! What a guest writes to its standard streams: the last few kilobytes are kept,
//! because that is where a panic says what went wrong.
//!
//! Against: half of a secret at the front of them, which nobody would know again.
//! What is cut begins with a whole word.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// Bytes kept.
const KEPT: usize = 4 << 10;

/// The end of what was written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tail(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    bytes: VecDeque<u8>,
    /// Whether there was more before them.
    cut: bool,
}

impl Tail {
    fn push(&self, bytes: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes.extend(bytes);
        let excess = kept.bytes.len().saturating_sub(KEPT);
        kept.bytes.drain(..excess);
        kept.cut |= excess > 0;
    }

    /// What is kept, as text.
    pub(crate) fn text(&self) -> String {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = match kept.cut {
            true => kept.bytes.iter().position(u8::is_ascii_whitespace).unwrap_or(kept.bytes.len()),
            false => 0,
        };
        let bytes: Vec<u8> = kept.bytes.iter().skip(whole).copied().collect();
        String::from_utf8_lossy(&bytes).trim().to_owned()
    }
}

impl IsTerminal for Tail {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Tail {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }

    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }
}

impl OutputStream for Tail {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.push(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(KEPT)
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Tail {
    async fn ready(&mut self) {}
}

impl AsyncWrite for Tail {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        self.push(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_end_is_kept() {
        let tail = Tail::default();
        tail.push(&b"a ".repeat(KEPT));
        tail.push(b"panicked");
        let text = tail.text();
        assert!((KEPT - 2..=KEPT).contains(&text.len()), "{}", text.len());
        assert!(text.starts_with("a a") && text.ends_with("a panicked"));
    }

    /// Whichever bytes of the secret the cut meets.
    #[test]
    fn no_half_of_a_word_is_left_where_it_is_cut() {
        const SECRET: &str = "sk-0123456789abcdef";
        let end = " panicked\n";
        for behind in KEPT - SECRET.len() - end.len()..=KEPT {
            let tail = Tail::default();
            tail.push(format!("key: {SECRET}").as_bytes());
            tail.push(format!(" {}", "x".repeat(behind)).as_bytes());
            tail.push(end.as_bytes());
            let text = tail.text();
            assert!(text.ends_with("panicked"), "{behind}");
            assert!(!text.contains("cdef") || text.contains(SECRET), "{behind}: {text}");
        }
        let endless = Tail::default();
        endless.push(SECRET.repeat(KEPT).as_bytes());
        assert_eq!(endless.text(), "");
        let short = Tail::default();
        short.push(b"panicked");
        assert_eq!(short.text(), "panicked", "what isn't cut is whole");
    }
}
