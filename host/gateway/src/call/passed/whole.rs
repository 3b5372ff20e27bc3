//! A look at a whole answer that is passed on.
//!
//! Against upstreams, and proxies before them, that answer a web page, nothing or
//! an error with status 200: while the client has been sent nothing, another
//! target can still answer.

use jackfield_router::{Failure, FailureKind};
use serde::Deserialize;
use serde_json::value::RawValue;

/// How far into an answer its error would begin. Further in, it is one of many
/// fields, as in OpenAI's responses, where it is part of an answer.
const NEAR: usize = 64;

/// Refuses what is no JSON object by its ends, and what is an error by its
/// beginning. It isn't read further than that.
pub(in crate::call) fn check(body: &[u8]) -> Result<(), Failure> {
    let body = body.trim_ascii();
    if body.first() != Some(&b'{') || body.last() != Some(&b'}') {
        return Err(Failure::new(
            FailureKind::BadUpstreamAnswer,
            "the upstream answered something that is no JSON object",
        ));
    }
    if memchr::memmem::find(&body[..body.len().min(NEAR)], b"\"error\"").is_none() {
        return Ok(());
    }
    match serde_json::from_slice::<Told<'_>>(body) {
        Ok(Told { error: Some(error), choices: None, content: None, output: None, candidates: None }) => {
            Err(super::first::failure(error, "instead of an answer"))
        }
        _ => Ok(()),
    }
}

#[derive(Deserialize)]
struct Told<'b> {
    #[serde(borrow)]
    error: Option<&'b RawValue>,
    #[serde(borrow)]
    choices: Option<&'b RawValue>,
    #[serde(borrow)]
    content: Option<&'b RawValue>,
    #[serde(borrow)]
    output: Option<&'b RawValue>,
    #[serde(borrow)]
    candidates: Option<&'b RawValue>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_an_object_that_is_no_error() {
        for (body, good) in [
            ("{\"choices\":[]}", true),
            (" {}\n", true),
            ("{\"error\":null,\"choices\":[]}", true),
            ("{\"error\":null}", true),
            ("{\"error\":{\"message\":\"x\"},\"choices\":[]}", true),
            ("{\"id\":\"\\\"error\\\"\",\"choices\":[]}", true),
            ("{\"error\":{\"message\":\"x\"}}", false),
            ("{\"error\": \"x\"}", false),
            ("{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"x\"}}", false),
            ("", false),
            ("<html></html>", false),
            ("\"text\"", false),
            ("[{}]", false),
            ("{\"choices\":[", false),
        ] {
            assert_eq!(check(body.as_bytes()).is_ok(), good, "{body}");
        }
        let failure = check(b"{\"error\":{\"message\":\"busy\",\"code\":429}}").unwrap_err();
        assert_eq!(failure.status, 429);
        assert!(failure.message.contains("busy"), "{}", failure.message);
    }
}
