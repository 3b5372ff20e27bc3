//! From a chat request of the contract to the body of `POST
//! /chat/completions`. What this API, or this upstream of it, has no word for
//! is refused or left out with a warning, never dropped in silence.
//!
//! <https://platform.openai.com/docs/api-reference/chat/create>

mod messages;
pub(super) mod parts;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use jackfield_sdk::llm::{ChatRequest, ReasoningOptions, ResponseFormat, Tool, ToolChoice};
use jackfield_sdk::types::Error;
use serde_json::value::RawValue;

use super::effort;
use crate::settings::{CachePoints, ChatSettings, Edits, SchemaSupport};
use crate::wire::body::{Body, Member};
use crate::wire::message as wire;

/// How the answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    Whole,
    Streamed,
}

/// A request ready to be sent, and what of it was left out.
#[derive(Debug)]
pub(crate) struct Prepared<'a> {
    pub(crate) body: Body<'a>,
    pub(crate) warnings: Vec<String>,
}

/// Writes the body. `model` is the upstream's own name of the model.
pub(crate) fn prepare<'a>(
    request: &'a ChatRequest,
    model: &'a str,
    delivery: Delivery,
    settings: &'a ChatSettings,
) -> Result<Prepared<'a>, Error> {
    let mut warnings = Vec::new();
    let mut body = Body::default();
    body.set("model", Member::Text(model.into()));
    body.set("messages", Member::Messages(messages::convert(&request.messages, settings, &mut warnings)?));
    set_tools(&mut body, request, settings, &mut warnings)?;
    set_format(&mut body, request, settings, &mut warnings)?;
    set_sampling(&mut body, request, settings, &mut warnings);
    if let Some(reasoning) = &request.reasoning {
        let thinks = settings.reasoning_models.match_any(&request.model);
        set_reasoning(&mut body, reasoning, thinks, &mut warnings);
    }
    body.text("user", request.user.as_ref());
    body.text("service_tier", request.service_tier.as_ref());
    if !request.metadata.is_empty() {
        body.set("metadata", Member::Labels(&request.metadata));
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

/// Renames and drops members as the provider's configuration says.
pub(super) fn edit<'a>(body: &mut Body<'a>, edits: &'a Edits, model: &'a str, warnings: &mut Vec<String>) {
    for (from, to) in &edits.rename {
        body.rename(from, to);
    }
    for name in edits.dropped(model) {
        if body.remove(name) {
            warnings.push(format!("`{name}` was left out, because the provider's configuration drops it"));
        }
    }
}

fn set_tools<'a>(
    body: &mut Body<'a>,
    request: &'a ChatRequest,
    settings: &'a ChatSettings,
    warnings: &mut Vec<String>,
) -> Result<(), Error> {
    if !request.tools.is_empty() {
        let tools = request
            .tools
            .iter()
            .map(|tool| convert_tool(tool, settings, warnings))
            .collect::<Result<_, _>>()?;
        body.set("tools", Member::Tools(tools));
    }
    if let Some(choice) = &request.tool_choice {
        body.set(
            "tool_choice",
            Member::ToolChoice(match choice {
                ToolChoice::Auto => wire::ToolChoice::Word("auto"),
                ToolChoice::None => wire::ToolChoice::Word("none"),
                ToolChoice::Required => wire::ToolChoice::Word(settings.required_word),
                ToolChoice::Named(name) => {
                    wire::ToolChoice::Named(wire::NamedChoice { function: wire::NamedFunction { name } })
                }
            }),
        );
    }
    if let Some(parallel) = request.parallel_tool_calls {
        body.set("parallel_tool_calls", Member::Flag(parallel));
    }
    Ok(())
}

