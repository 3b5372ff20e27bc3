//! Content blocks. One of an unknown kind, or with members that the typed form
//! has no field for, passes in its own form, marks to cache and all.

use jackfield_runtime::api::llm::{
    CachePoint, Citation, Part, ReasoningPart, ResultPart, TextPart, ToolCall, ToolResult,
};
use jackfield_runtime::api::types::{Document, Source};
use serde_json::value::RawValue;

use crate::dialect::error::DecodeError;
use crate::dialect::media;
use crate::dialect::read::{self, Text, TextOrParts};

object! {
    /// A block of one of the kinds that are taken apart.
    Block {
        kind: Text<'a> = "type",
        text: Text<'a> = "text",
        citations: &'a RawValue = "citations",
        source: &'a RawValue = "source",
        title: Text<'a> = "title",
        context: Text<'a> = "context",
        thinking: Text<'a> = "thinking",
        signature: Text<'a> = "signature",
        data: Text<'a> = "data",
        id: Text<'a> = "id",
        name: Text<'a> = "name",
        input: &'a RawValue = "input",
        caller: &'a RawValue = "caller",
        tool_use_id: Text<'a> = "tool_use_id",
        content: TextOrParts<'a> = "content",
        is_error: bool = "is_error",
        cache_control: CacheControl<'a> = "cache_control",
    }
}

object! {
    /// What kind of block it is. Of an unknown one, members may be anything.
    Head {
        kind: Text<'a> = "type",
    }
}

object! {
    /// A place up to which the prompt may be cached.
    CacheControl {
        kind: Text<'a> = "type",
        ttl: Text<'a> = "ttl",
    }
}

object! {
    /// Where a medium or a document is.
    WireSource {
        kind: Text<'a> = "type",
        media_type: Text<'a> = "media_type",
        data: Text<'a> = "data",
        url: Text<'a> = "url",
        file_id: Text<'a> = "file_id",
    }
}

object! {
    /// Whether a document is to be cited.
    CitationsConfig {
        enabled: bool = "enabled",
    }
}

object! {
    /// A passage that a text rests on.
    WireCitation {
        cited_text: Text<'a> = "cited_text",
        title: Text<'a> = "title",
        document_title: Text<'a> = "document_title",
        url: Text<'a> = "url",
    }
}

impl CacheControl<'_> {
    pub(super) fn point(self) -> CachePoint {
        CachePoint { ttl: self.ttl.map(Text::into_string) }
    }
}

const KNOWN: [&str; 7] =
    ["text", "image", "document", "thinking", "redacted_thinking", "tool_use", "tool_result"];

/// Appends a block, and the place to cache up to that it is marked with.
pub(super) fn add(path: &str, raw: &RawValue, out: &mut Vec<Part>) -> Result<(), DecodeError> {
    let head: Head<'_> = read::raw(path, raw)?;
    let kind = head.kind.ok_or_else(|| DecodeError::missing(format!("{path}.type")))?;
    if KNOWN.contains(&&*kind) {
        let mut block: Block<'_> = read::raw(path, raw)?;
        let cache = block.cache_control.take();
        if block.rest.is_empty()
            && let Some(part) = convert(path, &kind, block)?
        {
            out.push(part);
            out.extend(cache.map(|mark| Part::CachePoint(mark.point())));
            return Ok(());
        }
    }
    out.push(Part::Native(raw.get().to_owned()));
    Ok(())
}

fn convert(path: &str, kind: &str, block: Block<'_>) -> Result<Option<Part>, DecodeError> {
    let need = |name: &str, text: Option<Text<'_>>| need(path, name, text).map(Text::into_string);
    Ok(Some(match kind {
        "text" => Part::Text(TextPart {
            text: need("text", block.text)?,
            citations: citations(&format!("{path}.citations"), block.citations)?,
        }),
        "image" => match source(path, block.source)? {
            Some((source, mime_type)) => Part::Image(media::media(source, mime_type)),
            None => return Ok(None),
        },
        "document" => match document(path, block)? {
            Some(document) => Part::Document(document),
            None => return Ok(None),
        },
        "thinking" => Part::Reasoning(ReasoningPart {
            text: need("thinking", block.thinking)?,
            signature: block.signature.filter(|text| !text.is_empty()).map(Text::into_string),
            redacted: None,
            id: None,
        }),
        "redacted_thinking" => Part::Reasoning(ReasoningPart {
            text: String::new(),
            signature: None,
            redacted: Some(need("data", block.data)?),
            id: None,
        }),
        "tool_use" => Part::ToolCall(ToolCall {
            id: need("id", block.id)?,
            name: need("name", block.name)?,
            arguments: block.input.map_or("{}", RawValue::get).to_owned(),
            signature: block.caller.and_then(caller),
        }),
        "tool_result" => match result(path, block)? {
            Some(result) => Part::ToolResult(result),
            None => return Ok(None),
        },
        _ => return Ok(None),
    }))
}

