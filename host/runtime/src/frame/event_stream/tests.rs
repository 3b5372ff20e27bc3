use bytes::Bytes;

use super::super::tests::{Outcome, cut_everywhere};
use super::super::{Cutter, FrameError, FrameKind, MessageFault};
use super::{EventStreamCutter, EventStreamMessage};

fn messages(limit: usize, body: impl AsRef<[u8]>) -> Outcome<EventStreamMessage> {
    cut_everywhere(&EventStreamCutter::new(limit), body.as_ref())
}

fn header(name: &str, kind: u8, value: &[u8]) -> Vec<u8> {
    let length = u8::try_from(name.len()).unwrap();
    [&[length], name.as_bytes(), &[kind], value].concat()
}

fn text(name: &str, value: &str) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    header(name, 7, &[&length, value.as_bytes()].concat())
}

fn with_lengths(total: usize, headers: usize, rest: &[u8]) -> Vec<u8> {
    let number = |number: usize| u32::try_from(number).unwrap().to_be_bytes();
    let mut message = [number(total), number(headers)].concat();
    message.extend(crc32fast::hash(&message).to_be_bytes());
    message.extend(rest);
    message.extend(crc32fast::hash(&message).to_be_bytes());
    message
}

fn encode(headers: &[u8], payload: &[u8]) -> Vec<u8> {
    with_lengths(16 + headers.len() + payload.len(), headers.len(), &[headers, payload].concat())
}

fn sample() -> Vec<u8> {
    encode(&[text(":event-type", "delta"), text(":message-type", "event")].concat(), b"{\"text\":\"hi\"}")
}

fn fault(body: &[u8]) -> MessageFault {
    let (_, end) = messages(1000, body);
    match end.unwrap_err() {
        FrameError::Message { fault, .. } => fault,
        other => panic!("{other}"),
    }
}

#[test]
fn messages_come_out_with_their_headers_and_payload() {
    let body = [sample(), encode(&[], b""), sample()].concat();
    let (found, end) = messages(1000, &body);
    assert_eq!(end, Ok(()));
    let headers = [(":event-type", "delta"), (":message-type", "event")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let first = EventStreamMessage { headers: headers.into(), payload: b"{\"text\":\"hi\"}".to_vec() };
    assert_eq!(found, [first.clone(), EventStreamMessage::default(), first]);
}

#[test]
fn the_published_checksum_of_crc32_is_the_one_in_use() {
    // The check value of CRC-32/ISO-HDLC.
    assert_eq!(crc32fast::hash(b"123456789"), 0xcbf4_3926);
}

#[test]
fn headers_of_every_type_are_read_and_only_texts_handed_out() {
    let headers = [
        header("true", 0, &[]),
        header("false", 1, &[]),
        header("byte", 2, &[1]),
        header("short", 3, &[1; 2]),
        header("int", 4, &[1; 4]),
        header("long", 5, &[1; 8]),
        header("bytes", 6, &[0, 3, 0xff, 0xff, 0xff]),
        text("text", "grün"),
        header("time", 8, &[1; 8]),
        header("uuid", 9, &[1; 16]),
        text("empty", ""),
    ];
    let (found, end) = messages(1000, encode(&headers.concat(), b"p"));
    assert_eq!(end, Ok(()));
    let expected = [("text", "grün"), ("empty", "")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(found, [EventStreamMessage { headers: expected.into(), payload: b"p".to_vec() }]);
}

#[test]
fn a_wrong_bit_anywhere_is_an_error() {
    let good = sample();
    for bit in 0..good.len() * 8 {
        let mut body = good.clone();
        body[bit / 8] ^= 1 << (bit % 8);
        let (found, end) = messages(1000, &body);
        assert!(found.is_empty() && end.is_err(), "bit {bit}");
    }
}

#[test]
fn checksums_are_named_in_the_error() {
    let mut body = sample();
    body[8] ^= 1;
    assert!(matches!(fault(&body), MessageFault::PreludeChecksum { expected, found } if expected != found));
    let mut body = sample();
    body[20] ^= 1;
    assert!(matches!(fault(&body), MessageFault::Checksum { expected, found } if expected != found));
}

#[test]
fn a_message_that_the_end_cuts_off_is_an_error() {
    let one = sample();
    let two = [sample(), sample()].concat();
    for end in one.len() + 1..two.len() {
        let (found, result) = messages(1000, &two[..end]);
        assert_eq!(found.len(), 1);
        let offset = one.len() as u64;
        assert_eq!(result, Err(FrameError::CutOff { kind: FrameKind::Message, offset }));
    }
}

#[test]
fn a_message_longer_than_the_limit_is_an_error_before_it_is_all_there() {
    let body = sample();
    assert_eq!(messages(body.len(), &body).1, Ok(()));
    let limit = body.len() - 1;
    let error = FrameError::TooLong { kind: FrameKind::Message, offset: 0, limit };
    assert_eq!(messages(limit, &body[..12]).1, Err(error));
}

#[test]
fn lengths_that_contradict_each_other_are_an_error() {
    for (total, headers) in [(15, 0), (0, 0), (20, 5), (16, u32::MAX as usize)] {
        let body = with_lengths(total, headers, &[0; 8]);
        assert!(matches!(fault(&body), MessageFault::Lengths { .. }), "{total} {headers}");
    }
}

#[test]
fn malformed_headers_are_an_error() {
    let first = text("a", "b");
    let at = first.len();
    let after_first = |second: &[u8]| fault(&encode(&[&first, second].concat(), b""));
    assert_eq!(after_first(&[5, b'a']), MessageFault::Header { at });
    assert_eq!(after_first(&[0, 0]), MessageFault::Header { at });
    assert_eq!(after_first(&[1, b'a']), MessageFault::Header { at });
    assert_eq!(after_first(&[1, b'a', 7, 0]), MessageFault::Header { at });
    assert_eq!(after_first(&[1, b'a', 7, 0, 2, b'x']), MessageFault::Header { at });
    assert_eq!(after_first(&[1, b'a', 9, 1, 2, 3]), MessageFault::Header { at });
    assert_eq!(after_first(&[1, b'a', 10]), MessageFault::HeaderType { at, number: 10 });
    assert_eq!(after_first(&[1, 0xff, 0]), MessageFault::HeaderText { at });
    assert_eq!(after_first(&[1, b'a', 7, 0, 1, 0xff]), MessageFault::HeaderText { at });
}

#[test]
fn the_rest_is_every_byte_behind_the_last_message() {
    let mut cutter = EventStreamCutter::new(1000);
    cutter.push(Bytes::from([sample(), b"abc".to_vec()].concat())).unwrap();
    assert_eq!(cutter.drain().len(), 1);
    assert_eq!(cutter.take_rest(), &b"abc"[..]);
}
