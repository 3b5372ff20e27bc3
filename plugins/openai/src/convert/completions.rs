//! The older completions: a conversation written as one prompt. Their answers
//! are a chat's, but for `text` in the place of a message, so chat's readers
//! read them.
//!
//! <https://platform.openai.com/docs/api-reference/completions/create>

use std::borrow::Cow;

use jackfield_sdk::llm::{ChatRequest, Message, Part, ResponseFormat, Role};
use jackfield_sdk::types::Error;

use super::request::{Delivery, Prepared, edit, warn_once};
use crate::settings::ChatSettings;
use crate::wire::body::{Body, Member};

/// Writes the body. `model` is the upstream's own name of the model.
pub(crate) fn prepare<'a>(
    request: &'a ChatRequest,
    model: &'a str,
    delivery: Delivery,
    settings: &'a ChatSettings,
) -> Result<Prepared<'a>, Error> {
    if !request.tools.is_empty() {
        return Err(Error::unsupported("completions know no tools: take a chat model, or leave `tools` out"));
    }
    if request.audio.is_some() || request.modalities.iter().any(|form| form != "text") {
        return Err(Error::unsupported("completions answer in text: leave `audio` and `modalities` out"));
    }
    let mut warnings = Vec::new();
    let mut body = Body::default();
    body.set("model", Member::Text(model.into()));
    body.set("prompt", Member::Text(prompt(&request.messages, &mut warnings)?));
    body.integer("max_tokens", request.max_output_tokens);
    body.number("temperature", request.temperature);
    body.number("top_p", request.top_p);
    if settings.top_k {
        body.integer("top_k", request.top_k);
    }
    body.number("frequency_penalty", request.frequency_penalty);
    body.number("presence_penalty", request.presence_penalty);
    body.integer(settings.seed, request.seed);
    if !request.stop.is_empty() {
        body.set("stop", Member::Texts(Cow::Borrowed(&request.stop)));
    }
    body.integer("n", request.choices);
    body.integer("logprobs", request.logprobs);
    body.text("user", request.user.as_ref());
    for (name, given) in [
        ("top_k", request.top_k.is_some() && !settings.top_k),
        ("response_format", !matches!(request.response_format, None | Some(ResponseFormat::Text))),
        ("reasoning", request.reasoning.is_some()),
        ("metadata", !request.metadata.is_empty()),
        ("service_tier", request.service_tier.is_some()),
    ] {
        if given {
            warnings.push(format!("`{name}` was left out: completions have no such parameter"));
        }
    }
    if delivery == Delivery::Streamed {
        body.set("stream", Member::Flag(true));
        if settings.stream_usage {
            body.set("stream_options", Member::StreamOptions { include_usage: true });
        }
    }
    edit(&mut body, &settings.edits, &request.model, &mut warnings);
    body.merge(request.extra.as_deref())?;
    Ok(Prepared { body, warnings })
}

/// The conversation as one text. Turns of one speaker are what they say, with
/// an empty line between them; where the model has spoken as well, each begins
/// with its speaker, and the last line asks the model to go on.
fn prompt<'a>(messages: &'a [Message], warnings: &mut Vec<String>) -> Result<Cow<'a, str>, Error> {
    let texts: Vec<Cow<'a, str>> =
        messages.iter().map(|message| text_of(message, warnings)).collect::<Result<_, _>>()?;
    if !messages.iter().any(|message| message.role == Role::Assistant) {
        return Ok(match <[_; 1]>::try_from(texts) {
            Ok([only]) => only,
            Err(several) => Cow::Owned(several.join("\n\n")),
        });
    }
    warn_once(warnings, "the turns were written as one prompt: completions know no roles");
    let mut prompt = String::new();
    for (message, text) in messages.iter().zip(texts) {
        let speaker = match message.role {
            Role::System | Role::Developer => "System",
            Role::User | Role::Tool => "User",
            Role::Assistant => "Assistant",
        };
        prompt.push_str(&format!("{speaker}: {text}\n\n"));
    }
    prompt.push_str("Assistant:");
    Ok(Cow::Owned(prompt))
}

fn text_of<'a>(message: &'a Message, warnings: &mut Vec<String>) -> Result<Cow<'a, str>, Error> {
    let mut whole = Cow::Borrowed("");
    for part in &message.content {
        match part {
            Part::Text(text) if whole.is_empty() => whole = Cow::Borrowed(text.text.as_str()),
            Part::Text(text) => {
                let whole = whole.to_mut();
                whole.push('\n');
                whole.push_str(&text.text);
            }
            Part::Reasoning(_) | Part::CachePoint(_) => {
                warn_once(warnings, "thoughts and cache points were left out: completions take only text");
            }
            _ => {
                return Err(Error::unsupported(
                    "completions take only text: no images, sounds, documents, tool calls or results",
                ));
            }
        }
    }
    Ok(whole)
}

#[cfg(test)]
mod tests;
