//! What a client is told when there is no answer: the failure in the terms of
//! the client's dialect.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use jackfield_router::{Failure, FailureKind};
use jackfield_runtime::api::types::{Error, ErrorKind};

use crate::dialect::{
    DecodeError, anthropic_messages, bedrock_converse, cohere_chat, gemini_generate, openai_chat,
};
use crate::endpoint::ChatDialect;
use crate::guard;
use crate::wire::body::Body;
use crate::wire::intake::IntakeError;
use crate::wire::unproven::Untaken;

/// A request that can't be read: no target could.
impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        let kind = match error.kind {
            ErrorKind::Unsupported => FailureKind::Unsupported,
            _ => FailureKind::InvalidRequest,
        };
        let param = error.param().map(Into::into);
        Self { internal: true, param, ..Self::new(kind, error.to_string()) }
    }
}

/// A body that isn't taken in.
impl From<IntakeError> for Failure {
    fn from(error: IntakeError) -> Self {
        Self::new(FailureKind::InvalidRequest, error.to_string()).with_status(error.status().as_u16())
    }
}

/// When to send again what there was no room for.
const AGAIN: Duration = Duration::from_secs(1);

/// The same of a stranger's.
impl From<Untaken> for Failure {
    fn from(error: Untaken) -> Self {
        let message = error.to_string();
        match error {
            Untaken::Intake(error) => error.into(),
            Untaken::Slow(_) => Self::new(FailureKind::InvalidRequest, message).with_status(408),
            Untaken::Crowded => {
                Self { retry_after: Some(AGAIN), ..Self::new(FailureKind::Overloaded, message) }
            }
        }
    }
}

/// The failure as the contract's record, which dialects know how to write.
pub(crate) fn record(failure: &Failure) -> Error {
    let kind = match failure.kind {
        FailureKind::Authentication => ErrorKind::Authentication,
        FailureKind::Permission | FailureKind::Denied => ErrorKind::Permission,
        FailureKind::RateLimited | FailureKind::Refused => ErrorKind::RateLimited,
        FailureKind::QuotaExceeded => ErrorKind::QuotaExceeded,
        FailureKind::InvalidRequest | FailureKind::NoTarget => ErrorKind::InvalidRequest,
        FailureKind::NotFound => ErrorKind::NotFound,
        FailureKind::ContextLength => ErrorKind::ContextLength,
        FailureKind::ContentFilter => ErrorKind::ContentFilter,
        FailureKind::Overloaded => ErrorKind::Overloaded,
        FailureKind::Unavailable => ErrorKind::Unavailable,
        FailureKind::Timeout => ErrorKind::Timeout,
        FailureKind::Unsupported => ErrorKind::Unsupported,
        FailureKind::BadUpstreamAnswer => ErrorKind::BadUpstreamAnswer,
        _ => ErrorKind::Internal,
    };
    Error {
        kind,
        message: failure.message.clone(),
        status: Some(failure.status),
        retry_after_ms: failure.retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
        code: failure.code.as_deref().map(str::to_owned),
        body: failure.body.as_deref().map(str::to_owned),
        sent: failure.sent,
    }
}

/// The body that tells of a failure.
pub(crate) fn body(dialect: ChatDialect, error: &Error, param: Option<&str>) -> Bytes {
    match dialect {
        ChatDialect::OpenaiChat | ChatDialect::OpenaiCompletions | ChatDialect::OpenaiResponses => {
            openai_chat::encode_error(error, param)
        }
        ChatDialect::AnthropicMessages => anthropic_messages::encode_error(error, param),
        ChatDialect::GeminiGenerate => gemini_generate::encode_error(error, param),
        ChatDialect::CohereChat => cohere_chat::encode_error(error, param),
        ChatDialect::BedrockConverse => bedrock_converse::encode_error(error, param),
    }
}

/// The answer that tells of a failure.
pub(crate) fn response(dialect: ChatDialect, failure: &Failure) -> Response<Body> {
    let error = record(failure);
    let denied = failure.kind == FailureKind::Denied;
    let body = match denied {
        true => guard::denial(dialect, &failure.message, failure.body.as_deref()),
        false => body(dialect, &error, failure.param.as_deref()),
    };
    let mut response = Response::new(body.into());
    let status = match dialect {
        _ if denied => failure.status,
        ChatDialect::AnthropicMessages => anthropic_messages::status(&error),
        _ => failure.status,
    };
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if dialect == ChatDialect::BedrockConverse
        && let Ok(name) = HeaderValue::from_str(bedrock_converse::error_name(&error))
    {
        headers.insert("x-amzn-errortype", name);
    }
    if let Some(wait) = failure.retry_after {
        // Whole seconds, rounded up: a client that comes a little late is served.
        headers.insert(header::RETRY_AFTER, HeaderValue::from(wait.as_millis().div_ceil(1000) as u64));
        headers.insert("retry-after-ms", HeaderValue::from(wait.as_millis() as u64));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_has_the_shape_of_the_clients_dialect() {
        let failure = Failure::new(FailureKind::NotFound, "no such model");
        let openai = body(ChatDialect::OpenaiChat, &record(&failure), Some("model"));
        let openai: serde_json::Value = serde_json::from_slice(&openai).unwrap();
        assert_eq!(openai["error"]["message"], "no such model");
        assert_eq!(openai["error"]["param"], "model");
        let anthropic = body(ChatDialect::AnthropicMessages, &record(&failure), None);
        let anthropic: serde_json::Value = serde_json::from_slice(&anthropic).unwrap();
        assert_eq!(anthropic["type"], "error");
        assert_eq!(anthropic["error"]["type"], "not_found_error");
    }

    #[test]
    fn an_overloaded_upstream_has_the_status_of_the_clients_dialect() {
        let failure = Failure::new(FailureKind::Overloaded, "full");
        assert_eq!(response(ChatDialect::OpenaiChat, &failure).status(), 503);
        assert_eq!(response(ChatDialect::AnthropicMessages, &failure).status().as_u16(), 529);
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds_and_in_milliseconds() {
        let mut failure = Failure::new(FailureKind::RateLimited, "later");
        failure.retry_after = Some(Duration::from_millis(1_200));
        let response = response(ChatDialect::OpenaiChat, &failure);
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()["retry-after"], "2");
        assert_eq!(response.headers()["retry-after-ms"], "1200");
    }
}
