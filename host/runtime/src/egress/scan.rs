//! Finds a provider's secrets in bytes, raw and encoded.
//!
//! Against: a plugin that got hold of a secret (an upstream that echoes its
//! request, an operator who pasted a key into a config value) and sends it
//! on, or shows it to its caller. Comparing the raw text is not enough: one
//! `base64` or `%2D` hides it, and a chunk border cuts it in two. This is a
//! net, not a wall: a guest that encrypts or splits what it sends gets
//! through. The wall is that guests are never given secrets.
//!
//! A scanner holds its patterns, copies of the secrets, in ordinary memory for
//! as long as it lives: the search structures can't be wiped. It is built once
//! per provider and replaced when a secret is.

use std::{borrow::Cow, fmt, ops::Range, sync::Arc};

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, BuildError, MatchKind};
use bytes::{Bytes, BytesMut};

mod encodings;
mod stream;

pub use stream::StreamScanner;

/// Secrets shorter than this are not looked for: `key` or `test` would be
/// found in half of all texts. Loaders should warn about them.
pub const SHORTEST: usize = 8;

/// What stands in the place of a secret.
pub const REDACTED: &str = "[redacted]";

/// A set of secrets to look for. Immutable; share it in an `Arc`.
pub struct SecretScanner {
    search: Option<AhoCorasick>,
    patterns: Vec<Vec<u8>>,
    /// The patterns that begin with a byte: they are sorted.
    begins: Box<[Range<usize>; 256]>,
    /// The bytes that some pattern has.
    alphabet: Box<[bool; 256]>,
    longest: usize,
    too_short: usize,
}

/// A set of secrets that no search can be built for.
#[derive(Debug, thiserror::Error)]
#[error("can't build a search for this provider's secrets: {0}; use fewer or shorter ones")]
pub struct ScannerError(#[source] BuildError);

impl SecretScanner {
    /// A scanner for these secrets. White space around one is not part of it;
    /// empty ones are ignored. A structured secret (a key file) should be
    /// given as its secret parts, as only whole secrets are found.
    ///
    /// # Errors
    /// When there is too much to look for: gigabytes of secrets.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, ScannerError> {
        Self::build(Vec::new(), 0, secrets)
    }

    /// A scanner that finds these as well.
    ///
    /// # Errors
    /// When there is too much to look for: gigabytes of secrets.
    pub fn with<'a>(&self, secrets: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, ScannerError> {
        Self::build(self.patterns.clone(), self.too_short, secrets)
    }

    fn build<'a>(
        mut patterns: Vec<Vec<u8>>,
        mut too_short: usize,
        secrets: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<Self, ScannerError> {
        for secret in secrets {
            match secret.trim_ascii() {
                [] => {}
                short if short.len() < SHORTEST => too_short += 1,
                secret => encodings::of(secret, &mut patterns),
            }
        }
        patterns.sort_unstable();
        patterns.dedup();
        let search = match patterns.is_empty() {
            true => None,
            // Leftmost-longest is also what lets the search skip ahead by SIMD.
            false => Some(
                AhoCorasickBuilder::new()
                    .match_kind(MatchKind::LeftmostLongest)
                    .build(&patterns)
                    .map_err(ScannerError)?,
            ),
        };
        let begins = Box::new(std::array::from_fn(|byte| {
            let before = |limit: usize| patterns.partition_point(|pattern| usize::from(pattern[0]) < limit);
            before(byte)..before(byte + 1)
        }));
        let mut alphabet = Box::new([false; 256]);
        for byte in patterns.iter().flatten() {
            alphabet[usize::from(*byte)] = true;
        }
        let longest = patterns.iter().map(Vec::len).max().unwrap_or(0);
        Ok(Self { search, patterns, begins, alphabet, longest, too_short })
    }

    /// A scanner that finds nothing.
    pub fn empty() -> Self {
        let begins = Box::new(std::array::from_fn(|_| 0..0));
        let alphabet = Box::new([false; 256]);
        Self { search: None, patterns: Vec::new(), begins, alphabet, longest: 0, too_short: 0 }
    }

    /// How many secrets are too short to be looked for.
    pub fn too_short(&self) -> usize {
        self.too_short
    }

    /// Where the first secret is, in whatever encoding.
    pub fn find(&self, haystack: &[u8]) -> Option<Range<usize>> {
        self.search.as_ref()?.find(haystack).map(|found| found.range())
    }

    /// The text with every secret replaced.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match self.redact_bytes(text.as_bytes()) {
            None => Cow::Borrowed(text),
            Some(clean) => Cow::Owned(String::from_utf8_lossy(&clean).into_owned()),
        }
    }

    /// The beginning of a text, with every secret replaced and a word on what is
    /// left out. At most `limit` bytes of the text are looked at; a secret that
    /// the limit cuts in two, whose half nobody would know again, isn't in it.
    pub fn redact_beginning(self: &Arc<Self>, text: &str, limit: usize) -> String {
        let beginning = &text[..text.floor_char_boundary(limit)];
        if beginning.len() == text.len() {
            return self.redact(text).into_owned();
        }
        // What might be a secret's beginning is held back, as in a stream.
        let clean = StreamScanner::new(Arc::clone(self)).push(Bytes::copy_from_slice(beginning.as_bytes()));
        let left_out = text.len() - beginning.len();
        format!("{}… ({left_out} bytes more)", String::from_utf8_lossy(&clean))
    }

    /// The bytes with every secret replaced, or nothing when there is none in
    /// them.
    pub fn redact_bytes(&self, bytes: &[u8]) -> Option<Bytes> {
        let search = self.search.as_ref()?;
        let mut out: Option<BytesMut> = None;
        let mut copied = 0;
        for found in search.find_iter(bytes) {
            let out = out.get_or_insert_with(|| BytesMut::with_capacity(bytes.len()));
            out.extend_from_slice(&bytes[copied..found.start()]);
            out.extend_from_slice(REDACTED.as_bytes());
            copied = found.end();
        }
        let mut out = out?;
        out.extend_from_slice(&bytes[copied..]);
        Some(out.freeze())
    }

    /// Where the longest suffix begins that more bytes might make a secret of;
    /// the length of the haystack when there is none.
    fn open_suffix(&self, haystack: &[u8]) -> usize {
        let from = haystack.len().saturating_sub(self.longest.saturating_sub(1));
        // Usually the last byte, a line feed, settles it.
        let foreign = haystack[from..].iter().rposition(|byte| !self.alphabet[usize::from(*byte)]);
        let from = foreign.map_or(from, |at| from + at + 1);
        let open = |at: &usize| {
            let suffix = &haystack[*at..];
            // The second byte rules out nearly all, without a call.
            self.patterns[self.begins[usize::from(suffix[0])].clone()].iter().any(|pattern| {
                pattern.len() > suffix.len()
                    && (suffix.len() == 1 || suffix[1] == pattern[1])
                    && pattern.starts_with(suffix)
            })
        };
        (from..haystack.len()).find(open).unwrap_or(haystack.len())
    }
}

impl fmt::Debug for SecretScanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretScanner").field("patterns", &self.patterns.len()).finish_non_exhaustive()
    }
}

impl Drop for SecretScanner {
    fn drop(&mut self) {
        use zeroize::Zeroize;
        self.patterns.iter_mut().for_each(Zeroize::zeroize);
    }
}

#[cfg(test)]
mod tests;
