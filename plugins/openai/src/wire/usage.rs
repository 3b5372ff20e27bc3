//! What a call cost, in every spelling that the family uses.

use serde::Deserialize;

use super::value::Count;

/// A `usage` object.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Usage {
    pub(crate) prompt_tokens: Count,
    pub(crate) completion_tokens: Count,
    pub(crate) total_tokens: Count,
    pub(crate) prompt_tokens_details: Option<Details>,
    pub(crate) completion_tokens_details: Option<Details>,
    /// The audio endpoints' names for the same.
    pub(crate) input_tokens: Count,
    pub(crate) output_tokens: Count,
    #[serde(alias = "input_tokens_details")]
    pub(crate) input_token_details: Option<Details>,
    #[serde(alias = "output_tokens_details")]
    pub(crate) output_token_details: Option<Details>,
    /// DeepSeek.
    pub(crate) prompt_cache_hit_tokens: Count,
    /// Mistral.
    pub(crate) num_cached_tokens: Count,
    /// Together, Moonshot.
    pub(crate) cached_tokens: Count,
    pub(crate) reasoning_tokens: Count,
    /// Anthropic models behind a translating gateway.
    pub(crate) cache_read_input_tokens: Count,
    pub(crate) cache_creation_input_tokens: Count,
    /// Transcription billed by time.
    pub(crate) seconds: Option<f64>,
    /// Mistral's audio input.
    pub(crate) prompt_audio_seconds: Option<f64>,
}

/// Of which.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Details {
    pub(crate) cached_tokens: Count,
    pub(crate) cache_write_tokens: Count,
    pub(crate) reasoning_tokens: Count,
    pub(crate) audio_tokens: Count,
}
