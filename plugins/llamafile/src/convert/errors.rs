//! What a server's error means: `{error: {code, message, type}}`, or a line of
//! text of older ones.

use jackfield_sdk::http::ErrorAnswer;
use jackfield_sdk::types::{Error, ErrorKind};

/// An answer of status 400 or more.
pub(crate) fn of_answer(answer: &ErrorAnswer<'_>) -> Error {
    let mut error = answer.to_error();
    let type_of_it = answer.json::<Complaint>().and_then(|complaint| complaint.error.kind);
    let said = error.message.to_lowercase();
    // The status of a text that is too long was 500 before it was 400.
    let too_long =
        ["input is too large", "larger than the max context size", "exceeds the available context"];
    if type_of_it.as_deref() == Some("exceed_context_size_error")
        || too_long.iter().any(|words| said.contains(words))
    {
        error.kind = ErrorKind::ContextLength;
    } else if said.contains("does not support embeddings") {
        error.kind = ErrorKind::Unsupported;
    }
    error.code = type_of_it.or(error.code);
    error
}

/// The error in an answer that says it is none.
pub(crate) fn in_answer(text: &str) -> Option<Error> {
    // A list would be read as the members of the object, one by one.
    serde_json::from_str::<Complaint>(text).ok().filter(|_| text.trim_start().starts_with('{'))?;
    let error = of_answer(&ErrorAnswer { status: 500, headers: &[], body: text.as_bytes() });
    Some(Error { status: None, ..error })
}

#[derive(Debug, serde::Deserialize)]
struct Complaint {
    error: Inner,
}

#[derive(Debug, serde::Deserialize)]
struct Inner {
    #[serde(default, rename = "type")]
    kind: Option<String>,
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
        for (status, kind) in [
            (400, ErrorKind::InvalidRequest),
            (401, ErrorKind::Authentication),
            (403, ErrorKind::Permission),
            (404, ErrorKind::NotFound),
            (408, ErrorKind::Timeout),
            (409, ErrorKind::InvalidRequest),
            (413, ErrorKind::InvalidRequest),
            (422, ErrorKind::InvalidRequest),
            (429, ErrorKind::RateLimited),
            (500, ErrorKind::Unavailable),
            (501, ErrorKind::Unsupported),
            (503, ErrorKind::Overloaded),
            (529, ErrorKind::Overloaded),
        ] {
            let body = format!(r#"{{"error":{{"code":{status},"message":"it said so","type":"a_type"}}}}"#);
            let error = error(status, &[], &body);
            assert_eq!((error.kind, error.code.as_deref()), (kind, Some("a_type")), "{status}");
            assert_eq!(error.message, format!("the upstream answered {status}: it said so"));
            assert!(error.sent && error.status == Some(status));
        }
    }

    #[test]
    fn a_text_that_is_too_long_is_told_apart_whatever_the_status() {
        for (status, body) in [
            (
                500,
                r#"{"error":{"message":"input is too large to process. increase the physical batch size"}}"#,
            ),
            (400, r#"{"error":{"message":"x","type":"exceed_context_size_error"}}"#),
            (400, r#"{"error":{"message":"input is larger than the max context size. skipping"}}"#),
        ] {
            assert_eq!(error(status, &[], body).kind, ErrorKind::ContextLength, "{body}");
        }
        let chat = error(500, &[], "This server does not support embeddings. Start it with `--embeddings`");
        assert_eq!(chat.kind, ErrorKind::Unsupported);
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
    fn a_line_a_web_page_and_an_empty_body_are_told() {
        assert_eq!(error(404, &[], "File Not Found").message, "the upstream answered 404: File Not Found");
        let page = error(502, &[("content-type", "text/html")], "<html><title>Bad Gateway</title></html>");
        assert!(page.message.contains("a web page titled \"Bad Gateway\""), "{}", page.message);
        assert_eq!(error(500, &[], "").message, "the upstream answered 500");
        assert!(
            in_answer("[]").is_none() && in_answer(r#"{"error":{"message":"m"}}"#).unwrap().status.is_none()
        );
    }
}
