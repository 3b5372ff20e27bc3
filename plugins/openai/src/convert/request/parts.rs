//! Parts of messages: texts, images, sounds, documents, results of tools.

use std::borrow::Cow;

use jackfield_sdk::base64;
use jackfield_sdk::llm::{Part, ReasoningPart, ResultPart, ToolResult};
use jackfield_sdk::types::{Document, Error, Media, Source};

use super::{raw_json, warn_once};
use crate::convert::media::data_uri;
use crate::settings::{ChatSettings, DocumentPart};
use crate::wire::message::{self as wire, PartKind};

impl<'a> wire::Part<'a> {
    /// The text of a part that is nothing but text.
    pub(super) fn as_plain_text_mut(&mut self) -> Option<&mut Cow<'a, str>> {
        match self {
            wire::Part::Known(wire::MarkedPart {
                kind: PartKind::Text { text },
                prompt_cache_breakpoint: None,
                cache_control: None,
            }) => Some(text),
            _ => None,
        }
    }
}

/// A part of a turn of the user's or the operator's.
pub(super) fn convert<'a>(
    part: &'a Part,
    settings: &ChatSettings,
    warnings: &mut Vec<String>,
) -> Result<wire::Part<'a>, Error> {
    match part {
        Part::Text(part) => Ok(text(&part.text)),
        Part::Image(media) => image(media, settings),
        Part::Audio(media) => audio(media, settings),
        Part::Document(document) => convert_document(document, settings, warnings),
        Part::Native(json) => Ok(wire::Part::Native(raw_json("native", json)?)),
        Part::Reasoning(_) => Err(misplaced("a thought")),
        Part::ToolCall(_) => Err(misplaced("a tool call")),
        Part::Refusal(_) => Err(misplaced("a refusal")),
        Part::ToolResult(_) | Part::CachePoint(_) => {
            Err(Error::internal("a part was converted in the wrong place"))
        }
    }
}

fn misplaced(what: &str) -> Error {
    Error::invalid_request(format!("{what} may stand only in a message of role `assistant`"))
}

pub(super) fn text(text: &str) -> wire::Part<'_> {
    PartKind::Text { text: Cow::Borrowed(text) }.into()
}

/// A thought that is sent back, as Mistral takes it.
pub(super) fn thinking(thought: &ReasoningPart) -> wire::Part<'_> {
    PartKind::Thinking {
        thinking: [wire::ThinkingText { text: Cow::Borrowed(&thought.text) }],
        signature: thought.signature.as_deref(),
    }
    .into()
}

/// A model that calls without arguments may write nothing, but upstreams want
/// an object back.
pub(in crate::convert) fn arguments(text: &str) -> &str {
    if text.trim().is_empty() { "{}" } else { text }
}

fn image<'a>(media: &'a Media, settings: &ChatSettings) -> Result<wire::Part<'a>, Error> {
    if !settings.image_input {
        return Err(Error::unsupported("this provider takes no images (`config.image-input`)"));
    }
    let url = match &media.source {
        Source::Url(url) => Cow::Borrowed(url.as_str()),
        Source::Data(bytes) => Cow::Owned(data_uri(mime(media.mime_type.as_ref(), "an image")?, bytes)),
        Source::FileId(id) => {
            return Ok(PartKind::File { file: wire::File { file_id: Some(id), ..Default::default() } }.into());
        }
    };
    Ok(PartKind::ImageUrl { image_url: wire::ImageUrl { url, detail: media.detail.as_deref() } }.into())
}

fn audio<'a>(media: &'a Media, settings: &ChatSettings) -> Result<wire::Part<'a>, Error> {
    if !settings.audio_input {
        return Err(Error::unsupported("this provider takes no sounds (`config.audio-input`)"));
    }
    match &media.source {
        Source::Data(bytes) => {
            let format = audio_format(mime(media.mime_type.as_ref(), "a sound")?);
            Ok(PartKind::InputAudio { input_audio: wire::InputAudio { data: base64::encode(bytes), format } }
                .into())
        }
        Source::Url(_) | Source::FileId(_) => {
            Err(Error::unsupported("this API takes a sound only as its bytes, not by address or file id"))
        }
    }
}

