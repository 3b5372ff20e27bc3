//! Tools, and whether they must be called. A tool of Anthropic's own, or with
//! members that the typed form has no field for, passes in its own form, which
//! only upstreams of this dialect understand. Members that only say how a
//! function's calls are best come by don't make one of it: they are left out.

use jackfield_runtime::api::llm::{ChatRequest, FunctionTool, Tool, ToolChoice};
use serde_json::value::RawValue;

use super::content::CacheControl;
use crate::dialect::error::DecodeError;
use crate::dialect::read::{self, Text};

/// Whether the arguments of calls are streamed before they are known to be JSON,
/// and what calls look like: clients write the first without being asked.
const HINTS: [&str; 2] = ["eager_input_streaming", "input_examples"];

object! {
    /// A tool.
    WireTool {
        kind: Text<'a> = "type",
        name: Text<'a> = "name",
        description: Text<'a> = "description",
        input_schema: &'a RawValue = "input_schema",
        strict: bool = "strict",
        cache_control: CacheControl<'a> = "cache_control",
    }
}

object! {
    /// Whether tools are called, and how many at once.
    Choice {
        kind: Text<'a> = "type",
        name: Text<'a> = "name",
        disable_parallel_tool_use: bool = "disable_parallel_tool_use",
    }
}

/// Reads a tool.
pub(super) fn tool<'a>(
    path: &str,
    raw: &'a RawValue,
    warnings: &mut Vec<String>,
) -> Result<Tool, DecodeError> {
    let wire: WireTool<'a> = read::raw(path, raw)?;
    let own = wire.kind.as_deref().is_some_and(|kind| kind != "custom");
    if own || wire.rest.names().any(|name| !HINTS.contains(&name)) {
        return Ok(Tool::Native(raw.get().to_owned()));
    }
    warnings.extend(wire.rest.names().map(|name| format!("{path}.{name} was left out: it is a hint")));
    let name = wire.name.ok_or_else(|| DecodeError::missing(format!("{path}.name")))?;
    let schema = wire.input_schema.ok_or_else(|| DecodeError::missing(format!("{path}.input_schema")))?;
    if !schema.get().starts_with('{') {
        return Err(DecodeError::invalid(format!("{path}.input_schema"), "must be a JSON schema, an object"));
    }
    Ok(Tool::Function(FunctionTool {
        name: name.into_string(),
        description: wire.description.map(Text::into_string),
        parameters: schema.get().to_owned(),
        strict: wire.strict,
        cache: wire.cache_control.map(CacheControl::point),
    }))
}

/// Reads the choice.
pub(super) fn choose(wire: Choice<'_>, request: &mut ChatRequest) -> Result<(), DecodeError> {
    request.tool_choice = Some(match wire.kind.as_deref() {
        Some("auto") => ToolChoice::Auto,
        Some("any") => ToolChoice::Required,
        Some("none") => ToolChoice::None,
        Some("tool") => {
            let name = wire.name.ok_or_else(|| DecodeError::missing("tool_choice.name"))?;
            ToolChoice::Named(name.into_string())
        }
        Some(other) => {
            return Err(DecodeError::invalid(
                "tool_choice.type",
                format!("can't be `{other}`: take auto, any, tool or none"),
            ));
        }
        None => return Err(DecodeError::missing("tool_choice.type")),
    });
    request.parallel_tool_calls = wire.disable_parallel_tool_use.map(|disabled| !disabled);
    Ok(())
}
