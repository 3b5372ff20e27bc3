//! Failures in the streams of OpenAI's responses: an event that is the error
//! itself, or one that tells of a response that failed.

use jackfield_router::{Failure, FailureKind};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Event<'e> {
    #[serde(borrow)]
    response: Option<Response<'e>>,
}

#[derive(Deserialize)]
struct Response<'e> {
    #[serde(borrow)]
    error: Option<&'e RawValue>,
}

/// The failure that an event of this kind tells of.
pub(super) fn failure(kind: Option<&str>, data: &[u8]) -> Option<Failure> {
    const PLACE: &str = "at the beginning of its stream";
    let told = match kind {
        Some("error") => serde_json::from_slice::<&RawValue>(data).ok(),
        Some("response.failed") => {
            let event = serde_json::from_slice::<Event<'_>>(data).ok();
            event.and_then(|event| event.response?.error)
        }
        _ => return None,
    };
    Some(told.map_or_else(
        || {
            let text = format!("the upstream failed {PLACE}: it doesn't say why");
            Failure { sent: true, ..Failure::new(FailureKind::Unavailable, text) }
        },
        |error| super::failure(error, PLACE),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_by_itself_or_with_the_response() {
        let failed = Some("response.failed");
        for (kind, data, expected) in [
            (
                failed,
                r#"{"response":{"error":{"code":"rate_limit_exceeded","message":"slow"}}}"#,
                Some((FailureKind::RateLimited, "slow")),
            ),
            (
                failed,
                r#"{"response":{"error":{"code":"invalid_prompt","message":"no"}}}"#,
                Some((FailureKind::InvalidRequest, "no")),
            ),
            (
                Some("error"),
                r#"{"code":"server_error","message":"busy","param":null}"#,
                Some((FailureKind::Unavailable, "busy")),
            ),
            (Some("error"), r#"{"code":429,"message":"slow"}"#, Some((FailureKind::RateLimited, "slow"))),
            (Some("error"), r#"{"code":null}"#, Some((FailureKind::Unavailable, r#"{"code":null}"#))),
            (failed, r#"{"response":{"error":null}}"#, Some((FailureKind::Unavailable, "why"))),
            (failed, "[]", Some((FailureKind::Unavailable, "why"))),
            (Some("response.created"), r#"{"response":{"error":null}}"#, None),
            (None, r#"{"code":"x","message":"m"}"#, None),
        ] {
            let found = failure(kind, data.as_bytes());
            assert_eq!(found.is_some(), expected.is_some(), "{data}");
            if let (Some(found), Some((kind, message))) = (found, expected) {
                assert!(found.kind == kind && found.message.ends_with(message), "{found:?}");
            }
        }
    }
}
