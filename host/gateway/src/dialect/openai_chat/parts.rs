//! Parts of messages. One of an unknown kind, or with members that the typed
//! form has no field for, passes in its own form.

use jackfield_runtime::api::llm::{CachePoint, Part, ReasoningPart, ResultPart};
use jackfield_runtime::api::types::{Document, Media, Source};
use serde_json::value::RawValue;

use crate::dialect::error::DecodeError;
use crate::dialect::media;
use crate::dialect::read::{self, Text, TextOrParts};

object! {
    /// A part.
    WirePart {
        kind: Text<'a> = "type",
        text: Text<'a> = "text",
        image_url: &'a RawValue = "image_url",
        input_audio: InputAudio<'a> = "input_audio",
        file: File<'a> = "file",
        refusal: Text<'a> = "refusal",
        thinking: TextOrParts<'a> = "thinking",
        signature: Text<'a> = "signature",
        document_url: Text<'a> = "document_url",
        document_name: Text<'a> = "document_name",
        cache_control: CacheControl<'a> = "cache_control",
        prompt_cache_breakpoint: &'a RawValue = "prompt_cache_breakpoint",
    }
}

object! {
    /// An image by its address or as a data URI.
    ImageUrl {
        url: Text<'a> = "url",
        detail: Text<'a> = "detail",
    }
}

object! {
    /// A sound in base64.
    InputAudio {
        data: Text<'a> = "data",
        format: Text<'a> = "format",
    }
}

object! {
    /// A document as a data URI, or by its id.
    File {
        filename: Text<'a> = "filename",
        file_data: Text<'a> = "file_data",
        file_id: Text<'a> = "file_id",
    }
}

object! {
    /// A place up to which the prompt may be cached, as gateways to
    /// Anthropic's models take it.
    CacheControl {
        kind: Text<'a> = "type",
        ttl: Text<'a> = "ttl",
    }
}

impl CacheControl<'_> {
    pub(super) fn point(self) -> CachePoint {
        CachePoint { ttl: self.ttl.map(Text::into_string) }
    }
}

/// Appends a part, and the place to cache up to that it is marked with.
pub(super) fn add(path: &str, raw: &RawValue, out: &mut Vec<Part>) -> Result<(), DecodeError> {
    // A bare text in a list stands for a text part.
    if raw.get().starts_with('"') {
        let text: Text<'_> = read::raw(path, raw)?;
        out.push(Part::text(text.into_string()));
        return Ok(());
    }
    let mut wire: WirePart<'_> = read::raw(path, raw)?;
    let cache = wire.cache_control.take().map(CacheControl::point);
    let cache = cache.or_else(|| wire.prompt_cache_breakpoint.map(|_| CachePoint { ttl: None }));
    if !wire.rest.is_empty() {
        out.push(Part::Native(raw.get().to_owned()));
        return Ok(());
    }
    match convert(path, wire)? {
        Some(part) => {
            out.push(part);
            out.extend(cache.map(Part::CachePoint));
        }
        None => out.push(Part::Native(raw.get().to_owned())),
    }
    Ok(())
}

/// A part of what a tool gave.
pub(super) fn result(path: &str, raw: &RawValue) -> Result<ResultPart, DecodeError> {
    let mut parts = Vec::with_capacity(1);
    add(path, raw, &mut parts)?;
    match parts.into_iter().next() {
        Some(Part::Text(text)) => Ok(ResultPart::Text(text.text)),
        Some(Part::Image(media)) => Ok(ResultPart::Image(media)),
        Some(Part::Document(document)) => Ok(ResultPart::Document(document)),
        _ => Err(DecodeError::unsupported(
            path,
            "can't be a part of a tool's result: give text, an image or a file",
        )),
    }
}

