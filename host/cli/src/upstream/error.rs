//! Errors in the shapes of the two protocols
//! (<https://platform.openai.com/docs/guides/error-codes>,
//! <https://docs.anthropic.com/en/api/errors>).

use bytes::Bytes;
use serde_json::{Value, json};

use super::knobs::KnobError;

/// Whose shapes an answer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    OpenAi,
    Anthropic,
}

/// A request that is refused.
#[derive(Debug)]
pub(super) struct ApiError {
    pub(super) status: u16,
    message: String,
    param: Option<&'static str>,
    code: Option<&'static str>,
}

impl ApiError {
    /// Status 400.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self { status: 400, message: message.into(), param: None, code: None }
    }

    /// Status 400, for a parameter that is missing.
    pub(super) fn missing(param: &'static str) -> Self {
        let message = format!("{param}: Missing required parameter: '{param}'.");
        Self { param: Some(param), code: Some("missing_required_parameter"), ..Self::invalid(message) }
    }

    /// Status 400, for a parameter with a wrong value.
    pub(super) fn value(param: &'static str, message: impl std::fmt::Display) -> Self {
        let message = format!("{param}: {message}");
        Self { param: Some(param), code: Some("invalid_value"), ..Self::invalid(message) }
    }

    /// Status 400, for a body that isn't what the endpoint takes.
    pub(super) fn unreadable(error: &serde_json::Error) -> Self {
        Self::invalid(format!("The request body can't be read: {error}"))
    }

    /// Status 401.
    pub(super) fn unauthorized() -> Self {
        let message = "The API key is missing or wrong.".to_owned();
        Self { status: 401, message, param: None, code: Some("invalid_api_key") }
    }

    /// Status 404.
    pub(super) fn unknown_path(method: &str, path: &str) -> Self {
        let message = format!("Unknown request URL: {method} {path}.");
        Self { status: 404, message, param: None, code: Some("unknown_url") }
    }

    /// Status 405.
    pub(super) fn method(method: &str, path: &str) -> Self {
        let message = format!("{method} is not allowed for {path}.");
        Self { status: 405, message, param: None, code: Some("method_not_supported") }
    }

    /// Status 413.
    pub(super) fn too_large(limit: usize) -> Self {
        let message = format!("The request body is larger than {limit} bytes.");
        Self { status: 413, message, param: None, code: None }
    }

    /// A status that a knob asks for.
    pub(super) fn asked_for(status: u16) -> Self {
        let code = match status {
            401 => Some("invalid_api_key"),
            404 => Some("model_not_found"),
            429 => Some("rate_limit_exceeded"),
            _ => None,
        };
        Self { status, message: format!("The model's name asks for status {status}."), param: None, code }
    }

    /// The body of an error answer, and the data of an error event.
    pub(super) fn body(&self, dialect: Dialect) -> Bytes {
        let value = match dialect {
            Dialect::OpenAi => self.openai(),
            Dialect::Anthropic => self.anthropic(),
        };
        Bytes::from(value.to_string())
    }

    fn openai(&self) -> Value {
        let kind = match self.status {
            429 => "requests",
            500.. => "server_error",
            _ => "invalid_request_error",
        };
        json!({ "error": { "message": self.message, "type": kind, "param": self.param, "code": self.code } })
    }

    fn anthropic(&self) -> Value {
        let kind = match self.status {
            401 => "authentication_error",
            402 => "billing_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            504 => "timeout_error",
            529 => "overloaded_error",
            500.. => "api_error",
            _ => "invalid_request_error",
        };
        json!({
            "type": "error",
            "error": { "type": kind, "message": self.message },
            "request_id": "req_dev",
        })
    }
}

impl From<KnobError> for ApiError {
    fn from(error: KnobError) -> Self {
        Self::value("model", error)
    }
}
