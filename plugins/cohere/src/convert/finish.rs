//! Why an answer ended.

use jackfield_sdk::llm::FinishReason;
use jackfield_sdk::types::{Error, ErrorKind};

/// Whether a `finish_reason` is a stop text, which it doesn't name.
pub(super) fn ran_into_a_stop(finish_reason: &str) -> bool {
    finish_reason == "STOP_SEQUENCE"
}

/// The contract's reason for a `finish_reason`, or the error that it is. `calls`
/// says whether the answer has calls of tools, `said` what the API says of an
/// error.
///
/// <https://docs.cohere.com/reference/chat>
pub(super) fn reason(finish_reason: &str, calls: bool, said: Option<&str>) -> Result<FinishReason, Error> {
    let failed = |kind, what: &str| {
        let message = match said.filter(|said| !said.is_empty()) {
            Some(said) => format!("{what}: {said}"),
            None => what.to_owned(),
        };
        Err(Error::new(kind, message).with_code(finish_reason).sent())
    };
    match finish_reason {
        "COMPLETE" | "STOP_SEQUENCE" if calls => Ok(FinishReason::ToolCalls),
        "COMPLETE" | "STOP_SEQUENCE" => Ok(FinishReason::Stop),
        "MAX_TOKENS" => Ok(FinishReason::Length),
        "TOOL_CALL" => Ok(FinishReason::ToolCalls),
        // Older models and other hosts of Cohere's say these.
        "ERROR_LIMIT" => Ok(FinishReason::ContextLength),
        "ERROR_TOXIC" => Ok(FinishReason::ContentFilter),
        "ERROR" => failed(ErrorKind::Unavailable, "Cohere failed in the middle of its answer"),
        "TIMEOUT" => failed(ErrorKind::Timeout, "Cohere took longer for its answer than it allows itself"),
        other => Ok(FinishReason::Other(other.to_owned())),
    }
}
