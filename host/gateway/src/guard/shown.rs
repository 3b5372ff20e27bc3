//! What clients are told of guardrails: the answer that is denied, and
//! `hook_results` in answers that may have more in them than OpenAI's.

use bytes::Bytes;
use jackfield_router::guard::Results;
use jackfield_router::{Failure, FailureKind};
use serde_json::value::RawValue;

use super::text::{Form, quoted};
use crate::dialect::bedrock_converse;
use crate::endpoint::ChatDialect;

/// The status of an answer that a guardrail marked and let pass.
pub(crate) const MARKED: u16 = 246;

const DENIED: &str = "a guardrail of the config denied this; hook_results tells which, and why";

/// The request ends here.
pub(super) fn denied(provider: &str, results: &Results, sent: bool) -> Failure {
    let body = serde_json::to_string(results).ok();
    Failure {
        body: body.map(Into::into),
        provider: Some(provider.to_owned()),
        sent,
        ..Failure::new(FailureKind::Denied, DENIED)
    }
}

/// The body that tells of a denial, in the client's dialect.
pub(crate) fn denial(dialect: ChatDialect, message: &str, results: Option<&str>) -> Bytes {
    let results = results.and_then(|text| serde_json::from_str::<&RawValue>(text).ok());
    let results = results.map_or("null", RawValue::get);
    let message = quoted(message);
    let error = match dialect {
        ChatDialect::AnthropicMessages => {
            format!("\"type\":\"error\",\"error\":{{\"type\":\"hooks_failed\",\"message\":{message}}}")
        }
        ChatDialect::GeminiGenerate => {
            format!("\"error\":{{\"code\":446,\"message\":{message},\"status\":\"PERMISSION_DENIED\"}}")
        }
        ChatDialect::CohereChat | ChatDialect::BedrockConverse => format!("\"message\":{message}"),
        _ => format!(
            "\"error\":{{\"message\":{message},\"type\":\"hooks_failed\",\"param\":null,\"code\":null}}"
        ),
    };
    format!("{{{error},\"hook_results\":{results}}}").into()
}

/// A whole answer with the results in it.
pub(super) fn with_results(body: &Bytes, results: &Results) -> Bytes {
    let text = std::str::from_utf8(body).unwrap_or_default().trim();
    let (Some(open), Ok(results)) =
        (text.strip_suffix('}').filter(|_| text.starts_with('{')), serde_json::to_string(results))
    else {
        return body.clone();
    };
    let comma = if open.trim_end().ends_with('{') { "" } else { "," };
    format!("{open}{comma}\"hook_results\":{results}}}").into()
}

/// An event of a stream with the results in it.
pub(super) fn event(form: Form, results: &Results) -> Option<Bytes> {
    let results = serde_json::to_string(results).ok()?;
    Some(match form {
        // Clients look for choices in everything that comes.
        Form::Chat(ChatDialect::OpenaiChat | ChatDialect::OpenaiCompletions) | Form::Embeddings => {
            format!("data: {{\"choices\":[],\"hook_results\":{results}}}\n\n").into()
        }
        Form::Chat(ChatDialect::GeminiGenerate) | Form::ContentEmbeddings => {
            format!("data: {{\"candidates\":[],\"hook_results\":{results}}}\n\n").into()
        }
        Form::Chat(ChatDialect::BedrockConverse) => {
            bedrock_converse::encode_event("hookResults", &format!("{{\"hook_results\":{results}}}"))
        }
        Form::Chat(
            ChatDialect::OpenaiResponses | ChatDialect::AnthropicMessages | ChatDialect::CohereChat,
        ) => {
            format!("event: hook_results\ndata: {{\"type\":\"hook_results\",\"hook_results\":{results}}}\n\n")
                .into()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn results_are_added_to_an_object_and_nothing_else_changes() {
        let results = Results::default();
        let shown = r#""hook_results":{"before_request_hooks":[],"after_request_hooks":[]}"#;
        for (body, expected) in [
            (r#"{"a": 1.50 }"#, format!("{{\"a\": 1.50 ,{shown}}}")),
            ("{}\n", format!("{{{shown}}}")),
            ("[1]", "[1]".to_owned()),
        ] {
            assert_eq!(with_results(&Bytes::from(body), &results), expected.as_bytes(), "{body}");
        }
    }

    #[test]
    fn a_denial_has_the_shape_of_the_clients_dialect() {
        for (dialect, place) in
            [(ChatDialect::OpenaiChat, "/error/param"), (ChatDialect::AnthropicMessages, "/type")]
        {
            let body = denial(dialect, "no", Some("{\"before_request_hooks\":[1]}"));
            let body: Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(body["error"]["type"], "hooks_failed");
            assert_eq!(body["error"]["message"], "no");
            assert_eq!(body["hook_results"]["before_request_hooks"][0], 1);
            assert!(body.pointer(place).is_some(), "{body}");
        }
    }
}
