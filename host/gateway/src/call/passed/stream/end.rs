//! The last bytes of a stream that ends without the empty line behind its last
//! event.

use serde::de::IgnoredAny;

/// Whether an event lacks nothing but the empty line behind it.
pub(super) fn is_whole(half: &[u8]) -> bool {
    let mut data =
        half.split(|byte| matches!(byte, b'\n' | b'\r')).filter_map(|line| line.strip_prefix(b"data:"));
    let (Some(data), None) = (data.next(), data.next()) else { return false };
    data.trim_ascii() == b"[DONE]" || serde_json::from_slice::<IgnoredAny>(data).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_without_its_empty_line_is_whole_when_its_data_are() {
        for (half, whole) in [
            ("data: [DONE]", true),
            ("event: message_stop\ndata: {\"type\":\"message_stop\"}\n", true),
            ("data: {\"choices\":[{\"finish_reason\":\"stop\"", false),
            ("event: message_stop\n", false),
            ("data: [DON", false),
            ("", false),
        ] {
            assert_eq!(is_whole(half.as_bytes()), whole, "{half}");
        }
    }
}
