//! Items of the input. What a model said comes as several items in a row,
//! which are one turn of a chat.

use jackfield_runtime::api::llm::{Message, Part, ReasoningPart, ResultPart, Role, ToolCall, ToolResult};
use jackfield_runtime::api::types::{Document, Media, Source};
use serde_json::value::RawValue;

use crate::dialect::error::DecodeError;
use crate::dialect::media;
use crate::dialect::read::{self, Text, TextOrParts};

object! {
    /// An item.
    Item {
        kind: Text<'a> = "type",
        role: Text<'a> = "role",
        content: TextOrParts<'a> = "content",
        id: Text<'a> = "id",
        call_id: Text<'a> = "call_id",
        name: Text<'a> = "name",
        arguments: Text<'a> = "arguments",
        output: TextOrParts<'a> = "output",
        summary: Vec<Said<'a>> = "summary",
        encrypted_content: Text<'a> = "encrypted_content",
        signature: Text<'a> = "signature",
    }
}

object! {
    /// What kind of item it is. Of an unknown one, members may be anything.
    Head {
        kind: Text<'a> = "type",
    }
}

object! {
    /// A piece of a thought.
    Said {
        text: Text<'a> = "text",
    }
}

object! {
    /// A part of content.
    WirePart {
        kind: Text<'a> = "type",
        text: Text<'a> = "text",
        refusal: Text<'a> = "refusal",
        image_url: Text<'a> = "image_url",
        detail: Text<'a> = "detail",
        file_id: Text<'a> = "file_id",
        filename: Text<'a> = "filename",
        file_data: Text<'a> = "file_data",
        file_url: Text<'a> = "file_url",
        input_audio: InputAudio<'a> = "input_audio",
    }
}

object! {
    /// A sound in base64.
    InputAudio {
        data: Text<'a> = "data",
        format: Text<'a> = "format",
    }
}

/// Appends the turns that items make.
pub(super) fn convert(list: Vec<&RawValue>, turns: &mut Vec<Message>) -> Result<(), DecodeError> {
    if list.is_empty() {
        return Err(DecodeError::invalid("input", "holds no item"));
    }
    for (place, raw) in list.into_iter().enumerate() {
        let path = format!("input[{place}]");
        let head: Head<'_> = read::raw(&path, raw)?;
        let kind = head.kind.as_deref().unwrap_or("message");
        if !["message", "function_call", "function_call_output", "reasoning"].contains(&kind) {
            let why = format!(
                "can't be `{kind}` over chat: take messages, function calls, their outputs and reasoning"
            );
            return Err(DecodeError::unsupported(format!("{path}.type"), why));
        }
        let item: Item<'_> = read::raw(&path, raw)?;
        let need = |name: &str, text: Option<Text<'_>>| {
            text.map(Text::into_string).ok_or_else(|| DecodeError::missing(format!("{path}.{name}")))
        };
        match kind {
            "function_call" => {
                let call = ToolCall {
                    id: need("call_id", item.call_id)?,
                    name: need("name", item.name)?,
                    arguments: need("arguments", item.arguments)?,
                    signature: item.signature.map(Text::into_string),
                };
                assistant(vec![Part::ToolCall(call)], turns);
            }
            "function_call_output" => {
                let output = item.output.ok_or_else(|| DecodeError::missing(format!("{path}.output")))?;
                let result = ToolResult {
                    call_id: need("call_id", item.call_id)?,
                    name: None,
                    content: results(&format!("{path}.output"), output)?,
                    is_error: false,
                };
                turns.push(Message { role: Role::Tool, name: None, content: vec![Part::ToolResult(result)] });
            }
            "reasoning" => assistant(vec![thought(&path, item)?], turns),
            _ => message(&path, item, turns)?,
        }
    }
    Ok(())
}

/// Adds to what the model said, where it spoke last.
fn assistant(parts: Vec<Part>, turns: &mut Vec<Message>) {
    match turns.last_mut() {
        Some(turn) if turn.role == Role::Assistant => turn.content.extend(parts),
        _ => turns.push(Message { role: Role::Assistant, name: None, content: parts }),
    }
}

fn message(path: &str, item: Item<'_>, turns: &mut Vec<Message>) -> Result<(), DecodeError> {
    let role = match item.role.as_deref() {
        Some("user") => Role::User,
        Some("system") => Role::System,
        Some("developer") => Role::Developer,
        Some("assistant") => Role::Assistant,
        Some(other) => {
            let why = format!("can't be `{other}`: take user, system, developer or assistant");
            return Err(DecodeError::invalid(format!("{path}.role"), why));
        }
        None => return Err(DecodeError::missing(format!("{path}.role"))),
    };
    let content = item.content.ok_or_else(|| DecodeError::missing(format!("{path}.content")))?;
    let parts = parts(&format!("{path}.content"), content)?;
    if role == Role::Assistant {
        assistant(parts, turns);
    } else {
        turns.push(Message { role, name: None, content: parts });
    }
    Ok(())
}

