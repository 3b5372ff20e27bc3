//! A chat request as the body of `generateContent`.
//!
//! Whatever the API has no word for is refused with `unsupported` where the
//! answer would be another one, and otherwise left out with a warning.

mod contents;
mod generation;
mod parts;
mod results;
mod schema;
#[cfg(test)]
pub(super) mod tests;
mod thinking;
mod tools;

use std::collections::BTreeMap;

use jackfield_sdk::json::merge_extra;
use jackfield_sdk::llm::ChatRequest;
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::{Error, Media};
use serde_json::{Map, Value, json};

use crate::settings::{ChatSettings, Endpoint, Platform};
use crate::wire::request::{Body, Data, SafetySetting};

/// What is to be sent, and what the caller is to be told.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The body's JSON.
    pub(crate) body: Vec<u8>,
    /// What was left out or changed.
    pub(crate) warnings: Vec<String>,
}

/// Members that count, of those that make an answer.
const COUNTED: [&str; 3] = ["contents", "systemInstruction", "tools"];

/// The body of an answer's request, whole or streamed.
pub(crate) fn prepare(request: &ChatRequest, settings: &ChatSettings) -> Result<Prepared, Error> {
    let mut notes = Notes::default();
    let body = body(request, settings, &mut notes)?;
    let written = match &request.extra {
        None => serde_json::to_vec(&body),
        Some(_) => serde_json::to_vec(&merged(&body, request)?),
    };
    Ok(Prepared { body: written.map_err(|error| unwritable(&error))?, warnings: notes.into_warnings() })
}

/// The body of `countTokens`. The two platforms take it in different forms.
///
/// <https://ai.google.dev/api/tokens>,
/// <https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.endpoints/countTokens>
pub(crate) fn count(request: &ChatRequest, settings: &ChatSettings) -> Result<Value, Error> {
    let mut body = merged(&body(request, settings, &mut Notes::default())?, request)?;
    body.retain(|name, _| COUNTED.contains(&name.as_str()));
    Ok(match settings.platform {
        Platform::Vertex => Value::Object(body),
        Platform::Gemini => {
            body.insert("model".to_owned(), Value::from(Endpoint::full_name(&request.model)));
            json!({ "generateContentRequest": body })
        }
    })
}

/// An image to be embedded.
pub(crate) fn media_of(media: &Media) -> Result<Data<'_>, Error> {
    parts::media(media, Platform::Gemini, &mut Notes::default())
}

fn merged(body: &Body<'_>, request: &ChatRequest) -> Result<Map<String, Value>, Error> {
    let mut body = serde_json::to_value(body).map_err(|error| unwritable(&error))?;
    let config = body.get("generationConfig").cloned();
    merge_extra(&mut body, request.extra.as_deref())?;
    let Value::Object(mut members) = body else {
        return Err(Error::internal("the body is no JSON object"));
    };
    // Nearly all there is to say about an answer is in this one object: what
    // the caller adds to it mustn't drop the rest.
    if let (Some(Value::Object(config)), Some(Value::Object(extra))) =
        (config, members.get_mut("generationConfig"))
    {
        for (name, value) in config {
            extra.entry(name).or_insert(value);
        }
        extra.retain(|_, value| !value.is_null());
    }
    Ok(members)
}

fn body<'a>(
    request: &'a ChatRequest,
    settings: &'a ChatSettings,
    notes: &mut Notes,
) -> Result<Body<'a>, Error> {
    let conversation = contents::conversation(request, settings, notes)?;
    let body = Body {
        system_instruction: conversation.system,
        contents: conversation.turns,
        tools: tools::tools(request, settings, notes)?,
        tool_config: tools::config(request)?,
        safety_settings: settings
            .safety
            .iter()
            .map(|(category, threshold)| SafetySetting { category, threshold })
            .collect(),
        generation_config: generation::config(request, settings, notes)?,
        labels: labels(request, settings, notes),
        service_tier: service_tier(request, settings, notes),
    };
    notes.left_out(request.user.is_some(), "user", "Google's API has nothing like it");
    Ok(body)
}

fn labels<'a>(
    request: &'a ChatRequest,
    settings: &ChatSettings,
    notes: &mut Notes,
) -> BTreeMap<&'a str, &'a str> {
    if settings.platform == Platform::Gemini {
        notes.left_out(!request.metadata.is_empty(), "metadata", "the Gemini API stores none");
        return BTreeMap::new();
    }
    request.metadata.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// The API's own words pass, known words of other dialects are translated.
fn service_tier<'a>(request: &'a ChatRequest, settings: &ChatSettings, notes: &mut Notes) -> Option<&'a str> {
    let tier = request.service_tier.as_deref()?;
    match (settings.platform, tier) {
        (_, "auto" | "default") => None,
        (Platform::Vertex, _) => {
            notes.left_out(true, "service-tier", "Vertex AI takes it from the project, not from requests");
            None
        }
        (Platform::Gemini, tier) => Some(tier),
    }
}

fn unwritable(error: &serde_json::Error) -> Error {
    Error::internal(format!("the request can't be written as JSON: {error}"))
}
