//! The body of a request. Members that the typed form has no field for go into
//! `extra`; those that only Google's APIs know, and that a request can do
//! without, are left out with a warning.

use jackfield_runtime::api::llm::ChatRequest;
use serde_json::value::RawValue;

use super::generation;
use super::part::Reading;
use super::{ASKED, contents, tools};
use crate::dialect::Decoded;
use crate::dialect::error::DecodeError;
use crate::dialect::read::{self, Labels, Text};
use crate::dialect::sound;
use crate::endpoint::PathFacts;

object! {
    /// The body. The model and whether to stream stand in the path; some clients
    /// write them here too.
    Body {
        _model: &'a RawValue = "model",
        _stream: &'a RawValue = "stream",
        contents: &'a RawValue = "contents",
        system: &'a RawValue = "systemInstruction" | "system_instruction",
        tools: Vec<&'a RawValue> = "tools",
        tool_config: &'a RawValue = "toolConfig" | "tool_config",
        safety: &'a RawValue = "safetySettings" | "safety_settings",
        generation: generation::Config<'a> = "generationConfig" | "generation_config",
        cached: Text<'a> = "cachedContent" | "cached_content",
        labels: Labels = "labels",
        service_tier: Text<'a> = "serviceTier" | "service_tier",
    }
}

object! {
    /// What is to be counted: a whole request, or the body of one.
    Count {
        request: &'a RawValue = "generateContentRequest" | "generate_content_request",
    }
}

/// Reads a request.
///
/// # Errors
/// It isn't one of this dialect.
pub fn decode(body: &[u8], path: &PathFacts) -> Result<Decoded, DecodeError> {
    convert(read::body(body)?, path)
}

/// Reads a request to count the tokens of what would be asked.
///
/// # Errors
/// It isn't one of this dialect.
pub fn decode_count(body: &[u8], path: &PathFacts) -> Result<ChatRequest, DecodeError> {
    let count: Count<'_> = read::body(body)?;
    let body = match count.request {
        Some(_) if !count.rest.is_empty() => {
            let message = "stands beside members of the request itself: send one of both";
            return Err(DecodeError::invalid("generateContentRequest", message));
        }
        Some(raw) => read::raw("generateContentRequest", raw)?,
        None => read::body(body)?,
    };
    convert(body, path).map(|decoded| decoded.request)
}

fn convert(mut body: Body<'_>, path: &PathFacts) -> Result<Decoded, DecodeError> {
    let model = path.model.clone().ok_or_else(|| DecodeError::missing("model"))?;
    let wire = body.contents.ok_or_else(|| DecodeError::missing("contents"))?;
    if body.cached.is_some_and(|name| !name.is_empty()) {
        let message = "only Google's own API has it: send the contents themselves";
        return Err(DecodeError::unsupported("cachedContent", message));
    }
    let mut reading = Reading::default();
    let messages = contents::convert(body.system, wire, &mut reading)?;
    let mut warnings = reading.warnings;
    let mut request = ChatRequest::new(model, messages);
    for (place, raw) in body.tools.take().unwrap_or_default().into_iter().enumerate() {
        tools::add(&format!("tools[{place}]"), raw, &mut request.tools, &mut warnings)?;
    }
    if let Some(raw) = body.tool_config {
        tools::choose(raw, &mut request, &mut warnings)?;
    }
    if let Some(config) = body.generation.take() {
        generation::apply(config, &mut request, &mut warnings)?;
    }
    if body.safety.is_some_and(|raw| raw.get() != "[]") {
        warnings.push("`safetySettings` was left out: only Google's own API has such filters".to_owned());
    }
    request.metadata = body.labels.take().map(|labels| labels.0).unwrap_or_default();
    request.service_tier = body.service_tier.take().map(|tier| tier.to_ascii_lowercase());
    request.extra = body.rest.to_json();
    sound::chat(&request)?;
    Ok(Decoded { request, stream: path.stream, warnings, answer: Box::new(ASKED) })
}
