//! Errors: `{"error":{"code","message","status","details"}}`, Google's `Status`
//! as JSON. Clients of this dialect decide by `code` and `status`.
//!
//! <https://cloud.google.com/apis/design/errors>

use bytes::{Bytes, BytesMut};
use jackfield_runtime::api::types::{Error, ErrorKind};
use serde::Deserialize;

use crate::dialect::write::Json;
use crate::dialect::{error, own_body};

/// A body in Google's shape.
#[derive(Deserialize)]
struct Body {
    error: Inner,
}

#[derive(Deserialize)]
struct Inner {
    code: u16,
    #[serde(rename = "message")]
    _message: String,
}

/// The body of an answer that tells of an error.
pub fn encode(error: &Error, param: Option<&str>) -> Bytes {
    if let Some(body) = own_body(error, |body: &Body| body.error.code >= 400) {
        return Bytes::copy_from_slice(body.as_bytes());
    }
    let mut out = BytesMut::with_capacity(192 + error.message.len());
    write(error, param, &mut Json::new(&mut out));
    out.freeze()
}

/// The same, into a stream too.
pub(super) fn write(error: &Error, param: Option<&str>, json: &mut Json<'_>) {
    let code = error::status(error);
    json.braces(|json| {
        json.object("error", |json| {
            json.number("code", code).text("message", &error.message).text("status", word(error.kind, code));
            if param.is_some() || error.retry_after_ms.is_some() {
                json.list("details", |json| details(error, param, json));
            }
        });
    });
}

fn details(error: &Error, param: Option<&str>, json: &mut Json<'_>) {
    if let Some(param) = param {
        json.entry(|json| {
            json.text("@type", "type.googleapis.com/google.rpc.BadRequest").list("fieldViolations", |json| {
                json.entry(|json| {
                    json.text("field", param).text("description", &error.message);
                });
            });
        });
    }
    if let Some(wait) = error.retry_after_ms {
        json.entry(|json| {
            let delay = format!("{}.{:03}s", wait / 1000, wait % 1000);
            json.text("@type", "type.googleapis.com/google.rpc.RetryInfo").text("retryDelay", &delay);
        });
    }
}

/// The name of Google's code.
///
/// <https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto>
fn word(kind: ErrorKind, code: u16) -> &'static str {
    match kind {
        ErrorKind::Authentication => "UNAUTHENTICATED",
        ErrorKind::Permission => "PERMISSION_DENIED",
        ErrorKind::RateLimited | ErrorKind::QuotaExceeded => "RESOURCE_EXHAUSTED",
        ErrorKind::InvalidRequest if code == 412 => "FAILED_PRECONDITION",
        ErrorKind::InvalidRequest | ErrorKind::ContextLength | ErrorKind::ContentFilter => "INVALID_ARGUMENT",
        ErrorKind::Unsupported if code == 501 => "UNIMPLEMENTED",
        ErrorKind::Unsupported => "INVALID_ARGUMENT",
        ErrorKind::NotFound => "NOT_FOUND",
        ErrorKind::Timeout => "DEADLINE_EXCEEDED",
        ErrorKind::Unavailable if code == 500 => "INTERNAL",
        ErrorKind::Overloaded | ErrorKind::Unavailable => "UNAVAILABLE",
        ErrorKind::BadUpstreamAnswer | ErrorKind::Internal => "INTERNAL",
    }
}
