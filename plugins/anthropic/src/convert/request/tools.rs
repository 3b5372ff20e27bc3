//! Tools, and whether the model must call one.

use std::borrow::Cow;

use jackfield_sdk::json;
use jackfield_sdk::llm::{self, ChatRequest};
use jackfield_sdk::types::Error;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::raw_object;
use crate::wire::request::{CacheControl, FunctionTool, Tool, ToolChoice};

/// All tools of the request.
pub(super) fn tools(request: &ChatRequest) -> Result<Vec<Tool<'_>>, Error> {
    request
        .tools
        .iter()
        .map(|tool| match tool {
            llm::Tool::Function(function) => Ok(Tool::Function(FunctionTool {
                name: Cow::Borrowed(&function.name),
                description: function.description.as_deref(),
                input_schema: input_schema(&function.name, &function.parameters)?,
                strict: function.strict == Some(true),
                cache_control: function
                    .cache
                    .as_ref()
                    .map(|point| CacheControl { ttl: point.ttl.as_deref() }),
            })),
            llm::Tool::Native(json) => raw_object("a native tool", json).map(Tool::Native),
        })
        .collect()
}

/// For schemas that have a `type`.
#[derive(Deserialize)]
struct SchemaHead {
    #[serde(rename = "type")]
    _kind: Value,
}

/// The schema as it came, unless it lacks the `type` that the API insists on.
fn input_schema<'a>(tool: &str, parameters: &'a str) -> Result<Cow<'a, RawValue>, Error> {
    let what = format!("parameters of the tool {tool}");
    let raw = raw_object(&what, parameters)?;
    if serde_json::from_str::<SchemaHead>(parameters).is_ok() {
        return Ok(Cow::Borrowed(raw));
    }
    let mut schema = json::parse_object(&what, parameters)?;
    schema.insert("type".to_owned(), Value::from("object"));
    serde_json::value::to_raw_value(&schema)
        .map(Cow::Owned)
        .map_err(|error| Error::internal(format!("the schema of the tool {tool} can't be written: {error}")))
}

/// The API takes a choice only beside tools, and says there whether several
/// calls may come at once.
pub(super) fn tool_choice(request: &ChatRequest) -> Result<Option<ToolChoice<'_>>, Error> {
    let disable_parallel_tool_use = request.parallel_tool_calls == Some(false);
    let choice = match &request.tool_choice {
        None if disable_parallel_tool_use => ToolChoice::Auto { disable_parallel_tool_use },
        None => return Ok(None),
        Some(llm::ToolChoice::Auto) => ToolChoice::Auto { disable_parallel_tool_use },
        Some(llm::ToolChoice::None) => ToolChoice::None,
        Some(llm::ToolChoice::Required) => ToolChoice::Any { disable_parallel_tool_use },
        Some(llm::ToolChoice::Named(name)) => {
            ToolChoice::Tool { name: Cow::Borrowed(name), disable_parallel_tool_use }
        }
    };
    match (request.tools.is_empty(), choice.forces()) {
        (false, _) => Ok(Some(choice)),
        (true, false) => Ok(None),
        (true, true) => Err(Error::invalid_request("`tool-choice` asks for a call, but there are no tools")),
    }
}
