//! One part of a message as a content block.

use std::borrow::Cow;

use jackfield_sdk::base64;
use jackfield_sdk::llm::{Citation, Part, ReasoningPart, ResultPart, TextPart, ToolCall, ToolResult};
use jackfield_sdk::types::{Document, Error, Media, Source as From};
use serde_json::Value;
use serde_json::value::RawValue;

use super::notes::Notes;
use super::raw_object;
use crate::wire::request::{Block, CitationsConfig, Source, Speaker};

/// The beta feature without which a file's id means nothing.
const FILES: &str = "files-api-2025-04-14";

/// The block for a part, or nothing where there is nothing to say.
pub(super) fn block<'a>(
    part: &'a Part,
    speaker: Speaker,
    notes: &mut Notes,
) -> Result<Option<Block<'a>>, Error> {
    let users = |what: &str| match speaker {
        Speaker::User => Ok(()),
        Speaker::Assistant => {
            Err(Error::unsupported(format!("Anthropic's API takes no {what} in a message of the assistant")))
        }
    };
    let assistants = |what: &str| match speaker {
        Speaker::Assistant => Ok(()),
        Speaker::User => {
            Err(Error::invalid_request(format!("{what} belongs into a message of the assistant")))
        }
    };
    Ok(match part {
        Part::Text(text) => text_block(text, notes),
        Part::Refusal(text) => text_of(text),
        Part::Image(media) => users("image").and_then(|()| image(media, notes)).map(Some)?,
        Part::Document(document) => {
            users("document").and_then(|()| self::document(document, notes)).map(Some)?
        }
        Part::Audio(_) => {
            return Err(Error::unsupported(
                "Anthropic's models don't take sound: send its transcript instead",
            ));
        }
        Part::Reasoning(thought) => {
            assistants("a thought of the model").map(|()| reasoning(thought, notes))?
        }
        Part::ToolCall(call) => assistants("a call of a tool").map(|()| Some(tool_call(call, notes)))?,
        Part::ToolResult(result) => {
            users("result of a tool").and_then(|()| tool_result(result, notes)).map(Some)?
        }
        Part::Native(json) => Some(native(json)?),
        // Not a block of its own: it marks the one before.
        Part::CachePoint(_) => None,
    })
}

/// A block in the API's own form.
pub(super) fn native(json: &str) -> Result<Block<'_>, Error> {
    raw_object("a `native` part", json).map(|raw| Block::Native(Cow::Borrowed(raw)))
}

/// The API refuses blank texts.
fn text_of(text: &str) -> Option<Block<'_>> {
    (!text.trim().is_empty()).then(|| Block::text(text))
}

fn text_block<'a>(part: &'a TextPart, notes: &mut Notes) -> Option<Block<'a>> {
    let mut block = text_of(&part.text)?;
    if let Block::Text { citations, .. } = &mut block {
        *citations = part.citations.iter().filter_map(citation).collect();
        if citations.len() < part.citations.len() {
            notes.warn("citations that aren't Anthropic's own were left out");
        }
    }
    Some(block)
}

/// The API's own record of a citation; another provider's would be refused.
fn citation(citation: &Citation) -> Option<&RawValue> {
    let raw = citation.raw.as_deref()?;
    let members: Value = serde_json::from_str(raw).ok()?;
    let ours = members.get("type").and_then(Value::as_str).is_some_and(|kind| kind.ends_with("_location"));
    if ours { serde_json::from_str(raw).ok() } else { None }
}

/// A thought without signature is another provider's, and would be refused.
fn reasoning<'a>(thought: &'a ReasoningPart, notes: &mut Notes) -> Option<Block<'a>> {
    match (&thought.redacted, &thought.signature) {
        (Some(data), _) => Some(Block::RedactedThinking { data }),
        (None, Some(signature)) => Some(Block::Thinking { thinking: &thought.text, signature }),
        (None, None) => {
            notes.warn("thoughts without a signature were left out: Anthropic's API takes none but its own");
            None
        }
    }
}

fn tool_call<'a>(call: &'a ToolCall, notes: &mut Notes) -> Block<'a> {
    let arguments = if call.arguments.trim().is_empty() { "{}" } else { &call.arguments };
    let input = match raw_object("arguments", arguments) {
        Ok(raw) => Cow::Borrowed(raw),
        Err(_) => {
            notes.warn(format!(
                "arguments of `{}` that are no JSON object were sent as the member `INVALID_JSON` of one",
                call.name
            ));
            wrapped(&call.arguments)
        }
    };
    // A call that the model made from within its own code says so by `caller`,
    // which the answer's translation keeps in the place of a signature.
    let caller = call.signature.as_deref().and_then(|text| raw_object("caller", text).ok());
    Block::ToolUse { id: &call.id, name: &call.name, input, caller, cache_control: None }
}

