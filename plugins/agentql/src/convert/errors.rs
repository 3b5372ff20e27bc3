//! What an upstream's error means, and who should hear of it: what is wrong with
//! the query or the page is the model's to correct, what is wrong with the key
//! or the service isn't.

use jackfield_sdk::http::ErrorAnswer;
use jackfield_sdk::types::{Error, ErrorKind};
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
struct Complaint {
    #[serde(default)]
    error_info: Value,
}

/// An answer of status 400 or more.
pub(crate) fn of_answer(answer: &ErrorAnswer<'_>) -> Error {
    let mut error = answer.to_error();
    let info = answer.json::<Complaint>().map_or(Value::Null, |complaint| complaint.error_info);
    let said = match &info {
        Value::Null => None,
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    };
    if let Some(said) = said {
        error.message = format!("the upstream answered {}: {said}", answer.status);
    }
    error
}

/// What to tell the model of an error, where it is the model's to correct.
pub(crate) fn for_the_model(error: Error) -> Result<String, Error> {
    match (error.kind, error.status) {
        (ErrorKind::InvalidRequest | ErrorKind::NotFound | ErrorKind::Unsupported, Some(_)) => {
            Ok(error.message)
        }
        _ => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
        let headers = jackfield_sdk::testing::headers(headers);
        of_answer(&ErrorAnswer { status, headers: &headers, body: body.as_bytes() })
    }

    #[test]
    fn each_status_has_its_kind_its_message_and_its_hearer() {
        for (status, kind, for_model) in [
            (400, ErrorKind::InvalidRequest, true),
            (401, ErrorKind::Authentication, false),
            (402, ErrorKind::QuotaExceeded, false),
            (403, ErrorKind::Permission, false),
            (404, ErrorKind::NotFound, true),
            (408, ErrorKind::Timeout, false),
            (409, ErrorKind::InvalidRequest, true),
            (413, ErrorKind::InvalidRequest, true),
            (422, ErrorKind::InvalidRequest, true),
            (429, ErrorKind::RateLimited, false),
            (500, ErrorKind::Unavailable, false),
            (503, ErrorKind::Overloaded, false),
            (529, ErrorKind::Overloaded, false),
        ] {
            let error = error(status, &[], r#"{"error_info":"it said so"}"#);
            assert_eq!((error.kind, error.status), (kind, Some(status)));
            assert_eq!(error.message, format!("the upstream answered {status}: it said so"));
            assert!(error.sent);
            assert_eq!(for_the_model(error).is_ok(), for_model, "{status}");
        }
    }

    #[test]
    fn an_error_before_anything_was_sent_is_not_the_models() {
        assert!(for_the_model(Error::invalid_request("config")).is_err());
    }

    #[test]
    fn an_error_in_another_form_keeps_its_message() {
        let detail = error(422, &[], r#"{"detail":[{"loc":["url"],"msg":"not a URL"}]}"#);
        assert_eq!(detail.message, "the upstream answered 422: not a URL");
        let object = error(400, &[], r#"{"error_info":{"code":7}}"#);
        assert_eq!(object.message, "the upstream answered 400: {\"code\":7}");
        let page = error(502, &[("content-type", "text/html")], "<html><title>Bad Gateway</title></html>");
        assert!(page.message.contains("a web page titled \"Bad Gateway\""), "{}", page.message);
        assert_eq!(error(500, &[], "").message, "the upstream answered 500");
    }

    #[test]
    fn the_time_to_wait_is_read_in_each_spelling() {
        for (header, value, expected) in
            [("retry-after", "3", 3_000), ("retry-after-ms", "250", 250), ("x-ratelimit-reset", "2", 2_000)]
        {
            assert_eq!(error(429, &[(header, value)], "{}").retry_after_ms, Some(expected), "{header}");
        }
    }
}
