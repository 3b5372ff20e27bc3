//! What an upstream's error means: `{error, error_type}` of Text Embeddings
//! Inference, and `{error, estimated_time}` of the hosted API while it loads a
//! model.

use jackfield_sdk::http::ErrorAnswer;
use jackfield_sdk::types::{Error, ErrorKind};
use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Default, Deserialize)]
struct Complaint {
    #[serde(default)]
    error: Value,
    #[serde(default)]
    error_type: Option<String>,
    #[serde(default)]
    estimated_time: Option<f64>,
}

/// An answer of status 400 or more.
pub(crate) fn of_answer(answer: &ErrorAnswer<'_>) -> Error {
    let mut error = answer.to_error();
    if let Some(complaint) = answer.json::<Complaint>() {
        complaint.explain(&mut error);
    }
    if answer.status == 424 && error.kind == ErrorKind::InvalidRequest {
        // What failed is the server's part that computes.
        error.kind = ErrorKind::Unavailable;
    }
    error
}

/// The error in an answer that says it is none.
pub(crate) fn in_answer(text: &str) -> Option<Error> {
    // A list would be read as the members of the object, one by one.
    let object = Some(text).filter(|text| text.trim_start().starts_with('{'))?;
    let complaint: Complaint = serde_json::from_str(object).ok()?;
    let message = complaint.message()?;
    let message = format!("the upstream failed while it answered: {message}");
    let mut error = Error::new(ErrorKind::Unavailable, message).sent();
    complaint.explain(&mut error);
    Some(error)
}

impl Complaint {
    fn message(&self) -> Option<String> {
        match &self.error {
            Value::String(text) => Some(text.clone()),
            Value::Array(texts) => {
                Some(texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; "))
            }
            _ => None,
        }
        .filter(|message| !message.is_empty())
    }

    fn explain(&self, error: &mut Error) {
        let message = self.message().unwrap_or_default();
        if self.error.is_array() && !message.is_empty() {
            error.message = match error.status {
                Some(status) => format!("the upstream answered {status}: {message}"),
                None => message.clone(),
            };
        }
        let word = self.error_type.as_deref().unwrap_or_default().to_ascii_lowercase();
        error.kind = match word.as_str() {
            "validation" | "tokenizer" | "empty" => ErrorKind::InvalidRequest,
            "backend" | "unhealthy" => ErrorKind::Unavailable,
            "overloaded" => ErrorKind::Overloaded,
            _ => error.kind,
        };
        // The server's own wording, from 0.2 to 1.9: "must have less than N tokens".
        if error.kind == ErrorKind::InvalidRequest
            && message.contains("must have less than")
            && message.contains("tokens")
        {
            error.kind = ErrorKind::ContextLength;
        }
        error.code = self.error_type.clone().or(error.code.take());
        let seconds = self.estimated_time.filter(|seconds| (0.0..86_400.0).contains(seconds));
        error.retry_after_ms =
            error.retry_after_ms.or(seconds.map(|seconds| (seconds * 1000.0).ceil() as u64));
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
    fn each_status_has_its_kind_its_code_and_its_message() {
        let tei = |word: &str| format!(r#"{{"error":"it said so","error_type":"{word}"}}"#);
        let plain = || r#"{"error":"it said so"}"#.to_owned();
        for (status, body, kind, code) in [
            (400, tei("Empty"), ErrorKind::InvalidRequest, Some("Empty")),
            (401, plain(), ErrorKind::Authentication, None),
            (402, plain(), ErrorKind::QuotaExceeded, None),
            (403, plain(), ErrorKind::Permission, None),
            (404, plain(), ErrorKind::NotFound, None),
            (408, plain(), ErrorKind::Timeout, None),
            (409, plain(), ErrorKind::InvalidRequest, None),
            (413, tei("Validation"), ErrorKind::InvalidRequest, Some("Validation")),
            (422, tei("tokenizer"), ErrorKind::InvalidRequest, Some("tokenizer")),
            (424, tei("Backend"), ErrorKind::Unavailable, Some("Backend")),
            (424, plain(), ErrorKind::Unavailable, None),
            (429, tei("Overloaded"), ErrorKind::Overloaded, Some("Overloaded")),
            (429, plain(), ErrorKind::RateLimited, None),
            (500, plain(), ErrorKind::Unavailable, None),
            (503, tei("Unhealthy"), ErrorKind::Unavailable, Some("Unhealthy")),
            (503, plain(), ErrorKind::Overloaded, None),
            (529, plain(), ErrorKind::Overloaded, None),
        ] {
            let error = error(status, &[], &body);
            assert_eq!((error.kind, error.code.as_deref()), (kind, code), "{status} {body}");
            assert_eq!(error.message, format!("the upstream answered {status}: it said so"));
            assert!(error.sent && error.status == Some(status) && error.body.as_deref() == Some(&body));
        }
    }

    #[test]
    fn the_time_to_wait_is_read_from_headers_and_from_a_model_that_loads() {
        let loading = r#"{"error":"Model m is currently loading","estimated_time":20.25}"#;
        let loaded = error(503, &[], loading);
        assert_eq!((loaded.kind, loaded.retry_after_ms), (ErrorKind::Overloaded, Some(20_250)));
        assert_eq!(error(503, &[("retry-after", "7")], loading).retry_after_ms, Some(7_000));
        assert_eq!(error(429, &[("retry-after-ms", "1500")], "").retry_after_ms, Some(1_500));
        assert_eq!(error(429, &[("x-ratelimit-reset", "3")], "").retry_after_ms, Some(3_000));
        assert_eq!(error(503, &[], r#"{"error":"x","estimated_time":-1}"#).retry_after_ms, None);
    }

    #[test]
    fn an_input_that_is_too_long_is_told_apart() {
        let body = r#"{"error":"Input validation error: `inputs` must have less than 512 tokens. Given: 600","error_type":"Validation"}"#;
        assert_eq!(error(413, &[], body).kind, ErrorKind::ContextLength);
    }

    #[test]
    fn several_messages_are_all_kept() {
        assert_eq!(
            error(400, &[], r#"{"error":["one","two"]}"#).message,
            "the upstream answered 400: one; two"
        );
    }

    #[test]
    fn a_web_page_and_an_empty_body_are_named() {
        let page = error(502, &[("content-type", "text/html")], "<html><title>Bad Gateway</title></html>");
        assert!(page.message.contains("a web page titled \"Bad Gateway\""), "{}", page.message);
        let empty = error(500, &[], "");
        assert_eq!(
            (empty.kind, empty.message.as_str()),
            (ErrorKind::Unavailable, "the upstream answered 500")
        );
    }

    #[test]
    fn an_error_that_calls_itself_an_answer_is_one() {
        let error = in_answer(r#"{"error":"out of memory","error_type":"Backend"}"#).unwrap();
        assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Unavailable, Some("Backend")));
        assert!(error.sent && error.message.contains("out of memory"));
        assert!(in_answer("[\"a\"]").is_none() && in_answer("{}").is_none());
    }
}
