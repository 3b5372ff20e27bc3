//! The members by which an answer repeats its request.

use bytes::BytesMut;
use serde_json::value::RawValue;

use super::request::Body;
use crate::dialect::write::Json;

/// Members of the request, or what stands for them where they are missing.
pub(super) fn write(body: &Body<'_>) -> String {
    let mut out = BytesMut::from(&b"{"[..]);
    let mut json = Json::new(&mut out);
    let mut tell = |name: &str, value: Option<&RawValue>, usual: &str| {
        json.key(name).raw(value.map_or(usual, RawValue::get));
    };
    tell("instructions", body.instructions, "null");
    tell("max_output_tokens", body.max_output_tokens, "null");
    tell("metadata", body.metadata, "{}");
    tell("parallel_tool_calls", body.parallel_tool_calls, "true");
    tell("reasoning", body.reasoning, r#"{"effort":null,"summary":null}"#);
    tell("temperature", body.temperature, "null");
    tell("text", body.text, r#"{"format":{"type":"text"}}"#);
    tell("tool_choice", body.tool_choice, r#""auto""#);
    tell("tools", body.tools, "[]");
    tell("top_p", body.top_p, "null");
    tell("truncation", None, r#""disabled""#);
    tell("user", body.user, "null");
    // The brace becomes the comma that every member has before it.
    out[0] = b',';
    String::from_utf8_lossy(&out).into_owned()
}
