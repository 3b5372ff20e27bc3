//! Why an answer ended.

use jackfield_sdk::llm::FinishReason;

/// The contract's reason for a `stop_reason`. `calls` says whether the answer
/// has calls for the caller to make: one that only fills in the tool of a
/// structured answer is a complete answer.
///
/// <https://docs.claude.com/en/api/handling-stop-reasons>
pub(super) fn reason(stop_reason: &str, calls: bool) -> FinishReason {
    match stop_reason {
        "end_turn" | "stop_sequence" => FinishReason::Stop,
        "max_tokens" => FinishReason::Length,
        "tool_use" if calls => FinishReason::ToolCalls,
        "tool_use" => FinishReason::Stop,
        "pause_turn" => FinishReason::Pause,
        "refusal" => FinishReason::Refusal,
        "model_context_window_exceeded" => FinishReason::ContextLength,
        other => FinishReason::Other(other.to_owned()),
    }
}
