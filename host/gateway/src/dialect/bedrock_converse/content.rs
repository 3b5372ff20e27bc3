//! Content blocks. One of an unknown kind, or with members that the typed form
//! has no field for, passes in its own form, which upstreams of this dialect
//! understand.

use jackfield_runtime::api::llm::{
    CachePoint, Citation, Part, ReasoningPart, ResultPart, TextPart, ToolCall, ToolResult,
};
use serde_json::value::RawValue;

use super::place::{document, film, medium};
use super::{blob, media, union};
use crate::dialect::error::DecodeError;
use crate::dialect::media as bytes;
use crate::dialect::read::{self, Text};

object! {
    /// A call.
    ToolUse {
        id: Text<'a> = "toolUseId",
        name: Text<'a> = "name",
        input: &'a RawValue = "input",
    }
}

object! {
    /// What a call gave.
    Outcome {
        id: Text<'a> = "toolUseId",
        content: Vec<&'a RawValue> = "content",
        status: Text<'a> = "status",
    }
}

object! {
    /// A thought that is shown.
    Thought {
        text: Text<'a> = "text",
        signature: Text<'a> = "signature",
    }
}

object! {
    /// A place up to which the prompt may be cached.
    Point {
        kind: Text<'a> = "type",
        ttl: Text<'a> = "ttl",
    }
}

object! {
    /// A text with what it cites.
    Cited {
        content: Vec<CitedText<'a>> = "content",
        citations: Vec<&'a RawValue> = "citations",
    }
}

object! {
    /// A piece of it, or of a passage.
    CitedText {
        text: Text<'a> = "text",
    }
}

object! {
    /// A passage that a text rests on.
    WireCitation {
        title: Text<'a> = "title",
        source_content: Vec<CitedText<'a>> = "sourceContent",
        location: Location<'a> = "location",
    }
}

object! {
    /// Where it stands.
    Location {
        web: Web<'a> = "web",
    }
}

object! {
    /// On a page.
    Web {
        url: Text<'a> = "url",
    }
}

object! {
    /// Text that a guardrail of Bedrock's is to look at.
    Guarded {
        text: Text<'a> = "text",
        qualifiers: &'a RawValue = "qualifiers",
    }
}

