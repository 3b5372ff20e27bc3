//! Vectors and ranks: `POST /v2/embed`, `POST /v2/rerank`, both ways.
//!
//! <https://docs.cohere.com/reference/embed>, <https://docs.cohere.com/reference/rerank>

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

#[derive(Debug, Serialize)]
pub(crate) struct Embed<'a> {
    pub(crate) model: &'a str,
    pub(crate) input_type: &'static str,
    #[serde(flatten)]
    pub(crate) inputs: Inputs<'a>,
    pub(crate) embedding_types: [&'static str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output_dimension: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) truncate: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Inputs<'a> {
    Texts(Vec<&'a str>),
    Images(Vec<Cow<'a, str>>),
    /// Both.
    #[serde(rename = "inputs")]
    Mixed(Vec<Mixed<'a>>),
}

#[derive(Debug, Serialize)]
pub(crate) struct Mixed<'a> {
    pub(crate) content: [Piece<'a>; 1],
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Piece<'a> {
    Text { text: &'a str },
    ImageUrl { image_url: Address<'a> },
}

#[derive(Debug, Serialize)]
pub(crate) struct Address<'a> {
    pub(crate) url: Cow<'a, str>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Embedded {
    #[serde(default)]
    pub(crate) embeddings: Option<Vectors>,
    #[serde(default)]
    pub(crate) meta: Option<Box<RawValue>>,
}

/// Vectors of each type that was asked for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Vectors {
    pub(crate) float: Option<Vec<Vec<f32>>>,
    pub(crate) int8: Option<Vec<Vec<i8>>>,
    pub(crate) uint8: Option<Vec<Vec<u8>>>,
    pub(crate) binary: Option<Vec<Vec<i8>>>,
    pub(crate) ubinary: Option<Vec<Vec<u8>>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Rerank<'a> {
    pub(crate) model: &'a str,
    pub(crate) query: &'a str,
    pub(crate) documents: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) top_n: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_tokens_per_doc: Option<u32>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Reranked {
    #[serde(default)]
    pub(crate) id: Option<String>,
    #[serde(default)]
    pub(crate) results: Option<Vec<Place>>,
    #[serde(default)]
    pub(crate) meta: Option<Box<RawValue>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Place {
    pub(crate) index: u32,
    pub(crate) relevance_score: f64,
}
