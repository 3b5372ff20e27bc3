use bytes::Bytes;

use super::super::tests::cut_everywhere;
use super::super::{Cutter, FrameError, FrameKind};
use super::LineCutter;

fn lines(limit: usize, body: impl AsRef<[u8]>) -> (Vec<String>, Result<(), FrameError>) {
    cut_everywhere(&LineCutter::new(limit), body.as_ref())
}

fn good(body: &str) -> Vec<String> {
    let (lines, end) = lines(1000, body);
    assert_eq!(end, Ok(()));
    lines
}

#[test]
fn lines_end_with_lf_or_crlf() {
    assert_eq!(good("{\"a\":1}\n{\"b\":2}\r\n[3]\n"), ["{\"a\":1}", "{\"b\":2}", "[3]"]);
}

#[test]
fn the_last_line_needs_no_line_feed() {
    assert_eq!(good("1\n2"), ["1", "2"]);
    assert_eq!(good("1\n2\r"), ["1", "2"]);
}

#[test]
fn blank_lines_are_skipped() {
    assert_eq!(good("\n\r\n \t\r\n1\n\n2\n\n  "), ["1", "2"]);
    assert!(good("").is_empty());
}

#[test]
fn characters_of_several_bytes_survive() {
    assert_eq!(good("\"grün 日本\"\n\"🦀\""), ["\"grün 日本\"", "\"🦀\""]);
}

#[test]
fn bytes_that_are_not_utf8_are_an_error_where_they_stand() {
    for body in [&b"1\n\"a\xff\"\n"[..], b"1\n\"a\xff\"", b"1\n\"a\xc3\n"] {
        let error = FrameError::NotUtf8 { kind: FrameKind::Line, offset: 4 };
        assert_eq!(lines(1000, body), (vec!["1".to_owned()], Err(error)), "{body:?}");
    }
}

#[test]
fn a_line_longer_than_the_limit_is_an_error() {
    assert_eq!(lines(5, "12345\n12345").1, Ok(()));
    for body in ["1\n123456\n", "1\n123456", "1\n12345\r\n"] {
        let error = FrameError::TooLong { kind: FrameKind::Line, offset: 2, limit: 5 };
        assert_eq!(lines(5, body), (vec!["1".to_owned()], Err(error)), "{body:?}");
    }
}

#[test]
fn the_rest_is_every_byte_behind_the_last_line() {
    let mut cutter = LineCutter::new(1000);
    cutter.push(Bytes::from_static(b"1\n{\"a\"")).unwrap();
    cutter.push(Bytes::from_static(b":\xff")).unwrap();
    assert_eq!(cutter.drain(), ["1"]);
    assert_eq!(cutter.take_rest(), &b"{\"a\":\xff"[..]);
}
