//! Tools, and whether they must be called. A tool of Google's own passes in its
//! own form, which only upstreams of this dialect understand.

use jackfield_runtime::api::llm::{ChatRequest, FunctionTool, Tool, ToolChoice};
use serde_json::Value;
use serde_json::value::RawValue;

use super::schema;
use crate::dialect::error::DecodeError;
use crate::dialect::read::{self, Text, member_name};

object! {
    /// A tool: functions, or one of Google's own, or both.
    Wire {
        functions: Vec<&'a RawValue> = "functionDeclarations" | "function_declarations",
    }
}

object! {
    /// A function.
    Declaration {
        name: Text<'a> = "name",
        description: Text<'a> = "description",
        parameters: &'a RawValue = "parameters",
        json_schema: &'a RawValue = "parametersJsonSchema" | "parameters_json_schema",
    }
}

object! {
    /// How tools are called.
    Config {
        calling: Calling<'a> = "functionCallingConfig" | "function_calling_config",
    }
}

object! {
    /// How functions are.
    Calling {
        mode: Text<'a> = "mode",
        allowed: Vec<String> = "allowedFunctionNames" | "allowed_function_names",
    }
}

/// Reads a tool.
pub(super) fn add(
    path: &str,
    raw: &RawValue,
    tools: &mut Vec<Tool>,
    warnings: &mut Vec<String>,
) -> Result<(), DecodeError> {
    let wire: Wire<'_> = read::raw(path, raw)?;
    for (place, raw) in wire.functions.unwrap_or_default().into_iter().enumerate() {
        tools.push(Tool::Function(function(
            &format!("{path}.functionDeclarations[{place}]"),
            raw,
            warnings,
        )?));
    }
    for (name, value) in wire.rest.iter() {
        let mut native = String::from("{");
        member_name(&mut native, name);
        native.push_str(value.get());
        native.push('}');
        tools.push(Tool::Native(native));
    }
    Ok(())
}

fn function(path: &str, raw: &RawValue, warnings: &mut Vec<String>) -> Result<FunctionTool, DecodeError> {
    let wire: Declaration<'_> = read::raw(path, raw)?;
    warnings.extend(
        wire.rest.names().map(|name| format!("`{path}.{name}` was left out: only Google's models follow it")),
    );
    let name = wire.name.ok_or_else(|| DecodeError::missing(format!("{path}.name")))?;
    let parameters = match (wire.json_schema, wire.parameters) {
        (Some(_), Some(_)) => {
            let message = "stands beside `parameters`: send one of them";
            return Err(DecodeError::invalid(format!("{path}.parametersJsonSchema"), message));
        }
        (Some(raw), None) if raw.get().starts_with('{') => raw.get().to_owned(),
        (Some(_), None) => {
            let path = format!("{path}.parametersJsonSchema");
            return Err(DecodeError::invalid(path, "must be a JSON schema, an object"));
        }
        (None, Some(raw)) => {
            let path = format!("{path}.parameters");
            schema::convert(&path, read::raw::<Value>(&path, raw)?)?.to_string()
        }
        (None, None) => r#"{"type":"object","properties":{}}"#.to_owned(),
    };
    Ok(FunctionTool {
        name: name.into_string(),
        description: wire.description.map(Text::into_string).filter(|text| !text.is_empty()),
        parameters,
        strict: None,
        cache: None,
    })
}

/// Reads the choice.
pub(super) fn choose(
    raw: &RawValue,
    request: &mut ChatRequest,
    warnings: &mut Vec<String>,
) -> Result<(), DecodeError> {
    let wire: Config<'_> = read::raw("toolConfig", raw)?;
    let only_googles = "only Google's models follow it";
    warnings
        .extend(wire.rest.names().map(|name| format!("`toolConfig.{name}` was left out: {only_googles}")));
    let Some(calling) = wire.calling else { return Ok(()) };
    let path = "toolConfig.functionCallingConfig";
    warnings.extend(calling.rest.names().map(|name| format!("`{path}.{name}` was left out: {only_googles}")));
    let allowed = calling.allowed.unwrap_or_default();
    request.tool_choice = Some(match calling.mode.as_deref().map(str::to_ascii_uppercase).as_deref() {
        None | Some("MODE_UNSPECIFIED") => return Ok(()),
        Some("AUTO") => ToolChoice::Auto,
        Some("VALIDATED") => {
            warnings.push(format!("`{path}.mode` became AUTO: only Google's models know VALIDATED"));
            ToolChoice::Auto
        }
        Some("NONE") => ToolChoice::None,
        Some("ANY") => match allowed.as_slice() {
            [name] => ToolChoice::Named(name.clone()),
            _ => ToolChoice::Required,
        },
        Some(other) => {
            let message = format!("can't be `{other}`: take AUTO, ANY, VALIDATED or NONE");
            return Err(DecodeError::invalid(format!("{path}.mode"), message));
        }
    });
    if allowed.len() > 1 || (allowed.len() == 1 && request.tool_choice == Some(ToolChoice::Auto)) {
        // To allow some is to have no others.
        request.tools.retain(|tool| match tool {
            Tool::Function(function) => allowed.contains(&function.name),
            Tool::Native(_) => true,
        });
    }
    Ok(())
}
