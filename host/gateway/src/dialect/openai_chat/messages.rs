//! Turns. What a message holds beyond the typed form can't be sent on, since
//! there is nowhere to put it: it is left out with a warning.

use jackfield_runtime::api::llm::{
    Message as Turn, Part, ReasoningPart, ResultPart, Role, ToolCall as Call, ToolResult,
};
use jackfield_runtime::api::types::{Media, Source};
use serde_json::value::RawValue;

use super::parts::{self, CacheControl};
use crate::dialect::error::DecodeError;
use crate::dialect::read::{Text, TextOrParts};

object! {
    /// A turn.
    Message {
        role: Text<'a> = "role",
        content: TextOrParts<'a> = "content",
        name: Text<'a> = "name",
        tool_calls: Vec<ToolCall<'a>> = "tool_calls",
        tool_call_id: Text<'a> = "tool_call_id",
        function_call: Called<'a> = "function_call",
        refusal: Text<'a> = "refusal",
        audio: AudioRef<'a> = "audio",
        reasoning_content: Text<'a> = "reasoning_content",
        reasoning: &'a RawValue = "reasoning",
        thinking_blocks: Vec<Thinking<'a>> = "thinking_blocks",
        reasoning_details: Vec<Thinking<'a>> = "reasoning_details",
        content_blocks: Vec<&'a RawValue> = "content_blocks",
        images: Vec<Image<'a>> = "images",
        cache_control: CacheControl<'a> = "cache_control",
    }
}

object! {
    /// A call that the model made.
    ToolCall {
        id: Text<'a> = "id",
        kind: Text<'a> = "type",
        index: u32 = "index",
        function: Called<'a> = "function",
        custom: Custom<'a> = "custom",
        extra_content: ExtraContent<'a> = "extra_content",
    }
}

object! {
    /// Its function.
    Called {
        name: Text<'a> = "name",
        arguments: Text<'a> = "arguments",
    }
}

object! {
    /// A tool that takes free text.
    Custom {
        name: Text<'a> = "name",
        input: Text<'a> = "input",
    }
}

object! {
    /// Where Google's API keeps its signatures.
    ExtraContent {
        google: Google<'a> = "google",
    }
}

object! {
    /// A signature over a call.
    Google {
        thought_signature: Text<'a> = "thought_signature",
    }
}

object! {
    /// A sound that the model made before.
    AudioRef {
        id: Text<'a> = "id",
    }
}

object! {
    /// An image that the model made before.
    Image {
        image_url: &'a RawValue = "image_url",
    }
}

object! {
    /// A thought with its signature: as LiteLLM writes it for Anthropic's
    /// models, or as OpenRouter does.
    Thinking {
        kind: Text<'a> = "type",
        thinking: Text<'a> = "thinking",
        text: Text<'a> = "text",
        summary: Text<'a> = "summary",
        signature: Text<'a> = "signature",
        data: Text<'a> = "data",
        id: Text<'a> = "id",
    }
}

/// Converts a conversation.
pub(super) fn convert(wire: Vec<Message<'_>>, warnings: &mut Vec<String>) -> Result<Vec<Turn>, DecodeError> {
    let mut turns = Vec::with_capacity(wire.len());
    // Names and ids of calls in the form of before there were tools, which has no ids.
    let mut called: Vec<(String, String)> = Vec::new();
    for (place, message) in wire.into_iter().enumerate() {
        let path = format!("messages[{place}]");
        for name in message.rest.names().filter(|name| *name != "annotations") {
            warnings.push(format!("`{path}.{name}` was left out: it has no place in a typed message"));
        }
        let role = message.role.as_deref().ok_or_else(|| DecodeError::missing(format!("{path}.role")))?;
        turns.push(match role {
            "system" => speaker(&path, Role::System, message)?,
            "developer" => speaker(&path, Role::Developer, message)?,
            "user" => speaker(&path, Role::User, message)?,
            "assistant" => assistant(&path, message, &mut called, warnings)?,
            "tool" => {
                let id = message.tool_call_id.as_deref();
                let id = id.ok_or_else(|| DecodeError::missing(format!("{path}.tool_call_id")))?.to_owned();
                tool(&path, id, message)?
            }
            "function" => {
                let name =
                    message.name.as_deref().ok_or_else(|| DecodeError::missing(format!("{path}.name")))?;
                let made = called.iter().rev().find(|(known, _)| known == name);
                let (_, id) = made.ok_or_else(|| {
                    DecodeError::invalid(
                        format!("{path}.name"),
                        format!("no message before it calls `{name}`"),
                    )
                })?;
                tool(&path, id.clone(), message)?
            }
            other => {
                return Err(DecodeError::invalid(
                    format!("{path}.role"),
                    format!("can't be `{other}`: take system, developer, user, assistant, tool or function"),
                ));
            }
        });
    }
    Ok(turns)
}

fn add_content(path: &str, content: TextOrParts<'_>, out: &mut Vec<Part>) -> Result<(), DecodeError> {
    match content {
        TextOrParts::Text(text) => out.push(Part::text(text.into_owned())),
        TextOrParts::Parts(list) => {
            out.reserve(list.len());
            for (place, raw) in list.into_iter().enumerate() {
                parts::add(&format!("{path}.content[{place}]"), raw, out)?;
            }
        }
    }
    Ok(())
}

