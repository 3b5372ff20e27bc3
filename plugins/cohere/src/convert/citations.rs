//! What an answer rests on. The API tells the passage of the answer, and for it
//! the documents or results of tools; a record of it goes back with the answer
//! in later turns.

use jackfield_sdk::llm::Citation;
use jackfield_sdk::types::Error;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::wire::answer;

/// What a citation supports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Supported {
    /// The text at this place among the content blocks.
    Text(usize),
    /// A thought, or the plan for calls of tools.
    Thought,
}

/// Reads a record. Its places are counted from the beginning of its block.
pub(super) fn read(raw: &RawValue) -> Result<(Supported, Citation), Error> {
    let told: answer::Citation = serde_json::from_str(raw.get())
        .map_err(|error| Error::bad_answer(format!("a citation isn't as Cohere's API says: {error}")))?;
    let supported = match told.kind.as_deref() {
        Some("THINKING_CONTENT" | "PLAN") => Supported::Thought,
        _ => Supported::Text(told.content_index.unwrap_or(0)),
    };
    let source =
        told.sources.first().and_then(|source| source.document.as_ref().or(source.tool_output.as_ref()));
    let member = |names: &[&str]| {
        let found = source.and_then(|source| names.iter().find_map(|name| source.get(name)?.as_str()));
        found.map(str::to_owned)
    };
    Ok((
        supported,
        Citation {
            title: member(&["title"]),
            url: member(&["url"]),
            quote: member(&["snippet", "text", "content"]),
            start: told.start,
            end: told.end,
            raw: Some(raw.get().to_owned()),
        },
    ))
}

/// The API's own record of a citation; another provider's would be refused.
pub(super) fn own_record(citation: &Citation) -> Option<&RawValue> {
    let raw = citation.raw.as_deref()?;
    let members: Value = serde_json::from_str(raw).ok()?;
    let ours = members.get("sources").is_some_and(Value::is_array);
    if ours { serde_json::from_str(raw).ok() } else { None }
}
