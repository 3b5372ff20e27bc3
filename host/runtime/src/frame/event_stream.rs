//! The AWS event stream (`application/vnd.amazon.eventstream`,
//! <https://smithy.io/2.0/aws/amazon-eventstream.html>): binary messages of a
//! prelude (total length, headers' length, CRC-32 of both), typed headers, a
//! payload, and a CRC-32 over all of it. Numbers are big-endian.
//!
//! The prelude is checked as soon as it is there: a length that noise made up
//! is never waited for.

#[cfg(test)]
mod tests;

use bytes::Bytes;

use super::carry::Carry;
use super::{Cutter, FrameError, FrameKind, MessageFault};

/// Total length, headers' length, checksum.
const PRELUDE: usize = 12;
/// The checksum at the end.
const TRAILER: usize = 4;

/// One message, both of its checksums verified.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventStreamMessage {
    /// Its headers of type string, in order, as `:event-type`. Those of other
    /// types are left out.
    pub headers: Vec<(String, String)>,
    /// Its payload.
    pub payload: Vec<u8>,
}

/// Cuts a body into messages of an AWS event stream.
#[derive(Debug, Clone)]
pub struct EventStreamCutter {
    limit: usize,
    carry: Carry,
    ready: Vec<EventStreamMessage>,
}

impl EventStreamCutter {
    /// A cutter for messages of at most `limit` bytes, headers and checksums
    /// included.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self { limit, carry: Carry::default(), ready: Vec::new() }
    }
}

impl Cutter for EventStreamCutter {
    type Frame = EventStreamMessage;

    fn push(&mut self, piece: Bytes) -> Result<(), FrameError> {
        let Self { limit, carry, ready } = self;
        carry.feed(&piece, |bytes, offset| cut(bytes, offset, *limit, ready))
    }

    fn drain(&mut self) -> Vec<EventStreamMessage> {
        std::mem::take(&mut self.ready)
    }

    /// Nothing: a message says by itself where it ends.
    fn finish(&mut self) -> Result<Option<EventStreamMessage>, FrameError> {
        self.carry.check()?;
        if self.carry.bytes().is_empty() {
            return Ok(None);
        }
        let offset = self.carry.offset();
        Err(self.carry.fail(FrameError::CutOff { kind: FrameKind::Message, offset }))
    }

    fn take_rest(&mut self) -> Bytes {
        self.carry.take()
    }
}

/// Cuts `bytes`, which begin at `offset` of the body. Returns where the
/// unfinished message begins.
fn cut(
    bytes: &[u8],
    offset: u64,
    limit: usize,
    ready: &mut Vec<EventStreamMessage>,
) -> Result<usize, FrameError> {
    let mut start = 0;
    while let Some(prelude) = bytes[start..].first_chunk::<PRELUDE>() {
        let at = offset + start as u64;
        let broken = |fault| FrameError::Message { offset: at, fault };
        let (total, headers) = lengths(prelude).map_err(broken)?;
        if total > limit {
            return Err(FrameError::TooLong { kind: FrameKind::Message, offset: at, limit });
        }
        let Some(message) = bytes[start..].get(..total) else { break };
        ready.push(decode(message, headers).map_err(broken)?);
        start += total;
    }
    Ok(start)
}

/// The total length and the headers' length. The first is enough to hold the
/// second, the prelude and the checksum.
fn lengths(prelude: &[u8; PRELUDE]) -> Result<(usize, usize), MessageFault> {
    let [a, b, c, d, e, f, g, h, crc @ ..] = *prelude;
    let found = u32::from_be_bytes(crc);
    let expected = crc32fast::hash(&[a, b, c, d, e, f, g, h]);
    if found != expected {
        return Err(MessageFault::PreludeChecksum { expected, found });
    }
    let total = u32::from_be_bytes([a, b, c, d]);
    let headers = u32::from_be_bytes([e, f, g, h]);
    let least = (PRELUDE + TRAILER) as u64 + u64::from(headers);
    if u64::from(total) < least {
        return Err(MessageFault::Lengths { total, headers });
    }
    Ok((total as usize, headers as usize))
}

/// Reads a whole message whose lengths have been checked.
fn decode(message: &[u8], headers: usize) -> Result<EventStreamMessage, MessageFault> {
    let (body, trailer) = message.split_at(message.len() - TRAILER);
    let found = trailer.iter().fold(0, |crc, byte| crc << 8 | u32::from(*byte));
    let expected = crc32fast::hash(body);
    if found != expected {
        return Err(MessageFault::Checksum { expected, found });
    }
    let (headers, payload) = body[PRELUDE..].split_at(headers);
    Ok(EventStreamMessage { headers: strings(headers)?, payload: payload.to_vec() })
}

/// The headers of type string. Those of other types are only measured.
fn strings(headers: &[u8]) -> Result<Vec<(String, String)>, MessageFault> {
    let mut strings = Vec::new();
    let mut rest = headers;
    while !rest.is_empty() {
        let at = headers.len() - rest.len();
        let header = read_header(&mut rest).ok_or(MessageFault::Header { at })?;
        let text = |bytes| std::str::from_utf8(bytes).map_err(|_| MessageFault::HeaderText { at });
        let name = text(header.name)?;
        match header.value {
            HeaderValue::Text(value) => strings.push((name.to_owned(), text(value)?.to_owned())),
            HeaderValue::Other => {}
            HeaderValue::Unknown(number) => return Err(MessageFault::HeaderType { at, number }),
        }
    }
    Ok(strings)
}

struct Header<'a> {
    name: &'a [u8],
    value: HeaderValue<'a>,
}

enum HeaderValue<'a> {
    Text(&'a [u8]),
    Other,
    Unknown(u8),
}

/// Reads one header off the front of `rest`. Nothing where it isn't all there.
fn read_header<'a>(rest: &mut &'a [u8]) -> Option<Header<'a>> {
    let length = usize::from(rest.split_off_first().copied()?);
    let name = rest.split_off(..length).filter(|name| !name.is_empty())?;
    let kind = rest.split_off_first().copied()?;
    let size = match kind {
        // True and false, without a value of their own.
        0 | 1 => 0,
        // Integers of 8, 16, 32 and 64 bits.
        2 => 1,
        3 => 2,
        4 => 4,
        5 => 8,
        // Bytes and strings, behind a 16-bit length.
        6 | 7 => {
            let [high, low] = rest.split_off(..2)? else { return None };
            usize::from(u16::from_be_bytes([*high, *low]))
        }
        // Milliseconds since 1970.
        8 => 8,
        // A UUID.
        9 => 16,
        number => return Some(Header { name, value: HeaderValue::Unknown(number) }),
    };
    let value = rest.split_off(..size)?;
    let value = if kind == 7 { HeaderValue::Text(value) } else { HeaderValue::Other };
    Some(Header { name, value })
}
