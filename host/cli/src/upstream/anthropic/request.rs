//! The body of a request, and the prompt in it.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use super::super::answer::{Choice, Format, Prompt, Tool};
use super::super::error::ApiError;

/// The parameters that matter here; others are let through.
#[derive(Debug, Deserialize)]
pub(super) struct Request<'a> {
    #[serde(borrow, default)]
    pub(super) model: Option<Cow<'a, str>>,
    #[serde(default)]
    pub(super) max_tokens: Option<u64>,
    #[serde(borrow, default)]
    messages: Option<Vec<Message<'a>>>,
    #[serde(borrow, default)]
    system: Option<Content<'a>>,
    #[serde(default)]
    pub(super) stream: Option<bool>,
    #[serde(default)]
    tools: Option<Vec<Value>>,
    #[serde(default)]
    tool_choice: Option<Value>,
    #[serde(default)]
    thinking: Option<Value>,
    #[serde(default)]
    output_config: Option<Value>,
    #[serde(default)]
    output_format: Option<Value>,
}

#[derive(Debug, Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    role: Cow<'a, str>,
    #[serde(borrow)]
    content: Content<'a>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Content<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    Blocks(#[serde(borrow)] Vec<Block<'a>>),
}

#[derive(Debug, Deserialize)]
struct Block<'a> {
    #[serde(borrow)]
    r#type: Cow<'a, str>,
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
    /// Of a tool's result.
    #[serde(borrow, default)]
    content: Option<Box<Content<'a>>>,
}

impl Content<'_> {
    /// The texts in it, one a line; not those of tool results.
    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Blocks(blocks) => {
                let texts: Vec<_> = blocks.iter().filter_map(|block| block.text.as_deref()).collect();
                Cow::Owned(texts.join("\n"))
            }
        }
    }

    /// The text of the last tool result in it.
    fn tool_result(&self) -> Option<Cow<'_, str>> {
        let Self::Blocks(blocks) = self else { return None };
        let result = blocks.iter().rfind(|block| block.r#type == "tool_result")?;
        Some(result.content.as_ref().map_or(Cow::Borrowed(""), |content| content.text()))
    }
}

impl Request<'_> {
    /// Takes the prompt out of it, checking what a real server checks.
    pub(super) fn prompt(&mut self) -> Result<Prompt, ApiError> {
        let messages = self.messages.take().ok_or_else(|| missing("messages"))?;
        if messages.is_empty() {
            return Err(ApiError::value("messages", "at least one message is required"));
        }
        let mut prompt = Prompt { most: self.max_tokens, ..Prompt::default() };
        if let Some(system) = &self.system {
            prompt.bytes = system.text().len();
        }
        for message in &messages {
            let text = message.content.text();
            let result = message.content.tool_result();
            prompt.bytes += text.len() + result.as_ref().map_or(0, |result| result.len());
            prompt.tool_result = result.map(Cow::into_owned);
            match &*message.role {
                "user" => prompt.last_user = text.into_owned(),
                "assistant" | "system" => {}
                other => return Err(ApiError::value("messages.role", format!("'{other}' is no role"))),
            }
        }
        prompt.reasoning = self.thinks();
        prompt.tools = self.tools.iter().flatten().filter_map(tool).collect();
        prompt.choice = self.tool_choice.as_ref().map(choice).transpose()?.unwrap_or_default();
        let format =
            self.output_config.as_ref().map(|config| &config["format"]).or(self.output_format.as_ref());
        if let Some(schema) = format.filter(|format| format["type"] == "json_schema") {
            prompt.format = Format::Schema(schema["schema"].clone());
        }
        Ok(prompt)
    }

    fn thinks(&self) -> bool {
        self.thinking
            .as_ref()
            .is_some_and(|thinking| matches!(thinking["type"].as_str(), Some("enabled" | "adaptive")))
    }
}

/// Status 400, for a parameter that is missing, in Anthropic's words.
pub(super) fn missing(param: &'static str) -> ApiError {
    ApiError::invalid(format!("{param}: Field required"))
}

/// A tool with a schema; those that Anthropic runs by itself have none.
fn tool(tool: &Value) -> Option<Tool> {
    let schema = tool.get("input_schema")?.clone();
    Some(Tool { name: tool["name"].as_str()?.to_owned(), schema })
}

fn choice(choice: &Value) -> Result<Choice, ApiError> {
    match (choice["type"].as_str(), choice["name"].as_str()) {
        (Some("auto"), _) => Ok(Choice::Auto),
        (Some("none"), _) => Ok(Choice::None),
        (Some("any"), _) => Ok(Choice::Any),
        (Some("tool"), Some(name)) => Ok(Choice::Named(name.to_owned())),
        _ => Err(ApiError::value("tool_choice", format!("{choice} is no choice"))),
    }
}
