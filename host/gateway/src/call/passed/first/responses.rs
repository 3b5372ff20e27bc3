//! Failures in the streams of OpenAI's responses: an event that is the error
//! itself, or one that tells of a response that failed.

use jackfield_router::{Failure, FailureKind};
use serde::Deserialize;

#[derive(Default, Deserialize)]
struct Event {
    response: Option<Response>,
    #[serde(flatten)]
    told: Told,
}

#[derive(Deserialize)]
struct Response {
    error: Option<Told>,
}

#[derive(Default, Deserialize)]
struct Told {
    code: Option<String>,
    message: Option<String>,
}

/// The failure that an event of this kind tells of.
pub(super) fn failure(kind: Option<&str>, data: &[u8]) -> Option<Failure> {
    if !matches!(kind, Some("error" | "response.failed")) {
        return None;
    }
    let event: Event = serde_json::from_slice(data).unwrap_or_default();
    let Told { code, message } = event.response.and_then(|response| response.error).unwrap_or(event.told);
    let kind = code.as_deref().and_then(super::kind_of).unwrap_or(FailureKind::Unavailable);
    let said = message.unwrap_or_else(|| "it doesn't say why".to_owned());
    let failure = Failure::new(kind, format!("the upstream failed at the beginning of its stream: {said}"));
    Some(Failure { sent: true, code: code.map(Into::into), ..failure })
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
            (Some("error"), r#"{"code":null}"#, Some((FailureKind::Unavailable, "why"))),
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
