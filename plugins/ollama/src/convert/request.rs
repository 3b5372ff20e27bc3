//! A chat request as the body of `POST /api/chat`.
//!
//! Whatever the API has no word for is refused with `unsupported` where the
//! answer would be another one, and otherwise left out with a warning.

mod messages;
#[cfg(test)]
mod tests;
mod thinking;
mod tools;

use jackfield_sdk::json::parse_object;
use jackfield_sdk::llm::{ChatRequest, ResponseFormat};
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::Error;
use serde_json::{Map, Value};

use super::body::written;
use crate::settings::Settings;
use crate::wire::request::Body;

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
    request.refuse_all_but_one_text("Ollama")?;
    let body = Body {
        model: &request.model,
        messages: messages::conversation(&request.messages, &mut notes)?,
        tools: tools::tools(request, &mut notes)?,
        format: format(request)?,
        options: options(request, settings),
        think: thinking::think(request, settings, &mut notes),
        keep_alive: settings.keep_alive.as_ref(),
        logprobs: request.logprobs.is_some(),
        top_logprobs: request.logprobs.filter(|alternatives| *alternatives > 0),
        stream,
    };
    for (given, field) in [
        (request.audio.is_some(), "audio"),
        (request.user.is_some(), "user"),
        (!request.metadata.is_empty(), "metadata"),
        (
            request.service_tier.as_deref().is_some_and(|tier| !matches!(tier, "auto" | "default")),
            "service-tier",
        ),
    ] {
        notes.left_out(given, field, "Ollama's API has nothing like it");
    }
    let body = written(&body, request.extra.as_deref(), Some(stream))?;
    Ok(Prepared { body, warnings: notes.into_warnings() })
}

fn format(request: &ChatRequest) -> Result<Option<Value>, Error> {
    Ok(match &request.response_format {
        None | Some(ResponseFormat::Text) => None,
        Some(ResponseFormat::JsonObject) => Some(Value::from("json")),
        Some(ResponseFormat::JsonSchema(format)) => {
            Some(Value::Object(parse_object("schema of the response format", &format.schema)?))
        }
    })
}

/// Runtime options: the operator's, and the caller's over them.
fn options(request: &ChatRequest, settings: &Settings) -> Map<String, Value> {
    let mut options = settings.options.clone();
    let stop = (!request.stop.is_empty()).then(|| Value::from(request.stop.clone()));
    for (name, value) in [
        ("num_predict", request.max_output_tokens.map(Value::from)),
        ("temperature", request.temperature.map(Value::from)),
        ("top_p", request.top_p.map(Value::from)),
        ("top_k", request.top_k.map(Value::from)),
        ("frequency_penalty", request.frequency_penalty.map(Value::from)),
        ("presence_penalty", request.presence_penalty.map(Value::from)),
        ("seed", request.seed.map(Value::from)),
        ("stop", stop),
    ] {
        options.extend(value.map(|value| (name.to_owned(), value)));
    }
    options
}
