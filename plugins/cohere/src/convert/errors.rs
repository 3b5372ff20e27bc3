//! What went wrong. The API has no codes, only a message beside the status; for
//! two things that share a status with others only the message tells.
//!
//! <https://docs.cohere.com/reference/errors>

use jackfield_sdk::http::ErrorAnswer;
use jackfield_sdk::types::{Error, ErrorKind};
use serde_json::Value;

use crate::wire::answer::Failure;

/// An answer of status 400 or more.
pub(crate) fn of_answer(answer: &ErrorAnswer<'_>) -> Error {
    let mut error = answer.to_error();
    let failure: Failure = answer.json().unwrap_or_default();
    let message = failure.message.as_ref().and_then(text);
    error.kind = kind_of(answer.status, message.as_deref().unwrap_or_default(), error.kind);
    if let Some(message) = message {
        error.message = message;
    }
    name_request(&mut error, failure.id);
    error
}

/// An error in a stream that began with status 200. Nothing where this isn't
/// one.
pub(crate) fn of_body(body: &str) -> Option<Error> {
    let failure: Failure = serde_json::from_str(body).ok()?;
    let message = failure.message.as_ref().and_then(text)?;
    let kind = kind_of(0, &message, ErrorKind::Unavailable);
    let mut error = Error::new(kind, message).sent();
    name_request(&mut error, failure.id);
    Some(error)
}

/// Messages are objects in some answers, with the text within.
fn text(message: &Value) -> Option<String> {
    match message {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Object(members) => members.get("message").and_then(text).or_else(|| Some(message.to_string())),
        Value::Array(_) => Some(message.to_string()),
        _ => None,
    }
}

fn name_request(error: &mut Error, id: Option<String>) {
    if let Some(id) = id.filter(|id| !id.is_empty()) {
        error.message.push_str(&format!(" (request {id})"));
    }
}

fn kind_of(status: u16, message: &str, otherwise: ErrorKind) -> ErrorKind {
    let message = message.to_ascii_lowercase();
    let says = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
    match status {
        // The prompt or the answer has something in it that is on a list.
        498 => ErrorKind::ContentFilter,
        // Somebody on the way gave up on it, though not the caller.
        499 => ErrorKind::Unavailable,
        // "max tokens must be less than ..." is about the caller's parameter.
        0 | 400 | 413 | 422 if says(&["too many tokens"]) && !says(&["max tokens must be"]) => {
            ErrorKind::ContextLength
        }
        // A month is too long to wait for.
        429 if says(&["/ month", "per month", "a month", "monthly"]) => ErrorKind::QuotaExceeded,
        _ => otherwise,
    }
}

#[cfg(test)]
mod tests;
