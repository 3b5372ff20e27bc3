//! Failures in the streams of Cohere's dialect: they end like good ones, but for
//! the reason, or are nothing but a message.

use jackfield_router::{Failure, FailureKind};
use serde::Deserialize;
use serde::de::IgnoredAny;

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "type")]
    kind: Option<IgnoredAny>,
    message: Option<String>,
    delta: Option<Delta>,
}

#[derive(Deserialize)]
struct Delta {
    error: Option<String>,
    finish_reason: Option<String>,
}

/// The failure that an event tells of.
pub(super) fn failure(data: &[u8]) -> Option<Failure> {
    let event: Event = serde_json::from_slice(data).ok()?;
    let (kind, said) = match (event.delta, event.kind) {
        (Some(Delta { error, finish_reason: Some(reason) }), _) if reason == "TIMEOUT" => {
            (FailureKind::Timeout, error)
        }
        (Some(Delta { error, finish_reason: Some(reason) }), _) if reason == "ERROR" => {
            (FailureKind::Unavailable, error)
        }
        (Some(Delta { error: Some(error), .. }), _) => (FailureKind::Unavailable, Some(error)),
        (None, None) => (FailureKind::Unavailable, Some(event.message?)),
        _ => return None,
    };
    let said = said.unwrap_or_else(|| "it doesn't say why".to_owned());
    let failure = Failure::new(kind, format!("the upstream failed at the beginning of its stream: {said}"));
    Some(Failure { sent: true, ..failure })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_told_by_the_reason_or_by_a_message_alone() {
        for (data, kind) in [
            (
                r#"{"type":"message-end","delta":{"finish_reason":"ERROR","error":"busy"}}"#,
                Some(FailureKind::Unavailable),
            ),
            (r#"{"type":"message-end","delta":{"finish_reason":"ERROR"}}"#, Some(FailureKind::Unavailable)),
            (r#"{"type":"message-end","delta":{"finish_reason":"TIMEOUT"}}"#, Some(FailureKind::Timeout)),
            (r#"{"type":"message-end","delta":{"error":"busy"}}"#, Some(FailureKind::Unavailable)),
            (r#"{"id":"e","message":"busy"}"#, Some(FailureKind::Unavailable)),
            (r#"{"type":"message-end","delta":{"finish_reason":"COMPLETE"}}"#, None),
            (r#"{"type":"content-delta","delta":{"message":{"content":{"text":"ERROR"}}}}"#, None),
            (r#"{"type":"new","message":"hello"}"#, None),
            (r#"{"x":1}"#, None),
            ("x", None),
        ] {
            let failure = failure(data.as_bytes());
            assert_eq!(failure.as_ref().map(|failure| failure.kind), kind, "{data}");
            assert!(failure.is_none_or(|failure| failure.sent), "{data}");
        }
    }
}
