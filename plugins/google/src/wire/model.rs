//! Pages of the lists of models.
//!
//! <https://ai.google.dev/api/models>,
//! <https://cloud.google.com/vertex-ai/docs/reference/rest/v1beta1/publishers.models/list>

use serde::Deserialize;
use serde_json::value::RawValue;

/// A page, of either API.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page {
    #[serde(alias = "publisherModels", default)]
    pub(crate) models: Vec<Box<RawValue>>,
    #[serde(default)]
    pub(crate) next_page_token: Option<String>,
}

/// A model, of either API: Vertex AI tells little more than its name.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Model {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) display_name: Option<String>,
    #[serde(default)]
    pub(crate) input_token_limit: Option<u64>,
    #[serde(default)]
    pub(crate) output_token_limit: Option<u64>,
    #[serde(default)]
    pub(crate) supported_generation_methods: Vec<String>,
}
