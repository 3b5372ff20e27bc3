use super::*;

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
    let headers = jackfield_sdk::testing::headers(headers);
    of_answer(&ErrorAnswer { status, headers: &headers, body: body.as_bytes() })
}

fn body(code: u16, status: &str, message: &str, details: Value) -> String {
    serde_json::json!({"error": {"code": code, "message": message, "status": status, "details": details}})
        .to_string()
}

fn info(reason: &str) -> Value {
    serde_json::json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com"}])
}

fn quota(id: &str) -> Value {
    serde_json::json!([
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": id, "quotaValue": "10"}]},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.4s"},
    ])
}

#[test]
fn every_status_has_its_kind_and_keeps_message_and_code() {
    let none = || Value::Array(Vec::new());
    for (status, name, message, details, expected) in [
        (400, "INVALID_ARGUMENT", "wrong field", none(), ErrorKind::InvalidRequest),
        (
            400,
            "INVALID_ARGUMENT",
            "API key not valid. Please pass a valid API key.",
            none(),
            ErrorKind::Authentication,
        ),
        (400, "INVALID_ARGUMENT", "API key expired", info("API_KEY_INVALID"), ErrorKind::Authentication),
        (
            400,
            "INVALID_ARGUMENT",
            "The input token count (12) exceeds the maximum number of tokens allowed (8).",
            none(),
            ErrorKind::ContextLength,
        ),
        (
            400,
            "FAILED_PRECONDITION",
            "User location is not supported for the API use.",
            none(),
            ErrorKind::Permission,
        ),
        (
            400,
            "FAILED_PRECONDITION",
            "Please enable billing on the project",
            none(),
            ErrorKind::QuotaExceeded,
        ),
        (
            401,
            "UNAUTHENTICATED",
            "invalid credentials",
            info("ACCESS_TOKEN_EXPIRED"),
            ErrorKind::Authentication,
        ),
        (403, "PERMISSION_DENIED", "not yours", none(), ErrorKind::Permission),
        (403, "PERMISSION_DENIED", "billing", info("BILLING_DISABLED"), ErrorKind::QuotaExceeded),
        (404, "NOT_FOUND", "no such model", none(), ErrorKind::NotFound),
        (408, "DEADLINE_EXCEEDED", "too slow", none(), ErrorKind::Timeout),
        (409, "ABORTED", "again", none(), ErrorKind::Unavailable),
        (413, "INVALID_ARGUMENT", "too many bytes", none(), ErrorKind::InvalidRequest),
        (422, "BRAND_NEW", "odd", none(), ErrorKind::InvalidRequest),
        (429, "RESOURCE_EXHAUSTED", "slow down", quota("RequestsPerMinute"), ErrorKind::RateLimited),
        (
            429,
            "RESOURCE_EXHAUSTED",
            "enough for today",
            quota("RequestsPerDayPerProject-FreeTier"),
            ErrorKind::QuotaExceeded,
        ),
        (500, "INTERNAL", "oops", none(), ErrorKind::Unavailable),
        (501, "UNIMPLEMENTED", "not here", none(), ErrorKind::Unsupported),
        (503, "UNAVAILABLE", "busy", none(), ErrorKind::Overloaded),
        (504, "DEADLINE_EXCEEDED", "too slow", none(), ErrorKind::Timeout),
        (529, "BRAND_NEW", "busy", none(), ErrorKind::Overloaded),
    ] {
        let body = body(status, name, message, details);
        for body in [body.clone(), format!("[{body}]")] {
            let error = answer(status, &[], &body);
            assert_eq!((error.kind, error.status, error.sent), (expected, Some(status), true), "{body}");
            assert_eq!((error.message.as_str(), error.code.as_deref()), (message, Some(name)), "{body}");
            assert_eq!(error.body.as_deref(), Some(body.as_str()));
        }
    }
}

#[test]
fn the_wait_is_read_from_the_details_or_from_a_header() {
    let limited = body(429, "RESOURCE_EXHAUSTED", "slow", quota("PerMinute"));
    assert_eq!(answer(429, &[], &limited).retry_after_ms, Some(34_400));
    assert_eq!(answer(429, &[("retry-after", "7")], &limited).retry_after_ms, Some(34_400));
    let bare = body(429, "RESOURCE_EXHAUSTED", "slow", Value::Null);
    for (name, value, expected) in [
        ("retry-after", "7", 7000),
        ("Retry-After", "1.5", 1500),
        ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT", 0),
        ("retry-after-ms", "120", 120),
        ("x-ratelimit-reset-requests", "2s", 2000),
    ] {
        assert_eq!(answer(429, &[(name, value)], &bare).retry_after_ms, Some(expected), "{name}: {value}");
    }
    assert_eq!(answer(429, &[], &bare).retry_after_ms, None);
}

#[test]
fn a_limit_of_zero_is_no_matter_of_waiting() {
    let details = serde_json::json!([{"@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [{"quotaId": "PerMinute", "quotaValue": "0"}]}]);
    assert_eq!(
        answer(429, &[], &body(429, "RESOURCE_EXHAUSTED", "no", details)).kind,
        ErrorKind::QuotaExceeded
    );
}

#[test]
fn the_field_that_is_wrong_is_named() {
    let details = serde_json::json!([{"@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [{"field": "contents[0].parts", "description": "must not be empty"}]}]);
    let error =
        answer(400, &[], &body(400, "INVALID_ARGUMENT", "Request contains an invalid argument.", details));
    assert_eq!(error.message, "Request contains an invalid argument. (contents[0].parts: must not be empty)");
}

#[test]
fn what_is_not_the_apis_own_error_goes_by_its_status() {
    let page = answer(502, &[("content-type", "text/html")], "<html><title>Bad gateway</title>");
    assert!(page.kind == ErrorKind::Unavailable && page.message.contains("Bad gateway"));
    let empty = answer(503, &[], "");
    assert_eq!((empty.kind, empty.body), (ErrorKind::Overloaded, None));
    assert_eq!(answer(404, &[], r#"{"detail":"no such path"}"#).kind, ErrorKind::NotFound);
    assert_eq!(answer(401, &[], r#"{"error":"who are you"}"#).kind, ErrorKind::Authentication);
}

#[test]
fn an_error_after_a_good_beginning_has_no_status() {
    let error = of_body(&body(503, "UNAVAILABLE", "busy", Value::Null)).unwrap();
    assert_eq!((error.kind, error.status, error.sent), (ErrorKind::Overloaded, None, true));
    assert_eq!(of_body(r#"{"error":{"code":429,"message":"slow"}}"#).unwrap().kind, ErrorKind::RateLimited);
    assert!(of_body(r#"{"candidates":[]}"#).is_none() && of_body("nonsense").is_none());
}

#[test]
fn a_blocked_prompt_says_why() {
    let feedback = |json: &str| blocked(&serde_json::from_str(json).unwrap());
    let error = feedback(r#"{"blockReason":"SAFETY","blockReasonMessage":"because"}"#).unwrap();
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::ContentFilter, Some("SAFETY")));
    assert!(error.message.contains("because") && error.sent);
    assert!(feedback(r#"{"safetyRatings":[]}"#).is_none());
}
