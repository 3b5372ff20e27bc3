//! Tools, and whether the model must call one.

use jackfield_sdk::llm::{self, ChatRequest};
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::Error;

use super::parts::raw_object;
use super::schema;
use crate::settings::{ChatSettings, Schemas};
use crate::wire::request::{FunctionCallingConfig, FunctionDeclaration, Mode, Parameters, Tool, ToolConfig};

/// All tools of the request: the application's functions as one tool, as the
/// API has it, and each of Google's own as it came.
pub(super) fn tools<'a>(
    request: &'a ChatRequest,
    settings: &ChatSettings,
    notes: &mut Notes,
) -> Result<Vec<Tool<'a>>, Error> {
    let (mut functions, mut tools) = (Vec::new(), Vec::new());
    for tool in &request.tools {
        match tool {
            llm::Tool::Native(json) => tools.push(Tool::Native(raw_object("a native tool", json)?)),
            llm::Tool::Function(function) => {
                notes.left_out(function.cache.is_some(), "cache", "Google's API caches tools by itself");
                let what = format!("parameters of the tool {}", function.name);
                functions.push(FunctionDeclaration {
                    name: &function.name,
                    description: function.description.as_deref().unwrap_or_default(),
                    parameters: match settings.schemas {
                        Schemas::Json => Parameters::JsonSchema(raw_object(&what, &function.parameters)?),
                        Schemas::OpenApi => {
                            Parameters::OpenApi(schema::openapi(&what, &function.parameters, notes)?)
                        }
                    },
                });
            }
        }
    }
    if !functions.is_empty() {
        tools.insert(0, Tool::Functions { function_declarations: functions });
        notes.left_out(
            request.parallel_tool_calls == Some(false),
            "parallel-tool-calls",
            "Google's models call as many tools at once as they see fit",
        );
    }
    Ok(tools)
}

/// The API checks arguments against their schema where it is told to, for all
/// functions alike.
pub(super) fn config(request: &ChatRequest) -> Result<Option<ToolConfig<'_>>, Error> {
    let functions: Vec<_> = request
        .tools
        .iter()
        .filter_map(|tool| if let llm::Tool::Function(function) = tool { Some(function) } else { None })
        .collect();
    let strict = !functions.is_empty() && functions.iter().all(|function| function.strict == Some(true));
    let free = if strict { Mode::Validated } else { Mode::Auto };
    let (mode, named) = match &request.tool_choice {
        None if strict => (Mode::Validated, None),
        None => return Ok(None),
        Some(llm::ToolChoice::Auto) => (free, None),
        Some(llm::ToolChoice::None) => (Mode::None, None),
        Some(llm::ToolChoice::Required) => (Mode::Any, None),
        Some(llm::ToolChoice::Named(name)) => (Mode::Any, Some(name.as_str())),
    };
    if functions.is_empty() {
        return match mode {
            Mode::Any => Err(Error::invalid_request(
                "`tool-choice` asks for a call, but there are no functions to call",
            )),
            _ => Ok(None),
        };
    }
    if let Some(name) = named.filter(|name| functions.iter().all(|function| function.name != *name)) {
        return Err(Error::invalid_request(format!(
            "`tool-choice` names `{name}`, which isn't among the tools"
        )));
    }
    let config = FunctionCallingConfig { mode, allowed_function_names: named.into_iter().collect() };
    Ok(Some(ToolConfig { function_calling_config: config }))
}
