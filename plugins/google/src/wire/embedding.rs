//! The three ways of embedding: `batchEmbedContents` of Gemini, and of Vertex
//! AI `predict` and, for newer models, `embedContent`.
//!
//! <https://ai.google.dev/api/embeddings>,
//! <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api>

use serde::{Deserialize, Serialize};

use super::answer::Counts;
use super::request::Part;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EmbedContent<'a> {
    /// `models/...`; in a batch only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) model: Option<&'a str>,
    pub(crate) content: Content<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) task_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output_dimensionality: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) auto_truncate: Option<bool>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Content<'a> {
    pub(crate) parts: [Part<'a>; 1],
}

/// An input of `predict`, whose members are in snake case.
#[derive(Debug, Serialize)]
pub(crate) struct Instance<'a> {
    pub(crate) content: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) task_type: Option<&'static str>,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Parameters {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output_dimensionality: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) auto_truncate: Option<bool>,
}

/// An answer of any of the three.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Answer {
    #[serde(default)]
    pub(crate) embeddings: Option<Vec<Embedding>>,
    #[serde(default)]
    pub(crate) embedding: Option<Embedding>,
    #[serde(default)]
    pub(crate) predictions: Option<Vec<Prediction>>,
    #[serde(default)]
    pub(crate) usage_metadata: Option<Counts>,
    #[serde(default)]
    pub(crate) metadata: Option<Metadata>,
    /// Of `embedContent`; `predict` tells it of each text.
    #[serde(default)]
    pub(crate) truncated: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Embedding {
    #[serde(default)]
    pub(crate) values: Vec<f32>,
    #[serde(default)]
    pub(crate) statistics: Option<Statistics>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Prediction {
    pub(crate) embeddings: Embedding,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Statistics {
    /// A whole number, written with a fraction by some models.
    #[serde(default)]
    pub(crate) token_count: Option<f64>,
    #[serde(default)]
    pub(crate) truncated: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metadata {
    #[serde(default)]
    pub(crate) billable_character_count: Option<f64>,
}
