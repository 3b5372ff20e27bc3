//! What a message of an answer says, as parts. Shared by whole answers and
//! streams: the one collects parts, the other tells of each as it comes.

use std::borrow::Cow;

use jackfield_sdk::base64;
use jackfield_sdk::llm::Citation;
use jackfield_sdk::types::{Error, Media, Source};

use super::media::{audio_mime, media_of};
use crate::wire::answer::{Annotation, Audio, ImageUrl, Part};
use crate::wire::value::{Content, Raw, Text, filled};

/// One piece of a message's content.
#[derive(Debug, PartialEq)]
pub(crate) enum Piece<'a> {
    Text(Cow<'a, str>),
    Thought { text: Cow<'a, str>, signature: Option<Cow<'a, str>> },
    Refusal(Cow<'a, str>),
    Image(Media),
    Native(Raw<'a>),
}

/// The pieces of a content, in order.
pub(crate) fn pieces<'a>(content: Content<'a>, mut take: impl FnMut(Piece<'a>)) {
    match content {
        Content::Empty => {}
        Content::Text(text) => take(Piece::Text(text)),
        Content::Parts(parts) => parts.into_iter().for_each(|part| take(piece(part))),
    }
}

fn piece(raw: Raw<'_>) -> Piece<'_> {
    // A bare text in a list stands for a text part.
    if let Some(Text(text)) = raw.read() {
        return Piece::Text(text);
    }
    let Some(part) = raw.read::<Part<'_>>() else { return Piece::Native(raw) };
    match part.kind.as_ref().map(|kind| &*kind.0) {
        Some("text" | "output_text") => Piece::Text(part.text.unwrap_or_default().0),
        Some("thinking") => Piece::Thought { text: joined(part.thinking), signature: filled(part.signature) },
        Some("refusal") => Piece::Refusal(part.refusal.unwrap_or_default().0),
        Some("image_url") => match part.image_url.and_then(image) {
            Some(media) => Piece::Image(media),
            None => Piece::Native(raw),
        },
        _ => Piece::Native(raw),
    }
}

/// All text of a content as one: of a thought, which may be a list of texts.
pub(crate) fn joined(content: Content<'_>) -> Cow<'_, str> {
    let mut whole = Cow::Borrowed("");
    pieces(content, |piece| {
        if let Piece::Text(text) = piece {
            if whole.is_empty() {
                whole = text;
            } else {
                whole.to_mut().push_str(&text);
            }
        }
    });
    whole
}

/// The thought of a message. Some upstreams send it under both names at once.
pub(crate) fn thought<'a>(reasoning_content: Content<'a>, reasoning: Content<'a>) -> Option<Cow<'a, str>> {
    let content = if reasoning_content.is_empty() { reasoning } else { reasoning_content };
    Some(joined(content)).filter(|text| !text.is_empty())
}

/// Images beside the content, as OpenRouter sends them.
pub(crate) fn images(raw: Raw<'_>) -> Vec<Media> {
    let parts: Vec<Part<'_>> = raw.read().unwrap_or_default();
    parts.into_iter().filter_map(|part| part.image_url.and_then(image)).collect()
}

/// `image_url`, which is an object or a bare text.
fn image(raw: Raw<'_>) -> Option<Media> {
    let url = raw.read::<ImageUrl<'_>>().and_then(|image| image.url).or_else(|| raw.read::<Text<'_>>());
    filled(url).map(|url| media_of(&url))
}

/// A sound of a whole answer.
pub(crate) fn audio(raw: Raw<'_>, format: Option<&str>) -> Result<Option<Media>, Error> {
    let Some(audio) = raw.read::<Audio<'_>>() else { return Ok(None) };
    let Some(data) = audio.data else { return Ok(None) };
    Ok(Some(Media {
        source: Source::Data(base64::decode(&data.0)?),
        mime_type: format.map(audio_mime),
        detail: None,
        transcript: filled(audio.transcript).map(Cow::into_owned),
        id: filled(audio.id).map(Cow::into_owned),
    }))
}

/// What an answer cites.
pub(crate) fn citations(raw: Raw<'_>) -> Vec<Citation> {
    let annotations: Vec<Raw<'_>> = raw.read().unwrap_or_default();
    annotations.into_iter().map(citation).collect()
}

fn citation(raw: Raw<'_>) -> Citation {
    let page =
        raw.read::<Annotation<'_>>().and_then(|annotation| annotation.url_citation).unwrap_or_default();
    let place = |count: Option<u64>| count.and_then(|count| u32::try_from(count).ok());
    Citation {
        title: filled(page.title).map(Cow::into_owned),
        url: filled(page.url).map(Cow::into_owned),
        quote: filled(page.content).map(Cow::into_owned),
        start: place(page.start_index.0),
        end: place(page.end_index.0),
        raw: Some(raw.text().to_owned()),
    }
}

/// The arguments of a call as the model wrote them. Some servers parse them and
/// send the object instead of its text.
pub(crate) fn arguments(raw: Option<Raw<'_>>) -> Cow<'_, str> {
    match raw {
        None => Cow::Borrowed(""),
        Some(raw) if raw.text().starts_with('"') => raw.read::<Text<'_>>().unwrap_or_default().0,
        Some(raw) => Cow::Borrowed(raw.text()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> Raw<'_> {
        serde_json::from_str(text).unwrap()
    }

    fn all(text: &str) -> Vec<Piece<'_>> {
        let mut out = Vec::new();
        pieces(serde_json::from_str(text).unwrap(), |piece| out.push(piece));
        out
    }

    #[test]
    fn thinking_parts_become_thoughts() {
        let text = r#"[{"type": "thinking", "thinking": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "signature": "s"},
                       {"type": "thinking", "thinking": "c"}, {"type": "text", "text": "d"}]"#;
        assert_eq!(
            all(text),
            [
                Piece::Thought { text: "ab".into(), signature: Some("s".into()) },
                Piece::Thought { text: "c".into(), signature: None },
                Piece::Text("d".into()),
            ]
        );
    }

    #[test]
    fn parts_of_unknown_kinds_are_kept_as_they_are() {
        let part = r#"{"type": "reference", "reference_ids": [1]}"#;
        assert_eq!(
            all(&format!("[{part}, \"bare\"]")),
            [Piece::Native(raw(part)), Piece::Text("bare".into())]
        );
    }

    #[test]
    fn arguments_may_be_a_text_or_an_object() {
        assert_eq!(arguments(Some(raw(r#""{\"a\": 1}""#))), r#"{"a": 1}"#);
        assert_eq!(arguments(Some(raw(r#"{"a": 1}"#))), r#"{"a": 1}"#);
        assert_eq!(arguments(None), "");
    }

    #[test]
    fn a_thought_under_both_names_is_taken_once() {
        let text = |text: &'static str| Content::Text(text.into());
        assert_eq!(thought(text("a"), text("a")).unwrap(), "a");
        assert_eq!(thought(Content::Empty, text("b")).unwrap(), "b");
        assert_eq!(thought(text(""), Content::Empty), None);
    }

    #[test]
    fn a_cited_page_is_read_and_an_unknown_annotation_kept() {
        let annotations = r#"[{"type": "url_citation", "url_citation": {"url": "https://e.example", "title": "T", "start_index": 2, "end_index": 5}},
                             {"type": "file_path", "file_path": {"file_id": "f"}}]"#;
        let citations = citations(raw(annotations));
        assert_eq!(
            (citations[0].url.as_deref(), citations[0].start, citations[0].end),
            (Some("https://e.example"), Some(2), Some(5))
        );
        assert!(citations[1].url.is_none() && citations[1].raw.as_ref().unwrap().contains("file_path"));
    }
}
