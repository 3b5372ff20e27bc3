//! What a provider says, in a stream's first choice or of its use, for the dialects' tests.

use jackfield_runtime::api::llm::{ChatEvent, ReasoningDelta, TextDelta, ToolCallDelta, ToolCallStart};
use jackfield_runtime::api::types::Usage;

/// What was used, of text alone.
pub(super) fn used(input: Option<u64>, output: Option<u64>) -> Usage {
    Usage {
        input_tokens: input,
        output_tokens: output,
        cache_read_tokens: None,
        cache_write_tokens: None,
        reasoning_tokens: None,
        audio_input_tokens: None,
        audio_output_tokens: None,
        units: Vec::new(),
        raw: None,
    }
}

pub(super) fn text(text: &str) -> ChatEvent {
    ChatEvent::Text(TextDelta { choice: 0, text: text.to_owned() })
}

pub(super) fn thought(text: &str, signature: Option<&str>, redacted: Option<&str>) -> ChatEvent {
    ChatEvent::Reasoning(ReasoningDelta {
        choice: 0,
        index: 0,
        text: text.to_owned(),
        signature: signature.map(str::to_owned),
        redacted: redacted.map(str::to_owned),
        id: None,
    })
}

/// A call of the function `f` begins.
pub(super) fn begin(index: u32, id: &str) -> ChatEvent {
    let (id, name) = (id.to_owned(), "f".to_owned());
    ChatEvent::ToolCallStart(ToolCallStart { choice: 0, index, id, name, signature: None })
}

/// More of a call's arguments.
pub(super) fn more(index: u32, arguments: &str) -> ChatEvent {
    ChatEvent::ToolCallDelta(ToolCallDelta { choice: 0, index, arguments: arguments.to_owned() })
}
