//! AWS event streams: nothing panics and splits don't matter. Noise seldom has
//! a right checksum, so messages are also built from the input, right ones and
//! ones whose headers are noise.

use crate::frame::{EventStreamCutter, FrameError, MessageFault};
use crate::pieces::{Input, check};

/// A message with right checksums and these bytes for headers and payload.
fn message(headers: &[u8], payload: &[u8]) -> Vec<u8> {
    let total = 16 + headers.len() + payload.len();
    let mut message = Vec::new();
    for length in [total, headers.len()] {
        message.extend((length as u32).to_be_bytes());
    }
    message.extend(crc32fast::hash(&message).to_be_bytes());
    message.extend(headers);
    message.extend(payload);
    message.extend(crc32fast::hash(&message).to_be_bytes());
    message
}

/// Panics where the property doesn't hold.
pub fn run(data: &[u8]) {
    let Some(input) = Input::of(data) else { return };
    check(&EventStreamCutter::new(input.limit), &input);
    let mut built = Vec::new();
    let mut payloads = Vec::new();
    let mut rest = input.body;
    while let Some((&[headers, payload], behind)) = rest.split_first_chunk() {
        let (headers, behind) = behind.split_at(usize::from(headers).min(behind.len()));
        let (payload, behind) = behind.split_at(usize::from(payload).min(behind.len()));
        built.extend(message(headers, payload));
        payloads.push(payload);
        rest = behind;
    }
    // What is left over of the input cuts the last message off.
    built.truncate(built.len() - rest.len().min(built.len()));
    let outcome = check(&EventStreamCutter::new(input.limit), &Input { body: &built, ..input });
    assert!(outcome.frames.iter().zip(payloads).all(|(message, payload)| message.payload == payload));
    let checksum =
        |fault| matches!(fault, MessageFault::PreludeChecksum { .. } | MessageFault::Checksum { .. });
    if let Err(FrameError::Message { fault, .. }) = outcome.end {
        assert!(!checksum(fault), "{fault}");
    }
}
