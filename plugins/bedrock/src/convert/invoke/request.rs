//! A chat request as the body that a model itself takes.

use jackfield_sdk::llm::{ChatRequest, Part, ResponseFormat, Role};
use jackfield_sdk::notes::Notes;
use jackfield_sdk::types::Error;
use serde_json::{Map, Value, json};

use super::prompt::{Script, Speaker, prompt};
use crate::convert::converse::request::{Prepared, metadata, service_tier};
use crate::convert::guardrail;
use crate::convert::route::Extra;
use crate::settings::Settings;
use crate::settings::model::Family;
use crate::wire::request::GuardrailConfig;

/// What is to be sent by InvokeModel.
#[derive(Debug)]
pub(crate) struct Invocation {
    pub(crate) body: Vec<u8>,
    pub(crate) guardrail: Option<GuardrailConfig>,
    /// What Converse has in its body, as headers.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) warnings: Vec<String>,
    pub(crate) answer_tool: Option<String>,
}

/// Translates a request.
pub(crate) fn prepare(
    request: &ChatRequest,
    family: Family,
    mut extra: Extra,
    stream: bool,
    settings: &Settings,
) -> Result<Invocation, Error> {
    let guardrail = guardrail::chosen(settings.guardrail.as_ref(), extra.guardrail.take(), stream)?;
    let mut notes = Notes::default();
    let headers = headers(request, &mut extra, &mut notes)?;
    let Prepared { mut body, warnings, answer_tool } = if family == Family::Nova {
        nova(request, extra, stream, settings)?
    } else {
        refuse(request)?;
        let script = script(request, &mut notes)?;
        let mut body = own(family, request, &script, stream, &mut notes)?;
        extra.merge(&mut body);
        Prepared { body, warnings: notes.into_warnings(), answer_tool: None }
    };
    if let Some(guardrail) = &guardrail {
        guardrail::into_body(guardrail, &mut body);
    }
    let body = serde_json::to_vec(&body)
        .map_err(|error| Error::internal(format!("the request can't be written as JSON: {error}")))?;
    Ok(Invocation { body, guardrail, headers, warnings, answer_tool })
}

/// Class of service, labels and speed, by the service model of InvokeModel.
fn headers(
    request: &ChatRequest,
    extra: &mut Extra,
    notes: &mut Notes,
) -> Result<Vec<(&'static str, String)>, Error> {
    let mut headers = Vec::new();
    if let Some(tier) = service_tier(request, notes) {
        headers.push(("x-amzn-bedrock-service-tier", tier.kind.to_owned()));
    }
    let labels = metadata(request, notes);
    if !labels.is_empty() {
        headers.push(("x-amzn-bedrock-request-metadata", json!(labels).to_string()));
    }
    if let Some(config) = extra.members.remove("performanceConfig") {
        let latency = config["latency"].as_str().ok_or_else(|| {
            Error::invalid_request("`performanceConfig` in `extra` must be as {\"latency\": \"optimized\"}")
        })?;
        headers.push(("x-amzn-bedrock-performanceconfig-latency", latency.to_owned()));
    }
    Ok(headers)
}

/// Nova's body is Converse's, but for its version, and for what Converse hands
/// on unread: that stands in the body itself.
fn nova(request: &ChatRequest, extra: Extra, stream: bool, settings: &Settings) -> Result<Prepared, Error> {
    let mut prepared = crate::convert::converse::request::prepare(request, extra, stream, settings)?;
    let body = &mut prepared.body;
    // These go as headers.
    body.retain(|name, _| !matches!(name.as_str(), "guardrailConfig" | "requestMetadata" | "serviceTier"));
    if let Some(Value::Object(fields)) = body.remove("additionalModelRequestFields") {
        for (name, value) in fields {
            match (body.get_mut(&name), value) {
                (Some(Value::Object(there)), Value::Object(more)) => there.extend(more),
                (_, value) => drop(body.insert(name, value)),
            }
        }
    }
    body.insert("schemaVersion".to_owned(), Value::from("messages-v1"));
    Ok(prepared)
}

/// What the bodies of models can't express as far as they are spoken here.
fn refuse(request: &ChatRequest) -> Result<(), Error> {
    let what = if !request.tools.is_empty() {
        "tools"
    } else if request.choices.is_some_and(|choices| choices > 1) {
        "several answers"
    } else if matches!(
        request.response_format,
        Some(ResponseFormat::JsonSchema(_) | ResponseFormat::JsonObject)
    ) {
        "answers in a given format"
    } else if request.modalities.iter().any(|modality| modality != "text") {
        "answers that aren't text"
    } else {
        return Ok(());
    };
    Err(Error::unsupported(format!(
        "InvokeModel is used for texts here, not for {what}: chat by Converse (config.api, or `extra` with {{\"api\": \"converse\"}})"
    )))
}

