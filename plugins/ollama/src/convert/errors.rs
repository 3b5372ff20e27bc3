//! What went wrong. Ollama says it in one text, beside the status or in a line
//! of a stream; what a model can't do comes with status 400 or 500, so the text
//! tells.
//!
//! <https://docs.ollama.com/api/errors>

use jackfield_sdk::http::ErrorAnswer;
use jackfield_sdk::types::{Error, ErrorKind};
use serde_json::{Map, Value};

/// An answer of status 400 or more to a request for this model.
pub(crate) fn of_answer(answer: &ErrorAnswer<'_>, model: &str) -> Error {
    let mut error = answer.to_error();
    let body: Map<String, Value> = answer.json().unwrap_or_default();
    if let Some(said) = body.get("error").and_then(text) {
        error.kind = kind_of(&said, error.kind);
        error.message = said;
    }
    if is_missing(answer) {
        error.message.push_str(&format!(
            ": get it with `ollama pull {model}`, or have it got with config.pull = \"missing\""
        ));
    }
    if let Some(url) = body.get("signin_url").and_then(Value::as_str) {
        error.message.push_str(&format!(": sign in at {url}, or give the provider an API key"));
    }
    error
}

/// Whether the model isn't there, and not the path.
pub(crate) fn is_missing(answer: &ErrorAnswer<'_>) -> bool {
    let body: Map<String, Value> = answer.json().unwrap_or_default();
    let said = body.get("error").and_then(text).unwrap_or_default().to_ascii_lowercase();
    answer.status == 404 && said.contains("model") && said.contains("not found")
}

/// An error in an answer that began with status 200.
pub(crate) fn of_value(error: &Value) -> Error {
    let said = text(error).unwrap_or_else(|| error.to_string());
    Error::new(kind_of(&said, ErrorKind::Unavailable), said).sent()
}

/// A text, or the message in an object, as its OpenAI-compatible side has it.
fn text(error: &Value) -> Option<String> {
    let text = error.as_str().or_else(|| error.get("message").and_then(Value::as_str));
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

fn kind_of(message: &str, otherwise: ErrorKind) -> ErrorKind {
    let message = message.to_ascii_lowercase();
    let says = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
    if says(&["does not support", "not currently supported"]) {
        ErrorKind::Unsupported
    } else if says(&[
        "exceeds the context length",
        "exceeds maximum context length",
        "exceeds the available context",
        "context length exceeded",
    ]) {
        ErrorKind::ContextLength
    } else if says(&["maximum pending requests exceeded", "server busy"]) {
        ErrorKind::Overloaded
    } else {
        otherwise
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Error {
        let headers = jackfield_sdk::testing::headers(headers);
        of_answer(&ErrorAnswer { status, headers: &headers, body: body.as_bytes() }, "tiny:1b")
    }

    #[test]
    fn every_status_has_its_kind_and_keeps_the_message() {
        for (status, message, expected) in [
            (400, "invalid options: x", ErrorKind::InvalidRequest),
            (400, "\"tiny:1b\" does not support thinking", ErrorKind::Unsupported),
            (400, "the input length exceeds the context length", ErrorKind::ContextLength),
            (401, "unauthorized", ErrorKind::Authentication),
            (403, "remote inference is off", ErrorKind::Permission),
            (404, "no such thing", ErrorKind::NotFound),
            (408, "slow", ErrorKind::Timeout),
            (409, "conflict", ErrorKind::InvalidRequest),
            (413, "too large", ErrorKind::InvalidRequest),
            (422, "wrong", ErrorKind::InvalidRequest),
            (429, "too many", ErrorKind::RateLimited),
            (500, "model runner has stopped", ErrorKind::Unavailable),
            (502, "cloud out of reach", ErrorKind::Unavailable),
            (503, "server busy, maximum pending requests exceeded", ErrorKind::Overloaded),
            (529, "busy", ErrorKind::Overloaded),
        ] {
            let body = serde_json::json!({ "error": message }).to_string();
            let error = answer(status, &[], &body);
            assert_eq!((error.kind, error.status, error.sent), (expected, Some(status), true), "{message}");
            assert_eq!((error.message.as_str(), error.body.as_deref()), (message, Some(body.as_str())));
            // The same in the shape of OpenAI's dialect, which it speaks too.
            let body = serde_json::json!({"error": {"message": message, "type": "t", "code": null}});
            let error = answer(status, &[], &body.to_string());
            assert_eq!(
                (error.kind, error.message.as_str(), error.code.as_deref()),
                (expected, message, Some("t"))
            );
        }
    }

    #[test]
    fn a_missing_model_comes_with_advice_and_a_missing_path_without() {
        for body in [
            r#"{"error":"model 'tiny:1b' not found"}"#,
            r#"{"error":{"message":"model \"tiny:1b\" not found, try pulling it first"}}"#,
        ] {
            let error = answer(404, &[], body);
            assert_eq!(error.kind, ErrorKind::NotFound);
            assert!(error.message.contains("`ollama pull tiny:1b`") && error.message.contains("config.pull"));
        }
        let error = answer(404, &[("content-type", "text/plain")], "404 page not found");
        assert!(error.kind == ErrorKind::NotFound && !error.message.contains("pull"), "{}", error.message);
    }

    #[test]
    fn every_spelling_of_the_wait_is_read() {
        for (name, value, expected) in [
            ("retry-after", "7", 7000),
            ("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT", 0),
            ("retry-after-ms", "250", 250),
            ("x-ratelimit-reset-requests", "6m0s", 360_000),
        ] {
            assert_eq!(answer(429, &[(name, value)], "{}").retry_after_ms, Some(expected), "{name}: {value}");
        }
    }

    #[test]
    fn whoever_is_not_signed_in_learns_where() {
        let error = answer(401, &[], r#"{"error":"unauthorized","signin_url":"https://a.example/s"}"#);
        assert!(error.kind == ErrorKind::Authentication && error.message.contains("https://a.example/s"));
    }

    #[test]
    fn what_is_not_its_own_error_goes_by_its_status() {
        let html = answer(502, &[("content-type", "text/html")], "<html><title>Bad gateway</title>");
        assert!(html.kind == ErrorKind::Unavailable && html.message.contains("Bad gateway"));
        assert_eq!(answer(500, &[], "").kind, ErrorKind::Unavailable);
    }

    #[test]
    fn an_error_after_a_good_beginning_has_no_status() {
        let error = of_value(&serde_json::json!("the runner stopped"));
        assert_eq!((error.kind, error.status, error.sent), (ErrorKind::Unavailable, None, true));
        assert_eq!(of_value(&serde_json::json!({"message": "server busy"})).kind, ErrorKind::Overloaded);
        assert_eq!(of_value(&serde_json::json!(7)).message, "7");
    }
}
