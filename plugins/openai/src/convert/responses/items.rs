//! Turns as items. A turn of the model's becomes several: its text is a
//! message, and each thought, call and picture an item of its own.

use std::borrow::Cow;

use jackfield_sdk::base64;
use jackfield_sdk::llm::{CachePoint, Message, Part, ReasoningPart, ResultPart, Role, ToolResult};
use jackfield_sdk::types::{Document, Error, Media, Source};

use crate::convert::media::data_uri;
use crate::convert::request::parts::{arguments, audio_format, default_name, mime, says_error};
use crate::convert::request::{raw_json, warn_once};
use crate::settings::{CachePoints, ChatSettings};
use crate::wire::items::{
    Content, InputFile, Item, KnownItem, Message as Turn, Part as WirePart, PartKind, Summary,
};
use crate::wire::message::{Breakpoint, InputAudio};

/// Converts a conversation.
pub(super) fn convert<'a>(
    messages: &'a [Message],
    settings: &'a ChatSettings,
    warnings: &mut Vec<String>,
) -> Result<Vec<Item<'a>>, Error> {
    let mut items = Items { settings, warnings, out: Vec::with_capacity(messages.len()) };
    for message in messages {
        match message.role {
            Role::Assistant => items.assistant(message)?,
            role => items.speaker(role, message)?,
        }
        if message.name.is_some() {
            warn_once(
                items.warnings,
                "names of speakers were left out: the Responses API has no field for them",
            );
        }
    }
    Ok(items.out)
}

struct Items<'a, 'w> {
    settings: &'a ChatSettings,
    warnings: &'w mut Vec<String>,
    out: Vec<Item<'a>>,
}