fn thought(path: &str, item: Item<'_>) -> Result<Part, DecodeError> {
    let mut text = String::new();
    for said in item.summary.unwrap_or_default() {
        text.push_str(&said.text.unwrap_or_default());
    }
    if text.is_empty()
        && let Some(TextOrParts::Parts(list)) = item.content
    {
        for (place, raw) in list.into_iter().enumerate() {
            let said: Said<'_> = read::raw(&format!("{path}.content[{place}]"), raw)?;
            text.push_str(&said.text.unwrap_or_default());
        }
    }
    Ok(Part::Reasoning(ReasoningPart {
        text,
        signature: item.signature.map(Text::into_string),
        redacted: item.encrypted_content.map(Text::into_string),
        id: item.id.map(Text::into_string),
    }))
}

fn parts(path: &str, content: TextOrParts<'_>) -> Result<Vec<Part>, DecodeError> {
    match content {
        TextOrParts::Text(text) => Ok(vec![Part::text(text.into_owned())]),
        TextOrParts::Parts(list) => {
            list.into_iter().enumerate().map(|(place, raw)| part(&format!("{path}[{place}]"), raw)).collect()
        }
    }
}

fn results(path: &str, output: TextOrParts<'_>) -> Result<Vec<ResultPart>, DecodeError> {
    parts(path, output)?
        .into_iter()
        .map(|part| match part {
            Part::Text(text) => Ok(ResultPart::Text(text.text)),
            Part::Image(image) => Ok(ResultPart::Image(image)),
            Part::Document(document) => Ok(ResultPart::Document(document)),
            _ => Err(DecodeError::unsupported(path, "can hold texts, images and files")),
        })
        .collect()
}

fn part(path: &str, raw: &RawValue) -> Result<Part, DecodeError> {
    let head: Head<'_> = read::raw(path, raw)?;
    let kind = head.kind.ok_or_else(|| DecodeError::missing(format!("{path}.type")))?;
    let wire: WirePart<'_> = read::raw(path, raw)?;
    let missing = |name: &str| DecodeError::missing(format!("{path}.{name}"));
    Ok(match &*kind {
        "input_text" | "output_text" | "text" => {
            Part::text(wire.text.ok_or_else(|| missing("text"))?.into_string())
        }
        "refusal" => Part::Refusal(wire.refusal.ok_or_else(|| missing("refusal"))?.into_string()),
        "input_image" => {
            let (source, mime_type) = match (wire.image_url, wire.file_id) {
                (Some(url), _) => media::source_of(&format!("{path}.image_url"), &url)?,
                (None, Some(id)) => (Source::FileId(id.into_string()), None),
                (None, None) => return Err(missing("image_url")),
            };
            Part::Image(Media {
                detail: wire.detail.map(Text::into_string),
                ..media::media(source, mime_type)
            })
        }
        "input_file" => {
            let (source, mime_type) = match (wire.file_id, wire.file_data, wire.file_url) {
                (Some(id), None, None) => (Source::FileId(id.into_string()), None),
                (None, Some(data), None) if data.starts_with("data:") => {
                    media::source_of(&format!("{path}.file_data"), &data)?
                }
                (None, Some(data), None) => {
                    let bytes = media::decode(&format!("{path}.file_data"), &data)?;
                    (Source::Data(bytes), Some("application/pdf".to_owned()))
                }
                (None, None, Some(url)) => (Source::Url(url.into_string()), None),
                _ => {
                    return Err(DecodeError::invalid(
                        path,
                        "needs one of `file_id`, `file_data` and `file_url`",
                    ));
                }
            };
            let name = wire.filename.map(Text::into_string);
            Part::Document(Document { source, mime_type, name, context: None, citations: false })
        }
        "input_audio" => {
            let audio = wire.input_audio.ok_or_else(|| missing("input_audio"))?;
            let data = audio.data.ok_or_else(|| missing("input_audio.data"))?;
            let format = audio.format.ok_or_else(|| missing("input_audio.format"))?;
            let bytes = media::decode(&format!("{path}.input_audio.data"), &data)?;
            let format = if &*format == "mp3" { "mpeg" } else { &*format };
            Part::Audio(media::media(Source::Data(bytes), Some(format!("audio/{format}"))))
        }
        other => {
            return Err(DecodeError::unsupported(
                format!("{path}.type"),
                format!("can't be `{other}` over chat"),
            ));
        }
    })
}
