//! What comes back as a stream: payloads of an event stream's messages. Their
//! padding, a member `p` of random length, is left unread.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::answer::Image;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BlockStart<'a> {
    #[serde(default)]
    pub(crate) content_block_index: u32,
    #[serde(borrow, default)]
    pub(crate) start: Option<Start<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Start<'a> {
    #[serde(borrow, default)]
    pub(crate) tool_use: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) tool_result: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) image: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BlockDelta<'a> {
    #[serde(default)]
    pub(crate) content_block_index: u32,
    #[serde(borrow, default)]
    pub(crate) delta: Delta<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Delta<'a> {
    #[serde(borrow)]
    pub(crate) text: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) tool_use: Option<ToolUseDelta<'a>>,
    #[serde(borrow)]
    pub(crate) tool_result: Option<Vec<&'a RawValue>>,
    #[serde(borrow)]
    pub(crate) reasoning_content: Option<ReasoningDelta<'a>>,
    #[serde(borrow)]
    pub(crate) citation: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(crate) image: Option<Image<'a>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ToolUseDelta<'a> {
    #[serde(borrow, default)]
    pub(crate) input: Cow<'a, str>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ReasoningDelta<'a> {
    #[serde(borrow)]
    pub(crate) text: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) signature: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub(crate) redacted_content: Option<Cow<'a, str>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BlockStop {
    #[serde(default)]
    pub(crate) content_block_index: u32,
}
