//! What went wrong. A `google.rpc.Status` says more than the HTTP status: a
//! key that isn't one is told with status 400, and the wait after a 429 stands
//! in its details, not in a header.
//!
//! <https://cloud.google.com/apis/design/errors>,
//! <https://ai.google.dev/gemini-api/docs/troubleshooting>

use jackfield_sdk::error::{kind_of_status, retry_after_ms};
use jackfield_sdk::http::ErrorAnswer;
use jackfield_sdk::types::{Error, ErrorKind};
use serde_json::Value;

use crate::wire::answer::{PromptFeedback, Word};
use crate::wire::error::{ErrorBody, Status};

/// An answer of status 400 or more.
pub(crate) fn of_answer(answer: &ErrorAnswer<'_>) -> Error {
    let mut error = answer.to_error();
    if let Some(status) = std::str::from_utf8(answer.body).ok().and_then(read) {
        refine(&mut error, status);
    }
    error
}

/// An error in a body or a stream that began with status 200. Nothing where
/// this isn't one.
pub(crate) fn of_body(body: &str) -> Option<Error> {
    read(body).map(in_answer)
}

/// The same, of the value of the member `error`.
pub(super) fn of_status(status: &str) -> Error {
    in_answer(serde_json::from_str(status).unwrap_or_default())
}

fn in_answer(status: Status) -> Error {
    let kind = status.code.map_or(ErrorKind::Unavailable, kind_of_status);
    let mut error = Error::new(kind, "the upstream failed in the middle of its answer").sent();
    refine(&mut error, status);
    error
}

/// A prompt that wasn't answered for what it says.
pub(super) fn blocked(feedback: &PromptFeedback) -> Option<Error> {
    let reason = match feedback.block_reason.as_ref()? {
        Word::Name(name) => name.clone(),
        Word::Number(number) => number.to_string(),
    };
    let mut message =
        format!("Google's filter refused the prompt ({reason}): change it, or the safety settings");
    if let Some(why) = &feedback.block_reason_message {
        message = format!("{message}. It says: {why}");
    }
    Some(Error::new(ErrorKind::ContentFilter, message).with_code(reason).sent())
}

/// Streams that aren't server-sent events wrap their errors into a list.
fn read(body: &str) -> Option<Status> {
    let body: Value = serde_json::from_str(body).ok()?;
    let body = body.get(0).cloned().unwrap_or(body);
    serde_json::from_value::<ErrorBody>(body).ok().map(|body| body.error)
}

fn refine(error: &mut Error, status: Status) {
    let Status { message, status: name, details, code } = status;
    let details = details.unwrap_or_default();
    let said = message.unwrap_or_default();
    if let Some(kind) = kind_of(name.as_deref(), &said.to_ascii_lowercase(), &details) {
        error.kind = kind;
    }
    if !said.is_empty() {
        error.message = said;
    }
    // What each field of a request lacks is told in the details alone.
    for violation in listed(&details, "BadRequest", "fieldViolations") {
        if let Some(what) = text(violation, "description").filter(|what| !error.message.contains(what)) {
            error.message =
                format!("{} ({}: {what})", error.message, text(violation, "field").unwrap_or("request"));
        }
    }
    error.code = name.or_else(|| code.map(|code| code.to_string())).or_else(|| error.code.take());
    if let Some(delay) = detail(&details, "RetryInfo").and_then(|info| text(info, "retryDelay")) {
        let told = retry_after_ms(&[("retry-after".to_owned(), delay.to_owned())], 0);
        error.retry_after_ms = told.or(error.retry_after_ms);
    }
}

/// What a status means. Nothing where it says no more than the HTTP status.
fn kind_of(name: Option<&str>, message: &str, details: &[Value]) -> Option<ErrorKind> {
    let reason = detail(details, "ErrorInfo").and_then(|info| text(info, "reason")).unwrap_or_default();
    if matches!(
        reason,
        "API_KEY_INVALID" | "API_KEY_EXPIRED" | "ACCESS_TOKEN_EXPIRED" | "CREDENTIALS_MISSING"
    ) || message.contains("api key not valid")
        || message.contains("api key expired")
    {
        return Some(ErrorKind::Authentication);
    }
    if matches!(reason, "BILLING_DISABLED" | "CONSUMER_SUSPENDED") || message.contains("credits are depleted")
    {
        return Some(ErrorKind::QuotaExceeded);
    }
    Some(match name? {
        "UNAUTHENTICATED" => ErrorKind::Authentication,
        "PERMISSION_DENIED" => ErrorKind::Permission,
        "NOT_FOUND" => ErrorKind::NotFound,
        "RESOURCE_EXHAUSTED" => exhausted(details),
        "UNAVAILABLE" => ErrorKind::Overloaded,
        "DEADLINE_EXCEEDED" => ErrorKind::Timeout,
        "UNIMPLEMENTED" => ErrorKind::Unsupported,
        "INTERNAL" | "UNKNOWN" | "DATA_LOSS" | "ABORTED" => ErrorKind::Unavailable,
        "INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE" => invalid(message),
        _ => return None,
    })
}

/// Limits of a minute pass by waiting, those of a day hardly.
fn exhausted(details: &[Value]) -> ErrorKind {
    let daily = |violation: &Value| {
        text(violation, "quotaId").is_some_and(|id| id.contains("PerDay"))
            || violation.get("quotaValue").is_some_and(|value| value == "0")
    };
    if listed(details, "QuotaFailure", "violations").any(daily) {
        ErrorKind::QuotaExceeded
    } else {
        ErrorKind::RateLimited
    }
}

fn invalid(message: &str) -> ErrorKind {
    let says = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
    if says(&[
        "exceeds the maximum number of tokens",
        "exceeds the maximum number of input tokens",
        "input context is too long",
        "prompt is too long",
    ]) {
        ErrorKind::ContextLength
    } else if says(&["location is not supported"]) {
        ErrorKind::Permission
    } else if says(&["enable billing", "billing account"]) {
        ErrorKind::QuotaExceeded
    } else {
        ErrorKind::InvalidRequest
    }
}

/// The detail of a type, as `RetryInfo`.
fn detail<'a>(details: &'a [Value], kind: &str) -> Option<&'a Value> {
    details.iter().find(|detail| {
        text(detail, "@type").and_then(|name| name.rsplit('.').next()).is_some_and(|name| name == kind)
    })
}

/// The entries of a detail's list.
fn listed<'a>(details: &'a [Value], kind: &str, list: &str) -> impl Iterator<Item = &'a Value> {
    let entries = detail(details, kind).and_then(|detail| detail.get(list)).and_then(Value::as_array);
    entries.into_iter().flatten()
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

#[cfg(test)]
mod tests;