impl<'a> Items<'a, '_> {
    /// A turn of the operator, of the user, or results of tools.
    fn speaker(&mut self, role: Role, message: &'a Message) -> Result<(), Error> {
        let mut content = Vec::new();
        for part in &message.content {
            match part {
                Part::ToolResult(result) => self.add_result(result)?,
                Part::CachePoint(point) => self.mark(content.last_mut(), point),
                _ if role == Role::Tool => {
                    return Err(Error::invalid_request(
                        "a message of role `tool` may hold results of tools only",
                    ));
                }
                part => content.push(self.part(part)?),
            }
        }
        let role = match role {
            Role::System => "system",
            Role::Developer => self.settings.developer_role,
            _ => "user",
        };
        if !content.is_empty() {
            self.out.push(Item::Message(Turn { role, content: one_text_or_parts(content) }));
        } else if message.content.is_empty() {
            self.out.push(Item::Message(Turn { role, content: Content::Text(Cow::Borrowed("")) }));
        }
        Ok(())
    }

    /// A turn of the model.
    fn assistant(&mut self, message: &'a Message) -> Result<(), Error> {
        // A turn may continue a text behind a thought, so each text is a message of its own.
        for part in &message.content {
            match part {
                Part::Text(text) => self.said(&text.text),
                Part::Refusal(text) => {
                    warn_once(self.warnings, "a refusal of an earlier turn was sent as its text");
                    self.said(text);
                }
                Part::Reasoning(thought) => self.thought(thought),
                Part::ToolCall(call) => self.out.push(Item::Known(KnownItem::FunctionCall {
                    call_id: &call.id,
                    name: &call.name,
                    arguments: arguments(&call.arguments),
                })),
                Part::ToolResult(result) => self.add_result(result)?,
                Part::Native(json) => self.out.push(Item::Native(raw_json("native", json)?)),
                Part::Image(media) => self.image_made(media),
                Part::Audio(media) => match &media.transcript {
                    Some(transcript) => {
                        warn_once(self.warnings, "a sound of an earlier answer was sent as its transcript");
                        self.said(transcript);
                    }
                    None => warn_once(
                        self.warnings,
                        "a sound of an earlier answer was left out: the Responses API doesn't take it back",
                    ),
                },
                Part::CachePoint(point) => self.mark(None, point),
                Part::Document(_) => {
                    return Err(Error::unsupported("a message of role `assistant` can't hold a document"));
                }
            }
        }
        Ok(())
    }

    fn said(&mut self, text: &'a str) {
        let content = Content::Text(Cow::Borrowed(text));
        self.out.push(Item::Message(Turn { role: "assistant", content }));
    }

    fn thought(&mut self, thought: &'a ReasoningPart) {
        // An id of another kind is refused.
        let id = thought.id.as_deref().filter(|id| is_own(id));
        if id.is_none() && thought.redacted.is_none() {
            warn_once(
                self.warnings,
                "a thought of an earlier turn was left out: it has neither an id of this API's nor encrypted content",
            );
            return;
        }
        let summary = match thought.text.as_str() {
            "" => Vec::new(),
            text => vec![Summary { text }],
        };
        self.out.push(Item::Known(KnownItem::Reasoning {
            id,
            summary,
            encrypted_content: thought.redacted.as_deref(),
        }));
    }

    /// A picture that the provider's own tool made.
    fn image_made(&mut self, media: &'a Media) {
        match (&media.source, &media.id) {
            (Source::Data(bytes), Some(id)) => self.out.push(Item::Known(KnownItem::ImageGenerationCall {
                id,
                status: "completed",
                result: base64::encode(bytes),
            })),
            _ => warn_once(
                self.warnings,
                "an image of an earlier answer was left out: the Responses API takes back only its own, by id",
            ),
        }
    }

    fn add_result(&mut self, result: &'a ToolResult) -> Result<(), Error> {
        let output = match (text_of(result), result.is_error) {
            (Some(text), failed) => Content::Text(if failed { says_error(text) } else { text }),
            (None, failed) => {
                let mut parts = Vec::with_capacity(result.content.len() + 1);
                if failed {
                    parts.push(PartKind::Text { text: "Error" }.into());
                }
                for part in &result.content {
                    parts.push(match part {
                        ResultPart::Text(text) | ResultPart::Json(text) => PartKind::Text { text }.into(),
                        ResultPart::Image(media) => self.image(media)?,
                        ResultPart::Document(document) => file(document)?,
                    });
                }
                Content::Parts(parts)
            }
        };
        self.out.push(Item::Known(KnownItem::FunctionCallOutput { call_id: &result.call_id, output }));
        Ok(())
    }

    fn part(&mut self, part: &'a Part) -> Result<WirePart<'a>, Error> {
        match part {
            Part::Text(part) => Ok(PartKind::Text { text: &part.text }.into()),
            Part::Image(media) => self.image(media),
            Part::Audio(media) => self.audio(media),
            Part::Document(document) => {
                if document.citations || document.context.is_some() {
                    warn_once(
                        self.warnings,
                        "context and citations of documents were left out: the Responses API has no field for them",
                    );
                }
                file(document)
            }
            Part::Native(json) => Ok(WirePart::Native(raw_json("native", json)?)),
            _ => Err(Error::invalid_request(
                "thoughts, tool calls and refusals may stand only in a message of role `assistant`",
            )),
        }
    }

    fn image(&self, media: &'a Media) -> Result<WirePart<'a>, Error> {
        if !self.settings.image_input {
            return Err(Error::unsupported("this provider takes no images (`config.image-input`)"));
        }
        let (image_url, file_id) = match &media.source {
            Source::Url(url) => (Some(Cow::Borrowed(url.as_str())), None),
            Source::Data(bytes) => {
                (Some(Cow::Owned(data_uri(mime(media.mime_type.as_ref(), "an image")?, bytes))), None)
            }
            Source::FileId(id) => (None, Some(id.as_str())),
        };
        let detail = media.detail.as_deref().unwrap_or("auto");
        Ok(PartKind::Image { image_url, file_id, detail }.into())
    }

    fn audio(&self, media: &'a Media) -> Result<WirePart<'a>, Error> {
        match &media.source {
            _ if !self.settings.audio_input => {
                Err(Error::unsupported("this provider takes no sounds (`config.audio-input`)"))
            }
            Source::Data(bytes) => {
                let format = audio_format(mime(media.mime_type.as_ref(), "a sound")?);
                let input_audio = InputAudio { data: base64::encode(bytes), format };
                Ok(PartKind::Audio { input_audio }.into())
            }
            _ => {
                Err(Error::unsupported("this API takes a sound only as its bytes, not by address or file id"))
            }
        }
    }

    /// Marks the part before a place to cache up to.
    fn mark(&mut self, part: Option<&mut WirePart<'a>>, _: &'a CachePoint) {
        match (self.settings.cache_points, part) {
            (CachePoints::Breakpoint, Some(WirePart::Known(part))) => {
                part.prompt_cache_breakpoint = Some(Breakpoint {});
            }
            _ => warn_once(
                self.warnings,
                "a cache point was left out: the Responses API caches by itself, or there is no part before it to mark",
            ),
        }
    }
}

fn file(document: &Document) -> Result<WirePart<'_>, Error> {
    let file = match &document.source {
        Source::FileId(id) => InputFile { file_id: Some(id), ..InputFile::default() },
        Source::Url(url) => InputFile { file_url: Some(url), ..InputFile::default() },
        Source::Data(bytes) => InputFile {
            filename: Some(document.name.as_deref().map_or_else(|| default_name(document), Cow::Borrowed)),
            file_data: Some(data_uri(mime(document.mime_type.as_ref(), "a document")?, bytes)),
            ..InputFile::default()
        },
    };
    Ok(PartKind::File(file).into())
}

/// Whether an id of a thought is one that OpenAI made. Others begin as its do and
/// go on otherwise, such as those that a gateway makes of an answer's.
fn is_own(id: &str) -> bool {
    let rest = id.strip_prefix("rs_").unwrap_or_default();
    !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// One text as such, anything else as a list of parts.
fn one_text_or_parts(content: Vec<WirePart<'_>>) -> Content<'_> {
    match &content[..] {
        [WirePart::Known(part)] if part.prompt_cache_breakpoint.is_none() => match part.kind {
            PartKind::Text { text } => Content::Text(Cow::Borrowed(text)),
            _ => Content::Parts(content),
        },
        _ => Content::Parts(content),
    }
}

/// A result that is nothing but text.
fn text_of(result: &ToolResult) -> Option<Cow<'_, str>> {
    let mut whole = Cow::Borrowed("");
    for part in &result.content {
        let (ResultPart::Text(text) | ResultPart::Json(text)) = part else { return None };
        if whole.is_empty() {
            whole = Cow::Borrowed(text.as_str());
        } else {
            let whole = whole.to_mut();
            whole.push('\n');
            whole.push_str(text);
        }
    }
    Some(whole)
}
