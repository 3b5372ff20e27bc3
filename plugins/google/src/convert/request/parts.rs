//! One part of a message as parts of the API's.

use std::borrow::Cow;

use jackfield_sdk::llm::{Part, ReasoningPart, ToolCall};
use jackfield_sdk::media::{data_url, is_text};
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::{Document, Error, Media, Source};
use jackfield_sdk::{base64, calls};
use serde_json::value::RawValue;

use super::results;
use crate::convert::signature::is_ours;
use crate::settings::Platform;
use crate::wire::request::{Blob, Data, FileData, FunctionCall, KnownPart, Part as WirePart, Speaker};

/// What a part's translation depends on beside the part.
#[derive(Debug)]
pub(super) struct Context<'a> {
    /// All calls of the conversation.
    pub(super) calls: Vec<&'a ToolCall>,
    pub(super) platform: Platform,
    /// Whether results of tools may have media in them.
    pub(super) media_in_results: bool,
}

/// The parts for a part: most often one, none where there is nothing to say,
/// and several for a result whose media stand beside it.
pub(super) fn parts<'a>(
    part: &'a Part,
    speaker: Speaker,
    context: &Context<'a>,
    notes: &mut Notes,
) -> Result<Vec<WirePart<'a>>, Error> {
    let models = |what: &str| match speaker {
        Speaker::Model => Ok(()),
        Speaker::User => {
            Err(Error::invalid_request(format!("{what} belongs into a message of the assistant")))
        }
    };
    Ok(match part {
        Part::Text(text) if text.text.is_empty() => Vec::new(),
        Part::Text(text) => vec![Data::Text(&text.text).into()],
        Part::Refusal(text) if text.is_empty() => Vec::new(),
        Part::Refusal(text) => vec![Data::Text(text).into()],
        Part::Image(media) | Part::Audio(media) => vec![self::media(media, context.platform, notes)?.into()],
        Part::Document(document) => vec![self::document(document, context.platform, notes)?.into()],
        Part::Reasoning(thought) => {
            models("a thought of the model")?;
            reasoning(thought, notes).into_iter().collect()
        }
        Part::ToolCall(call) => {
            models("a call of a tool")?;
            vec![tool_call(call, notes)?]
        }
        Part::ToolResult(result) if speaker == Speaker::User => results::parts(result, context, notes)?,
        Part::ToolResult(_) => {
            return Err(Error::invalid_request(
                "the result of a tool belongs into a message of the role `tool`",
            ));
        }
        Part::Native(json) => vec![native(json)?],
        Part::CachePoint(_) => {
            no_cache_points(notes);
            Vec::new()
        }
    })
}

pub(super) fn no_cache_points(notes: &mut Notes) {
    notes.warn("cache points were left out: Google's models cache by themselves, or what `extra.cachedContent` names");
}

/// A part in the API's own form.
pub(super) fn native(json: &str) -> Result<WirePart<'_>, Error> {
    raw_object("a `native` part", json).map(WirePart::Native)
}

/// A JSON object of the caller's that is sent as it came.
pub(super) fn raw_object<'a>(what: &str, json: &'a str) -> Result<&'a RawValue, Error> {
    let wrong = |why: &str| Error::invalid_request(format!("{what} must be a JSON object{why}"));
    let raw: &RawValue = serde_json::from_str(json).map_err(|error| wrong(&format!(": {error}")))?;
    if raw.get().starts_with('{') { Ok(raw) } else { Err(wrong("")) }
}

/// A part with its signature.
pub(super) fn signed<'a>(data: Data<'a>, signature: Option<&'a str>) -> WirePart<'a> {
    WirePart::Known(KnownPart { data, thought: false, thought_signature: signature })
}

fn own<'a>(signature: Option<&'a str>, notes: &mut Notes) -> Option<&'a str> {
    let signature = signature?;
    if is_ours(signature) {
        return Some(signature);
    }
    notes.warn("signatures that aren't of this API were left out");
    None
}

fn reasoning<'a>(thought: &'a ReasoningPart, notes: &mut Notes) -> Option<WirePart<'a>> {
    if thought.redacted.is_some() {
        notes.warn("hidden thoughts of another provider were left out: Google's API can't read them");
    }
    let signature = own(thought.signature.as_deref(), notes);
    if thought.text.is_empty() {
        // The signature of an empty text, with which many answers end.
        return signature.map(|signature| signed(Data::Text(""), Some(signature)));
    }
    Some(WirePart::Known(KnownPart {
        data: Data::Text(&thought.text),
        thought: true,
        thought_signature: signature,
    }))
}

