//! Errors: `{"message"}`, whose kind is an exception's name in the header
//! `x-amzn-errortype`. Clients of this dialect decide by that name, which the
//! body repeats for those that don't see headers.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html>

use bytes::{Bytes, BytesMut};
use jackfield_runtime::api::types::{Error, ErrorKind};
use serde::Deserialize;

use super::frame;
use crate::dialect::own_body;
use crate::dialect::write::Json;

/// A body in the API's shape, told from others by what it hasn't.
#[derive(Deserialize)]
struct Body {
    #[serde(alias = "Message", rename = "message")]
    _message: String,
    error: Option<serde::de::IgnoredAny>,
}

/// The exceptions that streams of the API have: their names in the header of an
/// answer, and in a stream.
const OF_STREAMS: [(&str, &str); 5] = [
    ("InternalServerException", "internalServerException"),
    ("ModelStreamErrorException", "modelStreamErrorException"),
    ("ValidationException", "validationException"),
    ("ThrottlingException", "throttlingException"),
    ("ServiceUnavailableException", "serviceUnavailableException"),
];

/// The names of the upstream's own exception, where streams have it.
fn of_streams(error: &Error) -> Option<(&'static str, &'static str)> {
    let code = error.code.as_deref()?;
    OF_STREAMS.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(code))
}

/// The exception's name: the upstream's own where it is one of AWS's.
pub fn name(error: &Error) -> &str {
    if let Some((name, _)) = of_streams(error) {
        return name;
    }
    match error.code.as_deref() {
        Some(code) if is_exception(code) => code,
        // The other exception is that of status 503.
        _ if error.kind == ErrorKind::Unavailable && error.status == Some(500) => "InternalServerException",
        _ => of_kind(error.kind),
    }
}

fn is_exception(code: &str) -> bool {
    code.ends_with("Exception") && code.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The body of an answer that tells of an error.
pub fn encode(error: &Error, param: Option<&str>) -> Bytes {
    if let Some(body) = own_body(error, |body: &Body| body.error.is_none()) {
        return Bytes::copy_from_slice(body.as_bytes());
    }
    let mut out = BytesMut::with_capacity(96 + error.message.len());
    Json::new(&mut out).braces(|json| {
        json.text("__type", name(error));
        message(error, param, json);
    });
    out.freeze()
}

/// The message of a stream that tells of an error, and ends it.
pub fn exception(error: &Error) -> Bytes {
    let mut out = BytesMut::new();
    write(error, &mut out);
    out.freeze()
}

/// The same, behind what is there.
pub(super) fn write(error: &Error, out: &mut BytesMut) {
    let name = in_stream(error);
    frame::exception(name, out, |json| {
        message(error, None, json);
        if name == "modelStreamErrorException" {
            let status = crate::dialect::error::status(error);
            json.number("originalStatusCode", status).text("originalMessage", &error.message);
        }
    });
}

/// The dialect has no member for the place in the request, so it stands before
/// the message, unless that names it already.
fn message(error: &Error, param: Option<&str>, json: &mut Json<'_>) {
    match param.filter(|param| !error.message.contains(param)) {
        Some(param) => json.text("message", &format!("{param}: {}", error.message)),
        None => json.text("message", &error.message),
    };
}

fn in_stream(error: &Error) -> &'static str {
    if let Some((_, name)) = of_streams(error) {
        return name;
    }
    match error.kind {
        ErrorKind::RateLimited | ErrorKind::QuotaExceeded => "throttlingException",
        ErrorKind::Overloaded | ErrorKind::Unavailable => "serviceUnavailableException",
        ErrorKind::BadUpstreamAnswer | ErrorKind::Timeout => "modelStreamErrorException",
        ErrorKind::Internal => "internalServerException",
        ErrorKind::Authentication
        | ErrorKind::Permission
        | ErrorKind::InvalidRequest
        | ErrorKind::NotFound
        | ErrorKind::ContextLength
        | ErrorKind::ContentFilter
        | ErrorKind::Unsupported => "validationException",
    }
}

fn of_kind(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Authentication => "UnrecognizedClientException",
        ErrorKind::Permission => "AccessDeniedException",
        ErrorKind::RateLimited => "ThrottlingException",
        ErrorKind::QuotaExceeded => "ServiceQuotaExceededException",
        ErrorKind::InvalidRequest
        | ErrorKind::ContextLength
        | ErrorKind::ContentFilter
        | ErrorKind::Unsupported => "ValidationException",
        ErrorKind::NotFound => "ResourceNotFoundException",
        ErrorKind::Overloaded | ErrorKind::Unavailable => "ServiceUnavailableException",
        ErrorKind::Timeout => "ModelTimeoutException",
        ErrorKind::BadUpstreamAnswer => "ModelErrorException",
        ErrorKind::Internal => "InternalServerException",
    }
}
