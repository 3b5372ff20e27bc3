//! Answers that must be JSON. The API takes a schema as the format of its
//! output from some models on; with the others, and for JSON without a schema,
//! the model is made to call a tool whose input is the answer.

use std::borrow::Cow;

use jackfield_sdk::json;
use jackfield_sdk::llm::{ChatRequest, ResponseFormat, SchemaFormat};
use jackfield_sdk::schema::{as_input, close, free_name};
use jackfield_sdk::types::Error;
use serde_json::{Map, Value};

use super::notes::Notes;
use crate::settings::{Settings, StructuredOutput};
use crate::wire::request::{FunctionTool, OutputFormat, Tool, ToolChoice};

const NAME: &str = "json_answer";
const DESCRIPTION: &str =
    "Takes your final answer to the user, as its input. Call it once, when you know the whole answer.";

/// How the form of the answer is enforced.
#[derive(Debug, Default)]
pub(super) struct Enforced {
    pub(super) format: Option<OutputFormat>,
    pub(super) answer_tool: Option<String>,
}

/// Decides, and adds the tool where it takes one.
pub(super) fn enforce<'a>(
    request: &'a ChatRequest,
    settings: &Settings,
    tools: &mut Vec<Tool<'a>>,
    tool_choice: &mut Option<ToolChoice<'a>>,
    notes: &mut Notes,
) -> Result<Enforced, Error> {
    let (schema, description) = match &request.response_format {
        None | Some(ResponseFormat::Text) => return Ok(Enforced::default()),
        Some(ResponseFormat::JsonObject) => (Map::new(), None),
        Some(ResponseFormat::JsonSchema(format)) => {
            let mut schema = json::parse_object("schema of the response format", &format.schema)?;
            if native(format, &request.model, settings) {
                if close(&mut schema) {
                    notes.warn("`additionalProperties: false` was added to objects in the response's schema: Anthropic's API demands it");
                }
                return Ok(Enforced {
                    format: Some(OutputFormat { schema: Value::Object(schema) }),
                    answer_tool: None,
                });
            }
            (schema, format.description.as_deref())
        }
    };
    if tool_choice.as_ref().is_some_and(ToolChoice::forces) {
        // A call of the caller's own tools is wanted, which is no answer yet.
        return Ok(Enforced::default());
    }
    let Some(schema) = as_input(schema) else {
        return Err(Error::unsupported(
            "the response's schema must describe an object, as this model answers by the input of a tool",
        ));
    };
    let name = free_name(NAME, &request.tools);
    let input_schema = serde_json::value::to_raw_value(&schema)
        .map_err(|error| Error::internal(format!("the response's schema can't be written: {error}")))?;
    let may_call = !tools.is_empty() && *tool_choice != Some(ToolChoice::None);
    *tool_choice = Some(if may_call {
        ToolChoice::Any { disable_parallel_tool_use: request.parallel_tool_calls == Some(false) }
    } else {
        ToolChoice::Tool { name: Cow::Owned(name.clone()), disable_parallel_tool_use: true }
    });
    tools.push(Tool::Function(FunctionTool {
        name: Cow::Owned(name.clone()),
        description: Some(description.unwrap_or(DESCRIPTION)),
        input_schema: Cow::Owned(input_schema),
        strict: false,
        cache_control: None,
    }));
    Ok(Enforced { format: None, answer_tool: Some(name) })
}

fn native(format: &SchemaFormat, model: &str, settings: &Settings) -> bool {
    match settings.structured_output {
        StructuredOutput::Native => true,
        StructuredOutput::Tool => false,
        // The API's own way takes a subset of JSON schema, which who asks for
        // less than strictness may not have kept to.
        StructuredOutput::Auto => format.strict != Some(false) && settings.native_schema.contain(model),
    }
}
