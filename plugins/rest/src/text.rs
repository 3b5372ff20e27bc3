//! Descriptions as texts: JSON, TOML and YAML become one kind of value.

mod toml;
mod yaml;

use serde_json::Value;

/// A description of tools: TOML, or JSON where it begins with `{`.
pub(crate) fn description(text: &str) -> Result<Value, String> {
    if is_json(text) { json(text) } else { toml::read(text) }
}

/// An OpenAPI document: YAML, or JSON where it begins with `{`.
pub(crate) fn openapi(text: &str) -> Result<Value, String> {
    if is_json(text) { json(text) } else { yaml::read(text) }
}

fn is_json(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|error| format!("this isn't JSON: {error}"))
}