fn tool_call<'a>(call: &'a ToolCall, notes: &mut Notes) -> Result<WirePart<'a>, Error> {
    let args = match calls::arguments(&call.arguments) {
        Ok(object) => Cow::Borrowed(object),
        Err(text) => {
            notes.warn(format!(
                "arguments of `{}` that are no JSON object were sent as the member `INVALID_JSON` of one",
                call.name
            ));
            Cow::Owned(object("INVALID_JSON", text)?)
        }
    };
    let data = Data::FunctionCall(FunctionCall { id: upstream_id(&call.id), name: &call.name, args });
    Ok(signed(data, own(call.signature.as_deref(), notes)))
}

/// An object of one text.
pub(super) fn object(name: &str, text: impl Into<serde_json::Value>) -> Result<Box<RawValue>, Error> {
    let object = serde_json::Map::from_iter([(name.to_owned(), text.into())]);
    serde_json::value::to_raw_value(&object)
        .map_err(|error| Error::internal(format!("an object can't be written: {error}")))
}

/// The id to send for a call: nothing for one that was made here, where the API
/// gave none. Such calls and their results are told by name and order.
pub(super) fn upstream_id(id: &str) -> Option<&str> {
    let made = id
        .strip_prefix("call_")
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()));
    (!made && !id.is_empty()).then_some(id)
}

/// An image, a sound or a video.
pub(super) fn media<'a>(media: &'a Media, platform: Platform, notes: &mut Notes) -> Result<Data<'a>, Error> {
    if media.detail.as_deref().is_some_and(|detail| detail != "auto") {
        notes.left_out(
            true,
            "detail",
            "Google's API sets it for a whole request: `extra.generationConfig.mediaResolution`",
        );
    }
    source(&media.source, media.mime_type.as_deref(), "an image or a sound", platform)
}

/// A document.
pub(super) fn document<'a>(
    document: &'a Document,
    platform: Platform,
    notes: &mut Notes,
) -> Result<Data<'a>, Error> {
    notes.left_out(document.name.is_some(), "name", "Google's API knows no titles of documents");
    notes.left_out(document.context.is_some(), "context", "Google's API has none beside a document");
    notes.left_out(
        document.citations,
        "citations",
        "Google's models don't cite documents that they are sent",
    );
    // The API knows texts as `text/...` only, whatever they are written in.
    let kind = document.mime_type.as_deref();
    let kind = kind.map(|kind| if is_text(kind) && !kind.starts_with("text/") { "text/plain" } else { kind });
    source(&document.source, kind, "a document", platform)
}

fn source<'a>(
    source: &'a Source,
    mime_type: Option<&'a str>,
    what: &str,
    platform: Platform,
) -> Result<Data<'a>, Error> {
    match source {
        Source::Data(bytes) => {
            let mime_type = mime_type.ok_or_else(|| {
                Error::invalid_request(format!("{what} given as bytes needs its `mime-type`"))
            })?;
            Ok(Data::Inline(Blob { mime_type, data: Cow::Owned(base64::encode(bytes)) }))
        }
        Source::Url(url) | Source::FileId(url) => {
            if let Some((mime_type, data)) = data_url(url) {
                return Ok(Data::Inline(Blob { mime_type, data: Cow::Borrowed(data) }));
            }
            let mime_type = mime_type.or_else(|| guess(url));
            if mime_type.is_none() && platform == Platform::Vertex {
                return Err(Error::invalid_request(format!(
                    "Vertex AI wants to be told what {url} is: give its `mime-type`"
                )));
            }
            let file_uri = match url.strip_prefix("files/") {
                // The short name of a file uploaded to the Gemini API.
                Some(_) => Cow::Owned(format!("https://generativelanguage.googleapis.com/v1beta/{url}")),
                None => Cow::Borrowed(url.as_str()),
            };
            Ok(Data::File(FileData { mime_type, file_uri }))
        }
    }
}

/// What an address is likely to hold, by its ending.
///
/// <https://ai.google.dev/gemini-api/docs/file-input-methods>
fn guess(url: &str) -> Option<&'static str> {
    let path = url.split(['?', '#']).next().unwrap_or(url);
    let ending = path.rsplit('/').next()?.rsplit_once('.')?.1.to_ascii_lowercase();
    Some(match ending.as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "heic" => "image/heic",
        "heif" => "image/heif",
        "gif" => "image/gif",
        "pdf" => "application/pdf",
        "txt" | "md" => "text/plain",
        "html" | "htm" => "text/html",
        "csv" => "text/csv",
        "wav" => "audio/wav",
        "mp3" => "audio/mp3",
        "ogg" => "audio/ogg",
        "flac" => "audio/flac",
        "mp4" => "video/mp4",
        "mov" => "video/quicktime",
        "webm" => "video/webm",
        _ => return None,
    })
}
