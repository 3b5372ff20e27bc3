//! What an answer rests on. The dialect counts passages in bytes of the text,
//! the typed form in characters.

use jackfield_runtime::api::llm::Citation;

use crate::dialect::write::Json;

/// Writes the citations over an answer's text; nothing where there are none.
pub(super) fn write(citations: &[&Citation], text: &str, json: &mut Json<'_>) {
    if citations.is_empty() {
        return;
    }
    json.object("groundingMetadata", |json| {
        json.list("groundingChunks", |json| {
            for citation in citations {
                json.entry(|json| chunk(citation, json));
            }
        });
        json.list("groundingSupports", |json| {
            for (place, citation) in (0_u32..).zip(citations) {
                if let Some((start, end)) = stretch(citation, text) {
                    json.entry(|json| {
                        json.object("segment", |json| {
                            json.number("startIndex", start as u64).number("endIndex", end as u64);
                            json.text("text", text.get(start..end).unwrap_or_default());
                        });
                        json.list("groundingChunkIndices", |json| {
                            json.item().integer(place);
                        });
                    });
                }
            }
        });
    });
}

fn chunk(citation: &Citation, json: &mut Json<'_>) {
    let kind = if citation.url.is_some() && citation.quote.is_none() { "web" } else { "retrievedContext" };
    json.object(kind, |json| {
        json.optional("uri", citation.url.as_deref()).optional("title", citation.title.as_deref());
        json.optional("text", citation.quote.as_deref());
    });
}

/// Where in the text, in bytes.
fn stretch(citation: &Citation, text: &str) -> Option<(usize, usize)> {
    let byte = |character: u32| {
        let places = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        places.into_iter().nth(usize::try_from(character).ok()?)
    };
    let (start, end) = (byte(citation.start?)?, byte(citation.end?)?);
    (start < end).then_some((start, end))
}
