//! The body of a request.

use jackfield_runtime::api::llm::{
    ChatRequest, FunctionTool, Message, ReasoningOptions, ResponseFormat, Role, SchemaFormat, Tool,
    ToolChoice,
};
use serde_json::value::RawValue;

use super::{Asked, Decoded, echo, items};
use crate::dialect::error::DecodeError;
use crate::dialect::read::{self, Labels, Rest, Text, TextOrParts};
use crate::dialect::sound;

object! {
    /// The body. What the answer repeats is kept as it came.
    Body {
        model: Text<'a> = "model",
        input: TextOrParts<'a> = "input",
        instructions: &'a RawValue = "instructions",
        stream: bool = "stream",
        stream_options: Rest<'a> = "stream_options",
        tools: &'a RawValue = "tools",
        tool_choice: &'a RawValue = "tool_choice",
        parallel_tool_calls: &'a RawValue = "parallel_tool_calls",
        max_tool_calls: u32 = "max_tool_calls",
        text: &'a RawValue = "text",
        reasoning: &'a RawValue = "reasoning",
        max_output_tokens: &'a RawValue = "max_output_tokens",
        temperature: &'a RawValue = "temperature",
        top_p: &'a RawValue = "top_p",
        top_logprobs: u32 = "top_logprobs",
        include: Vec<Text<'a>> = "include",
        metadata: &'a RawValue = "metadata",
        user: &'a RawValue = "user",
        service_tier: Text<'a> = "service_tier",
        truncation: Text<'a> = "truncation",
        store: bool = "store",
        background: bool = "background",
        previous_response_id: &'a RawValue = "previous_response_id",
        conversation: &'a RawValue = "conversation",
        prompt: &'a RawValue = "prompt",
    }
}

object! {
    /// A tool.
    WireTool {
        kind: Text<'a> = "type",
        name: Text<'a> = "name",
        description: Text<'a> = "description",
        parameters: &'a RawValue = "parameters",
        strict: bool = "strict",
    }
}

object! {
    /// One tool that must be called.
    Choice {
        kind: Text<'a> = "type",
        name: Text<'a> = "name",
    }
}

object! {
    /// The form of the answer's text.
    TextOptions {
        format: Format<'a> = "format",
        verbosity: &'a RawValue = "verbosity",
    }
}

object! {
    /// JSON, or free text.
    Format {
        kind: Text<'a> = "type",
        name: Text<'a> = "name",
        description: Text<'a> = "description",
        schema: &'a RawValue = "schema",
        strict: bool = "strict",
    }
}

object! {
    /// How much to think.
    Reasoning {
        effort: Text<'a> = "effort",
        summary: Text<'a> = "summary",
        generate_summary: Text<'a> = "generate_summary",
    }
}

/// Reads a request.
pub fn decode(body: &[u8]) -> Result<Decoded, DecodeError> {
    let mut body: Body<'_> = read::body(body)?;
    refuse(&body)?;
    let asked = Asked { echo: echo::write(&body) };
    let mut warnings = Vec::new();
    let model = body.model.take().filter(|model| !model.is_empty());
    let model = model.ok_or_else(|| DecodeError::missing("model"))?;
    let mut messages = Vec::new();
    if let Some(raw) = body.instructions {
        messages.push(Message::text(Role::System, read::raw::<String>("instructions", raw)?));
    }
    match body.input.take().ok_or_else(|| DecodeError::missing("input"))? {
        TextOrParts::Text(text) => messages.push(Message::text(Role::User, text.into_owned())),
        TextOrParts::Parts(list) => items::convert(list, &mut messages)?,
    }
    let mut request = ChatRequest::new(model.into_string(), messages);
    set_tools(&body, &mut request)?;
    set_text(&mut body, &mut request)?;
    if let Some(raw) = body.reasoning {
        let reasoning: Reasoning<'_> = read::raw("reasoning", raw)?;
        for name in reasoning.rest.names() {
            warnings.push(format!("`reasoning.{name}` was left out: it has no place in a chat request"));
        }
        request.reasoning = Some(ReasoningOptions {
            effort: reasoning.effort.map(Text::into_string),
            budget_tokens: None,
            summary: reasoning.summary.or(reasoning.generate_summary).map(Text::into_string),
        });
    }
    request.parallel_tool_calls = typed("parallel_tool_calls", body.parallel_tool_calls)?;
    request.max_output_tokens = typed("max_output_tokens", body.max_output_tokens)?;
    request.temperature = typed("temperature", body.temperature)?;
    request.top_p = typed("top_p", body.top_p)?;
    request.metadata = typed::<Labels>("metadata", body.metadata)?.unwrap_or_default().0;
    request.user = typed("user", body.user)?;
    request.service_tier = body.service_tier.take().map(Text::into_string);
    request.logprobs = body.top_logprobs;
    for (place, name) in body.include.take().unwrap_or_default().into_iter().enumerate() {
        match &*name {
            "message.output_text.logprobs" => request.logprobs = request.logprobs.or(Some(0)),
            // Told wherever the provider tells it.
            "reasoning.encrypted_content" => {}
            other => {
                warnings.push(format!("`include[{place}]` (`{other}`) was left out: no such tool runs here"))
            }
        }
    }
    if body.max_tool_calls.is_some() {
        warnings.push(
            "`max_tool_calls` was left out: it limits tools that the provider runs, of which there are none"
                .to_owned(),
        );
    }
    request.extra = body.rest.to_json();
    sound::chat(&request)?;
    Ok(Decoded { request, stream: body.stream.unwrap_or_default(), warnings, answer: Box::new(asked) })
}

