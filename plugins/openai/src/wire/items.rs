//! What a request for a response is made of: items in place of messages, and
//! tools and formats without the wrapping that chat has.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;

use super::message::{Breakpoint, InputAudio};

/// One entry of `input`.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Item<'a> {
    Message(Message<'a>),
    Known(KnownItem<'a>),
    Native(&'a RawValue),
}

/// A turn.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "message")]
pub(crate) struct Message<'a> {
    pub(crate) role: &'static str,
    pub(crate) content: Content<'a>,
}

/// The other kinds of items.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum KnownItem<'a> {
    FunctionCall {
        call_id: &'a str,
        name: &'a str,
        arguments: &'a str,
    },
    FunctionCallOutput {
        call_id: &'a str,
        output: Content<'a>,
    },
    Reasoning {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        summary: Vec<Summary<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        encrypted_content: Option<&'a str>,
    },
    ImageGenerationCall {
        id: &'a str,
        status: &'static str,
        result: String,
    },
}

/// A text, or parts.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Content<'a> {
    Text(Cow<'a, str>),
    Parts(Vec<Part<'a>>),
}

/// A part of a content.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Part<'a> {
    Known(MarkedPart<'a>),
    Native(&'a RawValue),
}

/// A part, with a mark up to which the prompt may be cached.
#[derive(Debug, Serialize)]
pub(crate) struct MarkedPart<'a> {
    #[serde(flatten)]
    pub(crate) kind: PartKind<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prompt_cache_breakpoint: Option<Breakpoint>,
}

impl<'a> From<PartKind<'a>> for Part<'a> {
    fn from(kind: PartKind<'a>) -> Self {
        Part::Known(MarkedPart { kind, prompt_cache_breakpoint: None })
    }
}

/// The kinds of parts.
#[derive(Debug, Serialize)]
#[serde(tag = "type")]
pub(crate) enum PartKind<'a> {
    #[serde(rename = "input_text")]
    Text { text: &'a str },
    #[serde(rename = "input_image")]
    Image {
        #[serde(skip_serializing_if = "Option::is_none")]
        image_url: Option<Cow<'a, str>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        file_id: Option<&'a str>,
        detail: &'a str,
    },
    #[serde(rename = "input_file")]
    File(InputFile<'a>),
    #[serde(rename = "input_audio")]
    Audio { input_audio: InputAudio<'a> },
}

/// A document: one of its three sources, and its name beside bytes.
#[derive(Debug, Default, Serialize)]
pub(crate) struct InputFile<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) filename: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file_url: Option<&'a str>,
}

/// A piece of a thought's summary.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "summary_text")]
pub(crate) struct Summary<'a> {
    pub(crate) text: &'a str,
}

/// A tool.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Tool<'a> {
    Function(FunctionTool<'a>),
    Native(&'a RawValue),
}

/// A function. Unlike in chat `strict` has to be said: left out it is on.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "function")]
pub(crate) struct FunctionTool<'a> {
    pub(crate) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<&'a str>,
    pub(crate) parameters: &'a RawValue,
    pub(crate) strict: bool,
}

/// Which tool to call.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum ToolChoice<'a> {
    Word(&'static str),
    Named(NamedChoice<'a>),
}

/// A certain function.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "function")]
pub(crate) struct NamedChoice<'a> {
    pub(crate) name: &'a str,
}

/// The form of the answer's text.
#[derive(Debug, Default, Serialize)]
pub(crate) struct TextOptions<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<Format<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verbosity: Option<&'a RawValue>,
}

/// Its format.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Format<'a> {
    JsonObject,
    JsonSchema {
        name: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<&'a str>,
        schema: &'a RawValue,
        #[serde(skip_serializing_if = "Option::is_none")]
        strict: Option<bool>,
    },
}

/// How much to think.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Reasoning<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) effort: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) summary: Option<&'a str>,
}
