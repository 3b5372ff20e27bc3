//! What an answer rests on, both ways. The dialect counts the characters of a
//! citation from the beginning of its block, the typed form from that of the
//! answer's text.

use jackfield_runtime::api::llm::{Citation, Part};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::dialect::read::{Rest, Text};
use crate::dialect::write::Json;

object! {
    /// A citation.
    Wire {
        start: u32 = "start",
        end: u32 = "end",
        kind: Text<'a> = "type",
        content_index: usize = "content_index",
        sources: Vec<WireSource<'a>> = "sources",
    }
}

object! {
    /// What is cited.
    WireSource {
        document: Rest<'a> = "document",
        tool_output: Rest<'a> = "tool_output",
    }
}

/// A text of an answer.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Passage<'t> {
    /// Its place among the blocks.
    pub(super) index: u32,
    /// How many characters of text the blocks before it have.
    pub(super) before: u32,
    pub(super) text: &'t str,
}

/// Puts records at the texts that they are about. `parts` are the blocks of a
/// message, one for each. A thought has no citations in the typed form.
pub(super) fn attach(path: &str, records: &[&RawValue], parts: &mut [Part], warnings: &mut Vec<String>) {
    for (place, raw) in records.iter().enumerate() {
        // It is a record of the provider's: what it lacks isn't the client's fault.
        let wire: Wire<'_> = serde_json::from_str(raw.get()).unwrap_or_default();
        let of_text = !matches!(wire.kind.as_deref(), Some("THINKING_CONTENT" | "PLAN"));
        match text_at(parts, wire.content_index.unwrap_or(0)).filter(|_| of_text) {
            Some((place, before)) => {
                if let Some(Part::Text(text)) = parts.get_mut(place) {
                    text.citations.push(citation(&wire, before, raw));
                }
            }
            None => warnings.push(format!("`{path}[{place}]` was left out: only texts have citations")),
        }
    }
}

/// The text at this place, or else the first one, with how many characters of
/// text there are before it.
fn text_at(parts: &[Part], index: usize) -> Option<(usize, u32)> {
    let is_text = |part: &Part| matches!(part, Part::Text(_));
    let place = match parts.get(index) {
        Some(part) if is_text(part) => index,
        _ => parts.iter().position(is_text)?,
    };
    let before = parts[..place].iter().map(|part| match part {
        Part::Text(text) => characters(&text.text),
        _ => 0,
    });
    Some((place, before.fold(0, u32::saturating_add)))
}

fn citation(wire: &Wire<'_>, before: u32, raw: &RawValue) -> Citation {
    let source = wire.sources.iter().flatten().next();
    let source = source.and_then(|source| source.document.as_ref().or(source.tool_output.as_ref()));
    let member = |names: &[&str]| {
        let found = source?.iter().filter(|(name, _)| names.contains(name));
        found.filter_map(|(_, raw)| serde_json::from_str(raw.get()).ok()).next()
    };
    Citation {
        title: member(&["title"]),
        url: member(&["url"]),
        quote: member(&["snippet", "text", "content"]),
        start: wire.start.map(|start| start.saturating_add(before)),
        end: wire.end.map(|end| end.saturating_add(before)),
        raw: Some(raw.get().to_owned()),
    }
}

/// How long a text is for citations.
pub(super) fn characters(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

/// Writes a citation of a text: the provider's own record where it is of this
/// dialect. One that doesn't say what it supports supports all of the text.
pub(super) fn write(citation: &Citation, passage: Passage<'_>, json: &mut Json<'_>) {
    if let Some(raw) = citation.raw.as_deref().filter(|raw| is_own(raw)) {
        json.raw(raw);
        return;
    }
    let within = |place: u32| place.saturating_sub(passage.before);
    let length = characters(passage.text);
    let start = citation.start.map_or(0, within).min(length);
    let end = citation.end.map_or(length, within).clamp(start, length);
    let supported: String = passage.text.chars().skip(start as usize).take((end - start) as usize).collect();
    json.braces(|json| {
        json.number("start", start).number("end", end).text("text", &supported);
        json.list("sources", |json| {
            json.entry(|json| {
                json.text("type", "document").object("document", |json| {
                    json.optional("title", citation.title.as_deref());
                    json.optional("url", citation.url.as_deref());
                    json.optional("snippet", citation.quote.as_deref());
                });
            });
        });
        json.number("content_index", passage.index).text("type", "TEXT_CONTENT");
    });
}

/// Whether this is how the dialect itself tells of a source.
fn is_own(raw: &str) -> bool {
    #[derive(Deserialize)]
    struct Own {
        #[serde(rename = "sources")]
        _sources: Vec<IgnoredAny>,
    }
    raw.trim_start().starts_with('{') && serde_json::from_str::<Own>(raw).is_ok()
}
