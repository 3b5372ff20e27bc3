//! What comes back for a chat: lines of a stream, or one of the same form that
//! is the whole answer.

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A line, or the whole.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Answer {
    pub(crate) model: Option<String>,
    pub(crate) created_at: Option<String>,
    pub(crate) message: Option<Message>,
    pub(crate) done: bool,
    pub(crate) done_reason: Option<String>,
    #[serde(deserialize_with = "or_none")]
    pub(crate) logprobs: Vec<Logprob>,
    /// What went wrong, in place of all else.
    pub(crate) error: Option<Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Message {
    pub(crate) content: Option<String>,
    pub(crate) thinking: Option<String>,
    #[serde(deserialize_with = "or_none")]
    pub(crate) tool_calls: Vec<ToolCall>,
    #[serde(deserialize_with = "or_none")]
    pub(crate) images: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ToolCall {
    /// Newer versions have one.
    #[serde(default)]
    pub(crate) id: Option<String>,
    pub(crate) function: Called,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Called {
    #[serde(default)]
    pub(crate) name: String,
    /// An object.
    #[serde(default)]
    pub(crate) arguments: Option<Box<RawValue>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Logprob {
    pub(crate) token: String,
    pub(crate) logprob: f64,
    pub(crate) bytes: Option<Vec<u8>>,
    #[serde(deserialize_with = "or_none")]
    pub(crate) top_logprobs: Vec<Alternative>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Alternative {
    pub(crate) token: String,
    pub(crate) logprob: f64,
    pub(crate) bytes: Option<Vec<u8>>,
}

/// Nothing for null.
pub(super) fn or_none<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: Default + Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
