//! Messages of an AWS event stream, written as AWS writes them.

/// An event with a JSON payload.
pub(crate) fn event(kind: &str, payload: &str) -> Vec<u8> {
    message(
        &[(":event-type", kind), (":content-type", "application/json"), (":message-type", "event")],
        payload,
    )
}

/// An exception after a good beginning.
pub(crate) fn exception(kind: &str, said: &str) -> Vec<u8> {
    let payload = serde_json::json!({ "message": said }).to_string();
    message(&[(":exception-type", kind), (":message-type", "exception")], &payload)
}

fn message(headers: &[(&str, &str)], payload: &str) -> Vec<u8> {
    let mut head = Vec::new();
    for (name, value) in headers {
        head.push(u8::try_from(name.len()).unwrap());
        head.extend_from_slice(name.as_bytes());
        head.push(7);
        head.extend_from_slice(&u16::try_from(value.len()).unwrap().to_be_bytes());
        head.extend_from_slice(value.as_bytes());
    }
    let number = |length: usize| u32::try_from(length).unwrap().to_be_bytes();
    let mut out = number(16 + head.len() + payload.len()).to_vec();
    out.extend(number(head.len()));
    out.extend(crc32(&out).to_be_bytes());
    out.extend(head);
    out.extend_from_slice(payload.as_bytes());
    out.extend(crc32(&out).to_be_bytes());
    out
}

/// The checksum of both, bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    let sum = bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg()))
    });
    !sum
}
