use super::*;

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
    let headers = jackfield_sdk::testing::headers(headers);
    of_answer(&ErrorAnswer { status, headers: &headers, body: body.as_bytes() })
}

#[test]
fn every_status_has_its_kind_and_keeps_the_message() {
    for (status, message, expected) in [
        (400, "invalid request: wrong", ErrorKind::InvalidRequest),
        (400, "too many tokens: 5000 in a prompt of at most 4096", ErrorKind::ContextLength),
        (400, "Too many tokens: max tokens must be at most 4096", ErrorKind::InvalidRequest),
        (401, "no key", ErrorKind::Authentication),
        (402, "pay first", ErrorKind::QuotaExceeded),
        (403, "not yours", ErrorKind::Permission),
        (404, "model 'x' not found", ErrorKind::NotFound),
        (408, "too slow", ErrorKind::Timeout),
        (409, "conflict", ErrorKind::InvalidRequest),
        (413, "too large", ErrorKind::InvalidRequest),
        (422, "fields do not go together", ErrorKind::InvalidRequest),
        (429, "wait a minute", ErrorKind::RateLimited),
        (429, "trial keys are limited to 9 calls / month", ErrorKind::QuotaExceeded),
        (498, "a word of the deny list", ErrorKind::ContentFilter),
        (499, "request cancelled", ErrorKind::Unavailable),
        (500, "oops", ErrorKind::Unavailable),
        (501, "not built", ErrorKind::Unsupported),
        (503, "busy", ErrorKind::Overloaded),
        (504, "slow", ErrorKind::Timeout),
        (529, "busy", ErrorKind::Overloaded),
    ] {
        let body = serde_json::json!({"id": "r-1", "message": message}).to_string();
        let error = answer(status, &[], &body);
        assert_eq!(
            (error.kind, error.status, error.sent),
            (expected, Some(status), true),
            "{status} {message}"
        );
        assert_eq!(error.message, format!("{message} (request r-1)"));
        assert_eq!(error.body.as_deref(), Some(body.as_str()));
    }
}

#[test]
fn every_spelling_of_the_wait_is_read() {
    let body = r#"{"message":"slow down"}"#;
    for (name, value, expected) in [
        ("retry-after", "7", 7000),
        ("retry-after", "0.5", 500),
        ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("retry-after-ms", "250", 250),
        ("x-ratelimit-reset", "2s", 2000),
    ] {
        assert_eq!(answer(429, &[(name, value)], body).retry_after_ms, Some(expected), "{name}: {value}");
    }
    assert_eq!(answer(503, &[("retry-after", "1")], body).retry_after_ms, Some(1000));
    assert_eq!(answer(429, &[], body).retry_after_ms, None);
}

#[test]
fn a_message_may_be_an_object_or_missing_and_the_body_no_json() {
    assert_eq!(answer(400, &[], r#"{"message":{"message":"inner"}}"#).message, "inner");
    assert_eq!(answer(400, &[], r#"{"message":{"texts":"empty"}}"#).message, r#"{"texts":"empty"}"#);
    assert_eq!(answer(400, &[], r#"{"id":7,"message":"m"}"#).message, "m (request 7)");
    let html = answer(502, &[("content-type", "text/html")], "<html><title>Bad gateway</title>");
    assert_eq!(html.kind, ErrorKind::Unavailable);
    assert!(html.message.contains("Bad gateway"), "{}", html.message);
    let empty = answer(500, &[], "");
    assert_eq!((empty.kind, empty.body), (ErrorKind::Unavailable, None));
}

#[test]
fn an_error_after_a_good_beginning_has_no_status() {
    let error = of_body(r#"{"message":"too many tokens: cut it","id":"r"}"#).unwrap();
    assert_eq!((error.kind, error.status, error.sent), (ErrorKind::ContextLength, None, true));
    assert_eq!(of_body(r#"{"message":"internal"}"#).unwrap().kind, ErrorKind::Unavailable);
    assert!(of_body(r#"{"type":"message-end"}"#).is_none());
    assert!(of_body("nonsense").is_none());
}
