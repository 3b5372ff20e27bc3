//! Why an answer ended.

use jackfield_sdk::llm::FinishReason;

/// The contract's reason for a `stopReason` of Converse. `calls` says whether
/// the answer has calls for the caller to make.
pub(super) fn reason(stop_reason: &str, calls: bool) -> FinishReason {
    match stop_reason {
        "end_turn" | "stop_sequence" => FinishReason::Stop,
        "max_tokens" => FinishReason::Length,
        "tool_use" if calls => FinishReason::ToolCalls,
        "tool_use" => FinishReason::Stop,
        "guardrail_intervened" | "content_filtered" => FinishReason::ContentFilter,
        "model_context_window_exceeded" => FinishReason::ContextLength,
        other => FinishReason::Other(other.to_owned()),
    }
}

/// Whether a `stopReason` of Converse is a stop text, which it doesn't name.
pub(super) fn ran_into_a_stop(stop_reason: &str) -> bool {
    stop_reason == "stop_sequence"
}

/// The same for the words of models' own bodies, in whichever case and words
/// their makers chose.
pub(super) fn of_model(word: &str) -> FinishReason {
    match word.to_ascii_lowercase().as_str() {
        "finish" | "finished" | "stop" | "stop_criteria_met" | "stop_sequence" | "end_turn" | "complete"
        | "endoftext" | "eos" => FinishReason::Stop,
        "length" | "max_tokens" => FinishReason::Length,
        "content_filtered" | "content_filter" | "error_toxic" => FinishReason::ContentFilter,
        "tool_calls" | "tool_call" => FinishReason::ToolCalls,
        "error_limit" => FinishReason::ContextLength,
        _ => FinishReason::Other(word.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stop_reason_of_converse_has_its_meaning() {
        for (word, calls, expected) in [
            ("end_turn", false, FinishReason::Stop),
            ("stop_sequence", false, FinishReason::Stop),
            ("max_tokens", true, FinishReason::Length),
            ("tool_use", true, FinishReason::ToolCalls),
            ("tool_use", false, FinishReason::Stop),
            ("guardrail_intervened", false, FinishReason::ContentFilter),
            ("content_filtered", false, FinishReason::ContentFilter),
            ("model_context_window_exceeded", false, FinishReason::ContextLength),
            ("malformed_tool_use", false, FinishReason::Other("malformed_tool_use".to_owned())),
            ("malformed_model_output", false, FinishReason::Other("malformed_model_output".to_owned())),
        ] {
            assert_eq!(format!("{:?}", reason(word, calls)), format!("{expected:?}"), "{word}");
        }
    }

    #[test]
    fn models_own_words_are_read_in_any_case() {
        for (word, expected) in [
            ("FINISH", FinishReason::Stop),
            ("endoftext", FinishReason::Stop),
            ("COMPLETE", FinishReason::Stop),
            ("LENGTH", FinishReason::Length),
            ("MAX_TOKENS", FinishReason::Length),
            ("CONTENT_FILTERED", FinishReason::ContentFilter),
            ("odd", FinishReason::Other("odd".to_owned())),
        ] {
            assert_eq!(format!("{:?}", of_model(word)), format!("{expected:?}"), "{word}");
        }
    }
}
