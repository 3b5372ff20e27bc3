//! The body of a request. Members that the typed form has no field for go into
//! `extra`: a provider of the same dialect gets them as they came.

use jackfield_runtime::api::llm::{ChatRequest, ReasoningOptions, ResponseFormat, SchemaFormat};
use serde_json::value::RawValue;

use super::messages::{self, Message};
use super::tools::{self, Choice};
use super::{ASKED, Decoded};
use crate::dialect::error::DecodeError;
use crate::dialect::read::{self, Text, TextOrParts};
use crate::dialect::sound;

object! {
    /// The body.
    Body {
        model: Text<'a> = "model",
        messages: Vec<Message<'a>> = "messages",
        system: TextOrParts<'a> = "system",
        max_tokens: u32 = "max_tokens",
        stream: bool = "stream",
        tools: Vec<&'a RawValue> = "tools",
        tool_choice: Choice<'a> = "tool_choice",
        thinking: &'a RawValue = "thinking",
        output_config: &'a RawValue = "output_config",
        output_format: &'a RawValue = "output_format",
        stop_sequences: Vec<String> = "stop_sequences",
        temperature: f64 = "temperature",
        top_p: f64 = "top_p",
        top_k: u32 = "top_k",
        metadata: Metadata<'a> = "metadata",
        service_tier: Text<'a> = "service_tier",
    }
}

object! {
    /// Whose request it is.
    Metadata {
        user_id: Text<'a> = "user_id",
    }
}

object! {
    /// Whether and how much the model thinks.
    Thinking {
        kind: Text<'a> = "type",
        budget_tokens: u32 = "budget_tokens",
        display: Text<'a> = "display",
    }
}

object! {
    /// Effort and form of the answer.
    OutputConfig {
        effort: Text<'a> = "effort",
        format: &'a RawValue = "format",
    }
}

object! {
    /// A schema that the answer follows.
    Format {
        kind: Text<'a> = "type",
        schema: &'a RawValue = "schema",
    }
}

/// Reads a request.
pub fn decode(body: &[u8]) -> Result<Decoded, DecodeError> {
    let body: Body<'_> = read::body(body)?;
    if body.max_tokens.is_none() {
        return Err(DecodeError::missing("max_tokens"));
    }
    convert(body)
}

/// Reads a request to count the tokens of what would be asked.
pub fn decode_count(body: &[u8]) -> Result<ChatRequest, DecodeError> {
    convert(read::body(body)?).map(|decoded| decoded.request)
}

fn convert(mut body: Body<'_>) -> Result<Decoded, DecodeError> {
    let model = body.model.take().filter(|model| !model.is_empty());
    let model = model.ok_or_else(|| DecodeError::missing("model"))?;
    let wire = body.messages.take().ok_or_else(|| DecodeError::missing("messages"))?;
    if wire.is_empty() {
        return Err(DecodeError::invalid("messages", "holds no message"));
    }
    let mut warnings = Vec::new();
    let messages = messages::convert(body.system.take(), wire, &mut warnings)?;
    let mut request = ChatRequest::new(model.into_string(), messages);
    for (place, raw) in body.tools.take().unwrap_or_default().into_iter().enumerate() {
        request.tools.push(tools::tool(&format!("tools[{place}]"), raw, &mut warnings)?);
    }
    if let Some(choice) = body.tool_choice.take() {
        tools::choose(choice, &mut request)?;
    }
    request.max_output_tokens = body.max_tokens;
    request.temperature = body.temperature;
    request.top_p = body.top_p;
    request.top_k = body.top_k;
    request.stop = body.stop_sequences.take().unwrap_or_default();
    request.service_tier = body.service_tier.take().map(|tier| match &*tier {
        // What other dialects call it; the plugin translates it back.
        "standard_only" => "default".to_owned(),
        _ => tier.into_string(),
    });
    set_output(&mut body, &mut request)?;
    set_thinking(&mut body, &mut request)?;
    if let Some(metadata) = body.metadata.take() {
        request.user = metadata.user_id.map(Text::into_string);
        for (name, value) in metadata.rest.iter() {
            let value = if value.get().starts_with('"') {
                read::raw::<String>(&format!("metadata.{name}"), value)?
            } else {
                value.get().to_owned()
            };
            request.metadata.push((name.to_owned(), value));
        }
    }
    request.extra = body.rest.to_json();
    let stream = body.stream.unwrap_or_default();
    sound::chat(&request)?;
    Ok(Decoded { request, stream, warnings, answer: Box::new(ASKED) })
}

fn set_output<'a>(body: &mut Body<'a>, request: &mut ChatRequest) -> Result<(), DecodeError> {
    let mut format = body.output_format.take().map(|raw| ("output_format", raw));
    if let Some(raw) = body.output_config.take() {
        let config: OutputConfig<'a> = read::raw("output_config", raw)?;
        if let Some(effort) = config.effort {
            options(request).effort = Some(effort.into_string());
        }
        format = config.format.map(|raw| ("output_config.format", raw)).or(format);
        if !config.rest.is_empty() {
            body.rest.push("output_config".into(), raw);
        }
    }
    if let Some((path, raw)) = format {
        let wire: Format<'a> = read::raw(path, raw)?;
        match (wire.kind.as_deref(), wire.schema) {
            (Some("json_schema"), Some(schema)) if wire.rest.is_empty() => {
                request.response_format = Some(ResponseFormat::JsonSchema(SchemaFormat {
                    name: "answer".to_owned(),
                    description: None,
                    schema: schema.get().to_owned(),
                    strict: Some(true),
                }));
            }
            (Some("json_schema"), None) => return Err(DecodeError::missing(format!("{path}.schema"))),
            _ => {
                return Err(DecodeError::unsupported(format!("{path}.type"), "must be `json_schema`"));
            }
        }
    }
    Ok(())
}

/// Thinking has a field, effort another; `extra` says what neither can: that a
/// model is to take effort without being told to think.
fn set_thinking<'a>(body: &mut Body<'a>, request: &mut ChatRequest) -> Result<(), DecodeError> {
    let Some(raw) = body.thinking.take() else {
        if request.reasoning.is_some() {
            body.rest.push_null("thinking");
        }
        return Ok(());
    };
    let thinking: Thinking<'a> = read::raw("thinking", raw)?;
    if !thinking.rest.is_empty() {
        body.rest.push("thinking".into(), raw);
    }
    let reasoning = options(request);
    reasoning.summary = thinking.display.map(|display| match &*display {
        "omitted" => "none".to_owned(),
        "summarized" => "auto".to_owned(),
        _ => display.into_string(),
    });
    match thinking.kind.as_deref() {
        Some("enabled") => {
            let budget =
                thinking.budget_tokens.ok_or_else(|| DecodeError::missing("thinking.budget_tokens"))?;
            reasoning.budget_tokens = Some(budget);
        }
        Some("disabled") => reasoning.budget_tokens = Some(0),
        Some("adaptive") => {}
        Some(_) => body.rest.push("thinking".into(), raw),
        None => return Err(DecodeError::missing("thinking.type")),
    }
    Ok(())
}

fn options(request: &mut ChatRequest) -> &mut ReasoningOptions {
    request.reasoning.get_or_insert(ReasoningOptions { effort: None, budget_tokens: None, summary: None })
}
