//! A chat request as the body of `POST /v1/messages`.
//!
//! Whatever the API has no word for is refused with `unsupported` where the
//! answer would be another one, and otherwise left out with a warning.

mod format;
mod messages;
mod notes;
mod parts;
mod sampling;
#[cfg(test)]
pub(super) mod tests;
mod thinking;
mod tools;
mod wrap;

use std::borrow::Cow;

use jackfield_sdk::json::merge_extra;
use jackfield_sdk::llm::ChatRequest;
use jackfield_sdk::types::Error;
use serde_json::Value;
use serde_json::value::RawValue;

use self::notes::Notes;
use crate::settings::Settings;
use crate::settings::platform::{Operation, Platform};
use crate::wire::request::{Body, Metadata, OutputConfig};

/// What is to be sent, and what is to be remembered until the answer comes.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The body's JSON.
    pub(crate) body: Vec<u8>,
    /// Names for the `anthropic-beta` header.
    pub(crate) betas: Vec<String>,
    /// What was left out or changed, for the caller.
    pub(crate) warnings: Vec<String>,
    /// The tool whose input is the answer, where a schema is enforced by one.
    pub(crate) answer_tool: Option<String>,
}

/// What the request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Answer,
    Stream,
    Count,
}

impl Purpose {
    /// The operation that serves it.
    pub(crate) fn operation(self) -> Operation {
        match self {
            Purpose::Answer => Operation::Answer,
            Purpose::Stream => Operation::Stream,
            Purpose::Count => Operation::Count,
        }
    }
}

/// Members of a body that `/v1/messages/count_tokens` refuses.
const NOT_COUNTED: [&str; 9] = [
    "max_tokens",
    "stream",
    "temperature",
    "top_p",
    "top_k",
    "stop_sequences",
    "metadata",
    "service_tier",
    "container",
];

/// Translates a request.
pub(crate) fn prepare(
    request: &ChatRequest,
    purpose: Purpose,
    settings: &Settings,
) -> Result<Prepared, Error> {
    let mut notes = Notes::default();
    let (body, answer_tool) = body(request, purpose, settings, &mut notes)?;
    let Notes { warnings, mut betas } = notes;
    let plain = settings.platform == Platform::Anthropic && purpose != Purpose::Count;
    let written = if request.extra.is_none() && plain {
        serde_json::to_vec(&body)
    } else {
        let mut body = serde_json::to_value(&body).map_err(|error| unwritable(&error))?;
        merge_extra(&mut body, request.extra.as_deref())?;
        finish_merged(&mut body, purpose, &mut betas)?;
        let body = wrap::wrap(body, purpose.operation(), &mut betas, settings)?;
        serde_json::to_vec(&body)
    };
    let body = written.map_err(|error| unwritable(&error))?;
    Ok(Prepared { body, betas, warnings, answer_tool })
}

fn body<'a>(
    request: &'a ChatRequest,
    purpose: Purpose,
    settings: &'a Settings,
    notes: &mut Notes,
) -> Result<(Body<'a>, Option<String>), Error> {
    refuse(request)?;
    let conversation = messages::conversation(&request.messages, notes)?;
    let mut tools = tools::tools(request)?;
    let mut tool_choice = tools::tool_choice(request)?;
    let enforced = format::enforce(request, settings, &mut tools, &mut tool_choice, notes)?;
    let forced = tool_choice.as_ref().is_some_and(|choice| choice.forces());
    let thought = thinking::decide(request, settings, forced, conversation.resumes_without_thought(), notes)?;
    let sampling = sampling::sampling(request, thought.thinking, settings, notes);
    let body = Body {
        model: prefixed(&request.model, settings),
        max_tokens: thought.max_tokens,
        system: conversation.system,
        messages: conversation.turns,
        tools,
        tool_choice,
        thinking: thought.thinking,
        output_config: OutputConfig { effort: thought.effort, format: enforced.format },
        stop_sequences: stop_sequences(request, notes),
        temperature: sampling.temperature,
        top_p: sampling.top_p,
        top_k: sampling.top_k,
        metadata: user_id(request, notes).map(|user_id| Metadata { user_id }),
        service_tier: service_tier(request, notes),
        stream: purpose == Purpose::Stream,
    };
    dropped(request, notes);
    Ok((body, enforced.answer_tool))
}

