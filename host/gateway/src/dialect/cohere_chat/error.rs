//! Errors: `{"message": "..."}`. Clients of this dialect decide by the status;
//! in a stream, by the reason to end.
//!
//! <https://docs.cohere.com/reference/errors>

use bytes::{Bytes, BytesMut};
use jackfield_runtime::api::types::{Error, ErrorKind, Usage};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::usage;
use crate::dialect::events::frame;
use crate::dialect::own_body;
use crate::dialect::write::Json;

/// A body in Cohere's shape. Others have a `type` or an `error` beside.
#[derive(Deserialize)]
struct Body {
    #[serde(rename = "message")]
    _message: String,
    #[serde(rename = "type")]
    kind: Option<IgnoredAny>,
    error: Option<IgnoredAny>,
}

/// The body of an answer that tells of an error. The dialect has no member for
/// the place in the request, so it stands before the message, unless that names
/// it already.
pub fn encode(error: &Error, param: Option<&str>) -> Bytes {
    if let Some(body) = own_body(error, |body: &Body| body.kind.is_none() && body.error.is_none()) {
        return Bytes::copy_from_slice(body.as_bytes());
    }
    let mut out = BytesMut::with_capacity(64 + error.message.len());
    Json::new(&mut out).braces(|json| {
        match param.filter(|param| !error.message.contains(param)) {
            Some(param) => json.text("message", &format!("{param}: {}", error.message)),
            None => json.text("message", &error.message),
        };
    });
    out.freeze()
}

/// The end of a stream that broke off, and what it had used until then.
pub(crate) fn end(error: &Error, used: Option<&Usage>, out: &mut BytesMut) {
    frame("message-end", out, |json| {
        json.object("delta", |json| {
            json.text("error", &error.message);
            json.text("finish_reason", if error.kind == ErrorKind::Timeout { "TIMEOUT" } else { "ERROR" });
            if let Some(used) = used {
                usage::write(used, json.key("usage"));
            }
        });
    });
}
