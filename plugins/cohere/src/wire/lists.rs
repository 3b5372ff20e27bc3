//! The list of models and the tokens of a text: `GET /v1/models`,
//! `POST /v1/tokenize`.
//!
//! <https://docs.cohere.com/reference/list-models>, <https://docs.cohere.com/reference/tokenize>

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::answer::or_none;

#[derive(Debug, Deserialize)]
pub(crate) struct Page {
    pub(crate) models: Vec<Box<RawValue>>,
    #[serde(default)]
    pub(crate) next_page_token: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Model {
    pub(crate) name: String,
    #[serde(default, deserialize_with = "or_none")]
    pub(crate) endpoints: Vec<String>,
    /// A whole number, written as `4096.0` by some versions.
    #[serde(default)]
    pub(crate) context_length: Option<f64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Tokenize<'a> {
    pub(crate) model: &'a str,
    pub(crate) text: &'a str,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Tokens {
    pub(crate) tokens: Vec<i64>,
}
