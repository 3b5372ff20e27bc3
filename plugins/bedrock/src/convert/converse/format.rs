//! Answers that must be JSON: by the API's own format where the model has it,
//! and otherwise by a call of a tool whose input is the answer.

use std::borrow::Cow;

use jackfield_sdk::json::parse_object;
use jackfield_sdk::llm::{ChatRequest, ResponseFormat, SchemaFormat, ToolChoice as Choice};
use jackfield_sdk::notes::Notes;
use jackfield_sdk::schema::{as_input, close, free_name};
use jackfield_sdk::types::Error;
use serde_json::{Map, Value};

use crate::settings::model::listed;
use crate::settings::{Settings, StructuredOutput};
use crate::wire::request::{
    InputSchema, OutputConfig, Structure, TextFormat, Tool, ToolChoice, ToolConfig, ToolSpec,
};

const NAME: &str = "json_answer";
const DESCRIPTION: &str =
    "Takes your final answer to the user, as its input. Call it once, when you know the whole answer.";

/// How the form of the answer is enforced.
#[derive(Debug, Default)]
pub(super) struct Enforced<'a> {
    pub(super) config: Option<OutputConfig<'a>>,
    pub(super) answer_tool: Option<String>,
}

/// Decides, and adds the tool where it takes one.
pub(super) fn enforce<'a>(
    request: &'a ChatRequest,
    settings: &Settings,
    tools: &mut Option<ToolConfig<'a>>,
    notes: &mut Notes,
) -> Result<Enforced<'a>, Error> {
    let (schema, description) = match &request.response_format {
        None | Some(ResponseFormat::Text) => return Ok(Enforced::default()),
        Some(ResponseFormat::JsonObject) => (Map::new(), None),
        Some(ResponseFormat::JsonSchema(format)) => {
            let schema = parse_object("schema of the response format", &format.schema)?;
            if native(format, &request.model, settings) {
                return Ok(Enforced { config: Some(own(format, schema, notes)), answer_tool: None });
            }
            (schema, format.description.as_deref())
        }
    };
    if matches!(request.tool_choice, Some(Choice::Required | Choice::Named(_))) {
        // A call of the caller's own tools is wanted, which is no answer yet.
        return Ok(Enforced::default());
    }
    let Some(schema) = as_input(schema) else {
        return Err(Error::unsupported(
            "the response's schema must describe an object, as this model answers by the input of a tool",
        ));
    };
    let name = free_name(NAME, &request.tools);
    let schema = serde_json::value::to_raw_value(&schema)
        .map_err(|error| Error::internal(format!("the response's schema can't be written: {error}")))?;
    let config = tools.get_or_insert_with(|| ToolConfig { tools: Vec::new(), tool_choice: None });
    config.tool_choice = Some(if config.tools.is_empty() || request.tool_choice == Some(Choice::None) {
        ToolChoice::Tool { name: Cow::Owned(name.clone()) }
    } else {
        ToolChoice::Any {}
    });
    config.tools.push(Tool::ToolSpec(ToolSpec {
        name: Cow::Owned(name.clone()),
        description: Some(description.filter(|text| !text.is_empty()).unwrap_or(DESCRIPTION)),
        input_schema: InputSchema::Json(Cow::Owned(schema)),
        strict: false,
    }));
    Ok(Enforced { config: None, answer_tool: Some(name) })
}

fn own<'a>(format: &'a SchemaFormat, mut schema: Map<String, Value>, notes: &mut Notes) -> OutputConfig<'a> {
    if close(&mut schema) {
        notes.warn(
            "`additionalProperties: false` was added to objects in the response's schema: Bedrock demands it",
        );
    }
    OutputConfig {
        text_format: TextFormat::JsonSchema {
            structure: Structure::JsonSchema {
                schema: Value::Object(schema).to_string(),
                name: &format.name,
                description: format.description.as_deref(),
            },
        },
    }
}

fn native(format: &SchemaFormat, model: &str, settings: &Settings) -> bool {
    match settings.structured_output {
        StructuredOutput::Native => true,
        StructuredOutput::Tool => false,
        // The API's own way takes a subset of JSON schema, which who asks for
        // less than strictness may not have kept to.
        StructuredOutput::Auto => format.strict != Some(false) && listed(&settings.native_schema, model),
    }
}
