//! Requests whose answers are the recorded ones. Only what changes how an
//! answer is read is taken over from the recorded request: its model, its tools
//! and the form that it asks for.

use jackfield_runtime::api::embedding::{EmbedRequest, Input};
use jackfield_runtime::api::llm::{
    ChatRequest, FunctionTool, Message, ResponseFormat, Role, SchemaFormat, Tool,
};
use serde_json::Value;

use super::{Exchange, Kind, Line};

/// What of a provider is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// A whole answer.
    Chat,
    /// A streamed answer.
    Stream,
    /// Vectors.
    Embed,
    /// How many tokens a request has.
    Count,
}

impl Call {
    /// What the recorded request asked for.
    pub fn of(exchange: &Exchange, line: &Line) -> Self {
        let path = exchange.bare_path();
        let ends = |endings: &[&str]| endings.iter().any(|ending| path.ends_with(ending));
        let streams = line.request.as_ref().is_some_and(|request| request["stream"] == true);
        if ends(&["/embeddings", "/embed", ":batchEmbedContents"]) {
            Self::Embed
        } else if ends(&["/count_tokens", "/count-tokens", ":countTokens"]) {
            Self::Count
        } else if streams || ends(&["-stream", ":streamGenerateContent"]) {
            Self::Stream
        } else {
            Self::Chat
        }
    }
}

/// A chat for a recorded answer. How answers in the shape of [`Kind::Neutral`]
/// are read, tools and forms don't change.
pub fn chat(line: &Line) -> ChatRequest {
    let mut chat = ChatRequest::new(&line.model, vec![Message::text(Role::User, "Well?")]);
    let Some(request) = &line.request else { return chat };
    if matches!(line.kind, Kind::Neutral | Kind::NeutralStream) {
        return chat;
    }
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
pub fn embed(line: &Line) -> EmbedRequest {
    let request = line.request.as_ref().unwrap_or(&Value::Null);
    let mut lists = ["input", "texts", "requests"].iter().map(|name| &request[*name]);
    let input = lists.find(|input| !input.is_null()).unwrap_or(&Value::Null);
    let inputs = match input {
        Value::Array(items) if items.first().is_some_and(Value::is_number) => vec![one_input(input)],
        Value::Array(items) => items.iter().map(one_input).collect(),
        one => vec![one_input(one)],
    };
    EmbedRequest::new(&line.model, inputs)
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
