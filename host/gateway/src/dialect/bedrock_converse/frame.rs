//! Messages of an AWS event stream, on their way to a client: a prelude (total
//! length, headers' length, CRC-32 of both), headers of type string, a payload
//! of JSON, and a CRC-32 over all of it. Numbers are big-endian. What reads them
//! is in the runtime's `frame`.
//!
//! <https://smithy.io/2.0/aws/amazon-eventstream.html>

use bytes::{BufMut, Bytes, BytesMut};

use crate::dialect::write::Json;

/// Total length, headers' length, checksum.
const PRELUDE: usize = 12;
/// The checksum at the end.
const TRAILER: usize = 4;
/// The type of headers that are strings.
const STRING: u8 = 7;

/// Appends an event with an object as its payload.
pub(super) fn event(kind: &str, out: &mut BytesMut, fill: impl FnOnce(&mut Json<'_>)) {
    message(
        [(":event-type", kind), (":content-type", "application/json"), (":message-type", "event")],
        out,
        fill,
    );
}

/// Appends a message that tells of a failure, with which a stream ends.
pub(super) fn exception(kind: &str, out: &mut BytesMut, fill: impl FnOnce(&mut Json<'_>)) {
    let headers =
        [(":exception-type", kind), (":content-type", "application/json"), (":message-type", "exception")];
    message(headers, out, fill);
}

/// An event whose payload is there already: a JSON object.
pub fn encode(kind: &str, payload: &str) -> Bytes {
    let mut out = BytesMut::new();
    let inner = payload.trim().strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    event(kind, &mut out, |json| {
        json.literal(inner.unwrap_or_default());
    });
    out.freeze()
}

fn message(headers: [(&str, &str); 3], out: &mut BytesMut, fill: impl FnOnce(&mut Json<'_>)) {
    out.reserve(192);
    // Apart, since commas are written by what stands before.
    let mut behind = out.split_off(out.len());
    behind.put_bytes(0, PRELUDE);
    for (name, value) in headers {
        // Names and values are this module's and far shorter.
        behind.put_u8(u8::try_from(name.len()).unwrap_or(u8::MAX));
        behind.extend_from_slice(name.as_bytes());
        behind.put_u8(STRING);
        behind.put_u16(u16::try_from(value.len()).unwrap_or(u16::MAX));
        behind.extend_from_slice(value.as_bytes());
    }
    let headers = behind.len() - PRELUDE;
    Json::new(&mut behind).literal("{");
    fill(&mut Json::new(&mut behind));
    Json::new(&mut behind).literal("}");
    let total = behind.len() + TRAILER;
    behind[..4].copy_from_slice(&length(total));
    behind[4..8].copy_from_slice(&length(headers));
    let prelude = crc32fast::hash(&behind[..8]);
    behind[8..PRELUDE].copy_from_slice(&prelude.to_be_bytes());
    behind.put_u32(crc32fast::hash(&behind));
    out.unsplit(behind);
}

fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes()
}

#[cfg(test)]
mod tests {
    use jackfield_runtime::frame::{Cutter, EventStreamCutter};

    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let mut out = BytesMut::new();
        event("messageStart", &mut out, |json| {
            json.text("role", "assistant");
        });
        exception("throttlingException", &mut out, |json| {
            json.text("message", "é");
        });
        for step in [1, 7, out.len()] {
            let mut cutter = EventStreamCutter::new(1 << 20);
            for piece in out.chunks(step) {
                cutter.push(Bytes::copy_from_slice(piece)).unwrap();
            }
            let messages = cutter.drain();
            assert!(cutter.finish().unwrap().is_none());
            let header = |at: usize, wanted: &str| {
                let found = messages[at].headers.iter().find(|(name, _)| name == wanted);
                found.map(|(_, value)| value.as_str())
            };
            assert_eq!(header(0, ":event-type"), Some("messageStart"));
            assert_eq!(header(0, ":message-type"), Some("event"));
            assert_eq!(messages[0].payload, br#"{"role":"assistant"}"#);
            assert_eq!(header(1, ":exception-type"), Some("throttlingException"));
            assert_eq!(header(1, ":message-type"), Some("exception"));
            assert_eq!(messages[1].payload, "{\"message\":\"é\"}".as_bytes());
            assert_eq!(messages.len(), 2);
        }
    }

    #[test]
    fn the_bytes_are_those_of_the_format() {
        let mut out = BytesMut::new();
        event("x", &mut out, |_| {});
        let (body, trailer) = out.split_at(out.len() - TRAILER);
        assert_eq!(trailer, crc32fast::hash(body).to_be_bytes());
        assert_eq!(&out[..4], length(out.len()));
        assert_eq!(&out[PRELUDE..PRELUDE + 13], b"\x0b:event-type\x07");
        assert_eq!(&out[PRELUDE + 13..PRELUDE + 16], b"\x00\x01x");
    }
}
