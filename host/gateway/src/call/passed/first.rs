//! Holds a passed-on stream back until its first event that says something.
//!
//! An upstream that accepts a request and then fails often says so in the first
//! event of its stream. While the client has been sent nothing, another target
//! can still answer. That is why a client gets no comments to keep its connection
//! alive either while it waits: with the first byte its answer would have begun,
//! and with it the status.

mod cohere;
mod responses;

use std::collections::VecDeque;

use bytes::Bytes;
use futures_util::StreamExt;
use jackfield_router::{Failure, FailureKind};
use jackfield_runtime::ByteStream;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::endpoint::ChatDialect;

/// The most bytes that are held back. What says nothing for so long is passed on
/// as it is.
pub(super) const MOST: usize = 64 << 10;

/// The pieces up to the first event that says something, and the rest.
pub(super) async fn until_real(
    dialect: ChatDialect,
    mut body: ByteStream,
) -> Result<(VecDeque<Bytes>, ByteStream), Failure> {
    let mut pieces = VecDeque::new();
    let (mut seen, mut judged) = (Vec::new(), 0);
    while let Some(piece) = body.next().await {
        let piece = piece?;
        seen.extend_from_slice(&piece);
        pieces.push_back(piece);
        // The last line isn't complete unless a line break ends it.
        let lines = memchr::memrchr(b'\n', &seen).map_or(judged, |end| end + 1);
        let new = &seen[std::mem::replace(&mut judged, lines)..lines];
        match verdict(dialect, new) {
            Verdict::Says => return Ok((pieces, body)),
            Verdict::Failed(failure) => return Err(failure),
            Verdict::Nothing if seen.len() > MOST => return Ok((pieces, body)),
            // A sign of life is no answer, and gets no time of its own.
            Verdict::Nothing => body.says_nothing_yet(),
        }
    }
    Err(silent())
}

/// What a stream is that ends without having said anything.
pub(super) fn silent() -> Failure {
    Failure::new(FailureKind::BadUpstreamAnswer, "the upstream's stream ended before it said anything")
}

enum Verdict {
    /// No event yet that says anything.
    Nothing,
    Says,
    Failed(Failure),
}

/// Looks at lines that are complete.
fn verdict(dialect: ChatDialect, lines: &[u8]) -> Verdict {
    for line in lines.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n")) {
        let Some(data) = line.strip_prefix(b"data:") else { continue };
        let data = data.trim_ascii();
        if data == b"[DONE]" {
            return Verdict::Says;
        }
        let Ok(event) = serde_json::from_slice::<Event<'_>>(data) else { continue };
        if let Some(error) = event.error {
            return Verdict::Failed(failure(error, "at the beginning of its stream"));
        }
        if dialect == ChatDialect::CohereChat
            && let Some(failure) = cohere::failure(data)
        {
            return Verdict::Failed(failure);
        }
        if dialect == ChatDialect::OpenaiResponses
            && let Some(failure) = responses::failure(event.kind, data)
        {
            return Verdict::Failed(failure);
        }
        let says = match dialect {
            ChatDialect::OpenaiChat => event.choices.iter().any(Choice::says) || event.usage.is_some(),
            ChatDialect::OpenaiCompletions => true,
            ChatDialect::OpenaiResponses => {
                !matches!(event.kind, Some("response.created" | "response.in_progress" | "response.queued"))
            }
            ChatDialect::AnthropicMessages => !matches!(event.kind, Some("message_start" | "ping")),
            ChatDialect::GeminiGenerate => event.candidates.is_some() || event.feedback.is_some(),
            ChatDialect::CohereChat => event.kind != Some("message-start"),
            ChatDialect::BedrockConverse => true,
        };
        if says {
            return Verdict::Says;
        }
    }
    Verdict::Nothing
}

#[derive(Deserialize)]
struct Event<'e> {
    #[serde(borrow)]
    error: Option<&'e RawValue>,
    #[serde(rename = "type", borrow, default)]
    kind: Option<&'e str>,
    #[serde(borrow, default)]
    choices: Vec<Choice<'e>>,
    usage: Option<IgnoredAny>,
    candidates: Option<IgnoredAny>,
    #[serde(rename = "promptFeedback")]
    feedback: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Choice<'e> {
    #[serde(borrow)]
    delta: Option<&'e RawValue>,
    finish_reason: Option<IgnoredAny>,
}

