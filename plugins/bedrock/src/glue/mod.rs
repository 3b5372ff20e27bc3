//! What sends and receives: one file for each interface.

mod chat;
mod embedding;
mod models;
mod passthrough;
mod rerank;

use jackfield_sdk::http::{self, RequestBuilder};
use jackfield_sdk::settings::Once;
use jackfield_sdk::types::Error;

use crate::settings::Settings;

/// The plugin.
pub(crate) struct Bedrock;

static SETTINGS: Once<Settings> = Once::new();

fn settings() -> Result<&'static Settings, Error> {
    SETTINGS.get(Settings::read)
}

/// A POST of JSON to a path of the runtime.
fn post(path: &str, settings: &Settings) -> RequestBuilder {
    http::post(http::join(&settings.base_url, path)).auth(settings.auth.scheme())
}

/// The id of a request, by which AWS finds it again.
fn request_id(headers: &[(String, String)]) -> Option<String> {
    headers.iter().find(|(name, _)| name == "x-amzn-requestid").map(|(_, id)| id.clone())
}