fn convert(path: &str, wire: WirePart<'_>) -> Result<Option<Part>, DecodeError> {
    let missing = |name: &str| DecodeError::missing(format!("{path}.{name}"));
    let kind = wire.kind.as_ref().ok_or_else(|| missing("type"))?;
    Ok(match &**kind {
        "text" | "input_text" | "output_text" => {
            Some(Part::text(wire.text.ok_or_else(|| missing("text"))?.into_string()))
        }
        "refusal" => Some(Part::Refusal(wire.refusal.ok_or_else(|| missing("refusal"))?.into_string())),
        "image_url" => {
            image(&format!("{path}.image_url"), wire.image_url.ok_or_else(|| missing("image_url"))?)?
                .map(Part::Image)
        }
        "input_audio" => {
            audio(path, wire.input_audio.ok_or_else(|| missing("input_audio"))?)?.map(Part::Audio)
        }
        "file" => file(path, wire.file.ok_or_else(|| missing("file"))?)?.map(Part::Document),
        "document_url" => {
            let url = wire.document_url.ok_or_else(|| missing("document_url"))?;
            let (source, mime_type) = media::source_of(&format!("{path}.document_url"), &url)?;
            Some(Part::Document(document(source, mime_type, wire.document_name)))
        }
        "thinking" => {
            thinking(wire.thinking).map(|text| thought(text, wire.signature.map(Text::into_string)))
        }
        _ => None,
    })
}

/// `image_url`, which is an object or, for some clients, a bare text.
pub(super) fn image(path: &str, raw: &RawValue) -> Result<Option<Media>, DecodeError> {
    let (url, detail) = if raw.get().starts_with('"') {
        (read::raw::<Text<'_>>(path, raw)?, None)
    } else {
        let image: ImageUrl<'_> = read::raw(path, raw)?;
        if !image.rest.is_empty() {
            return Ok(None);
        }
        (image.url.ok_or_else(|| DecodeError::missing(format!("{path}.url")))?, image.detail)
    };
    let (source, mime_type) = media::source_of(&format!("{path}.url"), &url)?;
    Ok(Some(Media { detail: detail.map(Text::into_string), ..media::media(source, mime_type) }))
}

fn audio(path: &str, wire: InputAudio<'_>) -> Result<Option<Media>, DecodeError> {
    let path = format!("{path}.input_audio");
    let data = wire.data.ok_or_else(|| DecodeError::missing(format!("{path}.data")))?;
    let format = wire.format.ok_or_else(|| DecodeError::missing(format!("{path}.format")))?;
    if !wire.rest.is_empty() {
        return Ok(None);
    }
    let mime = if &*format == "mp3" { "audio/mpeg".to_owned() } else { format!("audio/{}", &*format) };
    let bytes = media::decode(&format!("{path}.data"), &data)?;
    Ok(Some(media::media(Source::Data(bytes), Some(mime))))
}

fn file(path: &str, wire: File<'_>) -> Result<Option<Document>, DecodeError> {
    if !wire.rest.is_empty() {
        return Ok(None);
    }
    let path = format!("{path}.file");
    let (source, mime_type) = match (wire.file_id, wire.file_data) {
        (Some(id), None) => (Source::FileId(id.into_string()), None),
        (None, Some(data)) => {
            let path = format!("{path}.file_data");
            if data.starts_with("data:") {
                media::source_of(&path, &data)?
            } else {
                (Source::Data(media::decode(&path, &data)?), None)
            }
        }
        _ => return Err(DecodeError::invalid(path, "needs either `file_id` or `file_data`")),
    };
    let mime_type = mime_type.or_else(|| wire.filename.as_deref().and_then(mime_of_name));
    Ok(Some(document(source, mime_type, wire.filename)))
}

fn document(source: Source, mime_type: Option<String>, name: Option<Text<'_>>) -> Document {
    Document { source, mime_type, name: name.map(Text::into_string), context: None, citations: false }
}

/// The media type of a file that comes without one.
fn mime_of_name(name: &str) -> Option<String> {
    let extension = name.rsplit_once('.')?.1.to_ascii_lowercase();
    let mime = match extension.as_str() {
        "pdf" => "application/pdf",
        "json" => "application/json",
        "txt" | "text" => "text/plain",
        "md" => "text/markdown",
        "csv" => "text/csv",
        "html" | "htm" => "text/html",
        _ => return None,
    };
    Some(mime.to_owned())
}

/// The text of a thought as Mistral has it.
fn thinking(content: Option<TextOrParts<'_>>) -> Option<String> {
    match content? {
        TextOrParts::Text(text) => Some(text.into_owned()),
        TextOrParts::Parts(parts) => {
            let mut whole = String::new();
            for part in parts {
                let part: WirePart<'_> = serde_json::from_str(part.get()).ok()?;
                whole.push_str(&part.text?);
            }
            Some(whole)
        }
    }
}

pub(super) fn thought(text: String, signature: Option<String>) -> Part {
    Part::Reasoning(ReasoningPart { text, signature, redacted: None, id: None })
}