fn typed<'a, T: serde::Deserialize<'a>>(
    name: &str,
    raw: Option<&'a RawValue>,
) -> Result<Option<T>, DecodeError> {
    raw.map(|raw| read::raw(name, raw)).transpose()
}

/// What only a provider that speaks the dialect itself can do.
fn refuse(body: &Body<'_>) -> Result<(), DecodeError> {
    let kept =
        "needs a provider that keeps conversations in this dialect: send the whole conversation as `input`";
    for (name, there, why) in [
        ("previous_response_id", body.previous_response_id.is_some(), kept),
        ("conversation", body.conversation.is_some(), kept),
        (
            "prompt",
            body.prompt.is_some(),
            "needs a provider that keeps prompts in this dialect: send the text itself",
        ),
        (
            "background",
            body.background == Some(true),
            "needs a provider that answers in the background in this dialect",
        ),
        (
            "store",
            body.store == Some(true),
            "can't be true: nothing is stored here; leave it out or set it to false",
        ),
        (
            "truncation",
            body.truncation.as_deref().is_some_and(|how| how != "disabled"),
            "can only be `disabled`: the conversation isn't cut here",
        ),
    ] {
        if there {
            return Err(DecodeError::unsupported(name, why));
        }
    }
    Ok(())
}

fn set_tools(body: &Body<'_>, request: &mut ChatRequest) -> Result<(), DecodeError> {
    for (place, raw) in
        typed::<Vec<&RawValue>>("tools", body.tools)?.unwrap_or_default().into_iter().enumerate()
    {
        let path = format!("tools[{place}]");
        let wire: WireTool<'_> = read::raw(&path, raw)?;
        match wire.kind.as_deref() {
            Some("function") => {}
            Some(other) => {
                let why = format!("can't be `{other}` over chat: only functions are called here");
                return Err(DecodeError::unsupported(format!("{path}.type"), why));
            }
            None => return Err(DecodeError::missing(format!("{path}.type"))),
        }
        if let Some(name) = wire.rest.names().next() {
            return Err(DecodeError::unsupported(format!("{path}.{name}"), "has no place in a chat request"));
        }
        let name = wire.name.ok_or_else(|| DecodeError::missing(format!("{path}.name")))?;
        request.tools.push(Tool::Function(FunctionTool {
            name: name.into_string(),
            description: wire.description.map(Text::into_string),
            parameters: wire
                .parameters
                .map_or(r#"{"type":"object","properties":{}}"#, RawValue::get)
                .to_owned(),
            strict: wire.strict,
            cache: None,
        }));
    }
    let Some(raw) = body.tool_choice else { return Ok(()) };
    request.tool_choice = Some(if raw.get().starts_with('"') {
        match &*read::raw::<Text<'_>>("tool_choice", raw)? {
            "auto" => ToolChoice::Auto,
            "none" => ToolChoice::None,
            "required" => ToolChoice::Required,
            other => return Err(DecodeError::invalid("tool_choice", format!("can't be `{other}`"))),
        }
    } else {
        let choice: Choice<'_> = read::raw("tool_choice", raw)?;
        match (choice.kind.as_deref(), choice.name) {
            (Some("function"), Some(name)) => ToolChoice::Named(name.into_string()),
            (Some("function"), None) => return Err(DecodeError::missing("tool_choice.name")),
            (Some(_), _) => {
                return Err(DecodeError::unsupported("tool_choice.type", "can only be `function` over chat"));
            }
            (None, _) => return Err(DecodeError::missing("tool_choice.type")),
        }
    });
    Ok(())
}

fn set_text<'a>(body: &mut Body<'a>, request: &mut ChatRequest) -> Result<(), DecodeError> {
    let Some(raw) = body.text else { return Ok(()) };
    let text: TextOptions<'a> = read::raw("text", raw)?;
    if let Some(verbosity) = text.verbosity {
        // Chat has it by the same name.
        body.rest.push("verbosity".into(), verbosity);
    }
    if let Some(name) = text.rest.names().next() {
        return Err(DecodeError::unsupported(format!("text.{name}"), "has no place in a chat request"));
    }
    let Some(format) = text.format else { return Ok(()) };
    request.response_format = Some(match format.kind.as_deref() {
        Some("text") => ResponseFormat::Text,
        Some("json_object") => ResponseFormat::JsonObject,
        Some("json_schema") => {
            let name = format.name.ok_or_else(|| DecodeError::missing("text.format.name"))?;
            let schema = format.schema.ok_or_else(|| DecodeError::missing("text.format.schema"))?;
            ResponseFormat::JsonSchema(SchemaFormat {
                name: name.into_string(),
                description: format.description.map(Text::into_string),
                schema: schema.get().to_owned(),
                strict: format.strict,
            })
        }
        Some(_) => {
            return Err(DecodeError::unsupported(
                "text.format.type",
                "can be text, json_object or json_schema",
            ));
        }
        None => return Err(DecodeError::missing("text.format.type")),
    });
    Ok(())
}
