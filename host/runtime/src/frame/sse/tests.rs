use bytes::Bytes;

use super::super::tests::{Random, cut_everywhere};
use super::super::{Cutter, FrameError, FrameKind};
use super::{ServerSentEvent, SseCutter};

const KIND: FrameKind = FrameKind::Event;

fn event(event: &str, data: &str, id: &str) -> ServerSentEvent {
    ServerSentEvent { event: event.into(), data: data.into(), id: id.into() }
}

/// The events of a body, none of which is an error.
fn events(body: impl AsRef<[u8]>) -> Vec<ServerSentEvent> {
    let (events, end) = cut_everywhere(&SseCutter::new(1000), body.as_ref());
    assert_eq!(end, Ok(()));
    events
}

fn data(body: &str) -> Vec<String> {
    events(body).into_iter().map(|event| event.data).collect()
}

fn failure(limit: usize, body: impl AsRef<[u8]>) -> (usize, FrameError) {
    let (events, end) = cut_everywhere(&SseCutter::new(limit), body.as_ref());
    (events.len(), end.unwrap_err())
}

#[test]
fn each_kind_of_line_break_ends_lines_and_events() {
    for end in ["\n", "\r\n", "\r"] {
        let body = format!("event: a{end}data: 1{end}{end}data: 2{end}{end}");
        assert_eq!(events(body), [event("a", "1", ""), event("", "2", "")], "{end:?}");
    }
    assert_eq!(data("data: 1\r\n\rdata: 2\n\r\ndata: 3\r\n\n"), ["1", "2", "3"]);
}

#[test]
fn data_lines_are_joined_by_line_feeds() {
    assert_eq!(data("data: a\ndata:\ndata:  b\n\n"), ["a\n\n b"]);
    assert_eq!(data("data\ndata\n\n"), ["\n"]);
}

#[test]
fn one_space_behind_the_colon_is_not_part_of_the_value() {
    assert_eq!(
        data("data:a\n\ndata: a\n\ndata:  a\n\ndata:\ta\n\ndata::a\n\n"),
        ["a", "a", " a", "\ta", ":a"]
    );
}

#[test]
fn a_field_without_colon_has_an_empty_value() {
    assert_eq!(events("event: a\nevent\ndata: x\n\ndata\n\n"), [event("", "x", ""), event("", "", "")]);
}

#[test]
fn field_names_are_exact() {
    assert_eq!(data(" data: a\nData: b\ndata : c\ndatas: d\ndata: e\n\n"), ["e"]);
}

#[test]
fn an_event_without_data_is_skipped_and_leaves_nothing_behind() {
    assert_eq!(events("event: ping\nid: 7\n\ndata: a\n\n"), [event("", "a", "")]);
    assert_eq!(events("\n\n\r\n\r\r"), []);
    assert_eq!(events(""), []);
}

#[test]
fn an_id_belongs_to_its_event_and_has_no_nul() {
    let body = "id: 1\ndata: a\n\ndata: b\n\nid: 2\nid: x\0y\ndata: c\n\n";
    assert_eq!(events(body), [event("", "a", "1"), event("", "b", ""), event("", "c", "2")]);
}

#[test]
fn comments_and_retry_are_skipped() {
    assert_eq!(data(": keep-alive\n\n:\nretry: 10\ndata: a\n: b\ndata: c\n\n: end"), ["a\nc"]);
}

#[test]
fn a_byte_order_mark_means_nothing_at_the_start_only() {
    assert_eq!(data("\u{feff}data: a\n\n\u{feff}data: b\n\ndata: \u{feff}\n\n"), ["a", "\u{feff}"]);
    assert_eq!(data("\u{feff}\n"), Vec::<String>::new());
}

#[test]
fn characters_of_several_bytes_survive() {
    assert_eq!(data("data: grün 日本 🦀\n\n"), ["grün 日本 🦀"]);
}

#[test]
fn the_last_event_may_lack_its_blank_line() {
    assert_eq!(data("data: a\n\ndata: [DONE]\n"), ["a", "[DONE]"]);
    assert_eq!(data("data: a\r"), ["a"]);
}

