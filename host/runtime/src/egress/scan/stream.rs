//! Redaction of a body that comes in pieces.

use std::{fmt, sync::Arc};

use bytes::{Bytes, BytesMut};

use super::{REDACTED, SecretScanner};

/// Redacts a stream, chunk by chunk, also where a secret lies across chunks.
///
/// What might be the beginning of a secret is held back until the next chunk
/// decides, and nothing else: a server-sent event that ends in a line feed is
/// passed on whole and at once. A chunk with nothing in it is passed on
/// without a copy.
pub struct StreamScanner {
    scanner: Arc<SecretScanner>,
    held: Bytes,
    found: u64,
}

impl StreamScanner {
    /// At the beginning of a stream.
    pub fn new(scanner: Arc<SecretScanner>) -> Self {
        Self { scanner, held: Bytes::new(), found: 0 }
    }

    /// How many secrets were replaced so far.
    pub fn found(&self) -> u64 {
        self.found
    }

    /// Takes the next chunk; returns what can be passed on, maybe nothing.
    pub fn push(&mut self, chunk: Bytes) -> Bytes {
        if self.scanner.search.is_none() {
            return chunk;
        }
        let pending = self.pending_with(chunk);
        let open = self.scanner.open_suffix(&pending);
        self.release(pending, open)
    }

    /// Ends the stream; returns what was held back.
    pub fn finish(&mut self) -> Bytes {
        let pending = std::mem::take(&mut self.held);
        let end = pending.len();
        self.release(pending, end)
    }

    fn pending_with(&mut self, chunk: Bytes) -> Bytes {
        if self.held.is_empty() {
            return chunk;
        }
        let mut joined = BytesMut::with_capacity(self.held.len() + chunk.len());
        joined.extend_from_slice(&self.held);
        joined.extend_from_slice(&chunk);
        self.held = Bytes::new();
        joined.freeze()
    }

    /// Redacts what lies before `open` and holds back the rest. A secret that
    /// begins before `open` is complete and goes as a whole; one that begins
    /// there may turn out to be a longer one, and waits.
    fn release(&mut self, mut pending: Bytes, mut open: usize) -> Bytes {
        let scanner = Arc::clone(&self.scanner);
        let Some(search) = &scanner.search else {
            return pending;
        };
        let mut out: Option<BytesMut> = None;
        let mut done = 0;
        for found in search.find_iter(&pending) {
            if found.start() >= open {
                break;
            }
            let out = out.get_or_insert_with(|| BytesMut::with_capacity(pending.len()));
            out.extend_from_slice(&pending[done..found.start()]);
            out.extend_from_slice(REDACTED.as_bytes());
            done = found.end();
            self.found += 1;
            if done > open {
                open = done + scanner.open_suffix(&pending[done..]);
            }
        }
        self.held = pending.split_off(open);
        match out {
            None => pending,
            Some(mut out) => {
                out.extend_from_slice(&pending[done..]);
                out.freeze()
            }
        }
    }
}

impl fmt::Debug for StreamScanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamScanner")
            .field("held", &self.held.len())
            .field("found", &self.found)
            .finish_non_exhaustive()
    }
}
