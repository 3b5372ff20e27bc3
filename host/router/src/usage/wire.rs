//! Where each dialect says what a call used and why it ended, and in which
//! spelling.
//!
//! OpenAI: <https://platform.openai.com/docs/api-reference/chat/object>,
//! <https://platform.openai.com/docs/api-reference/responses-streaming>;
//! Anthropic: <https://docs.anthropic.com/en/api/messages-streaming>;
//! Bedrock: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html>.

use jackfield_runtime::api::passthrough::Dialect;
use jackfield_runtime::api::types::Usage;
use serde_json::{Map, Value};

use super::gemini;
use super::scan::{Place, Want, Wanted};

/// What to look for. `None` for dialects that aren't read here.
pub(super) fn wanted(dialect: Dialect) -> Option<Wanted> {
    match dialect {
        Dialect::OpenaiChat
        | Dialect::OpenaiCompletions
        | Dialect::OpenaiEmbeddings
        | Dialect::OpenaiModerations => Some(chat),
        Dialect::OpenaiResponses => Some(responses),
        Dialect::AnthropicMessages => Some(anthropic),
        Dialect::CohereChat => Some(super::cohere::wanted),
        Dialect::GeminiGenerate => Some(gemini::wanted),
        Dialect::BedrockConverse => Some(converse),
        _ => None,
    }
}

fn chat(path: &[&[u8]]) -> Want {
    match path {
        // Groq's place for it.
        [b"usage"] | [b"x_groq", b"usage"] => Want::Object(Place::Usage),
        [b"error"] => Want::Object(Place::Error),
        [b"choices", b"finish_reason"] => Want::Text(Place::Finish),
        [b"choices", b"text"]
        | [
            b"choices",
            b"delta" | b"message",
            b"content" | b"reasoning_content" | b"reasoning" | b"refusal",
        ]
        | [b"choices", b"delta" | b"message", b"tool_calls", b"function", b"name" | b"arguments"] => {
            Want::Length
        }
        _ => Want::Nothing,
    }
}

fn responses(path: &[&[u8]]) -> Want {
    match path {
        [b"usage"] | [b"response", b"usage"] => Want::Object(Place::Usage),
        [b"error"] | [b"response", b"error"] => Want::Object(Place::Error),
        [b"type"] => Want::Text(Place::Type),
        [b"status"] | [b"response", b"status"] => Want::Text(Place::Status),
        [b"incomplete_details", b"reason"] | [b"response", b"incomplete_details", b"reason"] => {
            Want::Text(Place::Finish)
        }
        // Each of them is said a second time, whole, when its item is done.
        [b"delta"] => Want::Length,
        _ => Want::Nothing,
    }
}

fn anthropic(path: &[&[u8]]) -> Want {
    match path {
        [b"usage"] | [b"message", b"usage"] => Want::Object(Place::Usage),
        [b"error"] => Want::Object(Place::Error),
        [b"type"] => Want::Text(Place::Type),
        [b"stop_reason"] | [b"delta", b"stop_reason"] => Want::Text(Place::Finish),
        [b"delta", b"text" | b"thinking" | b"partial_json"]
        | [b"content", b"text" | b"thinking"]
        | [b"content_block", b"text" | b"thinking" | b"name"] => Want::Length,
        _ => Want::Nothing,
    }
}

fn converse(path: &[&[u8]]) -> Want {
    match path {
        [b"usage"] => Want::Object(Place::Usage),
        [b"stopReason"] => Want::Text(Place::Finish),
        [b"delta", b"text"]
        | [b"delta", b"reasoningContent", b"text"]
        | [b"delta", b"toolUse", b"input"]
        | [b"start", b"toolUse", b"name"]
        | [b"output", b"message", b"content", b"text"] => Want::Length,
        _ => Want::Nothing,
    }
}

/// Usage members as they were reported, later ones over earlier ones: Anthropic
/// reports the prompt first and the answer at its end.
pub(super) fn merge(members: &mut Map<String, Value>, object: &[u8]) -> bool {
    let Ok(Value::Object(newer)) = serde_json::from_slice(object) else { return false };
    members.extend(newer.into_iter().filter(|(_, value)| !value.is_null()));
    true
}

/// The contract's counts. `None` where no tokens are told.
pub(super) fn usage(dialect: Dialect, members: &Map<String, Value>) -> Option<Usage> {
    if dialect == Dialect::GeminiGenerate {
        return gemini::usage(members);
    }
    if dialect == Dialect::CohereChat {
        return super::cohere::usage(members);
    }
    let count = |names: &[&str]| names.iter().find_map(|name| members.get(*name)?.as_u64());
    let within = |objects: &[&str], name: &str| {
        objects.iter().find_map(|object| members.get(*object)?.get(name)?.as_u64())
    };
    const INPUT: &[&str] = &["prompt_tokens_details", "input_tokens_details"];
    const OUTPUT: &[&str] = &["completion_tokens_details", "output_tokens_details"];
    let mut usage = Usage {
        input_tokens: count(&["prompt_tokens", "input_tokens", "inputTokens"]),
        output_tokens: count(&["completion_tokens", "output_tokens", "outputTokens"]),
        cache_read_tokens: within(INPUT, "cached_tokens")
            .or_else(|| count(&["cache_read_input_tokens", "prompt_cache_hit_tokens", "cached_tokens"]))
            .or_else(|| count(&["cacheReadInputTokens"])),
        cache_write_tokens: within(INPUT, "cache_write_tokens")
            .or_else(|| count(&["cache_creation_input_tokens", "cacheWriteInputTokens"])),
        reasoning_tokens: within(OUTPUT, "reasoning_tokens").or_else(|| within(OUTPUT, "thinking_tokens")),
        audio_input_tokens: within(INPUT, "audio_tokens"),
        audio_output_tokens: within(OUTPUT, "audio_tokens"),
        raw: serde_json::to_string(members).ok(),
        ..super::nothing()
    };
    if usage.input_tokens.is_none() && usage.output_tokens.is_none() {
        return None;
    }
    if matches!(dialect, Dialect::AnthropicMessages | Dialect::BedrockConverse) {
        // They count fresh input only; the contract counts all of it.
        let cached = [usage.cache_read_tokens, usage.cache_write_tokens].into_iter().flatten();
        let cached = cached.fold(0, u64::saturating_add);
        usage.input_tokens = usage.input_tokens.map(|fresh| fresh.saturating_add(cached));
        let tools = members.get("server_tool_use").or_else(|| members.get("serverToolUsage"));
        let tools = tools.and_then(Value::as_object).into_iter().flatten();
        let amount = |value: &Value| value.as_f64().filter(|amount| *amount > 0.0);
        usage.units = tools.filter_map(|(name, value)| Some((name.clone(), amount(value)?))).collect();
    } else if let (Some(input), Some(output), Some(reasoning), Some(total)) =
        (usage.input_tokens, usage.output_tokens, usage.reasoning_tokens, count(&["total_tokens"]))
    {
        // Some upstreams count reasoning beside output, which shows in the sum.
        let apart = output.saturating_add(reasoning);
        if reasoning > 0 && input.saturating_add(apart) == total {
            usage.output_tokens = Some(apart);
        }
    }
    Some(usage)
}
