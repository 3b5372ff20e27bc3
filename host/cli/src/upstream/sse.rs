//! Writes server-sent events.

use bytes::{BufMut, Bytes, BytesMut};
use serde::Serialize;

/// Room for an event of the usual length.
const ROOM: usize = 320;

/// An event without a name.
pub(super) fn data(value: &impl Serialize) -> Bytes {
    event("", value)
}

/// A named event, or one without a name.
pub(super) fn event(name: &str, value: &impl Serialize) -> Bytes {
    let mut bytes = BytesMut::with_capacity(ROOM);
    if !name.is_empty() {
        bytes.extend_from_slice(b"event: ");
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(b"\n");
    }
    bytes.extend_from_slice(b"data: ");
    let mut writer = bytes.writer();
    // Writing into memory doesn't fail, and everything written here has text
    // for keys: what serde_json could refuse doesn't occur.
    let written = serde_json::to_writer(&mut writer, value);
    debug_assert!(written.is_ok(), "{written:?}");
    let mut bytes = writer.into_inner();
    bytes.extend_from_slice(b"\n\n");
    bytes.freeze()
}

/// OpenAI's end of a stream.
pub(super) fn done() -> Bytes {
    Bytes::from_static(b"data: [DONE]\n\n")
}
