//! What an error says of itself.
//!
//! <https://cloud.google.com/apis/design/errors>

use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Deserialize)]
pub(crate) struct ErrorBody {
    pub(crate) error: Status,
}

/// A `google.rpc.Status`, as the HTTP APIs write it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Status {
    pub(crate) code: Option<u16>,
    pub(crate) message: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) details: Option<Vec<Value>>,
}
