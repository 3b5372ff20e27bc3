//! What a text rests on. The API has a form for each kind of source; they
//! share what matters here.

use jackfield_sdk::llm::Citation;
use serde_json::value::RawValue;

use crate::wire::answer;

/// A citation for the characters from `start` to `end` of the answer's text.
/// A source that isn't read keeps its own record.
pub(super) fn citation(raw: &RawValue, start: u32, end: Option<u32>) -> Citation {
    let told: answer::Citation = serde_json::from_str(raw.get()).unwrap_or_default();
    Citation {
        title: told.title.or(told.document_title),
        url: told.url.or_else(|| told.source.filter(|source| source.contains("://"))),
        quote: told.cited_text,
        start: Some(start),
        end,
        raw: Some(raw.get().to_owned()),
    }
}
