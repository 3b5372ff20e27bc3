//! What comes back whole.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

/// `message` of an answer's `output`.
#[derive(Debug, Deserialize)]
pub(crate) struct Output<'a> {
    #[serde(borrow, default)]
    pub(crate) message: Option<Message<'a>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Message<'a> {
    #[serde(borrow, default)]
    pub(crate) content: Vec<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolUse<'a> {
    pub(crate) tool_use_id: String,
    pub(crate) name: String,
    #[serde(borrow, default)]
    pub(crate) input: Option<&'a RawValue>,
    #[serde(rename = "type", default)]
    kind: Option<String>,
}

impl ToolUse<'_> {
    /// Whether the model's provider runs the tool itself. Calls of the caller's
    /// tools may have a type as well.
    pub(crate) fn is_the_servers(&self) -> bool {
        self.kind.as_deref() == Some("server_tool_use")
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Reasoning<'a> {
    #[serde(borrow, default)]
    pub(crate) reasoning_text: Option<ReasoningText<'a>>,
    #[serde(borrow, default)]
    pub(crate) redacted_content: Option<Cow<'a, str>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ReasoningText<'a> {
    #[serde(borrow, default)]
    pub(crate) text: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) signature: Option<Cow<'a, str>>,
}

/// A text with its sources.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CitationsContent<'a> {
    pub(crate) content: Vec<CitedText>,
    #[serde(borrow)]
    pub(crate) citations: Vec<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct CitedText {
    #[serde(default)]
    pub(crate) text: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Citation {
    pub(crate) title: Option<String>,
    pub(crate) source: Option<String>,
    pub(crate) source_content: Vec<CitedText>,
    pub(crate) location: Option<Location>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Location {
    pub(crate) web: Option<Web>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Web {
    pub(crate) url: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Image<'a> {
    #[serde(default)]
    pub(crate) format: String,
    #[serde(borrow, default)]
    pub(crate) source: Option<ImageSource<'a>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ImageSource<'a> {
    #[serde(borrow, default)]
    pub(crate) bytes: Option<Cow<'a, str>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenCount {
    pub(crate) input_tokens: u64,
}

/// `GET /foundation-models` and `GET /inference-profiles`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct ModelPage {
    pub(crate) model_summaries: Vec<Box<RawValue>>,
    pub(crate) inference_profile_summaries: Vec<Box<RawValue>>,
    pub(crate) next_token: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FoundationModel {
    pub(crate) model_id: String,
    #[serde(default)]
    pub(crate) model_name: Option<String>,
    #[serde(default)]
    pub(crate) provider_name: Option<String>,
    #[serde(default)]
    pub(crate) output_modalities: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InferenceProfile {
    pub(crate) inference_profile_id: String,
    #[serde(default)]
    pub(crate) inference_profile_arn: Option<String>,
    #[serde(default)]
    pub(crate) inference_profile_name: Option<String>,
    #[serde(rename = "type", default)]
    pub(crate) kind: Option<String>,
}
