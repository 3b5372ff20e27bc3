//! Errors: `{"error":{"message","type","param","code"}}`. Clients of this
//! dialect decide by the status and by `code`.
//!
//! <https://platform.openai.com/docs/guides/error-codes>

use bytes::{Bytes, BytesMut};
use jackfield_runtime::api::types::{Error, ErrorKind};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use crate::dialect::own_body;
use crate::dialect::write::Json;

/// A body in OpenAI's shape. Anthropic's has a `type` beside `error`, Google's a
/// word as `status` in it; Azure's a number.
#[derive(Deserialize)]
struct Body {
    error: Inner,
    #[serde(rename = "type")]
    kind: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Inner {
    #[serde(rename = "message")]
    _message: String,
    status: Option<Value>,
}

/// The body of an answer that tells of an error.
pub fn encode(error: &Error, param: Option<&str>) -> Bytes {
    if let Some(body) = own_body(error, |body: &Body| {
        body.kind.is_none() && !matches!(body.error.status, Some(Value::String(_)))
    }) {
        return Bytes::copy_from_slice(body.as_bytes());
    }
    let mut out = BytesMut::with_capacity(160 + error.message.len());
    write(error, param, &mut Json::new(&mut out));
    out.freeze()
}

/// The same, into a stream too.
pub(crate) fn write(error: &Error, param: Option<&str>, json: &mut Json<'_>) {
    json.braces(|json| member(error, param, json));
}

/// The only member of such a body.
pub(crate) fn member(error: &Error, param: Option<&str>, json: &mut Json<'_>) {
    let (kind, code) = words(error.kind);
    json.object("error", |json| {
        json.text("message", &error.message).text("type", kind).text_or_null("param", param);
        json.text_or_null("code", code.or(error.code.as_deref()));
    });
}

/// Type and code. Where there is no code that clients know, the upstream's own
/// is told.
pub(crate) fn words(kind: ErrorKind) -> (&'static str, Option<&'static str>) {
    match kind {
        ErrorKind::Authentication => ("authentication_error", Some("invalid_api_key")),
        ErrorKind::Permission => ("permission_error", None),
        ErrorKind::RateLimited => ("rate_limit_error", Some("rate_limit_exceeded")),
        ErrorKind::QuotaExceeded => ("insufficient_quota", Some("insufficient_quota")),
        ErrorKind::InvalidRequest => ("invalid_request_error", None),
        ErrorKind::NotFound => ("invalid_request_error", Some("model_not_found")),
        ErrorKind::ContextLength => ("invalid_request_error", Some("context_length_exceeded")),
        ErrorKind::ContentFilter => ("invalid_request_error", Some("content_filter")),
        ErrorKind::Unsupported => ("invalid_request_error", Some("unsupported")),
        ErrorKind::Overloaded => ("server_error", Some("overloaded")),
        ErrorKind::Unavailable => ("server_error", None),
        ErrorKind::Timeout => ("timeout_error", Some("timeout")),
        ErrorKind::BadUpstreamAnswer => ("server_error", Some("bad_upstream_answer")),
        ErrorKind::Internal => ("server_error", Some("internal_error")),
    }
}
