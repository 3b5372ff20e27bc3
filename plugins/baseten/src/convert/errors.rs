//! What an upstream's error means: `{error}` of Baseten, and whatever a model
//! itself answered, which Baseten passes on as it is.
//!
//! <https://docs.baseten.co/inference/errors>

use jackfield_sdk::error::kind_of_status;
use jackfield_sdk::http::ErrorAnswer;
use jackfield_sdk::types::{Error, ErrorKind};
use serde_json::Value;

/// An answer of status 400 or more.
pub(crate) fn of_answer(answer: &ErrorAnswer<'_>) -> Error {
    let mut error = answer.to_error();
    if answer.status == 424 {
        // What failed is the model behind Baseten.
        error.kind = ErrorKind::Unavailable;
    }
    error
}

/// The error in a piece of an answer that began well, or nothing where the
/// piece is none.
pub(crate) fn in_piece(piece: &Value) -> Option<Error> {
    let error = piece.as_object()?.get("error").filter(|error| !error.is_null())?;
    // Its message is found in the same places as that of a whole answer.
    let body = Value::Object([("error".to_owned(), error.clone())].into_iter().collect()).to_string();
    let status = error.get("code").or(error.get("status")).and_then(Value::as_u64);
    let status =
        status.and_then(|status| u16::try_from(status).ok()).filter(|status| (400..600).contains(status));
    let answer = ErrorAnswer { status: status.unwrap_or(500), headers: &[], body: body.as_bytes() };
    let read = answer.to_error();
    let said = read.message.split_once(": ").map_or("it didn't say why", |(_, said)| said);
    let mut failed = Error::new(
        status.map_or(ErrorKind::Unavailable, kind_of_status),
        format!("the model failed while it answered: {said}"),
    );
    failed.code = read.code;
    failed.status = status;
    Some(failed.sent())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn error(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
        let headers = jackfield_sdk::testing::headers(headers);
        of_answer(&ErrorAnswer { status, headers: &headers, body: body.as_bytes() })
    }

    #[test]
    fn each_status_has_its_kind_and_its_message() {
        for (status, kind) in [
            (400, ErrorKind::InvalidRequest),
            (401, ErrorKind::Authentication),
            (402, ErrorKind::QuotaExceeded),
            (403, ErrorKind::Permission),
            (404, ErrorKind::NotFound),
            (408, ErrorKind::Timeout),
            (409, ErrorKind::InvalidRequest),
            (413, ErrorKind::InvalidRequest),
            (422, ErrorKind::InvalidRequest),
            (424, ErrorKind::Unavailable),
            (429, ErrorKind::RateLimited),
            (500, ErrorKind::Unavailable),
            (502, ErrorKind::Unavailable),
            (503, ErrorKind::Overloaded),
            (504, ErrorKind::Timeout),
            (529, ErrorKind::Overloaded),
        ] {
            let error = error(status, &[], r#"{"error":"it said so"}"#);
            assert_eq!(error.kind, kind, "{status}");
            assert_eq!(error.message, format!("the upstream answered {status}: it said so"));
            assert!(error.sent && error.status == Some(status));
        }
    }

    #[test]
    fn what_a_model_itself_answered_is_read_too() {
        let error = error(400, &[], r#"{"error":{"message":"too long","code":"length"}}"#);
        assert_eq!(
            (error.message.as_str(), error.code.as_deref()),
            ("the upstream answered 400: too long", Some("length"))
        );
    }

    #[test]
    fn the_time_to_wait_is_read_in_each_spelling() {
        for (header, value, expected) in
            [("retry-after", "3", 3_000), ("retry-after-ms", "250", 250), ("x-ratelimit-reset", "2", 2_000)]
        {
            assert_eq!(error(429, &[(header, value)], "{}").retry_after_ms, Some(expected), "{header}");
        }
    }

    #[test]
    fn a_web_page_and_an_empty_body_are_named() {
        let page = error(502, &[("content-type", "text/html")], "<html><title>Bad Gateway</title></html>");
        assert!(page.message.contains("a web page titled \"Bad Gateway\""), "{}", page.message);
        assert_eq!(error(500, &[], "").message, "the upstream answered 500");
    }

    #[test]
    fn an_error_inside_of_a_stream_is_told_from_an_answer() {
        let failed = in_piece(&json!({ "error": { "message": "no memory", "code": 503 } })).unwrap();
        assert_eq!((failed.kind, failed.status), (ErrorKind::Overloaded, Some(503)));
        assert_eq!(failed.message, "the model failed while it answered: no memory");
        let plain = in_piece(&json!({ "error": "broken" })).unwrap();
        assert_eq!(
            (plain.kind, plain.message.as_str()),
            (ErrorKind::Unavailable, "the model failed while it answered: broken")
        );
        assert!(plain.sent);
        for piece in [json!({ "text": "error" }), json!("error"), json!({ "error": null })] {
            assert!(in_piece(&piece).is_none(), "{piece}");
        }
    }
}
