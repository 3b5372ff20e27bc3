//! What an answer rests on: passages that Google's tools found, and texts that
//! the model recites. Both are told in bytes of the text and counted by the
//! contract in characters.

use jackfield_sdk::llm::Citation;
use jackfield_sdk::types::Error;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::wire::answer::{CitationMetadata, Grounding, Segment};

/// Where the members of a source's kinds are that the contract has fields for.
const KINDS: [&str; 4] = ["web", "retrievedContext", "maps", "image"];

/// The citations of `groundingMetadata` over the answer's text.
pub(super) fn grounding(raw: &RawValue, text: &str) -> Result<Vec<Citation>, Error> {
    let Grounding { grounding_chunks: chunks, grounding_supports: supports } =
        read(raw, "groundingMetadata")?.unwrap_or_default();
    if supports.is_empty() {
        return Ok(chunks.iter().map(|chunk| of_chunk(chunk, None)).collect());
    }
    let mut citations = Vec::new();
    for support in &supports {
        let place = find(&support.segment, text);
        for index in &support.grounding_chunk_indices {
            citations.extend(chunks.get(*index).map(|chunk| of_chunk(chunk, place)));
        }
    }
    Ok(citations)
}

/// The citations of `citationMetadata`.
pub(super) fn recited(raw: &RawValue, text: &str) -> Result<Vec<Citation>, Error> {
    let CitationMetadata { citations } = read(raw, "citationMetadata")?.unwrap_or_default();
    let byte = |source: &Value, name: &str| {
        source.get(name).and_then(Value::as_u64).and_then(|at| usize::try_from(at).ok())
    };
    Ok(citations
        .iter()
        .map(|source| {
            let (start, end) = (byte(source, "startIndex").unwrap_or(0), byte(source, "endIndex"));
            let place = end.and_then(|end| characters(text, start, end));
            Citation {
                title: member(source, "title"),
                url: member(source, "uri"),
                quote: None,
                start: place.map(|(start, _)| start),
                end: place.map(|(_, end)| end),
                raw: Some(source.to_string()),
            }
        })
        .collect())
}

fn read<'a, T: serde::Deserialize<'a>>(raw: &'a RawValue, what: &str) -> Result<Option<T>, Error> {
    serde_json::from_str(raw.get())
        .map_err(|error| Error::bad_answer(format!("`{what}` isn't as the upstream's API says: {error}")))
}

fn of_chunk(chunk: &Value, place: Option<(u32, u32)>) -> Citation {
    let source = KINDS.iter().find_map(|kind| chunk.get(kind)).unwrap_or(&Value::Null);
    Citation {
        title: member(source, "title"),
        url: member(source, "uri").or_else(|| member(source, "sourceUri")),
        quote: member(source, "text"),
        start: place.map(|(start, _)| start),
        end: place.map(|(_, end)| end),
        raw: Some(chunk.to_string()),
    }
}

fn member(source: &Value, name: &str) -> Option<String> {
    source.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Where a segment is in the answer's text, in characters. Its numbers count
/// within one part, and parts of a stream aren't those that the API counts, so
/// the segment's own text decides.
fn find(segment: &Segment, text: &str) -> Option<(u32, u32)> {
    let Segment { start_index: start, end_index: end, text: wanted, .. } = segment;
    if wanted.is_empty() {
        return characters(text, *start, *end);
    }
    if text.get(*start..*end) == Some(wanted) {
        return characters(text, *start, *end);
    }
    // In a later part: behind the place that the number names in the first.
    let found = text.get(*start..).and_then(|rest| rest.find(wanted.as_str())).map(|at| at + start);
    let at = found.or_else(|| text.find(wanted.as_str()))?;
    characters(text, at, at + wanted.len())
}

/// A stretch of bytes in characters, where it is one of the text.
fn characters(text: &str, start: usize, end: usize) -> Option<(u32, u32)> {
    let before = text.get(..start)?.chars().count();
    let within = text.get(start..end).filter(|stretch| !stretch.is_empty())?.chars().count();
    Some((u32::try_from(before).ok()?, u32::try_from(before + within).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grounded(json: &str, text: &str) -> Vec<Citation> {
        grounding(serde_json::from_str(json).unwrap(), text).unwrap()
    }

    #[test]
    fn a_passage_is_counted_in_characters_of_the_whole_answer() {
        let json = r#"{"groundingChunks":[{"web":{"uri":"https://a.example","title":"A"}},{"retrievedContext":{"text":"so it is","title":"B"}}],
            "groundingSupports":[{"segment":{"startIndex":3,"endIndex":8,"text":"große"},"groundingChunkIndices":[0,1]},
                {"segment":{"partIndex":1,"startIndex":0,"endIndex":3,"text":"end"},"groundingChunkIndices":[1,9]}]}"#;
        // `große` takes six bytes, so the numbers of the first are wrong by one.
        let citations = grounded(json, "é große, the end");
        let places: Vec<_> = citations.iter().map(|one| (one.start, one.end)).collect();
        assert_eq!(places, [(Some(2), Some(7)), (Some(2), Some(7)), (Some(13), Some(16))]);
        assert_eq!(citations[0].url.as_deref(), Some("https://a.example"));
        assert_eq!(
            (citations[1].title.as_deref(), citations[1].quote.as_deref()),
            (Some("B"), Some("so it is"))
        );
        let raw: Value = serde_json::from_str(citations[0].raw.as_deref().unwrap()).unwrap();
        assert_eq!(raw["web"]["title"], "A");
    }

    #[test]
    fn sources_without_a_passage_are_cited_as_a_whole() {
        let citations = grounded(r#"{"groundingChunks":[{"maps":{"uri":"u","title":"t"}},{"new":{}}]}"#, "x");
        assert_eq!((citations.len(), citations[0].start, citations[0].url.as_deref()), (2, None, Some("u")));
        assert!(
            grounded(r#"{"webSearchQueries":["q"]}"#, "x").is_empty() && grounded("null", "x").is_empty()
        );
    }

    #[test]
    fn a_passage_that_is_not_in_the_text_has_no_place() {
        let json = r#"{"groundingChunks":[{"web":{}}],"groundingSupports":[{"segment":{"startIndex":0,"endIndex":99,"text":"no"},"groundingChunkIndices":[0]}]}"#;
        assert_eq!(grounded(json, "é")[0].start, None);
    }

    #[test]
    fn recited_sources_have_their_stretch() {
        let json = r#"{"citations":[{"startIndex":2,"endIndex":4,"uri":"u","license":"mit"},{"endIndex":2},{"startIndex":1,"endIndex":400}]}"#;
        let citations = recited(serde_json::from_str(json).unwrap(), "éab").unwrap();
        let places: Vec<_> = citations.iter().map(|one| (one.start, one.end)).collect();
        assert_eq!(places, [(Some(1), Some(3)), (Some(0), Some(1)), (None, None)]);
        assert!(citations[0].raw.as_deref().unwrap().contains("mit"));
    }
}