/// As the API's documentation advises for calls that were cut off.
fn wrapped(arguments: &str) -> Cow<'static, RawValue> {
    let object = serde_json::json!({ "INVALID_JSON": arguments });
    serde_json::value::to_raw_value(&object).map_or(Cow::Borrowed(RawValue::NULL), Cow::Owned)
}

fn tool_result<'a>(result: &'a ToolResult, notes: &mut Notes) -> Result<Block<'a>, Error> {
    let mut content = Vec::with_capacity(result.content.len());
    for part in &result.content {
        match part {
            ResultPart::Text(text) => content.extend(text_of(text)),
            ResultPart::Json(json) => content.extend(text_of(json)),
            ResultPart::Image(media) => content.push(image(media, notes)?),
            ResultPart::Document(document) => content.push(self::document(document, notes)?),
        }
    }
    Ok(Block::ToolResult {
        tool_use_id: &result.call_id,
        content,
        is_error: result.is_error,
        cache_control: None,
    })
}

fn image<'a>(media: &'a Media, notes: &mut Notes) -> Result<Block<'a>, Error> {
    if media.detail.as_deref().is_some_and(|detail| detail != "auto") {
        notes.warn("`detail` of images was left out: Anthropic's API has nothing like it");
    }
    let source = match &media.source {
        From::Data(bytes) => {
            let media_type = media.mime_type.as_deref().ok_or_else(|| no_type("an image"))?;
            Source::Base64 { media_type, data: Cow::Owned(base64::encode(bytes)) }
        }
        From::Url(url) => match data_url(url) {
            Some((media_type, data)) => Source::Base64 { media_type, data: Cow::Borrowed(data) },
            None => Source::Url { url },
        },
        From::FileId(file_id) => file(file_id, notes),
    };
    Ok(Block::Image { source, cache_control: None })
}

fn document<'a>(document: &'a Document, notes: &mut Notes) -> Result<Block<'a>, Error> {
    let source = match &document.source {
        From::Data(bytes) => {
            data(bytes, document.mime_type.as_deref().ok_or_else(|| no_type("a document"))?)?
        }
        From::Url(url) => match data_url(url) {
            Some((media_type @ "application/pdf", data)) => {
                Source::Base64 { media_type, data: Cow::Borrowed(data) }
            }
            Some((media_type, _)) => return Err(wrong_type(media_type)),
            None => Source::Url { url },
        },
        From::FileId(file_id) => file(file_id, notes),
    };
    Ok(Block::Document {
        source,
        title: document.name.as_deref(),
        context: document.context.as_deref(),
        citations: document.citations.then_some(CitationsConfig { enabled: true }),
        cache_control: None,
    })
}

/// A document's bytes: PDF, or a text, which the API knows as `text/plain`
/// whatever it is written in.
fn data<'a>(bytes: &'a [u8], mime_type: &'a str) -> Result<Source<'a>, Error> {
    let essence = mime_type.split(';').next().unwrap_or_default().trim();
    if essence == "application/pdf" {
        return Ok(Source::Base64 { media_type: essence, data: Cow::Owned(base64::encode(bytes)) });
    }
    if !essence.starts_with("text/")
        && !matches!(essence, "application/json" | "application/xml" | "application/yaml")
    {
        return Err(wrong_type(mime_type));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Error::invalid_request(format!("a document of type `{mime_type}` isn't UTF-8: {error}"))
    })?;
    Ok(Source::Text { media_type: "text/plain", data: text })
}

fn file<'a>(file_id: &'a str, notes: &mut Notes) -> Source<'a> {
    notes.beta(FILES);
    Source::File { file_id }
}

/// Media type and base64 of a `data:` URL, which the API doesn't fetch.
fn data_url(url: &str) -> Option<(&str, &str)> {
    let (head, data) = url.strip_prefix("data:")?.split_once(',')?;
    let media_type = head.strip_suffix(";base64")?;
    Some((media_type.split(';').next().unwrap_or(media_type), data))
}

fn no_type(what: &str) -> Error {
    Error::invalid_request(format!("{what} given as bytes needs its `mime-type`"))
}

fn wrong_type(mime_type: &str) -> Error {
    Error::unsupported(format!(
        "Anthropic's API reads documents of type `application/pdf` and texts, not `{mime_type}`"
    ))
}
