//! The conversation. A message is one text here, with images beside it in bare
//! base64; each result of a tool is a message of its own that names the tool.

use std::borrow::Cow;

use jackfield_sdk::calls::{arguments, result_text, tool_of};
use jackfield_sdk::llm::{Message, Part, ResultPart, Role, ToolCall, ToolResult};
use jackfield_sdk::media::{bare_base64, document_text};
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::{Document, Error};

use crate::wire::request as wire;

/// Translates all messages.
pub(super) fn conversation<'a>(
    messages: &'a [Message],
    notes: &mut Notes,
) -> Result<Vec<wire::Message<'a>>, Error> {
    let mut out = Vec::with_capacity(messages.len());
    for message in messages {
        notes.left_out(message.name.is_some(), "name", "Ollama's API has no names of speakers");
        let role = match message.role {
            Role::System | Role::Developer => wire::Role::System,
            Role::User | Role::Tool => wire::Role::User,
            Role::Assistant => wire::Role::Assistant,
        };
        let mut said = wire::Message::new(role);
        for part in &message.content {
            if let (Part::ToolResult(result), wire::Role::User) = (part, role) {
                speak(&mut said, &mut out);
                out.push(tool(result, messages)?);
            } else {
                add(&mut said, part, notes)?;
            }
        }
        speak(&mut said, &mut out);
    }
    if out.is_empty() {
        return Err(Error::invalid_request(
            "the conversation says nothing: to Ollama that would mean to load the model and not to answer",
        ));
    }
    Ok(out)
}

fn speak<'a>(said: &mut wire::Message<'a>, out: &mut Vec<wire::Message<'a>>) {
    if !said.says_nothing() {
        let role = said.role;
        out.push(std::mem::replace(said, wire::Message::new(role)));
    }
}

fn add<'a>(said: &mut wire::Message<'a>, part: &'a Part, notes: &mut Notes) -> Result<(), Error> {
    // The model's own texts are one that was cut, for citations or calls.
    let between = if said.role == wire::Role::Assistant { "" } else { "\n" };
    let only = |role, what: &str| match said.role == role {
        true => Ok(()),
        false => Err(Error::invalid_request(format!("{what} doesn't belong into a message of this role"))),
    };
    match part {
        Part::Text(text) => append(&mut said.content, Cow::Borrowed(&text.text), between),
        Part::Refusal(text) => append(&mut said.content, Cow::Borrowed(text), between),
        Part::Document(document) => {
            append(&mut said.content, inline(document)?, between);
            notes.warn("documents were put into the message as text: Ollama's API has no other way");
        }
        Part::Image(media) if said.role == wire::Role::User => {
            notes.left_out(
                media.detail.as_deref().is_some_and(|detail| detail != "auto"),
                "detail",
                "Ollama's API has nothing like it",
            );
            said.images.push(bare_base64(media, "an image")?);
        }
        Part::Image(_) => {
            return Err(Error::unsupported("Ollama's API takes images in messages of the user only"));
        }
        Part::Reasoning(thought) => {
            only(wire::Role::Assistant, "a thought")?;
            match thought.text.is_empty() {
                true => notes.warn("encrypted thoughts were left out: they are another provider's"),
                false => append(&mut said.thinking, Cow::Borrowed(&thought.text), "\n"),
            }
        }
        Part::ToolCall(call) => {
            only(wire::Role::Assistant, "a call of a tool")?;
            said.tool_calls.push(tool_call(call, notes)?);
        }
        Part::ToolResult(_) => only(wire::Role::User, "the result of a tool")?,
        // It keeps the prompts that it has read by itself.
        Part::CachePoint(_) => {}
        Part::Audio(_) => {
            return Err(Error::unsupported("Ollama's API takes no sound: send its transcript instead"));
        }
        Part::Native(_) => {
            return Err(Error::unsupported("Ollama's API has no `native` parts: a message is a text there"));
        }
    }
    Ok(())
}

fn append<'a>(text: &mut Cow<'a, str>, more: Cow<'a, str>, between: &str) {
    if text.is_empty() {
        *text = more;
    } else if !more.is_empty() {
        let text = text.to_mut();
        text.push_str(between);
        text.push_str(&more);
    }
}

/// A document with its title and its background before it.
fn inline(document: &Document) -> Result<Cow<'_, str>, Error> {
    let text = document_text(document)?;
    let before: Vec<&str> =
        [&document.name, &document.context].into_iter().flatten().map(String::as_str).collect();
    if before.is_empty() {
        return Ok(text);
    }
    Ok(Cow::Owned(format!("{}\n\n{text}", before.join("\n"))))
}

fn tool_call<'a>(call: &'a ToolCall, notes: &mut Notes) -> Result<wire::ToolCall<'a>, Error> {
    let arguments = match arguments(&call.arguments) {
        Ok(object) => Cow::Borrowed(object),
        Err(text) => {
            notes.warn(format!(
                "the arguments of a call of `{}` were wrapped: they are no JSON object, as Ollama's API demands",
                call.name
            ));
            let wrapped = serde_json::value::to_raw_value(&serde_json::json!({ "INVALID_JSON": text }));
            Cow::Owned(
                wrapped.map_err(|error| Error::internal(format!("arguments can't be written: {error}")))?,
            )
        }
    };
    Ok(wire::ToolCall { id: &call.id, function: wire::Called { name: &call.name, arguments } })
}

/// A result, its images beside its text.
fn tool<'a>(result: &'a ToolResult, conversation: &'a [Message]) -> Result<wire::Message<'a>, Error> {
    let mut said = wire::Message::new(wire::Role::Tool);
    said.tool_name = tool_of(result, conversation);
    said.tool_call_id = Some(&result.call_id);
    for part in &result.content {
        if let ResultPart::Image(media) = part {
            said.images.push(bare_base64(media, "an image")?);
        }
    }
    said.content = if said.images.is_empty() {
        result_text(result)?
    } else {
        let mut texts = result.clone();
        texts.content.retain(|part| !matches!(part, ResultPart::Image(_)));
        Cow::Owned(result_text(&texts)?.into_owned())
    };
    Ok(said)
}
