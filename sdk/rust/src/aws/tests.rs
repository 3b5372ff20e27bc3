use super::*;

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
    let headers = crate::testing::headers(headers);
    answer_error(&ErrorAnswer { status, headers: &headers, body: body.as_bytes() })
}

#[test]
fn every_exception_has_its_kind() {
    for (status, name, message, expected) in [
        (400, "ValidationException", "messages: wrong", ErrorKind::InvalidRequest),
        (400, "ValidationException", "Input is too long for requested model.", ErrorKind::ContextLength),
        (400, "ValidationException", "The provided model identifier is invalid.", ErrorKind::NotFound),
        (400, "ServiceQuotaExceededException", "no more", ErrorKind::QuotaExceeded),
        (400, "SerializationException", "no JSON", ErrorKind::InvalidRequest),
        (401, "MissingAuthenticationTokenException", "who?", ErrorKind::Authentication),
        (403, "UnrecognizedClientException", "bad token", ErrorKind::Authentication),
        (403, "InvalidSignatureException", "bad signature", ErrorKind::Authentication),
        (403, "ExpiredTokenException", "expired", ErrorKind::Authentication),
        (403, "AccessDeniedException", "not yours", ErrorKind::Permission),
        (404, "ResourceNotFoundException", "no such model", ErrorKind::NotFound),
        (404, "UnknownOperationException", "no such path", ErrorKind::NotFound),
        (408, "ModelTimeoutException", "too slow", ErrorKind::Timeout),
        (424, "ModelErrorException", "it broke", ErrorKind::Unavailable),
        (429, "ThrottlingException", "slow down", ErrorKind::RateLimited),
        (429, "ThrottlingException", "Too many tokens per day, wait", ErrorKind::QuotaExceeded),
        (429, "ModelNotReadyException", "loading", ErrorKind::Overloaded),
        (500, "InternalServerException", "oops", ErrorKind::Unavailable),
        (503, "ServiceUnavailableException", "busy", ErrorKind::Overloaded),
        (529, "BrandNewException", "whatever", ErrorKind::Overloaded),
    ] {
        let told = format!("{name}:http://internal.amazon.com/coral/com.amazon.bedrock/");
        let body = serde_json::json!({ "message": message }).to_string();
        let error = answer(status, &[("x-amzn-errortype", &told)], &body);
        assert_eq!(
            (error.kind, error.status, error.sent),
            (expected, Some(status), true),
            "{name}: {message}"
        );
        assert_eq!((error.code.as_deref(), error.message.as_str()), (Some(name), message));
        assert_eq!(error.body.as_deref(), Some(body.as_str()));
        // The name may be in the body instead.
        let typed = serde_json::json!({"__type": format!("com.amazon#{name}"), "Message": message});
        assert_eq!(answer(status, &[], &typed.to_string()).kind, expected, "{name}");
    }
}

#[test]
fn what_is_not_the_apis_own_error_goes_by_its_status() {
    for (status, body, expected) in [
        (400, "", ErrorKind::InvalidRequest),
        (401, "", ErrorKind::Authentication),
        (403, r#"{"message":"no"}"#, ErrorKind::Permission),
        (404, "<html><title>Nothing here</title>", ErrorKind::NotFound),
        (408, "", ErrorKind::Timeout),
        (409, "{}", ErrorKind::InvalidRequest),
        (413, "", ErrorKind::InvalidRequest),
        (422, "", ErrorKind::InvalidRequest),
        (429, "", ErrorKind::RateLimited),
        (500, "oops", ErrorKind::Unavailable),
        (503, "", ErrorKind::Overloaded),
        (529, "", ErrorKind::Overloaded),
        (400, r#"{"message":"The provided model identifier is invalid."}"#, ErrorKind::NotFound),
    ] {
        let error = answer(status, &[], body);
        assert_eq!((error.kind, error.status), (expected, Some(status)), "{status} {body}");
        assert!(!error.message.is_empty());
    }
    assert!(answer(502, &[], "<html><title>Bad gateway</title>").message.contains("Bad gateway"));
}

#[test]
fn the_wait_is_read_from_the_headers() {
    for (header, value, expected) in
        [("retry-after", "7", 7000), ("retry-after", "1.5", 1500), ("retry-after-ms", "250", 250)]
    {
        assert_eq!(answer(429, &[(header, value)], "{}").retry_after_ms, Some(expected));
    }
    assert_eq!(answer(429, &[], "{}").retry_after_ms, None);
}

fn message(headers: &[(&str, &str)], payload: &str) -> EventStreamMessage {
    let headers = crate::testing::headers(headers);
    EventStreamMessage { headers, payload: payload.as_bytes().to_vec() }
}

#[test]
fn an_exception_in_a_stream_is_typed_like_an_answer() {
    for (name, payload, expected) in [
        ("throttlingException", r#"{"message":"slow"}"#, ErrorKind::RateLimited),
        ("modelStreamErrorException", r#"{"message":"boom"}"#, ErrorKind::Unavailable),
        (
            "modelStreamErrorException",
            r#"{"message":"slow","originalStatusCode":429}"#,
            ErrorKind::RateLimited,
        ),
        ("modelTimeoutException", r#"{"message":"late"}"#, ErrorKind::Timeout),
        ("internalServerException", "{}", ErrorKind::Unavailable),
        ("serviceUnavailableException", r#"{"message":"busy"}"#, ErrorKind::Overloaded),
        ("validationException", r#"{"message":"Input is too long"}"#, ErrorKind::ContextLength),
        ("unheardOfException", "no JSON", ErrorKind::Unavailable),
    ] {
        let headers = [(":message-type", "exception"), (":exception-type", name)];
        let error = message_error(&message(&headers, payload)).unwrap();
        assert_eq!((error.kind, error.status, error.sent), (expected, None, true), "{name} {payload}");
        assert_eq!(error.code.as_deref(), Some(name));
    }
    let headers = [(":message-type", "error"), (":error-code", "500"), (":error-message", "broken")];
    let error = message_error(&message(&headers, "")).unwrap();
    assert_eq!((error.message.as_str(), error.code.as_deref()), ("broken", Some("500")));
    assert!(
        message_error(&message(&[(":message-type", "event"), (":event-type", "messageStop")], "{}"))
            .is_none()
    );
}

#[test]
fn a_chunk_is_unwrapped_and_other_events_are_none() {
    let event =
        |kind: &str, payload: &str| message(&[(":message-type", "event"), (":event-type", kind)], payload);
    assert_eq!(chunk(&event("chunk", r#"{"bytes":"e30=","p":"abc"}"#)).unwrap().as_deref(), Some("{}"));
    assert_eq!(chunk(&event("initial-response", "{}")).unwrap(), None);
    for payload in ["{}", r#"{"bytes":"*"}"#, r#"{"bytes":"/w=="}"#] {
        assert_eq!(
            chunk(&event("chunk", payload)).unwrap_err().kind,
            ErrorKind::BadUpstreamAnswer,
            "{payload}"
        );
    }
    let headers = [(":message-type", "exception"), (":exception-type", "throttlingException")];
    assert_eq!(chunk(&message(&headers, "{}")).unwrap_err().kind, ErrorKind::RateLimited);
}
