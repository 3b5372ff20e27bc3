//! Models: those that are there (`GET /api/tags`), those that are loaded
//! (`GET /api/ps`), and how far the download of one is (`POST /api/pull`).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::answer::or_none;

#[derive(Debug, Default, Deserialize)]
pub(crate) struct Listed {
    #[serde(default, deserialize_with = "or_none")]
    pub(crate) models: Vec<Map<String, Value>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Named<'a> {
    pub(crate) model: &'a str,
}

/// A line of a download.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Progress {
    pub(crate) status: Option<String>,
    pub(crate) error: Option<Value>,
}
