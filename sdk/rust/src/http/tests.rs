use std::cell::RefCell;

use serde::Deserialize;

use super::multipart::contains;
use super::response::parse_json;
use super::*;
use crate::stream::Source;
use crate::types::{Error, ErrorKind};

#[test]
fn joining_puts_one_slash_in_between_and_keeps_the_query() {
    for (base, path, expected) in [
        ("https://a.example/v1", "chat", "https://a.example/v1/chat"),
        ("https://a.example/v1/", "/chat", "https://a.example/v1/chat"),
        ("https://a.example", "", "https://a.example"),
        ("https://a.example/v1?api-version=1", "chat", "https://a.example/v1/chat?api-version=1"),
        ("https://a.example/v1?a=1", "chat?b=2", "https://a.example/v1/chat?b=2&a=1"),
    ] {
        assert_eq!(join(base, path), expected);
    }
}

#[test]
fn parameters_are_encoded_and_appended() {
    let request = get("https://a.example/x").query("q", "a&b=c d/é").query("n", "1");
    assert_eq!(request.url(), "https://a.example/x?q=a%26b%3Dc%20d%2F%C3%A9&n=1");
}

#[derive(Debug, Deserialize, PartialEq)]
struct Wanted {
    id: u32,
}

#[test]
fn an_answer_of_the_wrong_shape_says_what_came() {
    assert_eq!(parse_json::<Wanted>(200, None, br#"{"id": 1}"#).unwrap(), Wanted { id: 1 });
    let error = parse_json::<Wanted>(200, Some("application/json"), br#"{"ID": 1}"#).unwrap_err();
    assert_eq!((error.kind, error.status, error.sent), (ErrorKind::BadUpstreamAnswer, Some(200), true));
    for part in ["missing field `id`", "application/json", r#"{"ID": 1}"#] {
        assert!(error.message.contains(part), "{}", error.message);
    }
    let error =
        parse_json::<Wanted>(200, Some("text/html"), b"<html><head><title>Sign in</title>").unwrap_err();
    assert!(
        error.message.contains("HTML")
            && error.message.contains("Sign in")
            && error.message.contains("base URL"),
        "{}",
        error.message
    );
    assert!(parse_json::<Wanted>(204, None, b"").unwrap_err().message.contains("empty body"));
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
    let headers = crate::testing::headers(headers);
    ErrorAnswer { status, headers: &headers, body: body.as_bytes() }.to_error()
}

#[test]
fn an_errors_message_and_code_are_found_in_all_the_usual_places() {
    for (body, message, code) in [
        (r#"{"error":{"message":"too long","type":"invalid","code":"length"}}"#, "too long", Some("length")),
        (r#"{"error":{"message":"too long","type":"invalid","code":null}}"#, "too long", Some("invalid")),
        (r#"{"error":{"message":"too long","code":1302}}"#, "too long", Some("1302")),
        (
            r#"{"type":"error","error":{"type":"overloaded_error","message":"busy"}}"#,
            "busy",
            Some("overloaded_error"),
        ),
        (r#"[{"error":{"code":429,"message":"quota","status":"EXHAUSTED"}}]"#, "quota", Some("429")),
        (r#"{"error":"model not found"}"#, "model not found", None),
        (r#"{"error":"bad","code":"E1"}"#, "bad", Some("E1")),
        (r#"{"message":"no such deployment","__type":"NotFound"}"#, "no such deployment", Some("NotFound")),
        (r#"{"detail":"forbidden"}"#, "forbidden", None),
        (r#"{"detail":[{"loc":["body"],"msg":"field required"}]}"#, "field required", None),
        (r#"{"errors":[{"message":"first"}]}"#, "first", None),
        (r#"{"unknown":true}"#, r#"{"unknown":true}"#, None),
        ("plain words\n here ", "plain words here", None),
    ] {
        let error = answer(400, &[], body);
        assert_eq!(error.message, format!("the upstream answered 400: {message}"), "{body}");
        assert_eq!(error.code.as_deref(), code, "{body}");
        assert_eq!((error.status, error.sent), (Some(400), true));
    }
    assert_eq!(answer(500, &[], "").message, "the upstream answered 500");
}

#[test]
fn a_web_page_is_summed_up_and_a_long_text_cut() {
    let page = answer(
        502,
        &[],
        "  <!DOCTYPE HTML><html><head>\n<title lang=en>502 Bad\n Gateway</title></head><body>...",
    );
    assert_eq!(page.message, "the upstream answered 502: a web page titled \"502 Bad Gateway\"");
    assert_eq!(
        answer(502, &[("content-type", "text/html; charset=utf-8")], "<p>x").message,
        "the upstream answered 502: a web page"
    );
    let long = answer(500, &[], &"é".repeat(5000)).message;
    assert!(long.ends_with('…') && long.chars().count() < 340, "{long}");
}

#[test]
fn reset_times_count_only_where_requests_are_too_many() {
    let reset = [("x-ratelimit-reset-tokens", "2s")];
    assert_eq!(answer(429, &reset, "").retry_after_ms, Some(2000));
    assert_eq!(answer(503, &reset, "").retry_after_ms, None);
    assert_eq!(answer(503, &[("retry-after", "1")], "").retry_after_ms, Some(1000));
    assert_eq!(answer(429, &[("retry-after", "1"), reset[0]], "").retry_after_ms, Some(1000));
}

#[test]
fn a_form_has_its_parts_in_order() {
    let (content_type, body) = Multipart::new()
        .text("model", "m")
        .file("file", "a.wav", "audio/wav", b"\x00\r\n--\xff".to_vec())
        .encode();
    let boundary = content_type.strip_prefix("multipart/form-data; boundary=").unwrap();
    let mut expected = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n--{boundary}\r\n"
    )
    .into_bytes();
    expected.extend_from_slice(b"Content-Disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\n\x00\r\n--\xff\r\n");
    expected.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    assert_eq!(body, expected);
    assert!(boundary.len() <= 70, "RFC 2046 allows no more");
}

#[test]
fn the_boundary_occurs_in_no_part() {
    let first = Multipart::new().encode().0;
    let taken = first.split_once('=').unwrap().1.to_owned();
    for form in [
        Multipart::new().text("field", format!("x{taken}y")),
        Multipart::new().file("f", "n", "t", taken.clone().into_bytes()),
        Multipart::new().text(&taken, "x"),
    ] {
        let (content_type, body) = form.encode();
        let boundary = content_type.split_once('=').unwrap().1;
        assert_ne!(boundary, taken);
        let count = body.windows(boundary.len()).filter(|window| *window == boundary.as_bytes()).count();
        assert_eq!(count, 2, "before the part and at the end");
    }
}

#[test]
fn names_cannot_add_headers_or_parts() {
    let form =
        Multipart::new().file("a\"; x=\"", "b\r\nEvil: 1\r\n\r\n", "text/plain\r\nEvil: 2", b"c".to_vec());
    let body = String::from_utf8(form.encode().1).unwrap();
    assert!(body.contains("name=\"a%22; x=%22\"; filename=\"b%0D%0AEvil: 1%0D%0A%0D%0A\"\r\nContent-Type: text/plainEvil: 2\r\n\r\nc\r\n"), "{body}");
}

#[test]
fn the_search_finds_a_needle_at_every_place() {
    let needle = b"--abcab";
    for length in 0..40usize {
        for at in 0..=length.saturating_sub(needle.len()) {
            let mut hay = vec![b'a'; length];
            let fits = length >= needle.len();
            if fits {
                hay[at..at + needle.len()].copy_from_slice(needle);
            }
            assert_eq!(contains(&hay, needle), fits, "{length} {at}");
        }
    }
    assert!(!contains(b"--abca-abcab-abca", needle));
    assert!(contains(b"x", b""));
}

struct Batches(RefCell<Vec<Result<Vec<u8>, Error>>>);

impl Source for Batches {
    type Frame = u8;

    fn next_batch(&self) -> Result<Vec<u8>, Error> {
        self.0.borrow_mut().remove(0)
    }
}

#[test]
fn batches_are_drained_one_by_one_and_an_error_ends_them() {
    let whole = Drain::new(Batches(RefCell::new(vec![Ok(vec![1, 2]), Ok(vec![3]), Ok(vec![])])));
    assert_eq!(whole.map(Result::unwrap).collect::<Vec<_>>(), [1, 2, 3]);
    let mut broken = Drain::new(Batches(RefCell::new(vec![Ok(vec![1]), Err(Error::internal("x"))])));
    assert!(broken.next().unwrap().is_ok());
    assert!(broken.next().unwrap().is_err());
    assert!(broken.next().is_none());
}

#[test]
fn a_redirect_and_an_encoding_that_nobody_asked_for_are_no_answers() {
    let none = |status, headers: &[(&str, &str)]| {
        let headers = crate::testing::headers(headers);
        super::response::no_answer(status, &headers)
    };
    for headers in [&[][..], &[("content-type", "a/b")], &[("content-encoding", "identity")]] {
        assert!(none(200, headers).is_none(), "{headers:?}");
    }
    let error = none(200, &[("content-encoding", "gzip")]).unwrap();
    assert!(error.message.contains("content-encoding: gzip") && error.sent, "{}", error.message);
    let error = none(302, &[("location", "https://b.example/")]).unwrap();
    assert!(error.message.contains("https://b.example/"), "{}", error.message);
    assert_eq!((error.kind, error.status), (ErrorKind::BadUpstreamAnswer, Some(302)));
    assert!(none(304, &[]).unwrap().message.contains("nowhere"));
}