/// Reads a block.
pub(super) fn part(path: &str, raw: &RawValue, warnings: &mut Vec<String>) -> Result<Part, DecodeError> {
    let (kind, inner) = union::only(path, raw)?;
    let path = format!("{path}.{kind}");
    let part = match kind.as_str() {
        "text" => Some(Part::text(read::raw::<Text<'_>>(&path, inner)?.into_string())),
        "image" => medium(&path, inner)?
            .map(|(source, format)| Part::Image(bytes::media(source, Some(media::image_type(&format))))),
        "audio" => medium(&path, inner)?
            .map(|(source, format)| Part::Audio(bytes::media(source, Some(media::audio_type(&format))))),
        "video" => film(&path, inner)?.map(Part::Document),
        "document" => document(&path, inner)?.map(Part::Document),
        "toolUse" => call(&path, inner)?.map(Part::ToolCall),
        "toolResult" => result(&path, inner)?.map(Part::ToolResult),
        "reasoningContent" => reasoning(&path, inner)?.map(Part::Reasoning),
        "cachePoint" => Some(Part::CachePoint(cache_point(&path, inner)?)),
        "citationsContent" => cited(&path, inner)?.map(Part::Text),
        "guardContent" => guarded(&path, inner, warnings)?,
        _ => None,
    };
    Ok(part.unwrap_or_else(|| Part::Native(raw.get().to_owned())))
}

/// A text that must be there.
pub(super) fn need(path: &str, name: &str, text: Option<Text<'_>>) -> Result<String, DecodeError> {
    text.map(Text::into_string).ok_or_else(|| DecodeError::missing(format!("{path}.{name}")))
}

pub(super) fn cache_point(path: &str, raw: &RawValue) -> Result<CachePoint, DecodeError> {
    let point: Point<'_> = read::raw(path, raw)?;
    match point.kind.as_deref() {
        Some("default") => Ok(CachePoint { ttl: point.ttl.map(Text::into_string) }),
        Some(_) => Err(DecodeError::unsupported(format!("{path}.type"), "must be `default`")),
        None => Err(DecodeError::missing(format!("{path}.type"))),
    }
}

fn call(path: &str, raw: &RawValue) -> Result<Option<ToolCall>, DecodeError> {
    let wire: ToolUse<'_> = read::raw(path, raw)?;
    let call = ToolCall {
        id: need(path, "toolUseId", wire.id)?,
        name: need(path, "name", wire.name)?,
        arguments: wire.input.map_or("{}", RawValue::get).to_owned(),
        signature: None,
    };
    // One with a type is of a tool that the provider runs.
    Ok(wire.rest.is_empty().then_some(call))
}

fn result(path: &str, raw: &RawValue) -> Result<Option<ToolResult>, DecodeError> {
    let wire: Outcome<'_> = read::raw(path, raw)?;
    let call_id = need(path, "toolUseId", wire.id)?;
    let is_error = match wire.status.as_deref() {
        None | Some("success") => false,
        Some("error") => true,
        Some(other) => {
            let message = format!("can't be `{other}`: take success or error");
            return Err(DecodeError::invalid(format!("{path}.status"), message));
        }
    };
    let mut content = Vec::new();
    for (place, raw) in wire.content.unwrap_or_default().into_iter().enumerate() {
        let path = format!("{path}.content[{place}]");
        let (kind, inner) = union::only(&path, raw)?;
        let path = format!("{path}.{kind}");
        let piece = match kind.as_str() {
            "text" => Some(ResultPart::Text(read::raw(&path, inner)?)),
            "json" => Some(ResultPart::Json(inner.get().to_owned())),
            "image" => medium(&path, inner)?.map(|(source, format)| {
                ResultPart::Image(bytes::media(source, Some(media::image_type(&format))))
            }),
            "document" => document(&path, inner)?.map(ResultPart::Document),
            "video" => film(&path, inner)?.map(ResultPart::Document),
            _ => None,
        };
        match piece {
            Some(piece) => content.push(piece),
            None => return Ok(None),
        }
    }
    let result = ToolResult { call_id, name: None, content, is_error };
    Ok(wire.rest.is_empty().then_some(result))
}

fn reasoning(path: &str, raw: &RawValue) -> Result<Option<ReasoningPart>, DecodeError> {
    let (kind, inner) = union::only(path, raw)?;
    let path = format!("{path}.{kind}");
    Ok(match kind.as_str() {
        "reasoningText" => {
            let thought: Thought<'_> = read::raw(&path, inner)?;
            Some(ReasoningPart {
                text: need(&path, "text", thought.text)?,
                signature: thought.signature.filter(|text| !text.is_empty()).map(Text::into_string),
                redacted: None,
                id: None,
            })
        }
        "redactedContent" => Some(ReasoningPart {
            text: String::new(),
            signature: None,
            redacted: Some(blob::unwrap(read::raw(&path, inner)?)),
            id: None,
        }),
        _ => None,
    })
}

fn cited(path: &str, raw: &RawValue) -> Result<Option<TextPart>, DecodeError> {
    let cited: Cited<'_> = read::raw(path, raw)?;
    let citations = cited.citations.unwrap_or_default().into_iter().map(|raw| {
        let wire: WireCitation<'_> = serde_json::from_str(raw.get()).unwrap_or_default();
        let quote = joined(wire.source_content.unwrap_or_default());
        Citation {
            title: wire.title.map(Text::into_string),
            url: wire.location.and_then(|place| place.web?.url).map(Text::into_string),
            quote: Some(quote).filter(|quote| !quote.is_empty()),
            start: None,
            end: None,
            raw: Some(raw.get().to_owned()),
        }
    });
    let text = TextPart { citations: citations.collect(), text: joined(cited.content.unwrap_or_default()) };
    Ok(cited.rest.is_empty().then_some(text))
}

fn joined(pieces: Vec<CitedText<'_>>) -> String {
    pieces.into_iter().filter_map(|piece| piece.text).map(|text| text.0).collect()
}

/// What a guardrail is to look at is prompt like any other where there is none:
/// a request that names one isn't decoded.
fn guarded(path: &str, raw: &RawValue, warnings: &mut Vec<String>) -> Result<Option<Part>, DecodeError> {
    let (kind, inner) = union::only(path, raw)?;
    if kind != "text" {
        return Ok(None);
    }
    let path = format!("{path}.text");
    let text: Guarded<'_> = read::raw(&path, inner)?;
    let part = Part::text(need(&path, "text", text.text)?);
    warnings.push(format!("`{path}` was taken as plain text: no guardrail of Bedrock's looks at it"));
    Ok(Some(part))
}
