//! Blocks of an answer, as they are written whole, and why an answer ended.

use jackfield_runtime::api::llm::{Citation, FinishReason, Part, TextPart};
use jackfield_runtime::api::types::{Media, Source};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{blob, media};
use crate::dialect::hidden;
use crate::dialect::media as bytes;
use crate::dialect::read::Rest;
use crate::dialect::write::Json;

/// A block of an answer, taken apart as whole answers and streams need it.
#[derive(Debug)]
pub(super) enum Block<'p> {
    Text(&'p TextPart),
    /// A text that nothing is known of but itself.
    Said(std::borrow::Cow<'p, str>),
    Image(&'p Media),
    Audio(&'p Media),
    Thought {
        text: &'p str,
        signature: Option<&'p str>,
    },
    Redacted(std::borrow::Cow<'p, str>),
    Call {
        id: &'p str,
        name: &'p str,
        input: std::borrow::Cow<'p, str>,
    },
    /// A block of the API's own.
    Own(&'p str),
}

/// The blocks that a part becomes. A native part of another API has none here,
/// since clients refuse blocks that they can't tell the kind of.
pub(super) fn of(part: &Part) -> Vec<Block<'_>> {
    match part {
        Part::Text(text) if text.text.is_empty() && text.citations.is_empty() => Vec::new(),
        Part::Text(text) => vec![Block::Text(text)],
        Part::Refusal(text) if text.is_empty() => Vec::new(),
        Part::Refusal(text) => vec![Block::Said(text.into())],
        Part::Image(image) if is_here(image) => vec![Block::Image(image)],
        // There is no place for addresses but S3's: it is told as a text.
        Part::Image(image) => vec![Block::Said(address(image))],
        Part::Audio(audio) => {
            let said = audio.transcript.as_deref().filter(|text| !text.is_empty());
            let sound = is_here(audio).then_some(Block::Audio(audio));
            said.map(|text| Block::Said(text.into())).into_iter().chain(sound).collect()
        }
        Part::Reasoning(part) => {
            let signature = part.signature.as_deref().filter(|text| !text.is_empty());
            let shown = !part.text.is_empty() || signature.is_some();
            let thought = shown.then_some(Block::Thought { text: &part.text, signature });
            thought
                .into_iter()
                .chain(part.redacted.as_deref().map(|text| Block::Redacted(text.into())))
                .collect()
        }
        Part::ToolCall(call) => {
            let input = crate::dialect::calls::object(&call.arguments);
            let signature =
                call.signature.as_deref().map(|text| Block::Redacted(hidden::of_call(text).into()));
            signature.into_iter().chain([Block::Call { id: &call.id, name: &call.name, input }]).collect()
        }
        Part::Native(raw) if is_own(raw) => vec![Block::Own(raw)],
        Part::Native(_) | Part::Document(_) | Part::ToolResult(_) | Part::CachePoint(_) => Vec::new(),
    }
}

fn is_here(media: &Media) -> bool {
    match &media.source {
        Source::Data(_) => true,
        Source::Url(url) => url.starts_with("s3://"),
        Source::FileId(_) => false,
    }
}

fn address(media: &Media) -> std::borrow::Cow<'_, str> {
    match &media.source {
        Source::Url(place) | Source::FileId(place) => place.into(),
        Source::Data(_) => "".into(),
    }
}

/// Whether it is an object of one member that is an object: what blocks are.
fn is_own(raw: &str) -> bool {
    let Ok(members) = serde_json::from_str::<Rest<'_>>(raw) else { return false };
    let mut members = members.iter();
    matches!((members.next(), members.next()), (Some((_, value)), None) if value.get().starts_with('{'))
}

/// Writes a block.
pub(super) fn write(block: &Block<'_>, json: &mut Json<'_>) {
    json.braces(|json| {
        match block {
            Block::Text(part) if part.citations.is_empty() => json.text("text", &part.text),
            Block::Text(part) => json.object("citationsContent", |json| {
                json.list("content", |json| {
                    json.entry(|json| {
                        json.text("text", &part.text);
                    });
                });
                json.list("citations", |json| {
                    for one in &part.citations {
                        citation(one, json.item());
                    }
                });
            }),
            Block::Said(text) => json.text("text", text),
            Block::Image(image) => json.object("image", |json| medium(image, "png", json)),
            Block::Audio(audio) => json.object("audio", |json| medium(audio, "wav", json)),
            Block::Thought { text, signature } => json.object("reasoningContent", |json| {
                json.object("reasoningText", |json| {
                    json.text("text", text).optional("signature", *signature);
                });
            }),
            Block::Redacted(text) => json.object("reasoningContent", |json| {
                json.text("redactedContent", &blob::wrap(text));
            }),
            Block::Call { id, name, input } => json.object("toolUse", |json| {
                json.text("toolUseId", id).text("name", name).key("input").raw(input);
            }),
            Block::Own(raw) => {
                // Its braces are written already.
                let inner = raw.trim().strip_prefix('{').and_then(|raw| raw.strip_suffix('}'));
                json.raw(inner.unwrap_or_default())
            }
        };
    });
}

fn medium(media: &Media, usual: &'static str, json: &mut Json<'_>) {
    json.text("format", &media::format(media.mime_type.as_deref(), usual)).key("source");
    source(media, json);
}

/// Where an image or a sound is.
pub(super) fn source(media: &Media, json: &mut Json<'_>) {
    json.braces(|json| {
        match &media.source {
            Source::Data(data) => json.text("bytes", &bytes::encode(data)),
            Source::Url(uri) | Source::FileId(uri) => json.object("s3Location", |json| {
                json.text("uri", uri);
            }),
        };
    });
}

/// What only records of this dialect have.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OwnCitation<'a> {
    #[serde(borrow)]
    source_content: Option<&'a RawValue>,
    #[serde(borrow)]
    location: Option<&'a RawValue>,
}

/// A source: the provider's own record where it is of this dialect.
pub(super) fn citation(citation: &Citation, json: &mut Json<'_>) {
    let own = citation.raw.as_deref().filter(|raw| {
        let told = serde_json::from_str::<OwnCitation<'_>>(raw);
        told.is_ok_and(|told| told.source_content.is_some() || told.location.is_some())
    });
    if let Some(raw) = own {
        json.raw(raw);
        return;
    }
    json.braces(|json| {
        json.optional("title", citation.title.as_deref());
        if let Some(quote) = &citation.quote {
            json.list("sourceContent", |json| {
                json.entry(|json| {
                    json.text("text", quote);
                });
            });
        }
        if let Some(url) = &citation.url {
            json.object("location", |json| {
                json.object("web", |json| {
                    json.text("url", url);
                });
            });
        }
    });
}

/// Why it ended, in the dialect's word, or in the contract's where the dialect
/// has none.
pub(super) fn stop_reason<'r>(reason: &'r FinishReason, stop_sequence: Option<&str>) -> &'r str {
    match reason {
        FinishReason::Stop if stop_sequence.is_some() => "stop_sequence",
        FinishReason::Stop => "end_turn",
        FinishReason::Length => "max_tokens",
        FinishReason::ToolCalls => "tool_use",
        FinishReason::ContentFilter | FinishReason::Refusal => "content_filtered",
        FinishReason::Pause => "pause_turn",
        FinishReason::ContextLength => "model_context_window_exceeded",
        FinishReason::Other(word) => word,
    }
}