fn convert_tool<'a>(
    tool: &'a Tool,
    settings: &ChatSettings,
    warnings: &mut Vec<String>,
) -> Result<wire::Tool<'a>, Error> {
    Ok(match tool {
        Tool::Native(json) => wire::Tool::Native(raw_json("tools", json)?),
        Tool::Function(function) => {
            let cache_control = match (&function.cache, settings.cache_points) {
                (Some(point), CachePoints::CacheControl) => {
                    Some(wire::CacheControl { ttl: point.ttl.as_deref() })
                }
                (Some(_), _) => {
                    warn_once(warnings, "cache points of tools were left out: this API has no mark for them");
                    None
                }
                (None, _) => None,
            };
            if function.strict == Some(true) && !settings.tool_strict {
                warn_once(warnings, "`strict` of tools was left out: this API doesn't know it");
            }
            wire::Tool::Function(wire::FunctionTool {
                function: wire::Function {
                    name: &function.name,
                    description: function.description.as_deref(),
                    parameters: raw_json("parameters", &function.parameters)?,
                    strict: function.strict.filter(|_| settings.tool_strict),
                },
                cache_control,
            })
        }
    })
}

fn set_format<'a>(
    body: &mut Body<'a>,
    request: &'a ChatRequest,
    settings: &ChatSettings,
    warnings: &mut Vec<String>,
) -> Result<(), Error> {
    let format = match &request.response_format {
        None | Some(ResponseFormat::Text) => return Ok(()),
        Some(ResponseFormat::JsonObject) => wire::ResponseFormat::JsonObject,
        Some(ResponseFormat::JsonSchema(_)) if settings.schema == SchemaSupport::JsonOnly => {
            warnings.push("the schema was left out: this API can only be asked for JSON as such".to_owned());
            wire::ResponseFormat::JsonObject
        }
        Some(ResponseFormat::JsonSchema(format)) => wire::ResponseFormat::JsonSchema {
            json_schema: wire::JsonSchema {
                name: &format.name,
                description: format.description.as_deref(),
                schema: raw_json("schema", &format.schema)?,
                strict: format.strict,
            },
        },
    };
    body.set("response_format", Member::ResponseFormat(format));
    Ok(())
}

fn set_sampling<'a>(
    body: &mut Body<'a>,
    request: &'a ChatRequest,
    settings: &ChatSettings,
    warnings: &mut Vec<String>,
) {
    body.integer(settings.max_tokens_field(&request.model), request.max_output_tokens);
    body.number("temperature", request.temperature);
    body.number("top_p", request.top_p);
    match request.top_k {
        Some(_) if !settings.top_k => {
            warnings.push("`top_k` was left out: this API has no such parameter".to_owned())
        }
        top_k => body.integer("top_k", top_k),
    }
    body.number("frequency_penalty", request.frequency_penalty);
    body.number("presence_penalty", request.presence_penalty);
    body.integer(settings.seed, request.seed);
    if !request.stop.is_empty() {
        body.set("stop", Member::Texts(Cow::Borrowed(&request.stop)));
    }
    body.integer("n", request.choices);
    if let Some(alternatives) = request.logprobs {
        body.set("logprobs", Member::Flag(true));
        if alternatives > 0 {
            body.integer("top_logprobs", Some(alternatives));
        }
    }
    if !request.modalities.is_empty() {
        body.set("modalities", Member::Texts(Cow::Borrowed(&request.modalities)));
    }
    if let Some(audio) = &request.audio {
        body.set("audio", Member::AudioOut(wire::AudioOut { voice: &audio.voice, format: &audio.format }));
    }
}

fn set_reasoning<'a>(
    body: &mut Body<'a>,
    reasoning: &'a ReasoningOptions,
    thinks: bool,
    warnings: &mut Vec<String>,
) {
    if let Some(effort) = effort::of(reasoning, thinks, warnings) {
        body.set("reasoning_effort", Member::Text(effort.into()));
    }
    if reasoning.summary.is_some() {
        warnings.push("the reasoning summary was left out: this API has no choice of it".to_owned());
    }
}

/// JSON that the caller handed in, checked but not taken apart.
pub(super) fn raw_json<'a>(name: &str, text: &'a str) -> Result<&'a RawValue, Error> {
    serde_json::from_str(text)
        .map_err(|error| Error::invalid_request(format!("`{name}` isn't JSON: {error}")))
}

/// Adds a warning that many parts of one request may give rise to.
pub(super) fn warn_once(warnings: &mut Vec<String>, warning: &str) {
    if !warnings.iter().any(|known| known == warning) {
        warnings.push(warning.to_owned());
    }
}
