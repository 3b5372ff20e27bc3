//! A chat request as the body of `POST /v2/chat`.
//!
//! Whatever the API has no word for is refused with `unsupported` where the
//! answer would be another one, and otherwise left out with a warning.

mod documents;
mod messages;
mod sampling;
#[cfg(test)]
mod tests;
mod thinking;
mod tools;

use jackfield_sdk::json::parse_object;
use jackfield_sdk::llm::{ChatRequest, ResponseFormat};
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::Error;
use serde_json::Value;

use super::written;
use crate::settings::Settings;
use crate::wire::request::{Body, CitationOptions, ResponseFormat as Format};

/// What is to be sent, and what the caller is to be told.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The body's JSON.
    pub(crate) body: Vec<u8>,
    /// What was left out or changed.
    pub(crate) warnings: Vec<String>,
}

/// Translates a request.
pub(crate) fn prepare(request: &ChatRequest, stream: bool, settings: &Settings) -> Result<Prepared, Error> {
    let mut notes = Notes::default();
    request.refuse_all_but_one_text("Cohere")?;
    let conversation = messages::conversation(request, settings, &mut notes)?;
    let tools = tools::tools(request, &mut notes)?;
    let grounded = !conversation.documents.is_empty();
    let body = Body {
        model: &request.model,
        messages: conversation.messages,
        // It refuses the one together with the others.
        safety_mode: settings.safety_mode.filter(|_| tools.list.is_empty() && !grounded),
        tools: tools.list,
        tool_choice: tools.choice,
        strict_tools: tools.strict,
        citation_options: citation_options(grounded, conversation.cite, settings),
        documents: conversation.documents,
        response_format: response_format(request)?,
        thinking: thinking::thinking(request, settings, &mut notes)?,
        max_tokens: request.max_output_tokens,
        stop_sequences: &request.stop,
        sampling: sampling::sampling(request, &mut notes),
        logprobs: request.logprobs.is_some(),
        stream,
    };
    dropped(request, &mut notes);
    let extra = request.extra.as_deref().map(|extra| own_members(extra, stream)).transpose()?;
    Ok(Prepared { body: written(&body, extra.as_deref())?, warnings: notes.into_warnings() })
}

/// The caller's own members, but for whether it is a stream, which isn't theirs
/// to decide: the answer is read by it.
fn own_members(extra: &str, stream: bool) -> Result<String, Error> {
    let mut extra = parse_object("extra", extra)?;
    // So Anthropic's plugin is told of an effort that isn't to turn thinking on.
    // Here the member of that name is how an effort is told.
    if extra.get("thinking").is_some_and(Value::is_null) {
        extra.remove("thinking");
    }
    extra.insert("stream".to_owned(), Value::Bool(stream));
    Ok(Value::Object(extra).to_string())
}

/// What can be left out, with a warning.
fn dropped(request: &ChatRequest, notes: &mut Notes) {
    let nothing = "Cohere's API has nothing like it";
    for (given, field) in [
        (request.audio.is_some(), "audio"),
        (request.user.is_some(), "user"),
        (!request.metadata.is_empty(), "metadata"),
    ] {
        notes.left_out(given, field, nothing);
    }
    if request.logprobs.is_some_and(|alternatives| alternatives > 0) {
        notes.warn("`logprobs` brings no alternatives: Cohere's API tells the tokens of the answer only");
    }
    let tier = request.service_tier.as_deref();
    let special = tier.is_some_and(|tier| !matches!(tier, "auto" | "default" | "standard"));
    notes.left_out(special, "service-tier", nothing);
}

fn citation_options(grounded: bool, cite: bool, settings: &Settings) -> Option<CitationOptions> {
    let mode = settings.citations.or_else(|| (grounded && !cite).then_some("OFF"));
    mode.map(|mode| CitationOptions { mode })
}

fn response_format(request: &ChatRequest) -> Result<Option<Format>, Error> {
    Ok(match &request.response_format {
        None | Some(ResponseFormat::Text) => None,
        Some(ResponseFormat::JsonObject) => Some(Format { json_schema: None }),
        Some(ResponseFormat::JsonSchema(format)) => {
            let schema = parse_object("schema of the response format", &format.schema)?;
            Some(Format { json_schema: Some(Value::Object(schema)) })
        }
    })
}
