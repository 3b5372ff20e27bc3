//! A chat request as the body of Converse. Whatever the API has no word for is
//! refused with `unsupported` where the answer would be another one, and
//! otherwise left out with a warning.

#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeMap;

use jackfield_sdk::llm::ChatRequest;
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::Error;
use serde_json::{Map, Value, json};

use super::{format, messages, sampling, tools};
use crate::convert::guardrail;
use crate::convert::route::Extra;
use crate::settings::Settings;
use crate::wire::request::{Body, InferenceConfig, ServiceTier};

/// What is to be sent, and what is to be remembered until the answer comes.
#[derive(Debug)]
pub(crate) struct Prepared {
    /// The body.
    pub(crate) body: Map<String, Value>,
    /// What was left out or changed, for the caller.
    pub(crate) warnings: Vec<String>,
    /// The tool whose input is the answer, where a schema is enforced by one.
    pub(crate) answer_tool: Option<String>,
}

impl Prepared {
    /// The body as bytes.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>, Error> {
        serde_json::to_vec(&self.body).map_err(|error| unwritable(&error))
    }
}

/// Members of a body that counting tokens takes.
const COUNTED: [&str; 4] = ["messages", "system", "toolConfig", "additionalModelRequestFields"];

/// Metadata that the API takes with one request.
const MOST_METADATA: usize = 16;

/// Translates a request.
pub(crate) fn prepare(
    request: &ChatRequest,
    mut extra: Extra,
    stream: bool,
    settings: &Settings,
) -> Result<Prepared, Error> {
    refuse(request)?;
    let mut notes = Notes::default();
    let conversation = messages::conversation(request, settings, &mut notes)?;
    let mut tool_config = tools::tools(request, conversation.has_calls, &mut notes)?;
    let enforced = format::enforce(request, settings, &mut tool_config, &mut notes)?;
    let forced = tool_config.as_ref().is_some_and(|config| {
        !matches!(config.tool_choice, None | Some(crate::wire::request::ToolChoice::Auto {}))
    });
    let mut fields = Map::new();
    let thinks = sampling::reasoning(request, settings, forced, &mut fields, &mut notes);
    sampling::top_k(request, settings, thinks, &mut fields, &mut notes);
    let body = Body {
        messages: conversation.turns,
        system: conversation.system,
        inference_config: inference(request, thinks, &mut notes),
        tool_config,
        guardrail_config: guardrail::chosen(settings.guardrail.as_ref(), extra.guardrail.take(), stream)?,
        additional_model_request_fields: fields,
        request_metadata: metadata(request, &mut notes),
        service_tier: service_tier(request, &mut notes),
        output_config: enforced.config,
    };
    dropped(request, &mut notes);
    let mut body = match serde_json::to_value(&body) {
        Ok(Value::Object(body)) => body,
        Ok(_) => return Err(Error::internal("the body is no JSON object")),
        Err(error) => return Err(unwritable(&error)),
    };
    extra.merge(&mut body);
    Ok(Prepared { body, warnings: notes.into_warnings(), answer_tool: enforced.answer_tool })
}

/// The body of a request to count tokens.
pub(crate) fn counted(prepared: Prepared) -> Value {
    let mut body = prepared.body;
    body.retain(|name, _| COUNTED.contains(&name.as_str()));
    json!({ "input": { "converse": body } })
}

/// What can't be left out without giving another answer than was asked for.
fn refuse(request: &ChatRequest) -> Result<(), Error> {
    if let Some(choices) = request.choices.filter(|choices| *choices > 1) {
        return Err(Error::unsupported(format!(
            "Bedrock gives one answer to a request, not {choices}: ask several times"
        )));
    }
    match request.modalities.iter().find(|modality| !matches!(modality.as_str(), "text" | "image")) {
        Some(modality) => {
            Err(Error::unsupported(format!("Bedrock answers with text and images, not with `{modality}`")))
        }
        None => Ok(()),
    }
}

/// What can, with a warning.
fn dropped(request: &ChatRequest, notes: &mut Notes) {
    let because = "Bedrock's Converse has nothing like it";
    notes.left_out(request.seed.is_some(), "seed", because);
    notes.left_out(request.logprobs.is_some(), "logprobs", because);
    notes.left_out(
        request.frequency_penalty.is_some_and(|penalty| penalty != 0.0),
        "frequency-penalty",
        because,
    );
    notes.left_out(
        request.presence_penalty.is_some_and(|penalty| penalty != 0.0),
        "presence-penalty",
        because,
    );
    notes.left_out(request.audio.is_some(), "audio", because);
    notes.left_out(
        request.modalities.iter().any(|modality| modality == "image"),
        "modalities",
        "Bedrock's models answer with images as they see fit",
    );
    notes.left_out(
        request.user.is_some(),
        "user",
        "Bedrock's Converse knows no end users; `metadata` is kept with its logs",
    );
    notes.left_out(request.parallel_tool_calls == Some(false), "parallel-tool-calls", because);
}

fn inference<'a>(request: &'a ChatRequest, thinks: bool, notes: &mut Notes) -> InferenceConfig<'a> {
    let (useful, empty): (Vec<&str>, Vec<&str>) =
        request.stop.iter().map(String::as_str).partition(|stop| !stop.is_empty());
    if !empty.is_empty() {
        notes.warn("empty stop texts were left out: Bedrock refuses them");
    }
    notes.left_out(
        thinks && request.temperature.is_some(),
        "temperature",
        "Claude takes none while it thinks",
    );
    notes.left_out(thinks && request.top_p.is_some(), "top-p", "Claude takes little of it while it thinks");
    InferenceConfig {
        max_tokens: request.max_output_tokens,
        temperature: request.temperature.filter(|_| !thinks),
        top_p: request.top_p.filter(|_| !thinks),
        stop_sequences: useful,
    }
}

pub(crate) fn metadata<'a>(request: &'a ChatRequest, notes: &mut Notes) -> BTreeMap<&'a str, &'a str> {
    let mut labels = BTreeMap::new();
    for (name, value) in &request.metadata {
        let fits = !name.is_empty()
            && [name, value].iter().all(|text| text.chars().count() <= 256 && text.chars().all(allowed));
        if fits && labels.len() < MOST_METADATA {
            labels.insert(name.as_str(), value.as_str());
        } else {
            notes.warn(format!(
                "`metadata.{name}` was left out: Bedrock keeps {MOST_METADATA} labels of 256 letters, digits and simple signs"
            ));
        }
    }
    labels
}

/// A character of `requestMetadata`, by the service model.
fn allowed(character: char) -> bool {
    character.is_ascii_alphanumeric() || character.is_whitespace() || "_:@$#=/+,-.".contains(character)
}

/// The API's own words pass, known words of other dialects are translated.
pub(crate) fn service_tier<'a>(request: &'a ChatRequest, notes: &mut Notes) -> Option<ServiceTier<'a>> {
    match request.service_tier.as_deref()? {
        kind @ ("priority" | "default" | "flex" | "reserved") => Some(ServiceTier { kind }),
        "auto" => None,
        "standard" | "standard_only" => Some(ServiceTier { kind: "default" }),
        tier => {
            notes.warn(format!(
                "`service-tier` `{tier}` was left out: Bedrock knows `priority`, `default`, `flex` and `reserved`"
            ));
            None
        }
    }
}

fn unwritable(error: &serde_json::Error) -> Error {
    Error::internal(format!("the request can't be written as JSON: {error}"))
}
