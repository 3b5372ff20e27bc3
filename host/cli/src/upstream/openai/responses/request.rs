//! The body of a request, and the prompt in it.

use serde::Deserialize;
use serde_json::Value;

use super::super::super::answer::{Choice, Format, Prompt, Tool};
use super::super::super::error::ApiError;

/// The parameters that matter here or come back in the response; others are
/// let through.
#[derive(Debug, Deserialize)]
pub(super) struct Request {
    #[serde(default)]
    pub(super) model: Option<String>,
    #[serde(default)]
    input: Option<Value>,
    #[serde(default)]
    pub(super) instructions: Option<String>,
    #[serde(default)]
    pub(super) max_output_tokens: Option<u64>,
    #[serde(default)]
    pub(super) metadata: Option<Value>,
    #[serde(default)]
    pub(super) previous_response_id: Option<String>,
    #[serde(default)]
    pub(super) reasoning: Option<Value>,
    #[serde(default)]
    pub(super) store: Option<bool>,
    #[serde(default)]
    pub(super) stream: Option<bool>,
    #[serde(default)]
    pub(super) temperature: Option<f64>,
    #[serde(default)]
    pub(super) text: Option<Value>,
    #[serde(default)]
    pub(super) tool_choice: Option<Value>,
    #[serde(default)]
    pub(super) tools: Option<Vec<Value>>,
    #[serde(default)]
    pub(super) top_p: Option<f64>,
}

impl Request {
    /// Takes the prompt out of it.
    pub(super) fn prompt(&self) -> Result<Prompt, ApiError> {
        let mut prompt = Prompt { most: self.max_output_tokens, ..Prompt::default() };
        prompt.bytes = self.instructions.as_ref().map_or(0, String::len);
        match self.input.as_ref().ok_or_else(|| ApiError::missing("input"))? {
            Value::String(text) => {
                prompt.bytes += text.len();
                prompt.last_user.clone_from(text);
            }
            Value::Array(items) => items.iter().for_each(|item| read_item(&mut prompt, item)),
            _ => return Err(ApiError::value("input", "it is neither a text nor a list of items")),
        }
        let effort = self.reasoning.as_ref().and_then(|reasoning| reasoning["effort"].as_str());
        prompt.reasoning = effort.is_some_and(|effort| !matches!(effort, "none" | "minimal"));
        let tools = self.tools.iter().flatten().filter(|tool| tool["type"] == "function");
        prompt.tools = tools.map(tool).collect::<Result<_, _>>()?;
        prompt.choice = self.tool_choice.as_ref().map(choice).transpose()?.unwrap_or_default();
        prompt.format = self.text.as_ref().map(|text| format(&text["format"])).unwrap_or_default();
        Ok(prompt)
    }
}

fn read_item(prompt: &mut Prompt, item: &Value) {
    let text =
        text_of(if item["type"] == "function_call_output" { &item["output"] } else { &item["content"] });
    prompt.bytes += text.len();
    prompt.tool_result = (item["type"] == "function_call_output").then(|| text.clone());
    if item["role"] == "user" {
        prompt.last_user = text;
    }
}

/// A text, or the texts of a list of parts, one a line.
fn text_of(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            parts.iter().filter_map(|part| part["text"].as_str()).collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

fn tool(tool: &Value) -> Result<Tool, ApiError> {
    let name = tool["name"].as_str().ok_or_else(|| ApiError::missing("tools.name"))?;
    Ok(Tool { name: name.to_owned(), schema: tool["parameters"].clone() })
}

fn choice(choice: &Value) -> Result<Choice, ApiError> {
    match (choice.as_str(), choice["name"].as_str()) {
        (Some("auto"), _) => Ok(Choice::Auto),
        (Some("none"), _) => Ok(Choice::None),
        (Some("required"), _) => Ok(Choice::Any),
        (None, Some(name)) => Ok(Choice::Named(name.to_owned())),
        (None, None) if choice.is_null() => Ok(Choice::Auto),
        _ => Err(ApiError::value("tool_choice", format!("{choice} is no choice"))),
    }
}

fn format(format: &Value) -> Format {
    match format["type"].as_str() {
        Some("json_object") => Format::Json,
        Some("json_schema") => Format::Schema(format["schema"].clone()),
        _ => Format::Text,
    }
}
