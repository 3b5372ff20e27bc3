//! Errors: `{"type":"error","error":{"type","message"}}`. Clients of this
//! dialect decide by the status and by the inner `type`.
//!
//! <https://docs.claude.com/en/api/errors>

use bytes::{Bytes, BytesMut};
use jackfield_runtime::api::types::{Error, ErrorKind};
use serde::Deserialize;

use crate::dialect::write::Json;
use crate::dialect::{error, own_body};

/// A body in Anthropic's shape.
#[derive(Deserialize)]
struct Body {
    #[serde(rename = "type")]
    kind: String,
    #[serde(rename = "error")]
    _error: Inner,
}

#[derive(Deserialize)]
struct Inner {
    #[serde(rename = "type")]
    _kind: String,
    #[serde(rename = "message")]
    _message: String,
}

/// The status of an answer that tells of an error. An upstream that has too
/// much to do has a number of its own here.
pub fn status(error: &Error) -> u16 {
    match (error.kind, error.status) {
        (ErrorKind::Overloaded, None | Some(503)) => 529,
        _ => error::status(error),
    }
}

/// The body of an answer that tells of an error.
pub fn encode(error: &Error, param: Option<&str>) -> Bytes {
    if let Some(body) = own_body(error, |body: &Body| body.kind == "error") {
        return Bytes::copy_from_slice(body.as_bytes());
    }
    let mut out = BytesMut::with_capacity(160 + error.message.len());
    write(error, param, &mut Json::new(&mut out));
    out.freeze()
}

/// The same, into a stream too. The dialect has no member for the place in the
/// request, so it stands before the message, unless that names it already.
pub(super) fn write(error: &Error, param: Option<&str>, json: &mut Json<'_>) {
    let param = param.filter(|param| !error.message.contains(param));
    json.braces(|json| {
        json.text("type", "error").object("error", |json| {
            json.text("type", word(error.kind));
            match param {
                Some(param) => json.text("message", &format!("{param}: {}", error.message)),
                None => json.text("message", &error.message),
            };
        });
    });
}

fn word(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Authentication => "authentication_error",
        ErrorKind::Permission => "permission_error",
        ErrorKind::RateLimited => "rate_limit_error",
        ErrorKind::QuotaExceeded => "billing_error",
        ErrorKind::InvalidRequest
        | ErrorKind::ContextLength
        | ErrorKind::ContentFilter
        | ErrorKind::Unsupported => "invalid_request_error",
        ErrorKind::NotFound => "not_found_error",
        ErrorKind::Overloaded => "overloaded_error",
        ErrorKind::Timeout => "timeout_error",
        ErrorKind::Unavailable | ErrorKind::BadUpstreamAnswer | ErrorKind::Internal => "api_error",
    }
}
