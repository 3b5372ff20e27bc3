//! What a provider says in a stream's first choice, for the dialects' tests.

use jackfield_runtime::api::llm::{ChatEvent, ReasoningDelta, TextDelta, ToolCallDelta, ToolCallStart};

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
