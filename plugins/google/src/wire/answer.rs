//! What comes back: an answer, whole or a piece of a stream; both have the
//! same form. Members that nobody here knows are kept raw.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// Members by name, unread.
pub(crate) type Members<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer<'a> {
    #[serde(borrow, default)]
    pub(crate) candidates: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    pub(crate) prompt_feedback: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) usage_metadata: Option<&'a RawValue>,
    #[serde(default)]
    pub(crate) model_version: Option<String>,
    #[serde(default)]
    pub(crate) response_id: Option<String>,
    #[serde(default)]
    pub(crate) create_time: Option<String>,
    #[serde(borrow, default)]
    pub(crate) error: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Candidate<'a> {
    #[serde(default)]
    pub(crate) index: Option<u32>,
    #[serde(borrow, default)]
    pub(crate) content: Option<Content<'a>>,
    #[serde(default)]
    pub(crate) finish_reason: Option<Word>,
    #[serde(borrow, default)]
    pub(crate) grounding_metadata: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) citation_metadata: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) logprobs_result: Option<&'a RawValue>,
}

/// Members of a candidate that the contract has fields for.
pub(crate) const KNOWN: [&str; 4] = ["index", "content", "finishReason", "logprobsResult"];

#[derive(Debug, Deserialize)]
pub(crate) struct Content<'a> {
    #[serde(borrow, default)]
    pub(crate) parts: Option<Vec<&'a RawValue>>,
}

/// A part's members, as far as the contract has a place for them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Part<'a> {
    #[serde(borrow, default)]
    pub(crate) text: Option<Cow<'a, str>>,
    #[serde(default)]
    pub(crate) thought: Option<bool>,
    #[serde(borrow, default)]
    pub(crate) thought_signature: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) function_call: Option<FunctionCall<'a>>,
    #[serde(borrow, default)]
    pub(crate) inline_data: Option<Blob<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FunctionCall<'a> {
    #[serde(borrow, default)]
    pub(crate) id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) name: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) args: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(crate) partial_args: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Blob<'a> {
    #[serde(borrow, default)]
    pub(crate) mime_type: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(crate) data: Cow<'a, str>,
}

/// The name of an enum's value, or its number where an upstream writes those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Word {
    Name(String),
    Number(u64),
}

impl<'de> Deserialize<'de> for Word {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Value::deserialize(deserializer)? {
            Value::String(name) => Ok(Word::Name(name)),
            Value::Number(number) => Ok(Word::Number(number.as_u64().unwrap_or_default())),
            other => Err(serde::de::Error::custom(format_args!("{other} names no value"))),
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PromptFeedback {
    #[serde(default)]
    pub(crate) block_reason: Option<Word>,
    #[serde(default)]
    pub(crate) block_reason_message: Option<String>,
}

/// Token counts. Counts of zero are left out by the API.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Counts {
    pub(crate) prompt_token_count: Option<u64>,
    pub(crate) candidates_token_count: Option<u64>,
    pub(crate) thoughts_token_count: Option<u64>,
    pub(crate) tool_use_prompt_token_count: Option<u64>,
    pub(crate) cached_content_token_count: Option<u64>,
    pub(crate) prompt_tokens_details: Option<Vec<ModalityCount>>,
    pub(crate) candidates_tokens_details: Option<Vec<ModalityCount>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ModalityCount {
    #[serde(default)]
    pub(crate) modality: Option<Word>,
    #[serde(default)]
    pub(crate) token_count: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenCount {
    #[serde(default)]
    pub(crate) total_tokens: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Logprobs {
    pub(crate) chosen_candidates: Vec<Token>,
    pub(crate) top_candidates: Vec<TopTokens>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TopTokens {
    pub(crate) candidates: Vec<Token>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Token {
    pub(crate) token: String,
    pub(crate) log_probability: f64,
}

/// Where an answer's passages come from.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Grounding {
    pub(crate) grounding_chunks: Vec<Value>,
    pub(crate) grounding_supports: Vec<Support>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Support {
    pub(crate) segment: Segment,
    pub(crate) grounding_chunk_indices: Vec<usize>,
}

/// A stretch of a part's text, in bytes.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Segment {
    pub(crate) part_index: usize,
    pub(crate) start_index: usize,
    pub(crate) end_index: usize,
    pub(crate) text: String,
}

/// Sources that an answer recites.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct CitationMetadata {
    #[serde(alias = "citationSources")]
    pub(crate) citations: Vec<Value>,
}
