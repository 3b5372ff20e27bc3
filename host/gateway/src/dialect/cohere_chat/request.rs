//! The body of a request. Members that the typed form has no field for go into
//! `extra`: a provider of the same dialect gets them as they came. Those that
//! only steer Cohere's own models are left out and told of, since another
//! provider would refuse them.

use jackfield_runtime::api::llm::{
    ChatRequest, Part, ReasoningOptions, ResponseFormat, Role, SchemaFormat, Tool, ToolChoice,
};
use serde_json::value::RawValue;

use super::messages::{self, Message};
use super::{ASKED, Decoded, documents, tools};
use crate::dialect::error::DecodeError;
use crate::dialect::read::{self, Text};
use crate::dialect::{sound, turns};

object! {
    /// The body.
    Body {
        model: Text<'a> = "model",
        messages: Vec<Message<'a>> = "messages",
        stream: bool = "stream",
        tools: Vec<&'a RawValue> = "tools",
        tool_choice: Text<'a> = "tool_choice",
        strict_tools: bool = "strict_tools",
        documents: Vec<&'a RawValue> = "documents",
        citation_options: CitationOptions<'a> = "citation_options",
        response_format: Format<'a> = "response_format",
        safety_mode: &'a RawValue = "safety_mode",
        priority: &'a RawValue = "priority",
        thinking: Thinking<'a> = "thinking",
        max_tokens: u32 = "max_tokens",
        stop_sequences: Vec<String> = "stop_sequences",
        temperature: f64 = "temperature",
        p: f64 = "p",
        k: u32 = "k",
        frequency_penalty: f64 = "frequency_penalty",
        presence_penalty: f64 = "presence_penalty",
        seed: u64 = "seed",
        logprobs: bool = "logprobs",
    }
}

object! {
    /// How documents are cited.
    CitationOptions {
        mode: Text<'a> = "mode",
    }
}

object! {
    /// The form of the answer.
    Format {
        kind: Text<'a> = "type",
        json_schema: &'a RawValue = "json_schema",
    }
}

object! {
    /// Whether and how much the model thinks.
    Thinking {
        kind: Text<'a> = "type",
        token_budget: u32 = "token_budget",
    }
}

/// Reads a request. Its path says nothing of it.
pub(super) fn decode(body: &[u8]) -> Result<Decoded, DecodeError> {
    let mut body: Body<'_> = read::body(body)?;
    let model = body.model.take().filter(|model| !model.is_empty());
    let model = model.ok_or_else(|| DecodeError::missing("model"))?;
    let wire = body.messages.take().ok_or_else(|| DecodeError::missing("messages"))?;
    if wire.is_empty() {
        return Err(DecodeError::invalid("messages", "holds no message"));
    }
    let mut warnings = Vec::new();
    let messages = messages::convert(wire, &mut warnings)?;
    let mut request = ChatRequest::new(model.into_string(), messages);
    add_documents(&mut body, &mut request, &mut warnings)?;
    set_tools(&mut body, &mut request)?;
    request.response_format = body.response_format.take().map(format).transpose()?;
    request.reasoning = body.thinking.take().map(thinking).transpose()?;
    request.max_output_tokens = body.max_tokens;
    request.stop = body.stop_sequences.take().unwrap_or_default();
    request.temperature = body.temperature;
    request.top_p = body.p;
    // Zero is how the dialect says that it isn't to be done.
    request.top_k = body.k.filter(|k| *k > 0);
    request.frequency_penalty = body.frequency_penalty;
    request.presence_penalty = body.presence_penalty;
    request.seed = body.seed.map(seed).transpose()?;
    request.logprobs = body.logprobs.filter(|wanted| *wanted).map(|_| 0);
    for (given, name) in [(body.safety_mode, "safety_mode"), (body.priority, "priority")] {
        if given.is_some() {
            warnings.push(format!("`{name}` was left out: only Cohere's own API has it"));
        }
    }
    request.extra = body.rest.to_json();
    let stream = body.stream.unwrap_or_default();
    sound::chat(&request)?;
    Ok(Decoded { request, stream, warnings, answer: Box::new(ASKED) })
}

fn seed(seed: u64) -> Result<i64, DecodeError> {
    i64::try_from(seed)
        .map_err(|_| DecodeError::unsupported("seed", format!("must be at most {}, not {seed}", i64::MAX)))
}

