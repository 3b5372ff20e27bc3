//! What comes back whole: a message, an error, a count, a page of models.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// The members of a content block of a known kind, which [`BlockHead`] tells.
#[derive(Debug, Deserialize)]
pub(crate) struct Block<'a> {
    #[serde(borrow, default)]
    pub(crate) text: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) thinking: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) signature: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) data: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) id: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) name: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) input: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) caller: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) citations: Option<Vec<&'a RawValue>>,
}

/// A kind of block; `Other` is passed on in its own form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BlockKind {
    Text,
    Thinking,
    RedactedThinking,
    ToolUse,
    #[serde(other)]
    Other,
}

/// The kind of a block. Of one that is `Other`, members may be of any type.
#[derive(Debug, Deserialize)]
pub(crate) struct BlockHead {
    #[serde(rename = "type")]
    pub(crate) kind: BlockKind,
}

/// A passage that a text rests on, in any of its forms.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Citation {
    pub(crate) cited_text: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) document_title: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) source: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ErrorBody {
    pub(crate) error: ErrorDetail,
    #[serde(default)]
    pub(crate) request_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ErrorDetail {
    #[serde(rename = "type", default)]
    pub(crate) kind: String,
    #[serde(default)]
    pub(crate) message: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct TokenCount {
    #[serde(alias = "inputTokens")]
    pub(crate) input_tokens: u64,
}

/// A page of `GET /v1/models`.
#[derive(Debug, Deserialize)]
pub(crate) struct ModelPage {
    pub(crate) data: Vec<Box<RawValue>>,
    #[serde(default)]
    pub(crate) has_more: Option<bool>,
    #[serde(default)]
    pub(crate) last_id: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Model {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) display_name: Option<String>,
    /// RFC 3339; some compatible servers have `created` in seconds instead.
    #[serde(default)]
    pub(crate) created_at: Option<String>,
    #[serde(default)]
    pub(crate) created: Option<u64>,
    #[serde(default)]
    pub(crate) max_input_tokens: Option<u64>,
    #[serde(default)]
    pub(crate) max_tokens: Option<u64>,
}
