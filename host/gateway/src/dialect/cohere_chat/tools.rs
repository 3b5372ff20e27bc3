//! Tools. One with members that the typed form has no field for passes in its
//! own form, which only upstreams of this dialect understand.

use jackfield_runtime::api::llm::{FunctionTool, Tool};
use serde_json::value::RawValue;

use crate::dialect::error::DecodeError;
use crate::dialect::read::{self, Text};

/// The schema of a function without parameters.
const NO_PARAMETERS: &str = r#"{"type":"object","properties":{}}"#;

object! {
    /// A tool.
    WireTool {
        kind: Text<'a> = "type",
        function: Function<'a> = "function",
    }
}

object! {
    /// A function.
    Function {
        name: Text<'a> = "name",
        description: Text<'a> = "description",
        parameters: &'a RawValue = "parameters",
    }
}

/// Reads a tool.
pub(super) fn tool(path: &str, raw: &RawValue) -> Result<Tool, DecodeError> {
    let wire: WireTool<'_> = read::raw(path, raw)?;
    let kind = wire.kind.as_deref().ok_or_else(|| DecodeError::missing(format!("{path}.type")))?;
    if kind != "function" || !wire.rest.is_empty() {
        return Ok(Tool::Native(raw.get().to_owned()));
    }
    let function = wire.function.ok_or_else(|| DecodeError::missing(format!("{path}.function")))?;
    if !function.rest.is_empty() {
        return Ok(Tool::Native(raw.get().to_owned()));
    }
    let name = function.name.ok_or_else(|| DecodeError::missing(format!("{path}.function.name")))?;
    let parameters = function.parameters.map_or(NO_PARAMETERS, RawValue::get);
    if !parameters.starts_with('{') {
        let place = format!("{path}.function.parameters");
        return Err(DecodeError::invalid(place, "must be a JSON schema, an object"));
    }
    Ok(Tool::Function(FunctionTool {
        name: name.into_string(),
        description: function.description.map(Text::into_string),
        parameters: parameters.to_owned(),
        strict: None,
        cache: None,
    }))
}
