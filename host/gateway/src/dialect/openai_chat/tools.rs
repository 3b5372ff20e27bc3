//! Tools, whether they must be called, and the functions that were there
//! before them. A tool with members that the typed form has no field for
//! passes in its own form.

use jackfield_runtime::api::llm::{CachePoint, ChatRequest, FunctionTool, Tool, ToolChoice};
use serde_json::value::RawValue;

use super::Asked;
use super::parts::CacheControl;
use super::request::Body;
use crate::dialect::error::DecodeError;
use crate::dialect::read::{self, Text};

/// The schema of a function without parameters.
const NO_PARAMETERS: &str = r#"{"type":"object","properties":{}}"#;

object! {
    /// A tool.
    WireTool {
        kind: Text<'a> = "type",
        function: Function<'a> = "function",
        custom: Named<'a> = "custom",
        cache_control: CacheControl<'a> = "cache_control",
    }
}

object! {
    /// A function.
    Function {
        name: Text<'a> = "name",
        description: Text<'a> = "description",
        parameters: &'a RawValue = "parameters",
        strict: bool = "strict",
    }
}

object! {
    /// Whatever has a name.
    Named {
        name: Text<'a> = "name",
    }
}

object! {
    /// One tool that must be called.
    Choice {
        kind: Text<'a> = "type",
        function: Named<'a> = "function",
    }
}

/// Reads tools and functions, and which of them must be called.
pub(super) fn set<'a>(
    body: &mut Body<'a>,
    request: &mut ChatRequest,
    asked: &mut Asked,
) -> Result<(), DecodeError> {
    for (place, raw) in body.tools.take().unwrap_or_default().into_iter().enumerate() {
        request.tools.push(tool(&format!("tools[{place}]"), raw, asked)?);
    }
    if let Some(functions) = body.functions.take() {
        asked.functions = true;
        for (place, wire) in functions.into_iter().enumerate() {
            request.tools.push(Tool::Function(function(&format!("functions[{place}]"), wire, None)?));
        }
    }
    request.parallel_tool_calls = body.parallel_tool_calls;
    if let Some(raw) = body.tool_choice.take() {
        request.tool_choice = choice(raw)?;
        if request.tool_choice.is_none() {
            body.rest.push("tool_choice".into(), raw);
        }
    }
    if let Some(raw) = body.function_call.take() {
        asked.functions = true;
        request.tool_choice = Some(if raw.get().starts_with('"') {
            word("function_call", raw)?.ok_or_else(|| {
                DecodeError::invalid("function_call", "must be `auto`, `none` or an object with a `name`")
            })?
        } else {
            let named: Named<'a> = read::raw("function_call", raw)?;
            let name = named.name.ok_or_else(|| DecodeError::missing("function_call.name"))?;
            ToolChoice::Named(name.into_string())
        });
    }
    Ok(())
}

fn tool<'a>(path: &str, raw: &'a RawValue, asked: &mut Asked) -> Result<Tool, DecodeError> {
    let wire: WireTool<'a> = read::raw(path, raw)?;
    match wire.kind.as_deref() {
        None => return Err(DecodeError::missing(format!("{path}.type"))),
        Some("function") => {
            let inner = wire.function.ok_or_else(|| DecodeError::missing(format!("{path}.function")))?;
            if wire.rest.is_empty() && inner.rest.is_empty() {
                let cache = wire.cache_control.map(CacheControl::point);
                return function(&format!("{path}.function"), inner, cache).map(Tool::Function);
            }
        }
        Some("custom") => {
            asked.custom_tools.extend(wire.custom.and_then(|custom| custom.name).map(Text::into_string));
        }
        Some(_) => {}
    }
    Ok(Tool::Native(raw.get().to_owned()))
}

fn function(path: &str, wire: Function<'_>, cache: Option<CachePoint>) -> Result<FunctionTool, DecodeError> {
    let name = wire.name.ok_or_else(|| DecodeError::missing(format!("{path}.name")))?;
    let parameters = wire.parameters.map_or(NO_PARAMETERS, RawValue::get);
    if !parameters.starts_with('{') {
        return Err(DecodeError::invalid(format!("{path}.parameters"), "must be a JSON schema, an object"));
    }
    Ok(FunctionTool {
        name: name.into_string(),
        description: wire.description.map(Text::into_string),
        parameters: parameters.to_owned(),
        strict: wire.strict,
        cache,
    })
}

/// A word, or one function. Nothing for other choices, as one among some of
/// the tools.
fn choice(raw: &RawValue) -> Result<Option<ToolChoice>, DecodeError> {
    if raw.get().starts_with('"') {
        return word("tool_choice", raw);
    }
    let wire: Choice<'_> = read::raw("tool_choice", raw)?;
    match (wire.kind.as_deref(), wire.function) {
        (Some("function"), Some(function)) => {
            let name = function.name.ok_or_else(|| DecodeError::missing("tool_choice.function.name"))?;
            Ok(Some(ToolChoice::Named(name.into_string())))
        }
        (Some("function"), None) => Err(DecodeError::missing("tool_choice.function")),
        (Some(_), _) => Ok(None),
        (None, _) => Err(DecodeError::missing("tool_choice.type")),
    }
}

fn word(path: &str, raw: &RawValue) -> Result<Option<ToolChoice>, DecodeError> {
    let word: Text<'_> = read::raw(path, raw)?;
    Ok(match &*word {
        "auto" => Some(ToolChoice::Auto),
        "none" => Some(ToolChoice::None),
        "required" | "any" => Some(ToolChoice::Required),
        _ => None,
    })
}
