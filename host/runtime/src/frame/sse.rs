//! Server-sent events, as the WHATWG HTML standard defines them
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html>, sections
//! 9.2.5 and 9.2.6), with these differences:
//!
//! * `id` belongs to its event alone and `retry` is ignored: nobody reconnects.
//! * Bytes that aren't UTF-8 are an error, where a browser would replace them.
//! * A browser drops what follows the last blank line. Here an event that has
//!   its data but lacks the blank line counts, since servers close right behind
//!   `data: [DONE]`; a line without its line break, or an event without data,
//!   was cut off and is an error.

#[cfg(test)]
mod tests;

use bytes::Bytes;
use memchr::{memchr, memchr2};

use super::carry::Carry;
use super::{Cutter, FrameError, FrameKind};

/// At the start of a body it means nothing.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// One event. A field that it doesn't have is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerSentEvent {
    /// Its `event` field.
    pub event: String,
    /// Its `data` lines, joined by line feeds.
    pub data: String,
    /// Its `id` field.
    pub id: String,
}

/// Cuts a body into server-sent events. Events without a `data` line are
/// skipped, as the standard wants it.
#[derive(Debug, Clone)]
pub struct SseCutter {
    limit: usize,
    carry: Carry,
    lines: Lines,
    partial: Partial,
    ready: Vec<ServerSentEvent>,
}

impl SseCutter {
    /// A cutter for events of at most `limit` bytes, field names and line
    /// breaks included.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            carry: Carry::default(),
            lines: Lines::default(),
            partial: Partial::default(),
            ready: Vec::new(),
        }
    }
}

impl Cutter for SseCutter {
    type Frame = ServerSentEvent;

    fn push(&mut self, piece: Bytes) -> Result<(), FrameError> {
        let Self { limit, carry, lines, partial, ready } = self;
        carry.feed(&piece, |bytes, offset| cut(bytes, offset, *limit, lines, partial, ready))
    }

    fn drain(&mut self) -> Vec<ServerSentEvent> {
        std::mem::take(&mut self.ready)
    }

    fn finish(&mut self) -> Result<Option<ServerSentEvent>, FrameError> {
        self.carry.check()?;
        let line = self.carry.bytes().get(self.lines.start..).unwrap_or_default();
        let harmless = line.is_empty() || (line.starts_with(b":") && !self.partial.open);
        if !harmless || (self.partial.open && !self.partial.has_data) {
            let offset = self.carry.offset();
            return Err(self.carry.fail(FrameError::CutOff { kind: FrameKind::Event, offset }));
        }
        let last = self.partial.take();
        self.take_rest();
        Ok(last)
    }

    fn take_rest(&mut self) -> Bytes {
        self.lines = Lines { after_cr: self.lines.after_cr, ..Lines::default() };
        let rest = self.carry.take();
        if !rest.is_empty() {
            self.partial = Partial::default();
        }
        rest
    }
}

/// How far the lines have been found, relative to the start of the event.
#[derive(Debug, Clone, Default)]
struct Lines {
    /// Where the line being read begins.
    start: usize,
    /// No line break lies between `start` and here: a long line that arrives
    /// in many pieces is searched once.
    searched: usize,
    /// The last line ended with a carriage return. A line feed that follows is
    /// the second half of the same break.
    after_cr: bool,
}

impl Lines {
    /// The next line without its break, as a range of `bytes`.
    fn next(&mut self, bytes: &[u8]) -> Option<std::ops::Range<usize>> {
        if self.after_cr {
            let next = bytes.get(self.start)?;
            self.after_cr = false;
            if *next == b'\n' {
                self.start += 1;
                self.searched = self.start;
            }
        }
        let Some(found) = memchr2(b'\n', b'\r', bytes.get(self.searched..)?) else {
            self.searched = bytes.len();
            return None;
        };
        let end = self.searched + found;
        let line = self.start..end;
        *self = Self { start: end + 1, searched: end + 1, after_cr: bytes[end] == b'\r' };
        Some(line)
    }
}

/// The fields of the event being read.
#[derive(Debug, Clone, Default)]
struct Partial {
    event: ServerSentEvent,
    has_data: bool,
    /// Some field has been seen: what follows belongs to the same event.
    open: bool,
}

impl Partial {
    /// Ends the event. One without data is nothing.
    fn take(&mut self) -> Option<ServerSentEvent> {
        let Self { event, has_data, .. } = std::mem::take(self);
        has_data.then_some(event)
    }

    fn field(&mut self, line: &str) {
        let (name, value) = match memchr(b':', line.as_bytes()) {
            Some(colon) => {
                let value = &line[colon + 1..];
                (&line[..colon], value.strip_prefix(' ').unwrap_or(value))
            }
            None => (line, ""),
        };
        match name {
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                    self.event.data.push_str(value);
                } else {
                    value.clone_into(&mut self.event.data);
                }
            }
            "event" => value.clone_into(&mut self.event.event),
            "id" if !value.contains('\0') => value.clone_into(&mut self.event.id),
            _ => return,
        }
        self.open = true;
    }
}

/// Cuts `bytes`, which begin at `offset` of the body with the event that is
/// being read. Returns where the unfinished event begins.
fn cut(
    bytes: &[u8],
    offset: u64,
    limit: usize,
    lines: &mut Lines,
    partial: &mut Partial,
    ready: &mut Vec<ServerSentEvent>,
) -> Result<usize, FrameError> {
    let kind = FrameKind::Event;
    let mut event = 0;
    let too_long = |event: usize| FrameError::TooLong { kind, offset: offset + event as u64, limit };
    while let Some(line) = lines.next(bytes) {
        if !partial.open {
            // The line feed of the last break may have arrived in this piece.
            event = line.start;
        }
        if line.end - event > limit {
            return Err(too_long(event));
        }
        let at = offset + line.start as u64;
        let mut text = std::str::from_utf8(&bytes[line])
            .map_err(|error| FrameError::NotUtf8 { kind, offset: at + error.valid_up_to() as u64 })?;
        if at == 0 {
            text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        }
        if text.is_empty() {
            ready.extend(partial.take());
        } else {
            partial.field(text);
        }
    }
    if !partial.open {
        event = lines.start;
    }
    if bytes.len() - event > limit {
        return Err(too_long(event));
    }
    lines.start -= event;
    lines.searched -= event;
    Ok(event)
}
