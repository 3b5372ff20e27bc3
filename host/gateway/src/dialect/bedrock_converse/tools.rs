//! Tools, and whether they must be called. A tool that Bedrock runs itself
//! passes in its own form.

use jackfield_runtime::api::llm::{ChatRequest, FunctionTool, Tool, ToolChoice};
use serde_json::value::RawValue;

use super::content::cache_point;
use super::union;
use crate::dialect::error::DecodeError;
use crate::dialect::read::{self, Text};

object! {
    /// What may be called, and whether it must be.
    ToolConfig {
        tools: Vec<&'a RawValue> = "tools",
        choice: &'a RawValue = "toolChoice",
    }
}

object! {
    /// A function.
    Spec {
        name: Text<'a> = "name",
        description: Text<'a> = "description",
        schema: &'a RawValue = "inputSchema",
        strict: bool = "strict",
    }
}

object! {
    /// The one that must be called.
    Named {
        name: Text<'a> = "name",
    }
}

/// Reads `toolConfig`.
pub(super) fn convert(config: ToolConfig<'_>, request: &mut ChatRequest) -> Result<(), DecodeError> {
    for (place, raw) in config.tools.unwrap_or_default().into_iter().enumerate() {
        let path = format!("toolConfig.tools[{place}]");
        let (kind, inner) = union::only(&path, raw)?;
        let inner_path = format!("{path}.{kind}");
        match kind.as_str() {
            "toolSpec" => request.tools.push(function(&inner_path, inner, raw)?),
            "cachePoint" => {
                let point = cache_point(&inner_path, inner)?;
                match request.tools.last_mut() {
                    Some(Tool::Function(function)) => function.cache = Some(point),
                    _ => return Err(DecodeError::unsupported(path, "must follow a `toolSpec`")),
                }
            }
            _ => request.tools.push(Tool::Native(raw.get().to_owned())),
        }
    }
    request.tool_choice = config.choice.map(choice).transpose()?;
    Ok(())
}

fn function(path: &str, inner: &RawValue, whole: &RawValue) -> Result<Tool, DecodeError> {
    let spec: Spec<'_> = read::raw(path, inner)?;
    let missing = |name: &str| DecodeError::missing(format!("{path}.{name}"));
    let name = spec.name.ok_or_else(|| missing("name"))?.into_string();
    let schema = spec.schema.ok_or_else(|| missing("inputSchema"))?;
    let place = format!("{path}.inputSchema");
    let (form, schema) = union::only(&place, schema)?;
    if form != "json" || !spec.rest.is_empty() {
        return Ok(Tool::Native(whole.get().to_owned()));
    }
    if !schema.get().starts_with('{') {
        return Err(DecodeError::invalid(format!("{place}.json"), "must be a JSON schema, an object"));
    }
    Ok(Tool::Function(FunctionTool {
        name,
        description: spec.description.map(Text::into_string),
        parameters: schema.get().to_owned(),
        strict: spec.strict,
        cache: None,
    }))
}

fn choice(raw: &RawValue) -> Result<ToolChoice, DecodeError> {
    const PATH: &str = "toolConfig.toolChoice";
    let (kind, inner) = union::only(PATH, raw)?;
    match kind.as_str() {
        "auto" => Ok(ToolChoice::Auto),
        "any" => Ok(ToolChoice::Required),
        "tool" => {
            let path = format!("{PATH}.tool");
            let named: Named<'_> = read::raw(&path, inner)?;
            let name = named.name.ok_or_else(|| DecodeError::missing(format!("{path}.name")))?;
            Ok(ToolChoice::Named(name.into_string()))
        }
        other => Err(DecodeError::invalid(PATH, format!("can't be `{other}`: take auto, any or tool"))),
    }
}