/// A text that a block of its kind must have.
fn need<'a>(path: &str, name: &str, text: Option<Text<'a>>) -> Result<Text<'a>, DecodeError> {
    text.ok_or_else(|| DecodeError::missing(format!("{path}.{name}")))
}

/// Who made a call, unless the model itself did. It travels in the place of a
/// signature, where the plugin looks for it.
fn caller(raw: &RawValue) -> Option<String> {
    let head: Head<'_> = serde_json::from_str(raw.get()).ok()?;
    (head.kind.as_deref() != Some("direct")).then(|| raw.get().to_owned())
}

/// Where a medium is; nothing for a form that the typed one hasn't.
fn source(path: &str, raw: Option<&RawValue>) -> Result<Option<(Source, Option<String>)>, DecodeError> {
    let path = format!("{path}.source");
    let raw = raw.ok_or_else(|| DecodeError::missing(path.as_str()))?;
    let head: Head<'_> = read::raw(&path, raw)?;
    let kind = head.kind.ok_or_else(|| DecodeError::missing(format!("{path}.type")))?;
    if !["base64", "text", "url", "file"].contains(&&*kind) {
        return Ok(None);
    }
    let wire: WireSource<'_> = read::raw(&path, raw)?;
    if !wire.rest.is_empty() {
        return Ok(None);
    }
    let mime_type = wire.media_type.map(Text::into_string);
    Ok(Some(match &*kind {
        "base64" => {
            let data = need(&path, "data", wire.data)?;
            let mime_type = mime_type.ok_or_else(|| DecodeError::missing(format!("{path}.media_type")))?;
            (Source::Data(media::decode(&format!("{path}.data"), &data)?), Some(mime_type))
        }
        "text" => {
            let text = need(&path, "data", wire.data)?.into_string();
            (Source::Data(text.into_bytes()), mime_type.or_else(|| Some("text/plain".to_owned())))
        }
        "url" => (Source::Url(need(&path, "url", wire.url)?.into_string()), mime_type),
        _ => (Source::FileId(need(&path, "file_id", wire.file_id)?.into_string()), mime_type),
    }))
}

fn document(path: &str, block: Block<'_>) -> Result<Option<Document>, DecodeError> {
    let config: CitationsConfig<'_> = match block.citations {
        Some(raw) => read::raw(&format!("{path}.citations"), raw)?,
        None => CitationsConfig::default(),
    };
    Ok(source(path, block.source)?.map(|(source, mime_type)| Document {
        source,
        mime_type,
        name: block.title.map(Text::into_string),
        context: block.context.map(Text::into_string),
        citations: config.enabled.unwrap_or_default(),
    }))
}

/// What a tool gave; nothing where it holds a block that the typed form hasn't.
fn result(path: &str, block: Block<'_>) -> Result<Option<ToolResult>, DecodeError> {
    let id = block.tool_use_id.ok_or_else(|| DecodeError::missing(format!("{path}.tool_use_id")))?;
    let mut content = Vec::new();
    match block.content {
        None => {}
        Some(TextOrParts::Text(text)) => content.push(ResultPart::Text(text.into_owned())),
        Some(TextOrParts::Parts(list)) => {
            for (place, raw) in list.into_iter().enumerate() {
                let mut parts = Vec::with_capacity(1);
                add(&format!("{path}.content[{place}]"), raw, &mut parts)?;
                content.push(match (parts.pop(), parts.is_empty()) {
                    (Some(Part::Text(text)), true) if text.citations.is_empty() => {
                        ResultPart::Text(text.text)
                    }
                    (Some(Part::Image(media)), true) => ResultPart::Image(media),
                    (Some(Part::Document(document)), true) => ResultPart::Document(document),
                    _ => return Ok(None),
                });
            }
        }
    }
    Ok(Some(ToolResult {
        call_id: id.into_string(),
        name: None,
        content,
        is_error: block.is_error.unwrap_or_default(),
    }))
}

fn citations(path: &str, raw: Option<&RawValue>) -> Result<Vec<Citation>, DecodeError> {
    let Some(raw) = raw else { return Ok(Vec::new()) };
    let list: Vec<&RawValue> = read::raw(path, raw)?;
    Ok(list
        .into_iter()
        .map(|raw| {
            let wire: WireCitation<'_> = serde_json::from_str(raw.get()).unwrap_or_default();
            Citation {
                title: wire.title.or(wire.document_title).map(Text::into_string),
                url: wire.url.map(Text::into_string),
                quote: wire.cited_text.map(Text::into_string),
                start: None,
                end: None,
                raw: Some(raw.get().to_owned()),
            }
        })
        .collect())
}