fn script(request: &ChatRequest, notes: &mut Notes) -> Result<Script, Error> {
    let mut script = Script::default();
    for message in &request.messages {
        let mut text = String::new();
        for part in &message.content {
            match part {
                Part::Text(part) => text.push_str(&part.text),
                Part::Refusal(part) => text.push_str(part),
                Part::Reasoning(_) | Part::CachePoint(_) => {
                    notes.warn("thoughts and cache points were left out: this model's own body has no place for them");
                }
                _ => {
                    return Err(Error::unsupported(
                        "InvokeModel is used for texts here: chat by Converse (config.api, or `extra` with {\"api\": \"converse\"})",
                    ));
                }
            }
        }
        let speaker = match message.role {
            Role::System | Role::Developer => {
                if !script.system.is_empty() {
                    script.system.push_str("\n\n");
                }
                script.system.push_str(&text);
                continue;
            }
            Role::Assistant => Speaker::Assistant,
            Role::User | Role::Tool => Speaker::User,
        };
        match script.turns.last_mut() {
            Some((last, said)) if *last == speaker => {
                said.push('\n');
                said.push_str(&text);
            }
            _ => script.turns.push((speaker, text)),
        }
    }
    match script.turns.last() {
        Some((Speaker::User, _)) => Ok(script),
        _ => Err(Error::invalid_request("the conversation must end with a message of the user's")),
    }
}

/// Names that a family has for what most bodies have; empty where it has none.
struct Names {
    tokens: &'static str,
    temperature: &'static str,
    top_p: &'static str,
    top_k: &'static str,
    stop: &'static str,
}

fn names(family: Family) -> Names {
    let (tokens, top_p, top_k, stop) = match family {
        Family::Titan => ("maxTokenCount", "topP", "", "stopSequences"),
        Family::Llama2 | Family::Llama3 | Family::Llama4 => ("max_gen_len", "top_p", "", ""),
        Family::Mistral => ("max_tokens", "top_p", "top_k", "stop"),
        Family::CohereCommand | Family::CohereChat => ("max_tokens", "p", "k", "stop_sequences"),
        Family::Jurassic => ("maxTokens", "topP", "", "stopSequences"),
        _ => ("max_tokens", "top_p", "", "stop"),
    };
    Names { tokens, temperature: "temperature", top_p, top_k, stop }
}

fn own(
    family: Family,
    request: &ChatRequest,
    script: &Script,
    stream: bool,
    notes: &mut Notes,
) -> Result<Map<String, Value>, Error> {
    let options = options(family, request, notes);
    let mut body = match family {
        Family::Titan => {
            let mut body = members(json!({ "inputText": prompt(family, script) }));
            body.insert("textGenerationConfig".to_owned(), Value::Object(options));
            return Ok(body);
        }
        Family::CohereChat => cohere_chat(script),
        Family::ChatCompletions => {
            json!({ "messages": turns(script, "role", "content", ["user", "assistant"], true) })
        }
        Family::Llama2
        | Family::Llama3
        | Family::Llama4
        | Family::Mistral
        | Family::CohereCommand
        | Family::Jurassic
        | Family::Completions => json!({ "prompt": prompt(family, script) }),
        other => {
            return Err(Error::invalid_request(format!(
                "a model of the family {other:?} doesn't chat: correct config.families or `modelFamily`"
            )));
        }
    };
    if family == Family::CohereCommand && stream {
        body["stream"] = Value::Bool(true);
    }
    let mut body = members(body);
    body.extend(options);
    Ok(body)
}

fn options(family: Family, request: &ChatRequest, notes: &mut Notes) -> Map<String, Value> {
    let names = names(family);
    let mut options = Map::new();
    let stop = (!request.stop.is_empty()).then(|| json!(request.stop));
    for (field, name, value) in [
        ("max-output-tokens", names.tokens, request.max_output_tokens.map(Value::from)),
        ("temperature", names.temperature, request.temperature.map(Value::from)),
        ("top-p", names.top_p, request.top_p.map(Value::from)),
        ("top-k", names.top_k, request.top_k.map(Value::from)),
        ("stop", names.stop, stop),
    ] {
        match value {
            Some(value) if !name.is_empty() => drop(options.insert(name.to_owned(), value)),
            value => notes.left_out(value.is_some(), field, "this model's own body has nothing like it"),
        }
    }
    let seeded = matches!(family, Family::CohereChat | Family::ChatCompletions);
    match request.seed {
        Some(seed) if seeded => drop(options.insert("seed".to_owned(), Value::from(seed))),
        seed => notes.left_out(seed.is_some(), "seed", "this model's own body has nothing like it"),
    }
    for (given, field) in [
        (request.frequency_penalty.is_some_and(|penalty| penalty != 0.0), "frequency-penalty"),
        (request.presence_penalty.is_some_and(|penalty| penalty != 0.0), "presence-penalty"),
        (request.logprobs.is_some(), "logprobs"),
        (request.user.is_some(), "user"),
        (request.reasoning.is_some(), "reasoning"),
    ] {
        notes.left_out(given, field, "this model's own body is spoken without it; `extra` is merged over it");
    }
    options
}

fn cohere_chat(script: &Script) -> Value {
    let (last, before) = match script.turns.split_last() {
        Some(((_, last), before)) => (last.as_str(), before),
        None => ("", &[][..]),
    };
    let history = Script { system: String::new(), turns: before.to_vec() };
    let mut body = json!({ "message": last });
    if !before.is_empty() {
        body["chat_history"] = turns(&history, "role", "message", ["USER", "CHATBOT"], false);
    }
    if !script.system.is_empty() {
        body["preamble"] = Value::from(script.system.as_str());
    }
    body
}

fn turns(script: &Script, role: &str, text: &str, roles: [&str; 2], system: bool) -> Value {
    let mut list = Vec::with_capacity(script.turns.len() + 1);
    if system && !script.system.is_empty() {
        list.push(json!({ role: "system", text: script.system }));
    }
    for (speaker, said) in &script.turns {
        list.push(json!({ role: roles[usize::from(*speaker == Speaker::Assistant)], text: said }));
    }
    Value::Array(list)
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}