/// Documents stand beside the conversation here and in it in the typed form:
/// the last turn of the user begins with them.
fn add_documents(
    body: &mut Body<'_>,
    request: &mut ChatRequest,
    warnings: &mut Vec<String>,
) -> Result<(), DecodeError> {
    let cite = cited(body.citation_options.take(), warnings)?;
    let wire = body.documents.take().unwrap_or_default();
    if wire.is_empty() {
        return Ok(());
    }
    let mut parts = Vec::with_capacity(wire.len());
    for (place, raw) in wire.into_iter().enumerate() {
        parts.push(Part::Document(documents::read(&format!("documents[{place}]"), raw, cite, warnings)?));
    }
    match request.messages.iter_mut().rev().find(|turn| turn.role == Role::User) {
        Some(turn) => drop(turn.content.splice(0..0, parts)),
        None => request.messages.push(turns::turn(Role::User, parts)),
    }
    Ok(())
}

/// Whether documents are to be cited, which they are where nothing is said.
fn cited(options: Option<CitationOptions<'_>>, warnings: &mut Vec<String>) -> Result<bool, DecodeError> {
    let Some(options) = options else { return Ok(true) };
    for name in options.rest.names() {
        warnings.push(format!("`citation_options.{name}` was left out: it has no place in a typed request"));
    }
    match options.mode.as_deref() {
        None | Some("ENABLED") => Ok(true),
        Some("OFF" | "DISABLED") => Ok(false),
        Some(mode @ ("FAST" | "ACCURATE")) => {
            warnings.push(format!(
                "`citation_options.mode` counts as ENABLED: how fast or exact to cite, as {mode} says, only Cohere's own API can be told"
            ));
            Ok(true)
        }
        Some(other) => Err(DecodeError::invalid(
            "citation_options.mode",
            format!("can't be `{other}`: take ENABLED, DISABLED, FAST, ACCURATE or OFF"),
        )),
    }
}

fn set_tools(body: &mut Body<'_>, request: &mut ChatRequest) -> Result<(), DecodeError> {
    for (place, raw) in body.tools.take().unwrap_or_default().into_iter().enumerate() {
        request.tools.push(tools::tool(&format!("tools[{place}]"), raw)?);
    }
    if let Some(strict) = body.strict_tools {
        for tool in &mut request.tools {
            if let Tool::Function(function) = tool {
                function.strict = Some(strict);
            }
        }
    }
    request.tool_choice = match body.tool_choice.as_deref() {
        None => None,
        Some("REQUIRED") => Some(ToolChoice::Required),
        Some("NONE") => Some(ToolChoice::None),
        Some(other) => {
            return Err(DecodeError::invalid(
                "tool_choice",
                format!("can't be `{other}`: take REQUIRED or NONE, or leave it out"),
            ));
        }
    };
    Ok(())
}

fn format(wire: Format<'_>) -> Result<ResponseFormat, DecodeError> {
    if let Some(name) = wire.rest.names().next() {
        let message = "has no place in a typed request: a schema is `response_format.json_schema`";
        return Err(DecodeError::unsupported(format!("response_format.{name}"), message));
    }
    match (wire.kind.as_deref(), wire.json_schema) {
        (Some("json_object"), Some(schema)) if schema.get().starts_with('{') => {
            Ok(ResponseFormat::JsonSchema(SchemaFormat {
                name: "answer".to_owned(),
                description: None,
                schema: schema.get().to_owned(),
                // Stricter APIs take only a part of the schemas that this one takes.
                strict: None,
            }))
        }
        (Some("json_object"), Some(_)) => {
            Err(DecodeError::invalid("response_format.json_schema", "must be a JSON schema, an object"))
        }
        (Some("json_object"), None) => Ok(ResponseFormat::JsonObject),
        (Some("text"), None) => Ok(ResponseFormat::Text),
        (Some("text"), Some(_)) => Err(DecodeError::invalid(
            "response_format.json_schema",
            "needs `response_format.type` to be `json_object`",
        )),
        (Some(other), _) => Err(DecodeError::invalid(
            "response_format.type",
            format!("can't be `{other}`: take text or json_object"),
        )),
        (None, _) => Err(DecodeError::missing("response_format.type")),
    }
}

fn thinking(wire: Thinking<'_>) -> Result<ReasoningOptions, DecodeError> {
    if let Some(name) = wire.rest.names().next() {
        let message = "has no place in a typed request";
        return Err(DecodeError::unsupported(format!("thinking.{name}"), message));
    }
    let budget_tokens = match (wire.kind.as_deref(), wire.token_budget) {
        (Some("enabled"), Some(0)) => {
            return Err(DecodeError::invalid("thinking.token_budget", "must be at least 1"));
        }
        (Some("enabled"), budget) => budget,
        (Some("disabled"), _) => Some(0),
        (Some(other), _) => {
            return Err(DecodeError::invalid(
                "thinking.type",
                format!("can't be `{other}`: take enabled or disabled"),
            ));
        }
        (None, _) => return Err(DecodeError::missing("thinking.type")),
    };
    Ok(ReasoningOptions { effort: None, budget_tokens, summary: None })
}