/// A turn of the operator or the user.
fn speaker(path: &str, role: Role, message: Message<'_>) -> Result<Turn, DecodeError> {
    let mut content = Vec::with_capacity(1);
    let said = message.content.ok_or_else(|| DecodeError::missing(format!("{path}.content")))?;
    add_content(path, said, &mut content)?;
    content.extend(message.cache_control.map(|mark| Part::CachePoint(mark.point())));
    Ok(Turn { role, name: message.name.map(Text::into_string), content })
}

/// A turn of the model.
fn assistant(
    path: &str,
    message: Message<'_>,
    called: &mut Vec<(String, String)>,
    warnings: &mut Vec<String>,
) -> Result<Turn, DecodeError> {
    let mut content = Vec::with_capacity(2);
    let details = message.thinking_blocks.or(message.reasoning_details).unwrap_or_default();
    if details.is_empty() {
        let bare = || message.reasoning.and_then(|raw| serde_json::from_str::<Text<'_>>(raw.get()).ok());
        let text = message.reasoning_content.or_else(bare).filter(|text| !text.is_empty());
        content.extend(text.map(|text| parts::thought(text.into_string(), None)));
    }
    content.extend(details.into_iter().map(thought));
    let blocks = message.content_blocks.unwrap_or_default();
    content.extend(blocks.into_iter().map(|raw| Part::Native(raw.get().to_owned())));
    match message.content {
        Some(TextOrParts::Text(text)) if text.is_empty() => {}
        Some(said) => add_content(path, said, &mut content)?,
        None => {}
    }
    for (place, image) in message.images.unwrap_or_default().into_iter().enumerate() {
        if let Some(raw) = image.image_url {
            content.extend(parts::image(&format!("{path}.images[{place}].image_url"), raw)?.map(Part::Image));
        }
    }
    content.extend(
        message.refusal.filter(|text| !text.is_empty()).map(|text| Part::Refusal(text.into_string())),
    );
    content.extend(message.audio.and_then(|audio| audio.id).map(|id| Part::Audio(sound(id.into_string()))));
    for (place, call) in message.tool_calls.unwrap_or_default().into_iter().enumerate() {
        content.push(tool_call(&format!("{path}.tool_calls[{place}]"), call, warnings)?);
    }
    if let Some(function) = message.function_call {
        let path = format!("{path}.function_call");
        let id = format!("call_function_{}", called.len());
        let name = function.name.ok_or_else(|| DecodeError::missing(format!("{path}.name")))?.into_string();
        called.push((name.clone(), id.clone()));
        let arguments = function.arguments.unwrap_or_default().into_string();
        content.push(Part::ToolCall(Call { id, name, arguments, signature: None }));
    }
    content.extend(message.cache_control.map(|mark| Part::CachePoint(mark.point())));
    Ok(Turn { role: Role::Assistant, name: message.name.map(Text::into_string), content })
}

/// A sound that the provider knows by its id.
fn sound(id: String) -> Media {
    Media { source: Source::Data(Vec::new()), mime_type: None, detail: None, transcript: None, id: Some(id) }
}

fn thought(wire: Thinking<'_>) -> Part {
    let text = wire.thinking.or(wire.text).or(wire.summary).unwrap_or_default();
    Part::Reasoning(ReasoningPart {
        text: text.into_string(),
        signature: wire.signature.filter(|text| !text.is_empty()).map(Text::into_string),
        redacted: wire.data.map(Text::into_string),
        id: wire.id.map(Text::into_string),
    })
}

fn tool_call(path: &str, call: ToolCall<'_>, warnings: &mut Vec<String>) -> Result<Part, DecodeError> {
    for name in call.rest.names() {
        warnings.push(format!("`{path}.{name}` was left out: it has no place in a typed call"));
    }
    let id = call.id.ok_or_else(|| DecodeError::missing(format!("{path}.id")))?;
    let (name, arguments, inner) = match (call.kind.as_deref(), call.function, call.custom) {
        (None | Some("function"), Some(function), _) => (function.name, function.arguments, "function"),
        (Some("custom"), _, Some(custom)) => {
            warnings
                .push(format!("`{path}` is sent as the call of a function: typed calls have no free text"));
            (custom.name, custom.input, "custom")
        }
        _ => return Err(DecodeError::invalid(path, "needs a `function` with `name` and `arguments`")),
    };
    let name = name.ok_or_else(|| DecodeError::missing(format!("{path}.{inner}.name")))?;
    let google = call.extra_content.and_then(|extra| extra.google);
    Ok(Part::ToolCall(Call {
        id: id.into_string(),
        name: name.into_string(),
        arguments: arguments.unwrap_or_default().into_string(),
        signature: google.and_then(|google| google.thought_signature).map(Text::into_string),
    }))
}

/// What a tool gave.
fn tool(path: &str, call_id: String, message: Message<'_>) -> Result<Turn, DecodeError> {
    let content = match message.content {
        None => Vec::new(),
        Some(TextOrParts::Text(text)) => vec![ResultPart::Text(text.into_owned())],
        Some(TextOrParts::Parts(list)) => list
            .into_iter()
            .enumerate()
            .map(|(place, raw)| parts::result(&format!("{path}.content[{place}]"), raw))
            .collect::<Result<_, _>>()?,
    };
    let result = ToolResult { call_id, name: message.name.map(Text::into_string), content, is_error: false };
    let mut content = vec![Part::ToolResult(result)];
    content.extend(message.cache_control.map(|mark| Part::CachePoint(mark.point())));
    Ok(Turn { role: Role::Tool, name: None, content })
}
