//! Fields that only the model itself has words for, and which the API hands on
//! unread. Clients say here how much to think and what else Converse has no word
//! for; what is known of it goes where the typed form has it.

use jackfield_runtime::api::llm::{ChatRequest, ReasoningOptions};
use serde_json::value::RawValue;

use crate::dialect::error::DecodeError;
use crate::dialect::read::{self, Text};

const PATH: &str = "additionalModelRequestFields";

object! {
    /// Those that are known.
    Fields {
        top_k: u32 = "top_k",
        thinking: &'a RawValue = "thinking",
        reasoning_config: &'a RawValue = "reasoning_config",
        reasoning_effort: Text<'a> = "reasoning_effort",
        output_config: &'a RawValue = "output_config",
        nova_reasoning: &'a RawValue = "reasoningConfig",
        nova_inference: &'a RawValue = "inferenceConfig",
        frequency_penalty: f64 = "frequency_penalty",
        presence_penalty: f64 = "presence_penalty",
        seed: i64 = "seed",
    }
}

object! {
    /// How much a Claude thinks.
    Thinking {
        kind: Text<'a> = "type",
        budget: u32 = "budget_tokens",
    }
}

object! {
    /// With how much effort.
    Effort {
        effort: Text<'a> = "effort",
    }
}

object! {
    /// How much a Nova thinks.
    NovaReasoning {
        kind: Text<'a> = "type",
        effort: Text<'a> = "maxReasoningEffort",
    }
}

object! {
    /// A Nova's own sampling.
    NovaInference {
        top_k: u32 = "topK",
    }
}

/// Reads them. What is not known is left out, with a warning.
pub(super) fn convert<'a>(
    raw: &'a RawValue,
    request: &mut ChatRequest,
    warnings: &mut Vec<String>,
) -> Result<(), DecodeError> {
    let fields: Fields<'a> = read::raw(PATH, raw)?;
    request.top_k = fields.top_k;
    request.frequency_penalty = fields.frequency_penalty;
    request.presence_penalty = fields.presence_penalty;
    request.seed = fields.seed;
    for (name, raw) in [("thinking", fields.thinking), ("reasoning_config", fields.reasoning_config)] {
        if let Some(raw) = raw {
            thinking(&format!("{PATH}.{name}"), raw, request)?;
        }
    }
    if let Some(effort) = fields.reasoning_effort {
        options(request).effort = Some(effort.into_string());
    }
    if let Some(raw) = fields.output_config {
        let path = format!("{PATH}.output_config");
        let config: Effort<'a> = read::raw(&path, raw)?;
        if let Some(effort) = config.effort {
            options(request).effort = Some(effort.into_string());
        }
        left_out(&path, config.rest.names(), warnings);
    }
    if let Some(raw) = fields.nova_reasoning {
        let config: NovaReasoning<'a> = read::raw(&format!("{PATH}.reasoningConfig"), raw)?;
        let off = config.kind.as_deref() == Some("disabled");
        let effort = if off { Some("none".to_owned()) } else { config.effort.map(Text::into_string) };
        options(request).effort = effort;
    }
    if let Some(raw) = fields.nova_inference {
        let path = format!("{PATH}.inferenceConfig");
        let config: NovaInference<'a> = read::raw(&path, raw)?;
        request.top_k = config.top_k.or(request.top_k);
        left_out(&path, config.rest.names(), warnings);
    }
    left_out(PATH, fields.rest.names(), warnings);
    Ok(())
}

fn left_out<'n>(path: &str, names: impl Iterator<Item = &'n str>, warnings: &mut Vec<String>) {
    warnings.extend(
        names.map(|name| format!("`{path}.{name}` was left out: only a model of Bedrock's knows it")),
    );
}

fn thinking(path: &str, raw: &RawValue, request: &mut ChatRequest) -> Result<(), DecodeError> {
    // Qwen takes a word under the name under which Claude takes an object.
    if raw.get().starts_with('"') {
        options(request).effort = Some(read::raw(path, raw)?);
        return Ok(());
    }
    let thinking: Thinking<'_> = read::raw(path, raw)?;
    let budget = match thinking.kind.as_deref() {
        Some("enabled") => {
            let budget = thinking.budget;
            Some(budget.ok_or_else(|| DecodeError::missing(format!("{path}.budget_tokens")))?)
        }
        Some("disabled") => Some(0),
        Some("adaptive") => None,
        _ => {
            let message = "must be `enabled`, `disabled` or `adaptive`";
            return Err(DecodeError::unsupported(format!("{path}.type"), message));
        }
    };
    options(request).budget_tokens = budget;
    Ok(())
}

pub(super) fn options(request: &mut ChatRequest) -> &mut ReasoningOptions {
    request.reasoning.get_or_insert(ReasoningOptions { effort: None, budget_tokens: None, summary: None })
}
