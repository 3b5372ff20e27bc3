//! Newline-delimited JSON (<https://github.com/ndjson/ndjson-spec>): one value
//! a line, lines ended by LF or CRLF. Whether a line is JSON is for the plugin
//! to find out; here it is text. Blank lines serve as keep-alives and are
//! skipped, and the last line needs no line feed.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use memchr::memchr;

use super::carry::Carry;
use super::{Cutter, FrameError, FrameKind};

/// Cuts a body into lines, without their line breaks.
#[derive(Debug, Clone)]
pub struct LineCutter {
    limit: usize,
    carry: Carry,
    /// No line feed lies before this place of the unfinished line: one that
    /// arrives in many pieces is searched once.
    searched: usize,
    ready: Vec<String>,
}

impl LineCutter {
    /// A cutter for lines of at most `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { limit, carry: Carry::default(), searched: 0, ready: Vec::new() }
    }
}

impl Cutter for LineCutter {
    type Frame = String;

    fn push(&mut self, piece: Bytes) -> Result<(), FrameError> {
        let Self { limit, carry, searched, ready } = self;
        carry.feed(&piece, |bytes, offset| cut(bytes, offset, *limit, searched, ready))
    }

    fn drain(&mut self) -> Vec<String> {
        std::mem::take(&mut self.ready)
    }

    fn finish(&mut self) -> Result<Option<String>, FrameError> {
        self.carry.check()?;
        let last = text(self.carry.bytes(), self.carry.offset())
            .map(|last| last.map(str::to_owned))
            .map_err(|error| self.carry.fail(error))?;
        self.take_rest();
        Ok(last)
    }

    fn take_rest(&mut self) -> Bytes {
        self.searched = 0;
        self.carry.take()
    }
}

/// Cuts `bytes`, which begin at `offset` of the body with an unfinished line.
/// Returns where the unfinished line behind the last line feed begins.
fn cut(
    bytes: &[u8],
    offset: u64,
    limit: usize,
    searched: &mut usize,
    ready: &mut Vec<String>,
) -> Result<usize, FrameError> {
    let mut start = 0;
    let mut from = *searched;
    let check = |start: usize, end: usize| match end - start > limit {
        true => Err(FrameError::TooLong { kind: FrameKind::Line, offset: offset + start as u64, limit }),
        false => Ok(()),
    };
    while let Some(found) = memchr(b'\n', &bytes[from..]) {
        let end = from + found;
        check(start, end)?;
        ready.extend(text(&bytes[start..end], offset + start as u64)?.map(str::to_owned));
        start = end + 1;
        from = start;
    }
    check(start, bytes.len())?;
    *searched = bytes.len() - start;
    Ok(start)
}

/// A line's text, or nothing for a blank one.
fn text(line: &[u8], offset: u64) -> Result<Option<&str>, FrameError> {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = std::str::from_utf8(line).map_err(|error| FrameError::NotUtf8 {
        kind: FrameKind::Line,
        offset: offset + error.valid_up_to() as u64,
    })?;
    let blank = line.bytes().all(|byte| matches!(byte, b' ' | b'\t'));
    Ok((!blank).then_some(line))
}
