//! Why an answer ended.

use jackfield_sdk::llm::FinishReason;

/// What an answer held, as far as it bears on why it ended.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Held {
    pub(crate) tool_calls: bool,
    pub(crate) refusal: bool,
}

/// Reads an upstream's word; none counts as `stop`, which is said by some upstreams, and by OpenAI
/// after a forced call, where tools are to be called, and always where the
/// model refused; what the answer holds decides.
pub(crate) fn convert(word: Option<&str>, held: Held) -> FinishReason {
    match word.unwrap_or("stop") {
        "stop" | "eos" | "eos_token" | "end_turn" | "stop_sequence" => match held {
            Held { tool_calls: true, .. } => FinishReason::ToolCalls,
            Held { refusal: true, .. } => FinishReason::Refusal,
            _ => FinishReason::Stop,
        },
        "length" | "max_tokens" | "max_output_tokens" => FinishReason::Length,
        "tool_calls" | "function_call" | "tool_use" => FinishReason::ToolCalls,
        "content_filter" => FinishReason::ContentFilter,
        "refusal" => FinishReason::Refusal,
        "model_length" | "context_length" => FinishReason::ContextLength,
        other => FinishReason::Other(other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_gives_way_to_what_the_answer_holds() {
        let calls = Held { tool_calls: true, refusal: false };
        assert_eq!(convert(Some("stop"), calls), FinishReason::ToolCalls);
        assert_eq!(convert(None, calls), FinishReason::ToolCalls);
        assert_eq!(convert(Some("stop"), Held { refusal: true, ..Held::default() }), FinishReason::Refusal);
        assert_eq!(convert(Some("stop"), Held::default()), FinishReason::Stop);
    }

    #[test]
    fn a_full_answer_with_calls_is_still_full() {
        assert_eq!(convert(Some("length"), Held { tool_calls: true, refusal: false }), FinishReason::Length);
    }

    #[test]
    fn unknown_words_are_kept() {
        assert_eq!(
            convert(Some("insufficient_system_resource"), Held::default()),
            FinishReason::Other("insufficient_system_resource".into())
        );
    }
}
