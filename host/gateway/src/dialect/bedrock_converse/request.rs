//! The body of a request. The model and whether a stream is wanted stand in its
//! path.
//!
//! Decoded are requests for other providers than Bedrock, which gets them as they
//! came. What only Bedrock can do, and without which the answer would be another
//! one, is refused; hints are left out with a warning.

use jackfield_runtime::api::llm::{ChatRequest, ResponseFormat, SchemaFormat};
use serde_json::value::RawValue;

use super::messages::{self, Message};
use super::tools::{self, ToolConfig};
use super::{Asked, fields, union};
use crate::dialect::error::DecodeError;
use crate::dialect::read::{self, Labels, Text};
use crate::dialect::{Decoded, sound};
use crate::endpoint::PathFacts;

object! {
    /// The body.
    Body {
        messages: Vec<Message<'a>> = "messages",
        system: Vec<&'a RawValue> = "system",
        inference: Inference<'a> = "inferenceConfig",
        tools: ToolConfig<'a> = "toolConfig",
        fields: &'a RawValue = "additionalModelRequestFields",
        wanted: Vec<Text<'a>> = "additionalModelResponseFieldPaths",
        guardrail: &'a RawValue = "guardrailConfig",
        variables: &'a RawValue = "promptVariables",
        metadata: Labels = "requestMetadata",
        performance: Performance<'a> = "performanceConfig",
        service_tier: Tier<'a> = "serviceTier",
        output: Output<'a> = "outputConfig",
    }
}

object! {
    /// How to sample, and when to stop.
    Inference {
        max_tokens: u32 = "maxTokens",
        temperature: f64 = "temperature",
        top_p: f64 = "topP",
        stop: Vec<String> = "stopSequences",
    }
}

object! {
    /// How fast.
    Performance {
        latency: Text<'a> = "latency",
    }
}

object! {
    /// The class of service.
    Tier {
        kind: Text<'a> = "type",
    }
}

object! {
    /// Effort and form of the answer.
    Output {
        format: Format<'a> = "textFormat",
        effort: Text<'a> = "effort",
    }
}

object! {
    /// The form of the answer.
    Format {
        kind: Text<'a> = "type",
        structure: &'a RawValue = "structure",
    }
}

object! {
    /// A schema, as a text.
    Schema {
        schema: Text<'a> = "schema",
        name: Text<'a> = "name",
        description: Text<'a> = "description",
    }
}

/// What Claude on Bedrock calls the stop text that it ran into, as a pointer
/// into the model's own answer.
const STOP_SEQUENCE: &str = "/stop_sequence";

/// Reads a request.
///
/// # Errors
/// It isn't one of this dialect, or asks for what only Bedrock can do.
pub fn decode(body: &[u8], path: &PathFacts) -> Result<Decoded, DecodeError> {
    let body: Body<'_> = read::body(body)?;
    let model = path.model.clone().ok_or_else(|| DecodeError::missing("modelId"))?;
    let wire = body.messages.unwrap_or_default();
    if wire.is_empty() {
        return Err(DecodeError::invalid("messages", "holds no message"));
    }
    for (name, value) in [("guardrailConfig", body.guardrail), ("promptVariables", body.variables)] {
        if value.is_some() {
            let message = "only Bedrock itself can do it: leave it out, or ask a provider of Bedrock's";
            return Err(DecodeError::unsupported(name, message));
        }
    }
    let mut warnings = Vec::new();
    for name in body.rest.names() {
        warnings.push(format!("`{name}` was left out: Converse isn't known to have it"));
    }
    let turns = messages::convert(body.system.unwrap_or_default(), wire, &mut warnings)?;
    let mut request = ChatRequest::new(model, turns);
    if let Some(inference) = body.inference {
        request.max_output_tokens = inference.max_tokens;
        request.temperature = inference.temperature;
        request.top_p = inference.top_p;
        request.stop = inference.stop.unwrap_or_default();
        for name in inference.rest.names() {
            warnings.push(format!("`inferenceConfig.{name}` was left out: Converse isn't known to have it"));
        }
    }
    if let Some(config) = body.tools {
        tools::convert(config, &mut request)?;
    }
    if let Some(raw) = body.fields {
        fields::convert(raw, &mut request, &mut warnings)?;
    }
    if let Some(output) = body.output {
        set_output(output, &mut request)?;
    }
    request.metadata = body.metadata.map(|labels| labels.0).unwrap_or_default();
    request.service_tier = body.service_tier.and_then(|tier| tier.kind).map(Text::into_string);
    let latency = body.performance.and_then(|performance| performance.latency);
    if latency.is_some_and(|latency| &*latency != "standard") {
        warnings.push("`performanceConfig.latency` was left out: it is a hint to Bedrock".to_owned());
    }
    let wanted = body.wanted.unwrap_or_default();
    for path in wanted.iter().filter(|path| &***path != STOP_SEQUENCE) {
        warnings.push(format!(
            "`additionalModelResponseFieldPaths` `{}` was left out: only a model of Bedrock's has it",
            &**path
        ));
    }
    let asked = Asked::new(wanted.iter().any(|path| &**path == STOP_SEQUENCE));
    sound::chat(&request)?;
    Ok(Decoded { request, stream: path.stream, warnings, answer: Box::new(asked) })
}

fn set_output(output: Output<'_>, request: &mut ChatRequest) -> Result<(), DecodeError> {
    if let Some(effort) = output.effort {
        fields::options(request).effort = Some(effort.into_string());
    }
    let Some(format) = output.format else { return Ok(()) };
    const PATH: &str = "outputConfig.textFormat";
    if format.kind.as_deref() != Some("json_schema") {
        return Err(DecodeError::unsupported(format!("{PATH}.type"), "must be `json_schema`"));
    }
    let path = format!("{PATH}.structure");
    let structure = format.structure.ok_or_else(|| DecodeError::missing(path.as_str()))?;
    let (kind, inner) = union::only(&path, structure)?;
    if kind != "jsonSchema" {
        return Err(DecodeError::unsupported(path, "must be a `jsonSchema`"));
    }
    let path = format!("{path}.jsonSchema");
    let wire: Schema<'_> = read::raw(&path, inner)?;
    let path = format!("{path}.schema");
    let schema = wire.schema.ok_or_else(|| DecodeError::missing(path.as_str()))?.into_string();
    let is_object = serde_json::from_str::<&RawValue>(&schema).is_ok_and(|raw| raw.get().starts_with('{'));
    if !is_object {
        return Err(DecodeError::invalid(path, "must be the text of a JSON schema, an object"));
    }
    request.response_format = Some(ResponseFormat::JsonSchema(SchemaFormat {
        name: wire.name.map_or_else(|| "answer".to_owned(), Text::into_string),
        description: wire.description.map(Text::into_string),
        schema,
        // The API holds every answer to it.
        strict: Some(true),
    }));
    Ok(())
}
