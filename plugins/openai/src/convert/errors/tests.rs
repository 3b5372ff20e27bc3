use super::*;

fn answer(status: u16, body: &str) -> Error {
    of_answer(&ErrorAnswer { status, headers: &[], body: body.as_bytes() })
}

#[test]
fn codes_say_more_than_the_status() {
    for (status, body, kind) in [
        (
            400,
            r#"{"error":{"message":"filtered","type":null,"param":"prompt","code":"content_filter","status":400}}"#,
            ErrorKind::ContentFilter,
        ),
        (
            400,
            r#"{"error":{"message":"m","code":"bad","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#,
            ErrorKind::ContentFilter,
        ),
        (
            400,
            r#"{"error":{"message":"m","type":"invalid_request_error","code":"context_length_exceeded"}}"#,
            ErrorKind::ContextLength,
        ),
        (
            400,
            r#"{"error":{"message":"m","type":"exceed_context_size_error","code":400}}"#,
            ErrorKind::ContextLength,
        ),
        (
            429,
            r#"{"error":{"message":"m","type":"insufficient_quota","code":"insufficient_quota"}}"#,
            ErrorKind::QuotaExceeded,
        ),
        (
            429,
            r#"{"error":{"message":"m","type":"tokens","code":"rate_limit_exceeded"}}"#,
            ErrorKind::RateLimited,
        ),
        (
            404,
            r#"{"error":{"message":"m","type":"invalid_request_error","code":"model_not_found"}}"#,
            ErrorKind::NotFound,
        ),
        (404, r#"{"error":{"code":"DeploymentNotFound","message":"m"}}"#, ErrorKind::NotFound),
        (
            400,
            r#"{"error":{"message":"m","type":"invalid_request_error","code":"model_not_found"}}"#,
            ErrorKind::NotFound,
        ),
        (401, r#"{"error":{"code":"401","message":"m"}}"#, ErrorKind::Authentication),
        (
            400,
            r#"{"error":{"message":"m","type":"invalid_request_error","code":"unsupported_parameter"}}"#,
            ErrorKind::InvalidRequest,
        ),
        (
            400,
            r#"{"error":{"message":"m","code":"tool_use_failed","failed_generation":"<x>"}}"#,
            ErrorKind::BadUpstreamAnswer,
        ),
        (500, r#"{"error":{"message":"m","type":"server_error"}}"#, ErrorKind::Unavailable),
        (503, r#"{"error":{"message":"m"}}"#, ErrorKind::Overloaded),
    ] {
        let error = answer(status, body);
        assert_eq!(error.kind, kind, "{body}");
        assert_eq!(error.status, Some(status));
        assert!(error.sent);
    }
}

#[test]
fn a_wording_that_leaves_no_doubt_counts_where_there_is_no_code() {
    for (body, kind) in [
        (
            r#"{"message":"This model's maximum context length is 10 tokens","type":"BadRequestError","code":400}"#,
            ErrorKind::ContextLength,
        ),
        (r#"{"error":{"message":"Insufficient Balance","code":"invalid"}}"#, ErrorKind::QuotaExceeded),
    ] {
        assert_eq!(answer(400, body).kind, kind, "{body}");
    }
}

#[test]
fn bodies_of_every_shape_give_their_message() {
    for (body, message, code) in [
        (
            r#"{"error":{"message":"why","type":"t","param":"top_p","code":null}}"#,
            "why (parameter `top_p`)",
            Some("t"),
        ),
        (r#"{"error":{"message":"why","code":42}}"#, "why", Some("42")),
        (r#"{"error":"why"}"#, "why", None),
        (r#"{"error":"why","error_type":"overloaded"}"#, "why", Some("overloaded")),
        (r#"{"message":"why","code":"c"}"#, "why", Some("c")),
        (
            r#"{"object":"error","message":"why","type":"BadRequestError","param":null,"code":400}"#,
            "why",
            Some("400"),
        ),
        (r#"{"detail":"why"}"#, "why", None),
        (
            r#"{"detail":[{"loc":["body","messages",0],"msg":"field required","type":"missing"},{"loc":["body","x"],"msg":"extra"}]}"#,
            "body.messages.0: field required; body.x: extra",
            None,
        ),
        (
            r#"{"object":"error","message":{"detail":[{"loc":["body","n"],"msg":"too big"}]},"type":"invalid"}"#,
            "body.n: too big",
            Some("invalid"),
        ),
        (r#"{"errors":[{"message":"why","code":7003}]}"#, "why", Some("7003")),
        (r#"[{"error":{"code":400,"message":"why","status":"INVALID_ARGUMENT"}}]"#, "why", Some("400")),
    ] {
        let error = answer(400, body);
        assert_eq!(error.message, format!("the upstream answered 400: {message}"), "{body}");
        assert_eq!(error.code.as_deref(), code, "{body}");
    }
}

#[test]
fn what_is_no_json_is_quoted_or_named() {
    assert!(answer(502, "<!DOCTYPE html><html><title>Bad Gateway</title>").message.contains("web page"));
    assert!(answer(500, "upstream connect error").message.contains("upstream connect error"));
    assert_eq!(answer(429, "").kind, ErrorKind::RateLimited);
    assert_eq!(answer(400, "{}").kind, ErrorKind::InvalidRequest);
}

#[test]
fn a_model_that_is_loading_says_how_long() {
    let error = answer(503, r#"{"error":"Model m is currently loading","estimated_time":20.5}"#);
    assert_eq!(error.retry_after_ms, Some(20_500));
}

#[test]
fn errors_inside_of_answers_are_told_by_their_code_or_their_number() {
    for (json, kind, status) in [
        (r#"{"message":"m","type":"server_error","code":null}"#, ErrorKind::Unavailable, None),
        (r#"{"message":"m","code":502}"#, ErrorKind::Unavailable, Some(502)),
        (r#"{"message":"m","code":429}"#, ErrorKind::RateLimited, Some(429)),
        (r#"{"message":"m","code":"content_filter","status":400}"#, ErrorKind::ContentFilter, Some(400)),
        (r#""it broke""#, ErrorKind::Unavailable, None),
        (r#"{}"#, ErrorKind::Unavailable, None),
    ] {
        let error = in_answer(json, None);
        assert_eq!((error.kind, error.status, error.sent), (kind, status, true), "{json}");
    }
}

#[test]
fn hostile_nesting_ends() {
    let deep = format!("{}1{}", r#"{"detail":"#.repeat(100), "}".repeat(100));
    assert_eq!(answer(400, &deep).kind, ErrorKind::InvalidRequest);
}

/// Everything that an upstream answers to a request it doesn't serve: status,
/// header, body; then what is made of it.
#[test]
fn every_status_has_its_kind_its_wait_its_code_and_its_message() {
    let plain = |code: &str| format!(r#"{{"error":{{"message":"why","type":"t","code":"{code}"}}}}"#);
    let html = "<!DOCTYPE html><html><title>Oops</title>".to_owned();
    let none = None::<(&str, &str)>;
    for (status, header, body, kind, wait, code) in [
        (400, none, plain("x"), ErrorKind::InvalidRequest, None, Some("x")),
        (401, none, plain("invalid_api_key"), ErrorKind::Authentication, None, Some("invalid_api_key")),
        (403, none, plain("unsupported_country"), ErrorKind::Permission, None, Some("unsupported_country")),
        (404, none, plain("DeploymentNotFound"), ErrorKind::NotFound, None, Some("DeploymentNotFound")),
        (408, none, plain("x"), ErrorKind::Timeout, None, Some("x")),
        (409, none, plain("x"), ErrorKind::InvalidRequest, None, Some("x")),
        (413, none, plain("x"), ErrorKind::InvalidRequest, None, Some("x")),
        (422, none, plain("x"), ErrorKind::InvalidRequest, None, Some("x")),
        (429, Some(("retry-after", "7")), plain("x"), ErrorKind::RateLimited, Some(7_000), Some("x")),
        (429, Some(("retry-after", "0.5")), plain("x"), ErrorKind::RateLimited, Some(500), Some("x")),
        (429, Some(("retry-after-ms", "250")), plain("x"), ErrorKind::RateLimited, Some(250), Some("x")),
        (429, Some(("x-ms-retry-after-ms", "80")), plain("x"), ErrorKind::RateLimited, Some(80), Some("x")),
        (429, Some(("x-ratelimit-reset", "3")), plain("x"), ErrorKind::RateLimited, Some(3_000), Some("x")),
        (
            429,
            Some(("x-ratelimit-reset-tokens", "6m0s")),
            plain("x"),
            ErrorKind::RateLimited,
            Some(360_000),
            Some("x"),
        ),
        (
            429,
            Some(("retry-after", "Thu, 01 Jan 1970 00:00:00 GMT")),
            plain("x"),
            ErrorKind::RateLimited,
            Some(0),
            Some("x"),
        ),
        (500, none, plain("server_error"), ErrorKind::Unavailable, None, Some("server_error")),
        (503, Some(("retry-after", "2")), plain("x"), ErrorKind::Overloaded, Some(2_000), Some("x")),
        (529, none, plain("x"), ErrorKind::Overloaded, None, Some("x")),
        (502, none, html, ErrorKind::Unavailable, None, None),
        (500, none, String::new(), ErrorKind::Unavailable, None, None),
    ] {
        let headers: Vec<_> =
            header.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let error = of_answer(&ErrorAnswer { status, headers: &headers, body: body.as_bytes() });
        let place = format!("{status} {header:?} {body}: {error:?}");
        assert_eq!((error.kind, error.status, error.sent), (kind, Some(status), true), "{place}");
        assert_eq!((error.retry_after_ms, error.code.as_deref()), (wait, code), "{place}");
        if code.is_some() {
            assert!(error.message.contains("why"), "{place}");
        }
        assert!(error.message.contains(&status.to_string()), "{place}");
    }
}

#[test]
fn a_filter_that_objected_is_named() {
    let body = r#"{"error":{"message":"filtered","type":null,"param":"prompt","code":"content_filter","status":400,
        "innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{
            "hate":{"filtered":true,"severity":"high"},"jailbreak":{"filtered":true,"detected":true},"violence":{"filtered":false,"severity":"safe"}}}}}"#;
    let error = answer(400, body);
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::ContentFilter, Some("content_filter")));
    assert!(error.message.ends_with("(hate: high, jailbreak)"), "{}", error.message);
}
