//! Answers that must be JSON. The API takes a schema as the format of its
//! output from some models on; with the others, and for JSON without a schema,
//! the model is made to call a tool whose input is the answer.

use std::borrow::Cow;

use jackfield_sdk::json;
use jackfield_sdk::llm::{self, ChatRequest, ResponseFormat, SchemaFormat};
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
    let (mut schema, description) = match &request.response_format {
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
    match schema.get("type") {
        None => {
            schema.insert("type".to_owned(), Value::from("object"));
        }
        Some(Value::String(kind)) if kind == "object" => {}
        Some(_) => {
            return Err(Error::unsupported(
                "the response's schema must describe an object, as this model answers by the input of a tool",
            ));
        }
    }
    let name = free_name(&request.tools);
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

/// A name that none of the caller's tools has.
fn free_name(tools: &[llm::Tool]) -> String {
    let mut name = NAME.to_owned();
    while tools.iter().any(|tool| matches!(tool, llm::Tool::Function(function) if function.name == name)) {
        name.push('_');
    }
    name
}

/// Closes every object of a schema that doesn't say whether it is open.
/// Whether there was one.
fn close(schema: &mut Map<String, Value>) -> bool {
    let is_object = schema.get("type").map_or(schema.contains_key("properties"), |kind| kind == "object");
    let mut changed = is_object && !schema.contains_key("additionalProperties");
    if changed {
        schema.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
    for (keyword, value) in schema.iter_mut() {
        changed |= match (keyword.as_str(), value) {
            // Names of members, not keywords, are what these map from.
            ("properties" | "$defs" | "definitions" | "patternProperties", Value::Object(named)) => named
                .values_mut()
                .filter_map(Value::as_object_mut)
                .fold(false, |any, schema| close(schema) | any),
            ("items" | "not" | "if" | "then" | "else" | "contains", Value::Object(schema)) => close(schema),
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(schemas)) => schemas
                .iter_mut()
                .filter_map(Value::as_object_mut)
                .fold(false, |any, schema| close(schema) | any),
            _ => false,
        };
    }
    changed
}