fn prefixed<'a>(model: &'a str, settings: &Settings) -> Cow<'a, str> {
    if settings.model_prefix.is_empty() {
        Cow::Borrowed(model)
    } else {
        Cow::Owned(format!("{}{model}", settings.model_prefix))
    }
}

/// After `extra` was merged: what it may not decide, and `betas`, which
/// Anthropic's own clients take as a parameter and send as a header.
fn finish_merged(body: &mut Value, purpose: Purpose, betas: &mut Vec<String>) -> Result<(), Error> {
    let Some(members) = body.as_object_mut() else {
        return Err(Error::internal("the body is no JSON object"));
    };
    match members.remove("betas") {
        None => {}
        Some(Value::Array(names)) if names.iter().all(Value::is_string) => {
            betas.extend(names.iter().filter_map(Value::as_str).map(str::to_owned));
        }
        Some(_) => return Err(Error::invalid_request("`betas` in `extra` must be a list of strings")),
    }
    match purpose {
        Purpose::Answer => {
            members.remove("stream");
        }
        Purpose::Stream => {
            members.insert("stream".to_owned(), Value::Bool(true));
        }
        // What isn't counted depends on where: see `wrap`.
        Purpose::Count => {
            members.remove("stream");
        }
    }
    Ok(())
}

/// What can't be left out without giving another answer than was asked for.
fn refuse(request: &ChatRequest) -> Result<(), Error> {
    if let Some(choices) = request.choices.filter(|choices| *choices > 1) {
        return Err(Error::unsupported(format!(
            "Anthropic gives one answer to a request, not {choices}: ask several times"
        )));
    }
    match request.modalities.iter().find(|modality| *modality != "text") {
        Some(modality) => {
            Err(Error::unsupported(format!("Anthropic answers with text only, not with `{modality}`")))
        }
        None => Ok(()),
    }
}

/// What can, with a warning.
fn dropped(request: &ChatRequest, notes: &mut Notes) {
    for (there, name) in [
        (request.seed.is_some(), "seed"),
        (request.logprobs.is_some(), "logprobs"),
        (request.frequency_penalty.is_some_and(|penalty| penalty != 0.0), "frequency-penalty"),
        (request.presence_penalty.is_some_and(|penalty| penalty != 0.0), "presence-penalty"),
        (request.audio.is_some(), "audio"),
    ] {
        if there {
            notes.warn(format!("`{name}` was left out: Anthropic's API has nothing like it"));
        }
    }
}

fn stop_sequences<'a>(request: &'a ChatRequest, notes: &mut Notes) -> Vec<&'a str> {
    let (useful, blank): (Vec<&str>, Vec<&str>) =
        request.stop.iter().map(String::as_str).partition(|stop| !stop.trim().is_empty());
    if !blank.is_empty() {
        notes.warn("stop texts of nothing but white space were left out: Anthropic's API refuses them");
    }
    useful
}

fn user_id<'a>(request: &'a ChatRequest, notes: &mut Notes) -> Option<&'a str> {
    let mut user_id = request.user.as_deref();
    for (name, value) in &request.metadata {
        if name == "user_id" {
            user_id = user_id.or(Some(value));
        } else {
            notes.warn(format!("`metadata.{name}` was left out: Anthropic's API stores `user_id` only"));
        }
    }
    user_id
}

/// The API's own words pass, known words of other dialects are translated.
fn service_tier<'a>(request: &'a ChatRequest, notes: &mut Notes) -> Option<&'a str> {
    match request.service_tier.as_deref()? {
        "default" | "standard" => Some("standard_only"),
        tier @ ("flex" | "priority" | "scale") => {
            notes.warn(format!(
                "`service-tier` `{tier}` was left out: Anthropic's API knows `auto` and `standard_only`"
            ));
            None
        }
        tier => Some(tier),
    }
}

/// A JSON object of the caller's that is sent as it came.
fn raw_object<'a>(what: &str, json: &'a str) -> Result<&'a RawValue, Error> {
    let raw: &RawValue = serde_json::from_str(json)
        .map_err(|error| Error::invalid_request(format!("{what} must be a JSON object: {error}")))?;
    if raw.get().starts_with('{') {
        Ok(raw)
    } else {
        Err(Error::invalid_request(format!("{what} must be a JSON object")))
    }
}

fn unwritable(error: &serde_json::Error) -> Error {
    Error::internal(format!("the request can't be written as JSON: {error}"))
}
