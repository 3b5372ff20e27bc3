//! What comes back for a chat, whole; its parts also come in streams.

use std::collections::BTreeMap;

use jackfield_sdk::json::string_or_number;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// An answer. What has no field here survives in `rest`.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    #[serde(default)]
    pub(crate) id: Option<String>,
    #[serde(default)]
    pub(crate) message: Option<Message>,
    #[serde(default)]
    pub(crate) finish_reason: Option<String>,
    #[serde(default)]
    pub(crate) usage: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "or_none")]
    pub(crate) logprobs: Vec<Logprob>,
    #[serde(flatten)]
    pub(crate) rest: BTreeMap<String, Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Message {
    #[serde(deserialize_with = "or_none")]
    pub(crate) content: Vec<Box<RawValue>>,
    pub(crate) tool_plan: Option<String>,
    #[serde(deserialize_with = "or_none")]
    pub(crate) tool_calls: Vec<ToolCall>,
    #[serde(deserialize_with = "or_none")]
    pub(crate) citations: Vec<Box<RawValue>>,
}

/// A content block, whole or a piece of one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Block {
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) thinking: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ToolCall {
    pub(crate) id: Option<String>,
    pub(crate) function: Called,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Called {
    pub(crate) name: Option<String>,
    pub(crate) arguments: Option<String>,
}

/// A passage of the answer and what it rests on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Citation {
    pub(crate) start: Option<u32>,
    pub(crate) end: Option<u32>,
    pub(crate) content_index: Option<usize>,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    #[serde(deserialize_with = "or_none")]
    pub(crate) sources: Vec<Source>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Source {
    pub(crate) document: Option<Value>,
    pub(crate) tool_output: Option<Value>,
}

/// Tokens of the answer, as one text, with the probability of each.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Logprob {
    pub(crate) text: Option<String>,
    #[serde(deserialize_with = "or_none")]
    pub(crate) logprobs: Vec<f64>,
}

/// Usage of a chat, and `meta` of other answers, which has more units.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Usage {
    #[serde(deserialize_with = "or_none")]
    pub(crate) billed_units: BTreeMap<String, Option<f64>>,
    #[serde(deserialize_with = "or_none")]
    pub(crate) tokens: BTreeMap<String, Option<f64>>,
    pub(crate) cached_tokens: Option<f64>,
    #[serde(deserialize_with = "or_none")]
    pub(crate) warnings: Vec<String>,
}

/// What went wrong. `message` is a text in most answers and an object in some.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Failure {
    #[serde(deserialize_with = "string_or_number")]
    pub(crate) id: Option<String>,
    pub(crate) message: Option<Value>,
}

/// Nothing for null, which the API writes where there is nothing.
pub(super) fn or_none<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