impl Choice<'_> {
    /// Whether there is more in it than who speaks.
    fn says(&self) -> bool {
        let Some(delta) = self.delta else { return self.finish_reason.is_some() };
        let Ok(members) = serde_json::from_str::<std::collections::BTreeMap<&str, &RawValue>>(delta.get())
        else {
            return true;
        };
        let empty = |value: &RawValue| matches!(value.get(), "null" | "\"\"" | "[]" | "{}");
        self.finish_reason.is_some() || members.iter().any(|(name, value)| *name != "role" && !empty(value))
    }
}

/// The failure that an upstream tells of in an answer that began well; `place`
/// says where.
pub(super) fn failure(error: &RawValue, place: &str) -> Failure {
    #[derive(Deserialize)]
    struct Told {
        message: Option<String>,
        #[serde(rename = "type")]
        kind: Option<serde_json::Value>,
        code: Option<serde_json::Value>,
        /// A number, or with Google a word.
        status: Option<serde_json::Value>,
    }
    let told: Option<Told> = serde_json::from_str(error.get()).ok();
    let message = told.as_ref().and_then(|told| told.message.clone());
    let number = told.as_ref().and_then(|told| {
        let number = |value: Option<&serde_json::Value>| u16::try_from(value?.as_u64()?).ok();
        let status = number(told.code.as_ref()).or_else(|| number(told.status.as_ref()));
        status.filter(|status| (400..600).contains(status))
    });
    let word = told.as_ref().and_then(|told| {
        [&told.code, &told.kind].into_iter().find_map(|word| kind_of(word.as_ref()?.as_str()?))
    });
    let kind = match number {
        Some(401) => FailureKind::Authentication,
        Some(403) => FailureKind::Permission,
        Some(404) => FailureKind::NotFound,
        Some(408 | 504) => FailureKind::Timeout,
        Some(429) => FailureKind::RateLimited,
        Some(400..=499) => FailureKind::InvalidRequest,
        Some(_) => FailureKind::Unavailable,
        None => word.unwrap_or(FailureKind::Unavailable),
    };
    let text = message.unwrap_or_else(|| error.get().chars().take(500).collect());
    let failure = Failure::new(kind, format!("the upstream failed {place}: {text}"));
    Failure { sent: true, status: number.unwrap_or(failure.status), ..failure }
}

