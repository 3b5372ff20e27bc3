//! From a chat request of the contract to the body of `POST /responses`.

use std::borrow::Cow;

use jackfield_sdk::llm::{ChatRequest, ReasoningOptions, ResponseFormat, Tool, ToolChoice};
use jackfield_sdk::types::Error;

use super::items;
use crate::convert::effort;
use crate::convert::request::{Delivery, Prepared, edit, raw_json, warn_once};
use crate::settings::{ChatSettings, ResponsesSettings};
use crate::wire::body::{Body, Member, Members};
use crate::wire::items as wire;

/// Asks for thoughts in a form that can be sent back without the provider
/// keeping them.
const ENCRYPTED_REASONING: &str = "reasoning.encrypted_content";
/// Asks for the probabilities of the answer's tokens.
const LOGPROBS: &str = "message.output_text.logprobs";

/// Writes the body. `model` is the upstream's own name of the model.
pub(crate) fn prepare<'a>(
    request: &'a ChatRequest,
    model: &'a str,
    delivery: Delivery,
    settings: &'a ChatSettings,
    responses: &ResponsesSettings,
) -> Result<Prepared<'a>, Error> {
    let mut warnings = Vec::new();
    let mut body = Body::default();
    body.set("model", Member::Text(model.into()));
    body.set("input", Member::Items(items::convert(&request.messages, settings, &mut warnings)?));
    set_tools(&mut body, request, &mut warnings)?;
    set_text(&mut body, request)?;
    set_sampling(&mut body, request, &mut warnings)?;
    let thinks = settings.reasoning_models.match_any(&request.model);
    set_reasoning(&mut body, request.reasoning.as_ref(), thinks, &mut warnings);
    set_include(&mut body, request, thinks, responses);
    if let Some(store) = responses.store {
        body.set("store", Member::Flag(store));
    }
    body.text("user", request.user.as_ref());
    body.text("service_tier", request.service_tier.as_ref());
    if !request.metadata.is_empty() {
        body.set("metadata", Member::Labels(&request.metadata));
    }
    if delivery == Delivery::Streamed {
        body.set("stream", Member::Flag(true));
    }
    edit(&mut body, &settings.edits, &request.model, &mut warnings);
    body.merge(request.extra.as_deref())?;
    // A word of chat's, which `set_text` has put into its place here.
    body.remove("verbosity");
    Ok(Prepared { body, warnings })
}

fn set_tools<'a>(
    body: &mut Body<'a>,
    request: &'a ChatRequest,
    warnings: &mut Vec<String>,
) -> Result<(), Error> {
    if !request.tools.is_empty() {
        let tools =
            request.tools.iter().map(|tool| convert_tool(tool, warnings)).collect::<Result<_, _>>()?;
        body.set("tools", Member::FlatTools(tools));
    }
    if let Some(choice) = &request.tool_choice {
        let choice = match choice {
            ToolChoice::Auto => wire::ToolChoice::Word("auto"),
            ToolChoice::None => wire::ToolChoice::Word("none"),
            ToolChoice::Required => wire::ToolChoice::Word("required"),
            ToolChoice::Named(name) => wire::ToolChoice::Named(wire::NamedChoice { name }),
        };
        body.set("tool_choice", Member::FlatToolChoice(choice));
    }
    if let Some(parallel) = request.parallel_tool_calls {
        body.set("parallel_tool_calls", Member::Flag(parallel));
    }
    Ok(())
}

fn convert_tool<'a>(tool: &'a Tool, warnings: &mut Vec<String>) -> Result<wire::Tool<'a>, Error> {
    Ok(match tool {
        Tool::Native(json) => wire::Tool::Native(raw_json("tools", json)?),
        Tool::Function(function) => {
            if function.cache.is_some() {
                warn_once(warnings, "cache points of tools were left out: this API has no mark for them");
            }
            wire::Tool::Function(wire::FunctionTool {
                name: &function.name,
                description: function.description.as_deref(),
                parameters: raw_json("parameters", &function.parameters)?,
                strict: function.strict.unwrap_or(false),
            })
        }
    })
}

/// The form of the text, and how wordy it is: chat has both at the top.
fn set_text<'a>(body: &mut Body<'a>, request: &'a ChatRequest) -> Result<(), Error> {
    let format = match &request.response_format {
        None | Some(ResponseFormat::Text) => None,
        Some(ResponseFormat::JsonObject) => Some(wire::Format::JsonObject),
        Some(ResponseFormat::JsonSchema(format)) => Some(wire::Format::JsonSchema {
            name: &format.name,
            description: format.description.as_deref(),
            schema: raw_json("schema", &format.schema)?,
            strict: format.strict,
        }),
    };
    let extra: Option<Members<'a>> =
        request.extra.as_deref().and_then(|text| serde_json::from_str(text).ok());
    let verbosity = extra
        .and_then(|Members(all)| all.into_iter().find(|(name, _)| name == "verbosity"))
        .map(|(_, value)| value);
    if format.is_some() || verbosity.is_some() {
        body.set("text", Member::TextOptions(wire::TextOptions { format, verbosity }));
    }
    Ok(())
}

fn set_sampling<'a>(
    body: &mut Body<'a>,
    request: &'a ChatRequest,
    warnings: &mut Vec<String>,
) -> Result<(), Error> {
    if request.choices.is_some_and(|choices| choices > 1) {
        return Err(Error::unsupported("the Responses API gives one answer: set `choices` to 1"));
    }
    if request.audio.is_some() || request.modalities.iter().any(|form| form != "text") {
        return Err(Error::unsupported(
            "the Responses API answers in text: leave `audio` out and `modalities` at `text`",
        ));
    }
    body.integer("max_output_tokens", request.max_output_tokens);
    body.number("temperature", request.temperature);
    body.number("top_p", request.top_p);
    body.integer("top_logprobs", request.logprobs);
    for (name, given) in [
        ("top_k", request.top_k.is_some()),
        ("frequency_penalty", request.frequency_penalty.is_some()),
        ("presence_penalty", request.presence_penalty.is_some()),
        ("seed", request.seed.is_some()),
        ("stop", !request.stop.is_empty()),
    ] {
        if given {
            warnings.push(format!("`{name}` was left out: the Responses API has no such parameter"));
        }
    }
    Ok(())
}

fn set_reasoning<'a>(
    body: &mut Body<'a>,
    reasoning: Option<&'a ReasoningOptions>,
    thinks: bool,
    warnings: &mut Vec<String>,
) {
    let Some(reasoning) = reasoning else { return };
    let effort = effort::of(reasoning, thinks, warnings);
    // No summary is asked for by not asking.
    let summary = reasoning.summary.as_deref().filter(|word| *word != "none");
    if effort.is_some() || summary.is_some() {
        body.set("reasoning", Member::Reasoning(wire::Reasoning { effort, summary }));
    }
}

fn set_include(body: &mut Body<'_>, request: &ChatRequest, thinks: bool, responses: &ResponsesSettings) {
    let mut include = Vec::new();
    // Models that don't think refuse to be asked for their thoughts.
    if responses.encrypted_reasoning && thinks {
        include.push(ENCRYPTED_REASONING.to_owned());
    }
    if request.logprobs.is_some() {
        include.push(LOGPROBS.to_owned());
    }
    if !include.is_empty() {
        body.set("include", Member::Texts(Cow::Owned(include)));
    }
}