#[test]
fn an_event_that_the_end_cuts_off_is_an_error() {
    for rest in ["data: {\"a\":", "data: [DONE]", "d", "event: a\n", "id: 1\n", "event: a\ndat", "data: a\n:"]
    {
        let body = format!("data: x\n\n{rest}");
        assert_eq!(failure(1000, body), (1, FrameError::CutOff { kind: KIND, offset: 9 }), "{rest:?}");
    }
}

#[test]
fn bytes_that_are_not_utf8_are_an_error_where_they_stand() {
    for (bad, at) in [
        (&b"data: ab\xff\n\n"[..], 8),
        (b"data: \xe2\x82\n\n", 6),
        (b":\xc0\xaf\n", 1),
        (b"\xed\xa0\x80\n", 0),
    ] {
        let body = [b"data: x\r\n\r\n", bad].concat();
        assert_eq!(failure(1000, body), (1, FrameError::NotUtf8 { kind: KIND, offset: 11 + at }), "{bad:?}");
    }
}

#[test]
fn an_event_longer_than_the_limit_is_an_error() {
    let long = FrameError::TooLong { kind: KIND, offset: 9, limit: 12 };
    assert_eq!(events_within(12, "data: x\n\ndata: 12345\n\n"), 2);
    assert_eq!(failure(12, "data: x\n\ndata: 1234567\n\n"), (1, long));
    assert_eq!(failure(12, "data: x\n\ndata: 1234567"), (1, long));
    assert_eq!(failure(12, "data: x\n\ndata:1\ndata:2\n\n"), (1, long));
    assert_eq!(failure(12, "data: x\n\n: a comment as long as that\n"), (1, long));
    assert_eq!(failure(12, "data: x\n\ndata\r\nid\r\nevent\r\n"), (1, long));
    assert_eq!(events_within(12, "\u{feff}: 1234567\ndata: 1\n\n"), 1);
}

fn events_within(limit: usize, body: &str) -> usize {
    let (events, end) = cut_everywhere(&SseCutter::new(limit), body.as_bytes());
    assert_eq!(end, Ok(()));
    events.len()
}

#[test]
fn comments_between_events_do_not_add_up_to_the_limit() {
    let body = format!("{}data: x\n\n", ": keep-alive\n\n".repeat(20));
    assert_eq!(events_within(20, &body), 1);
}

#[test]
fn an_event_is_handed_out_as_soon_as_its_blank_line_ends() {
    let mut cutter = SseCutter::new(1000);
    cutter.push(Bytes::from_static(b"data: a\r\n\r")).unwrap();
    assert_eq!(cutter.drain(), [event("", "a", "")]);
    cutter.push(Bytes::from_static(b"\ndata: b\n\n")).unwrap();
    assert_eq!(cutter.drain(), [event("", "b", "")]);
    assert_eq!(cutter.finish(), Ok(None));
}

#[test]
fn the_rest_is_every_byte_behind_the_last_event() {
    let body = b"data: a\n\nevent: b\ndata: \xff";
    for at in 0..=body.len() {
        let mut cutter = SseCutter::new(1000);
        cutter.push(Bytes::copy_from_slice(&body[..at])).unwrap();
        cutter.push(Bytes::copy_from_slice(&body[at..])).unwrap();
        assert_eq!(cutter.take_rest(), &body[9..], "split at {at}");
        assert_eq!(cutter.finish(), Ok(None));
    }
}

#[test]
fn random_mixtures_of_the_format_are_cut_the_same_at_every_split() {
    const PARTS: [&[u8]; 16] = [
        b"data",
        b"event",
        b"id",
        b":",
        b" ",
        b"\n",
        b"\r",
        b"\r\n",
        b"\n\n",
        b"x",
        "é".as_bytes(),
        b"\0",
        b"\xff",
        b"\xef\xbb\xbf",
        b"data: y\n",
        b"retry",
    ];
    let mut random = Random::new(7);
    for _ in 0..400 {
        let body: Vec<u8> =
            (0..random.below(24)).flat_map(|_| PARTS[random.below(PARTS.len())]).copied().collect();
        let _ = cut_everywhere(&SseCutter::new(24), &body);
    }
}
