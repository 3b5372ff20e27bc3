//! The conversation. Each result of a tool is a message of its own here, and
//! documents leave the messages of the user for a place beside them all.

use std::borrow::Cow;

use jackfield_sdk::calls::result_text;
use jackfield_sdk::json::raw_object;
use jackfield_sdk::llm::{ChatRequest, Message, Part, ReasoningPart, ResultPart, Role, TextPart, ToolResult};
use jackfield_sdk::media;
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::{Error, Media};
use serde_json::value::RawValue;

use super::documents;
use crate::convert::PLAN;
use crate::convert::citations::own_record;
use crate::settings::Settings;
use crate::wire::request::{self as wire, Block, Called, Content, ImageUrl, ToolCall};

/// A conversation in the API's form.
#[derive(Debug, Default)]
pub(super) struct Conversation<'a> {
    pub(super) messages: Vec<wire::Message<'a>>,
    pub(super) documents: Vec<wire::Document>,
    /// Whether one of the documents is to be cited.
    pub(super) cite: bool,
}

/// Translates all messages.
pub(super) fn conversation<'a>(
    request: &'a ChatRequest,
    settings: &Settings,
    notes: &mut Notes,
) -> Result<Conversation<'a>, Error> {
    let thinks = settings.thinking.contain(&request.model);
    let mut conversation = Conversation::default();
    for message in &request.messages {
        notes.left_out(message.name.is_some(), "name", "Cohere's API has no names of speakers");
        if message.content.iter().any(|part| matches!(part, Part::CachePoint(_))) {
            notes.warn("cache points were left out: Cohere's API caches by itself");
        }
        match message.role {
            Role::System | Role::Developer => {
                let content = system(message)?;
                if !content.is_empty() {
                    conversation.messages.push(wire::Message::System { content });
                }
            }
            Role::User | Role::Tool => conversation.user(message)?,
            Role::Assistant => conversation.messages.extend(assistant(message, thinks, notes)?),
        }
    }
    if conversation.messages.is_empty() {
        return Err(Error::invalid_request(
            "the conversation says nothing: Cohere's API needs at least one message with some content",
        ));
    }
    Ok(conversation)
}

impl<'a> Conversation<'a> {
    /// What the user says, and results of tools, in their order.
    fn user(&mut self, message: &'a Message) -> Result<(), Error> {
        let mut content = Vec::new();
        for part in &message.content {
            match part {
                Part::ToolResult(result) => {
                    self.speak(&mut content);
                    self.messages.push(tool(result)?);
                }
                Part::Document(document) => {
                    self.cite |= document.citations;
                    self.documents.push(documents::document(document)?);
                }
                part => content.extend(user_block(part)?),
            }
        }
        self.speak(&mut content);
        Ok(())
    }

    fn speak(&mut self, content: &mut Vec<Block<'a>>) {
        if !content.is_empty() {
            self.messages.push(wire::Message::User { content: Content(std::mem::take(content)) });
        }
    }
}

fn system(message: &Message) -> Result<Content<'_>, Error> {
    let blocks = message.content.iter().map(|part| match part {
        Part::Text(text) => Ok(text_block(text)),
        Part::CachePoint(_) => Ok(None),
        Part::Native(json) => native(json).map(Some),
        _ => Err(Error::unsupported(
            "Cohere's API takes nothing but text in a system message: put media and documents into a message of the user",
        )),
    });
    Ok(Content(blocks.filter_map(Result::transpose).collect::<Result<_, Error>>()?))
}

fn user_block(part: &Part) -> Result<Option<Block<'_>>, Error> {
    match part {
        Part::Text(text) => Ok(text_block(text)),
        Part::Refusal(text) => Ok(Some(Block::text(text))),
        Part::Image(media) => image(media).map(Some),
        Part::Native(json) => native(json).map(Some),
        Part::CachePoint(_) => Ok(None),
        Part::Audio(_) => {
            Err(Error::unsupported("Cohere's models don't take sound: send its transcript instead"))
        }
        Part::Reasoning(_) | Part::ToolCall(_) => {
            Err(Error::invalid_request("thoughts and calls of tools belong into a message of the assistant"))
        }
        Part::Document(_) | Part::ToolResult(_) => {
            Err(Error::internal("a document or a result was taken for a part of the user's words"))
        }
    }
}