/// The API's word for a media type, as in `wav` for `audio/x-wav`.
pub(in crate::convert) fn audio_format(mime: &str) -> Cow<'_, str> {
    let essence = mime.split(';').next().unwrap_or_default().trim();
    let subtype = essence.rsplit('/').next().unwrap_or_default();
    Cow::Borrowed(match subtype.trim_start_matches("x-") {
        "mpeg" | "mp3" | "mpga" => "mp3",
        "wave" | "vnd.wave" | "wav" => "wav",
        other => other,
    })
}

fn convert_document<'a>(
    document: &'a Document,
    settings: &ChatSettings,
    warnings: &mut Vec<String>,
) -> Result<wire::Part<'a>, Error> {
    if document.citations {
        warn_once(warnings, "citations of documents can't be asked for in this API");
    }
    if document.context.is_some() {
        warn_once(warnings, "the context of a document was left out: this API has no field for it");
    }
    convert_file(document, settings)
}

fn convert_file<'a>(document: &'a Document, settings: &ChatSettings) -> Result<wire::Part<'a>, Error> {
    let mime = || mime(document.mime_type.as_ref(), "a document");
    let part = match (settings.documents, &document.source) {
        (DocumentPart::None, _) => {
            return Err(Error::unsupported("this provider takes no documents (`config.document-part`)"));
        }
        (_, Source::FileId(id)) => {
            PartKind::File { file: wire::File { file_id: Some(id), ..Default::default() } }
        }
        (DocumentPart::File, Source::Data(bytes)) => PartKind::File {
            file: wire::File {
                filename: Some(
                    document.name.as_deref().map_or_else(|| default_name(document), Cow::Borrowed),
                ),
                file_data: Some(data_uri(mime()?, bytes)),
                file_id: None,
            },
        },
        (DocumentPart::File, Source::Url(_)) => {
            return Err(Error::unsupported(
                "this API takes a document as its bytes or by file id, not by address",
            ));
        }
        (DocumentPart::DocumentUrl, Source::Url(url)) => PartKind::DocumentUrl {
            document_url: Cow::Borrowed(url),
            document_name: document.name.as_deref(),
        },
        (DocumentPart::DocumentUrl, Source::Data(bytes)) => PartKind::DocumentUrl {
            document_url: data_uri(mime()?, bytes).into(),
            document_name: document.name.as_deref(),
        },
    };
    Ok(part.into())
}

/// The API demands a name where it gets bytes.
pub(in crate::convert) fn default_name(document: &Document) -> Cow<'static, str> {
    let subtype = document
        .mime_type
        .as_deref()
        .and_then(|mime| mime.split(';').next())
        .and_then(|mime| mime.rsplit('/').next());
    match subtype {
        Some("plain") => Cow::Borrowed("document.txt"),
        Some(subtype) if subtype.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            Cow::Owned(format!("document.{subtype}"))
        }
        _ => Cow::Borrowed("document"),
    }
}

pub(in crate::convert) fn mime<'a>(mime: Option<&'a String>, what: &str) -> Result<&'a str, Error> {
    mime.map(String::as_str).ok_or_else(|| {
        Error::invalid_request(format!("{what} given as bytes needs its media type (`mime-type`)"))
    })
}

/// The text of a tool's result, and what of it isn't text. That a tool failed
/// has no field here, so the text says it.
pub(super) fn result<'a>(
    result: &'a ToolResult,
    settings: &ChatSettings,
) -> Result<(Cow<'a, str>, Vec<wire::Part<'a>>), Error> {
    let mut text = Cow::Borrowed("");
    let mut media = Vec::new();
    for part in &result.content {
        match part {
            ResultPart::Text(more) | ResultPart::Json(more) => match text.is_empty() {
                true => text = Cow::Borrowed(more.as_str()),
                false => {
                    let text = text.to_mut();
                    text.push('\n');
                    text.push_str(more);
                }
            },
            ResultPart::Image(image_media) => media.push(image(image_media, settings)?),
            ResultPart::Document(document) => media.push(convert_file(document, settings)?),
        }
    }
    Ok((if result.is_error { says_error(text) } else { text }, media))
}

/// The text of a result that tells how a tool failed.
pub(in crate::convert) fn says_error(text: Cow<'_, str>) -> Cow<'_, str> {
    match text.trim_start().get(..5).is_some_and(|start| start.eq_ignore_ascii_case("error")) {
        true => text,
        false => Cow::Owned(format!("Error: {text}")),
    }
}
