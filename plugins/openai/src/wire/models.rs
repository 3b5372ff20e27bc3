//! Answers of `GET /models`.

use serde::Deserialize;

use super::value::{Count, Raw, Text};

object! {
    /// One page.
    Page {
        data: Option<Vec<Raw<'a>>> = "data",
        has_more: Option<bool> = "has_more",
        last_id: Option<Text<'a>> = "last_id",
        error: Option<Raw<'a>> = "error",
    }
}

object! {
    /// One model. Beyond `id` every server has its own words.
    Model {
        id: Option<Text<'a>> = "id",
        name: Option<Text<'a>> = "name",
        display_name: Option<Text<'a>> = "display_name",
        owned_by: Option<Text<'a>> = "owned_by",
        organization: Option<Text<'a>> = "organization",
        publisher: Option<Text<'a>> = "publisher",
        created: Count = "created",
        kind: Option<Text<'a>> = "type",
        context_length: Count = "context_length",
        context_window: Count = "context_window",
        max_context_length: Count = "max_context_length",
        max_model_len: Count = "max_model_len",
        max_output_tokens: Count = "max_output_tokens",
        max_completion_tokens: Count = "max_completion_tokens",
        capabilities: Option<Raw<'a>> = "capabilities",
    }
}

/// Mistral's list of what a model can do.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Capabilities {
    pub(crate) completion_chat: Option<bool>,
    pub(crate) audio_transcription: Option<bool>,
}
