//! The JSON of Ollama's API, both ways, and nothing else: what it means is in
//! `convert`.
//!
//! <https://docs.ollama.com/api>

pub(crate) mod answer;
pub(crate) mod embed;
pub(crate) mod models;
pub(crate) mod request;
