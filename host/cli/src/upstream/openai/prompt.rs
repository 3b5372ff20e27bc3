//! The body of a chat request, and the prompt in it.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;

use super::super::answer::{Choice, Format, Prompt, Tool};
use super::super::error::ApiError;

/// The parameters that matter here; others are let through.
#[derive(Debug, Deserialize)]
pub(super) struct ChatRequest<'a> {
    #[serde(borrow, default)]
    pub(super) model: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    messages: Option<Vec<Message<'a>>>,
    #[serde(default)]
    pub(super) stream: Option<bool>,
    #[serde(default)]
    pub(super) stream_options: Option<StreamOptions>,
    #[serde(default)]
    tools: Option<Vec<Value>>,
    #[serde(default)]
    tool_choice: Option<Value>,
    #[serde(default)]
    response_format: Option<Value>,
    #[serde(default)]
    max_tokens: Option<u64>,
    #[serde(default)]
    max_completion_tokens: Option<u64>,
    #[serde(default)]
    temperature: Option<f64>,
    #[serde(default)]
    pub(super) n: Option<u64>,
    #[serde(default)]
    pub(super) logprobs: Option<bool>,
    #[serde(borrow, default)]
    reasoning_effort: Option<Cow<'a, str>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct StreamOptions {
    #[serde(default)]
    pub(super) include_usage: bool,
}

#[derive(Debug, Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    role: Cow<'a, str>,
    #[serde(borrow, default)]
    content: Option<Content<'a>>,
    #[serde(borrow, default)]
    tool_call_id: Option<Cow<'a, str>>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Content<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    Parts(#[serde(borrow)] Vec<Part<'a>>),
}

#[derive(Debug, Deserialize)]
pub(super) struct Part<'a> {
    #[serde(borrow, default)]
    text: Option<Cow<'a, str>>,
}

impl Content<'_> {
    /// The texts in it, one a line.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Parts(parts) => {
                let texts: Vec<_> = parts.iter().filter_map(|part| part.text.as_deref()).collect();
                Cow::Owned(texts.join("\n"))
            }
        }
    }
}

impl ChatRequest<'_> {
    /// Takes the prompt out of it, checking what a real server checks.
    pub(super) fn prompt(&mut self) -> Result<Prompt, ApiError> {
        let messages = self.messages.take().ok_or_else(|| ApiError::missing("messages"))?;
        if messages.is_empty() {
            return Err(ApiError::value("messages", "an empty list; give at least one message"));
        }
        if let Some(temperature) = self.temperature.filter(|value| !(0.0..=2.0).contains(value)) {
            return Err(ApiError::value("temperature", format!("{temperature} is outside of 0 to 2")));
        }
        let mut prompt = Prompt { most: self.max_completion_tokens.or(self.max_tokens), ..Prompt::default() };
        if prompt.most == Some(0) {
            return Err(ApiError::value("max_tokens", "0 is too few"));
        }
        for message in &messages {
            message.check()?;
            let text = message.content.as_ref().map_or(Cow::Borrowed(""), Content::text);
            prompt.bytes += text.len();
            prompt.tool_result =
                (message.role == "tool" || message.role == "function").then(|| text.to_string());
            if message.role == "user" {
                prompt.last_user = text.into_owned();
            }
        }
        let wants = |effort: &str| !matches!(effort, "none" | "minimal");
        prompt.reasoning = self.reasoning_effort.as_deref().is_some_and(wants);
        prompt.tools = self.tools.iter().flatten().map(tool).collect::<Result<_, _>>()?;
        prompt.choice = self.tool_choice.as_ref().map(choice).transpose()?.unwrap_or_default();
        prompt.format = self.response_format.take().map(format).transpose()?.unwrap_or_default();
        Ok(prompt)
    }
}

impl Message<'_> {
    fn check(&self) -> Result<(), ApiError> {
        match &*self.role {
            "system" | "developer" | "user" | "assistant" | "function" => Ok(()),
            "tool" if self.tool_call_id.is_some() => Ok(()),
            "tool" => Err(ApiError::missing("messages.tool_call_id")),
            other => Err(ApiError::value("messages.role", format!("'{other}' is no role"))),
        }
    }
}

fn tool(tool: &Value) -> Result<Tool, ApiError> {
    let function = &tool["function"];
    let name = function["name"].as_str().ok_or_else(|| ApiError::missing("tools.function.name"))?;
    Ok(Tool { name: name.to_owned(), schema: function["parameters"].clone() })
}

fn choice(choice: &Value) -> Result<Choice, ApiError> {
    let named = || choice["function"]["name"].as_str();
    match choice.as_str() {
        Some("auto") => Ok(Choice::Auto),
        Some("none") => Ok(Choice::None),
        Some("required" | "any") => Ok(Choice::Any),
        None if choice.is_null() => Ok(Choice::Auto),
        None if let Some(name) = named() => Ok(Choice::Named(name.to_owned())),
        _ => Err(ApiError::value("tool_choice", format!("{choice} is no choice"))),
    }
}

fn format(mut format: Value) -> Result<Format, ApiError> {
    match format["type"].as_str() {
        Some("text") => Ok(Format::Text),
        Some("json_object") => Ok(Format::Json),
        Some("json_schema") => Ok(Format::Schema(format["json_schema"]["schema"].take())),
        _ if format.is_null() => Ok(Format::Text),
        _ => Err(ApiError::value("response_format", "its type is none of text, json_object, json_schema")),
    }
}
