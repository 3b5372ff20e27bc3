//! Why an answer ended, and what it cost.

use jackfield_runtime::api::llm::FinishReason;
use jackfield_runtime::api::types::Usage;

use crate::dialect::write::Json;

/// Writes the reason. The dialect has none for calls, and a message beside the
/// reason for words that it doesn't know.
pub(super) fn write(reason: &FinishReason, json: &mut Json<'_>) {
    let word = match reason {
        FinishReason::Stop | FinishReason::ToolCalls => "STOP",
        FinishReason::Length | FinishReason::ContextLength => "MAX_TOKENS",
        FinishReason::ContentFilter | FinishReason::Refusal => "SAFETY",
        FinishReason::Pause => "CONTINUATION",
        FinishReason::Other(word) if is_googles(word) => word,
        FinishReason::Other(word) => {
            json.text("finishReason", "OTHER").text("finishMessage", word);
            return;
        }
    };
    json.text("finishReason", word);
    match reason {
        FinishReason::ContextLength => json.text("finishMessage", "the context window was full"),
        FinishReason::Refusal => json.text("finishMessage", "the model refused"),
        _ => json,
    };
}

/// Whether a word is written like Google's.
fn is_googles(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// Writes what it cost. The dialect counts thoughts beside the answer.
pub(super) fn usage(usage: &Usage, json: &mut Json<'_>) {
    json.object("usageMetadata", |json| {
        let output = usage.output_tokens.unwrap_or_default();
        let thoughts = usage.reasoning_tokens.map(|tokens| tokens.min(output));
        let input = usage.input_tokens.unwrap_or_default();
        json.number("promptTokenCount", input);
        json.number("candidatesTokenCount", output - thoughts.unwrap_or_default());
        json.number("totalTokenCount", input.saturating_add(output));
        let mut told = |name: &str, count: Option<u64>| {
            if let Some(count) = count {
                json.number(name, count);
            }
        };
        told("cachedContentTokenCount", usage.cache_read_tokens);
        told("thoughtsTokenCount", thoughts);
        audio("promptTokensDetails", usage.audio_input_tokens, json);
        audio("candidatesTokensDetails", usage.audio_output_tokens, json);
    });
}

fn audio(name: &str, tokens: Option<u64>, json: &mut Json<'_>) {
    if let Some(tokens) = tokens {
        json.list(name, |json| {
            json.entry(|json| {
                json.text("modality", "AUDIO").number("tokenCount", tokens);
            });
        });
    }
}
