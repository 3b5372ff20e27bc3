//! The JSON of Cohere's API, both ways, and nothing else: what it means is in
//! `convert`.
//!
//! <https://docs.cohere.com/reference/about>

pub(crate) mod answer;
pub(crate) mod embed;
pub(crate) mod event;
pub(crate) mod lists;
pub(crate) mod request;