/// What a code or a type says, where there is no status.
fn kind_of(word: &str) -> Option<FailureKind> {
    Some(match word {
        "authentication_error" | "invalid_api_key" => FailureKind::Authentication,
        "permission_error" => FailureKind::Permission,
        "not_found_error" | "model_not_found" => FailureKind::NotFound,
        "rate_limit_error" | "rate_limit_exceeded" => FailureKind::RateLimited,
        "billing_error" | "insufficient_quota" => FailureKind::QuotaExceeded,
        "context_length_exceeded" => FailureKind::ContextLength,
        "content_filter" => FailureKind::ContentFilter,
        "invalid_request_error" | "invalid_prompt" => FailureKind::InvalidRequest,
        "overloaded_error" => FailureKind::Overloaded,
        "timeout_error" => FailureKind::Timeout,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(dialect: ChatDialect, text: &str) -> Option<bool> {
        match verdict(dialect, text.as_bytes()) {
            Verdict::Nothing => None,
            Verdict::Says => Some(true),
            Verdict::Failed(_) => Some(false),
        }
    }

    #[test]
    fn the_head_of_a_stream_says_nothing_yet() {
        let openai = |delta: &str| {
            says(
                ChatDialect::OpenaiChat,
                &format!("data: {{\"choices\":[{{\"delta\":{delta},\"finish_reason\":null}}]}}\n\n"),
            )
        };
        assert_eq!(openai("{\"role\":\"assistant\",\"content\":\"\"}"), None);
        assert_eq!(openai("{\"role\":\"assistant\",\"content\":null,\"refusal\":null}"), None);
        assert_eq!(openai("{\"content\":\"x\"}"), Some(true));
        assert_eq!(openai("{\"tool_calls\":[{\"index\":0}]}"), Some(true));
        assert_eq!(
            says(ChatDialect::OpenaiChat, "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}"),
            None,
            "half a line"
        );
        assert_eq!(says(ChatDialect::OpenaiChat, ": keep-alive\n\n"), None);
        assert_eq!(says(ChatDialect::OpenaiChat, "data: [DONE]\n\n"), Some(true));
        let anthropic =
            |data: &str| says(ChatDialect::AnthropicMessages, &format!("event: x\ndata: {data}\n\n"));
        assert_eq!(anthropic("{\"type\":\"message_start\",\"message\":{}}"), None);
        assert_eq!(anthropic("{\"type\":\"ping\"}"), None);
        assert_eq!(anthropic("{\"type\":\"content_block_start\"}"), Some(true));
        let gemini = |data: &str| says(ChatDialect::GeminiGenerate, &format!("data: {data}\r\n\r\n"));
        assert_eq!(gemini("{\"usageMetadata\":{}}"), None);
        assert_eq!(gemini("{\"candidates\":[{}]}"), Some(true));
        assert_eq!(gemini("{\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}"), Some(true));
    }

    #[test]
    fn a_cohere_stream_says_something_behind_its_head_and_may_fail_there() {
        let cohere = |data: &str| says(ChatDialect::CohereChat, &format!("event: x\ndata: {data}\n\n"));
        assert_eq!(cohere(r#"{"type":"message-start","delta":{"message":{"role":"assistant"}}}"#), None);
        assert_eq!(cohere(r#"{"type":"content-start","delta":{"message":{}}}"#), Some(true));
        assert_eq!(cohere(r#"{"type":"message-end","delta":{"finish_reason":"COMPLETE"}}"#), Some(true));
        assert_eq!(cohere(r#"{"type":"message-end","delta":{"finish_reason":"ERROR"}}"#), Some(false));
    }

    #[test]
    fn a_response_may_fail_behind_its_head() {
        let responses =
            |data: &str| says(ChatDialect::OpenaiResponses, &format!("event: x\ndata: {data}\n\n"));
        assert_eq!(responses(r#"{"type":"response.created","response":{"error":null}}"#), None);
        assert_eq!(responses(r#"{"type":"response.output_item.added","item":{}}"#), Some(true));
        assert_eq!(responses(r#"{"type":"response.failed","response":{"error":null}}"#), Some(false));
        assert_eq!(responses(r#"{"type":"error","code":"server_error","message":"busy"}"#), Some(false));
    }

    #[test]
    fn an_error_that_comes_first_is_a_failure_with_its_status() {
        let text = "data: {\"error\":{\"message\":\"busy\",\"code\":429}}\n\n";
        let Verdict::Failed(failure) = verdict(ChatDialect::OpenaiChat, text.as_bytes()) else { panic!() };
        assert_eq!((failure.status, failure.kind), (429, FailureKind::RateLimited));
        assert!(failure.message.ends_with("busy"), "{}", failure.message);
        let text = "data: {\"error\":{\"message\":\"busy\",\"code\":429,\"status\":\"EXHAUSTED\"}}\n\n";
        let Verdict::Failed(failure) = verdict(ChatDialect::GeminiGenerate, text.as_bytes()) else {
            panic!()
        };
        assert_eq!(failure.status, 429);
        let text = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"full\"}}\n\n";
        let Verdict::Failed(failure) = verdict(ChatDialect::AnthropicMessages, text.as_bytes()) else {
            panic!()
        };
        assert_eq!((failure.status, failure.kind), (503, FailureKind::Overloaded));
        let text = "data: {\"error\":{\"message\":\"m\",\"type\":\"requests\",\"code\":\"rate_limit_exceeded\"}}\n\n";
        let Verdict::Failed(failure) = verdict(ChatDialect::OpenaiChat, text.as_bytes()) else { panic!() };
        assert_eq!((failure.status, failure.kind), (429, FailureKind::RateLimited));
    }
}
