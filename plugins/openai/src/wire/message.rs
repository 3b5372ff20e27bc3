//! What a chat request is made of.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;

/// One turn.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Message<'a> {
    pub(crate) role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tool_call_id: Option<Cow<'a, str>>,
    pub(crate) content: Content<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reasoning_content: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reasoning: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refusal: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) tool_calls: Vec<ToolCall<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) audio: Option<AudioRef<'a>>,
}

/// What it says.
#[derive(Debug, Default, Serialize)]
#[serde(untagged)]
pub(crate) enum Content<'a> {
    #[default]
    Null,
    Text(Cow<'a, str>),
    Parts(Vec<Part<'a>>),
}

/// A part of what it says.
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
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cache_control: Option<CacheControl<'a>>,
}

impl<'a> From<PartKind<'a>> for Part<'a> {
    fn from(kind: PartKind<'a>) -> Self {
        Part::Known(MarkedPart { kind, prompt_cache_breakpoint: None, cache_control: None })
    }
}

/// The kinds of parts.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum PartKind<'a> {
    Text {
        text: Cow<'a, str>,
    },
    ImageUrl {
        image_url: ImageUrl<'a>,
    },
    InputAudio {
        input_audio: InputAudio<'a>,
    },
    File {
        file: File<'a>,
    },
    DocumentUrl {
        document_url: Cow<'a, str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        document_name: Option<&'a str>,
    },
    Thinking {
        thinking: [ThinkingText<'a>; 1],
        #[serde(skip_serializing_if = "Option::is_none")]
        signature: Option<&'a str>,
    },
}

/// The text of a thought, as Mistral has it.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "text")]
pub(crate) struct ThinkingText<'a> {
    pub(crate) text: Cow<'a, str>,
}

/// An image by its address or as a data URI.
#[derive(Debug, Serialize)]
pub(crate) struct ImageUrl<'a> {
    pub(crate) url: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<&'a str>,
}

/// A sound in base64.
#[derive(Debug, Serialize)]
pub(crate) struct InputAudio<'a> {
    pub(crate) data: String,
    pub(crate) format: Cow<'a, str>,
}

/// A document as a data URI, or by its id.
#[derive(Debug, Default, Serialize)]
pub(crate) struct File<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) filename: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file_data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file_id: Option<&'a str>,
}

/// OpenAI's mark.
#[derive(Debug, Serialize)]
#[serde(tag = "mode", rename = "explicit")]
pub(crate) struct Breakpoint {}

/// The mark that gateways to Anthropic's models take.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "ephemeral")]
pub(crate) struct CacheControl<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ttl: Option<&'a str>,
}

/// A sound that the model made before.
#[derive(Debug, Serialize)]
pub(crate) struct AudioRef<'a> {
    pub(crate) id: &'a str,
}

/// A call that the model made before.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "function")]
pub(crate) struct ToolCall<'a> {
    pub(crate) id: Cow<'a, str>,
    pub(crate) function: CalledFunction<'a>,
}

/// Its function.
#[derive(Debug, Serialize)]
pub(crate) struct CalledFunction<'a> {
    pub(crate) name: &'a str,
    pub(crate) arguments: &'a str,
}

/// A tool.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Tool<'a> {
    Function(FunctionTool<'a>),
    Native(&'a RawValue),
}

/// A function of the application.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "function")]
pub(crate) struct FunctionTool<'a> {
    pub(crate) function: Function<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cache_control: Option<CacheControl<'a>>,
}

/// What it is.
#[derive(Debug, Serialize)]
pub(crate) struct Function<'a> {
    pub(crate) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<&'a str>,
    pub(crate) parameters: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) strict: Option<bool>,
}

/// Whether tools are called: a word, or one tool.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum ToolChoice<'a> {
    Word(&'a str),
    Named(NamedChoice<'a>),
}

/// One tool.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename = "function")]
pub(crate) struct NamedChoice<'a> {
    pub(crate) function: NamedFunction<'a>,
}

/// Its name.
#[derive(Debug, Serialize)]
pub(crate) struct NamedFunction<'a> {
    pub(crate) name: &'a str,
}

/// The form of the answer.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ResponseFormat<'a> {
    JsonObject,
    JsonSchema { json_schema: JsonSchema<'a> },
}

/// The schema that it follows.
#[derive(Debug, Serialize)]
pub(crate) struct JsonSchema<'a> {
    pub(crate) name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<&'a str>,
    pub(crate) schema: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) strict: Option<bool>,
}

/// The sound of the answer.
#[derive(Debug, Serialize)]
pub(crate) struct AudioOut<'a> {
    pub(crate) voice: &'a str,
    pub(crate) format: &'a str,
}
