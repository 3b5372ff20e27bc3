//! Server-sent events whose name is also the `type` of their data.

use bytes::BytesMut;

use super::read::Rest;
use super::write::Json;

/// One event, whose members behind the type the function writes.
pub(super) fn frame(name: &str, out: &mut BytesMut, fill: impl FnOnce(&mut Json<'_>)) {
    out.reserve(96);
    out.extend_from_slice(b"event: ");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\ndata: {\"type\":\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\"");
    fill(&mut Json::new(out));
    out.extend_from_slice(b"}\n\n");
}

/// The name of an event of an unknown kind that came as extra members.
pub(super) fn strange<'a>(members: &Rest<'a>) -> Option<&'a str> {
    let (_, raw) = members.iter().find(|(name, _)| *name == "type")?;
    serde_json::from_str(raw.get()).ok()
}

/// Passes such an event on, of which `text` is the data.
pub(super) fn pass(name: &str, text: &str, out: &mut BytesMut) {
    out.extend_from_slice(b"event: ");
    // Nothing in a name may end its line.
    out.extend(name.bytes().filter(|byte| !byte.is_ascii_control()));
    out.extend_from_slice(b"\ndata: ");
    Json::new(out).raw(text);
    out.extend_from_slice(b"\n\n");
}
