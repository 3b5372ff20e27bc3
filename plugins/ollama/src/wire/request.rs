//! What goes out for a chat: the body of `POST /api/chat`. It borrows from the
//! request of the contract, so texts are copied once, into the bytes that are
//! sent.

use std::borrow::Cow;

use jackfield_sdk::functions::Definition;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

#[derive(Debug, Serialize)]
pub(crate) struct Body<'a> {
    pub(crate) model: &'a str,
    pub(crate) messages: Vec<Message<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tools: Vec<Definition<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<Value>,
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub(crate) options: Map<String, Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) think: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) keep_alive: Option<&'a Value>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) logprobs: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) top_logprobs: Option<u32>,
    /// Always said: a stream is what the API takes for granted.
    pub(crate) stream: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct Message<'a> {
    pub(crate) role: Role,
    pub(crate) content: Cow<'a, str>,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(crate) thinking: Cow<'a, str>,
    /// In bare base64.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) images: Vec<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tool_calls: Vec<ToolCall<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tool_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tool_call_id: Option<&'a str>,
}

impl Message<'_> {
    /// One that says nothing yet.
    pub(crate) fn new(role: Role) -> Self {
        Message {
            role,
            content: Cow::Borrowed(""),
            thinking: Cow::Borrowed(""),
            images: Vec::new(),
            tool_calls: Vec::new(),
            tool_name: None,
            tool_call_id: None,
        }
    }

    pub(crate) fn says_nothing(&self) -> bool {
        self.content.is_empty() && self.images.is_empty() && self.tool_calls.is_empty()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    System,
    User,
    Assistant,
    Tool,
}

#[derive(Debug, Serialize)]
pub(crate) struct ToolCall<'a> {
    pub(crate) id: &'a str,
    pub(crate) function: Called<'a>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Called<'a> {
    pub(crate) name: &'a str,
    /// An object.
    pub(crate) arguments: Cow<'a, RawValue>,
}