fn assistant<'a>(
    message: &'a Message,
    thinks: bool,
    notes: &mut Notes,
) -> Result<Option<wire::Message<'a>>, Error> {
    let (mut content, mut tool_calls, mut citations) = (Vec::new(), Vec::new(), Vec::new());
    let mut plan: Option<Cow<'a, str>> = None;
    for part in &message.content {
        match part {
            Part::Text(text) => {
                let own: Vec<&RawValue> = text.citations.iter().filter_map(own_record).collect();
                if own.len() < text.citations.len() {
                    notes.warn("citations that aren't Cohere's own were left out");
                }
                citations.extend(own);
                content.extend(text_block(text));
            }
            Part::Refusal(text) => content.push(Block::text(text)),
            Part::Reasoning(thought) if thought.id.as_deref() == Some(PLAN) => match &mut plan {
                Some(plan) => plan.to_mut().push_str(&thought.text),
                None => plan = Some(Cow::Borrowed(&thought.text)),
            },
            Part::Reasoning(thought) => content.extend(thinking(thought, thinks, notes)),
            Part::ToolCall(call) => tool_calls.push(ToolCall {
                id: &call.id,
                kind: "function",
                function: Called {
                    name: &call.name,
                    arguments: if call.arguments.trim().is_empty() { "{}" } else { &call.arguments },
                },
            }),
            Part::Native(json) => content.push(native(json)?),
            Part::CachePoint(_) => {}
            Part::Image(_) | Part::Audio(_) | Part::Document(_) => {
                return Err(Error::unsupported(
                    "Cohere's API takes only text and calls of tools in a message of the assistant",
                ));
            }
            Part::ToolResult(_) => {
                return Err(Error::invalid_request(
                    "the result of a tool belongs into a message of its own, behind the assistant's",
                ));
            }
        }
    }
    if content.is_empty() && tool_calls.is_empty() {
        return Ok(None);
    }
    Ok(Some(wire::Message::Assistant { content: Content(content), tool_plan: plan, tool_calls, citations }))
}

/// A thought of an earlier turn, for the models that have such.
fn thinking<'a>(thought: &'a ReasoningPart, thinks: bool, notes: &mut Notes) -> Option<Block<'a>> {
    if thought.text.is_empty() {
        notes.warn("encrypted thoughts were left out: they are another provider's");
        return None;
    }
    if !thinks {
        notes
            .warn("thoughts of earlier turns were left out: the model isn't one of `config.thinking-models`");
        return None;
    }
    Some(Block::Thinking { thinking: &thought.text })
}

fn tool(result: &ToolResult) -> Result<wire::Message<'_>, Error> {
    Ok(wire::Message::Tool { tool_call_id: &result.call_id, content: Content(result_blocks(result)?) })
}

/// A result as one text, or piece by piece: then the model can cite each.
fn result_blocks(result: &ToolResult) -> Result<Vec<Block<'_>>, Error> {
    if result.is_error
        || matches!(result.content.as_slice(), [] | [ResultPart::Text(_) | ResultPart::Json(_)])
    {
        return Ok(vec![Block::text(result_text(result)?)]);
    }
    let blocks = result.content.iter().map(|part| match part {
        ResultPart::Text(text) => Ok(Block::text(text)),
        ResultPart::Json(json) => Ok(match documents::object(json) {
            Some(document) => Block::Document { document },
            None => Block::text(json),
        }),
        ResultPart::Document(document) => {
            documents::document(document).map(|document| Block::Document { document })
        }
        ResultPart::Image(_) => {
            Err(Error::unsupported("Cohere's API takes no images in the result of a tool: describe them"))
        }
    });
    blocks.collect()
}

fn text_block(text: &TextPart) -> Option<Block<'_>> {
    (!text.text.is_empty()).then(|| Block::text(&text.text))
}

fn image(media: &Media) -> Result<Block<'_>, Error> {
    let url = media::address(media, "an image")?;
    Ok(Block::ImageUrl { image_url: ImageUrl { url, detail: media.detail.as_deref() } })
}

fn native(json: &str) -> Result<Block<'_>, Error> {
    raw_object("a `native` part", json).map(Block::Native)
}
