//! Requests whose answers are the recorded ones. Only what changes how an
//! answer is read is taken over from the recorded request: its model, its tools
//! and the form that it asks for.

use jackfield_runtime::api::embedding::{EmbedRequest, Input};
use jackfield_runtime::api::llm::{
    ChatRequest, FunctionTool, Message, ResponseFormat, Role, SchemaFormat, Tool,
};
use serde_json::Value;

/// The model that a request asks for; some recordings have no request.
pub fn model(request: Option<&Value>) -> &str {
    request.and_then(|request| request["model"].as_str()).unwrap_or("unknown")
}

/// A chat for an answer of OpenAI's or Anthropic's form.
pub fn chat(request: Option<&Value>) -> ChatRequest {
    let mut chat = ChatRequest::new(model(request), vec![Message::text(Role::User, "Well?")]);
    let Some(request) = request else { return chat };
    chat.tools = request["tools"].as_array().into_iter().flatten().map(tool).collect();
    chat.response_format =
        [&request["response_format"], &request["output_config"]["format"], &request["output_format"]]
            .into_iter()
            .find_map(format);
    chat
}

fn tool(tool: &Value) -> Tool {
    let (function, parameters) = match tool["type"].as_str() {
        Some("function") => (&tool["function"], "parameters"),
        None | Some("custom") if tool["input_schema"].is_object() => (tool, "input_schema"),
        _ => return Tool::Native(tool.to_string()),
    };
    let empty = || r#"{"type":"object","properties":{}}"#.to_owned();
    Tool::Function(FunctionTool {
        name: text(&function["name"]).unwrap_or_default(),
        description: text(&function["description"]),
        parameters: Some(&function[parameters])
            .filter(|schema| schema.is_object())
            .map_or_else(empty, Value::to_string),
        strict: function["strict"].as_bool(),
        cache: None,
    })
}

fn format(format: &Value) -> Option<ResponseFormat> {
    match format["type"].as_str()? {
        "text" => Some(ResponseFormat::Text),
        "json_object" => Some(ResponseFormat::JsonObject),
        "json_schema" => {
            let inner = if format["json_schema"].is_object() { &format["json_schema"] } else { format };
            Some(ResponseFormat::JsonSchema(SchemaFormat {
                name: text(&inner["name"]).unwrap_or_else(|| "answer".to_owned()),
                description: text(&inner["description"]),
                schema: inner["schema"].to_string(),
                strict: inner["strict"].as_bool(),
            }))
        }
        other => panic!("a recorded request asks for the form `{other}`"),
    }
}

/// Embeddings of as many inputs as were recorded.
pub fn embed(request: Option<&Value>) -> EmbedRequest {
    let input = request.map_or(&Value::Null, |request| &request["input"]);
    let inputs = match input {
        Value::Array(items) if items.first().is_some_and(Value::is_number) => vec![one_input(input)],
        Value::Array(items) => items.iter().map(one_input).collect(),
        one => vec![one_input(one)],
    };
    EmbedRequest::new(model(request), inputs)
}

fn one_input(input: &Value) -> Input {
    match input {
        Value::Array(tokens) => {
            let token =
                |token: &Value| token.as_u64().and_then(|token| token.try_into().ok()).expect("a token");
            Input::Tokens(tokens.iter().map(token).collect())
        }
        text => Input::Text(text.as_str().unwrap_or("unknown").to_owned()),
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}
