//! What went wrong, by the API's own type of error. The type says more than
//! the status, and for three things only the message tells: a prompt that is
//! too long, an account without money, and content that was filtered.
//!
//! <https://docs.claude.com/en/api/errors>

use jackfield_sdk::aws;
use jackfield_sdk::http::ErrorAnswer;
use jackfield_sdk::types::{Error, ErrorKind};

use crate::wire::answer::{ErrorBody, ErrorDetail};

/// An answer of status 400 or more.
pub(crate) fn of_answer(answer: &ErrorAnswer<'_>) -> Error {
    // Bedrock says it as all of AWS does.
    if answer.header("x-amzn-errortype").is_some() {
        return aws::answer_error(answer);
    }
    let mut error = answer.to_error();
    if let Some(body) = answer.json::<ErrorBody>() {
        refine(&mut error, body);
    }
    error
}

/// An error in a body or a stream that began with status 200. Nothing where
/// this isn't one.
pub(crate) fn of_body(body: &str) -> Option<Error> {
    let body: ErrorBody = serde_json::from_str(body).ok()?;
    let mut error =
        Error::new(ErrorKind::Unavailable, "the upstream failed in the middle of its answer").sent();
    refine(&mut error, body);
    Some(error)
}

fn refine(error: &mut Error, body: ErrorBody) {
    let ErrorDetail { kind, message } = body.error;
    if let Some(kind) = kind_of(&kind, &message) {
        error.kind = kind;
    }
    if !message.is_empty() {
        error.message = message;
    }
    if let Some(request_id) = body.request_id {
        error.message.push_str(&format!(" (request {request_id})"));
    }
    if !kind.is_empty() {
        error.code = Some(kind);
    }
}

fn kind_of(kind: &str, message: &str) -> Option<ErrorKind> {
    Some(match kind {
        "authentication_error" => ErrorKind::Authentication,
        "billing_error" => ErrorKind::QuotaExceeded,
        "permission_error" => ErrorKind::Permission,
        "not_found_error" => ErrorKind::NotFound,
        "rate_limit_error" => ErrorKind::RateLimited,
        "timeout_error" => ErrorKind::Timeout,
        "overloaded_error" => ErrorKind::Overloaded,
        "api_error" => ErrorKind::Unavailable,
        "request_too_large" => ErrorKind::InvalidRequest,
        // llama.cpp's server, which speaks the protocol too.
        "exceed_context_size_error" => ErrorKind::ContextLength,
        "invalid_request_error" => kind_of_invalid(&message.to_ascii_lowercase()),
        _ => return None,
    })
}

fn kind_of_invalid(message: &str) -> ErrorKind {
    let says = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
    if says(&[
        "prompt is too long",
        "exceed context limit",
        "exceeds the context window",
        "exceed the model's context",
        "exceeds the available context",
    ]) {
        ErrorKind::ContextLength
    } else if says(&["credit balance is too low", "api usage limits"]) {
        ErrorKind::QuotaExceeded
    } else if says(&["content filtering policy"]) {
        ErrorKind::ContentFilter
    } else {
        ErrorKind::InvalidRequest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
        let headers = jackfield_sdk::testing::headers(headers);
        of_answer(&ErrorAnswer { status, headers: &headers, body: body.as_bytes() })
    }

    #[test]
    fn every_type_of_error_has_its_kind() {
        for (status, kind, message, expected) in [
            (401, "authentication_error", "bad key", ErrorKind::Authentication),
            (402, "billing_error", "pay first", ErrorKind::QuotaExceeded),
            (403, "permission_error", "not yours", ErrorKind::Permission),
            (404, "not_found_error", "model: x", ErrorKind::NotFound),
            (400, "exceed_context_size_error", "9 tokens in 8", ErrorKind::ContextLength),
            (413, "request_too_large", "too many bytes", ErrorKind::InvalidRequest),
            (429, "rate_limit_error", "slow down", ErrorKind::RateLimited),
            (500, "api_error", "oops", ErrorKind::Unavailable),
            (504, "timeout_error", "too slow", ErrorKind::Timeout),
            (529, "overloaded_error", "busy", ErrorKind::Overloaded),
            (400, "invalid_request_error", "messages: wrong", ErrorKind::InvalidRequest),
            (400, "invalid_request_error", "Prompt is too long: 9 > 8", ErrorKind::ContextLength),
            (
                400,
                "invalid_request_error",
                "input length and `max_tokens` exceed context limit: 1 + 2 > 2",
                ErrorKind::ContextLength,
            ),
            (
                400,
                "invalid_request_error",
                "Sorry, the credit balance is too low for that",
                ErrorKind::QuotaExceeded,
            ),
            (400, "invalid_request_error", "stopped by a content filtering policy", ErrorKind::ContentFilter),
            (503, "brand_new_error", "whatever", ErrorKind::Overloaded),
        ] {
            let body = serde_json::json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"});
            let error = answer(status, &[], &body.to_string());
            assert_eq!(
                (error.kind, error.status, error.sent),
                (expected, Some(status), true),
                "{kind}: {message}"
            );
            assert_eq!(error.code.as_deref(), Some(kind));
            assert_eq!(error.message, format!("{message} (request req_1)"));
        }
    }

    #[test]
    fn clouds_say_it_in_their_own_words() {
        let aws = [("x-amzn-errortype", "ThrottlingException:http://internal.amazon.com/")];
        let error = answer(429, &aws, r#"{"message":"slow"}"#);
        assert_eq!(
            (error.kind, error.code.as_deref()),
            (ErrorKind::RateLimited, Some("ThrottlingException"))
        );
        let google = r#"{"error":{"code":403,"message":"no","status":"PERMISSION_DENIED"}}"#;
        let error = answer(403, &[], google);
        assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Permission, "no"));
    }

    #[test]
    fn the_wait_is_read_from_the_headers() {
        let body = r#"{"type":"error","error":{"type":"rate_limit_error","message":"slow"}}"#;
        assert_eq!(answer(429, &[("retry-after", "7")], body).retry_after_ms, Some(7000));
        let reset = [
            ("anthropic-ratelimit-tokens-remaining", "0"),
            ("anthropic-ratelimit-tokens-reset", "2001-01-01T00:00:00Z"),
        ];
        assert_eq!(answer(429, &reset, body).retry_after_ms, Some(0));
        assert_eq!(answer(529, &reset, body).retry_after_ms, None);
    }

    #[test]
    fn what_is_not_the_apis_own_error_goes_by_its_status() {
        assert_eq!(answer(502, &[], "<html><title>Bad gateway</title>").kind, ErrorKind::Unavailable);
        assert_eq!(
            answer(401, &[], r#"{"error":{"code":401,"message":"no key"}}"#).kind,
            ErrorKind::Authentication
        );
        assert_eq!(answer(404, &[], r#"{"detail":"no such path"}"#).kind, ErrorKind::NotFound);
    }

    #[test]
    fn an_error_after_a_good_beginning_has_no_status() {
        let error =
            of_body(r#"{"type":"error","error":{"type":"overloaded_error","message":"busy"}}"#).unwrap();
        assert_eq!((error.kind, error.status, error.sent), (ErrorKind::Overloaded, None, true));
        assert!(of_body(r#"{"type":"message"}"#).is_none());
        assert!(of_body("nonsense").is_none());
    }
}
