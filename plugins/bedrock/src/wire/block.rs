//! Blocks of a message on their way out. Each is an object of one member,
//! whose name is its kind.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Block<'a> {
    Text(Cow<'a, str>),
    Image(Medium<'a>),
    Audio(Medium<'a>),
    Video(Medium<'a>),
    Document(Document<'a>),
    ToolUse(ToolUse<'a>),
    ToolResult(ToolResult<'a>),
    ReasoningContent(Reasoning<'a>),
    CachePoint(CachePoint<'a>),
    /// A block in the API's own form.
    #[serde(untagged)]
    Native(&'a RawValue),
}

/// An image, a sound or a film.
#[derive(Debug, Serialize)]
pub(crate) struct Medium<'a> {
    pub(crate) format: &'static str,
    pub(crate) source: Source<'a>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Source<'a> {
    /// As base64.
    Bytes(Cow<'a, str>),
    S3Location {
        uri: &'a str,
    },
}

#[derive(Debug, Serialize)]
pub(crate) struct Document<'a> {
    pub(crate) format: &'static str,
    pub(crate) name: String,
    pub(crate) source: Source<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) context: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) citations: Option<CitationsConfig>,
}

#[derive(Debug, Serialize)]
pub(crate) struct CitationsConfig {
    pub(crate) enabled: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolUse<'a> {
    pub(crate) tool_use_id: &'a str,
    pub(crate) name: &'a str,
    pub(crate) input: &'a RawValue,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolResult<'a> {
    pub(crate) tool_use_id: &'a str,
    pub(crate) content: Vec<ResultBlock<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ResultBlock<'a> {
    Text(&'a str),
    Json(&'a RawValue),
    Image(Medium<'a>),
    Video(Medium<'a>),
    Document(Document<'a>),
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Reasoning<'a> {
    ReasoningText {
        text: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        signature: Option<&'a str>,
    },
    RedactedContent(&'a str),
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(tag = "type", rename = "default")]
pub(crate) struct CachePoint<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ttl: Option<&'a str>,
}
