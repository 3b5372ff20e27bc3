//! The whole answer.

use std::borrow::Cow;

use jackfield_sdk::http::ErrorAnswer;
use jackfield_sdk::transcription::{Segment, Transcript, Word};
use jackfield_sdk::types::Error;

use crate::convert::{Whole, errors, usage};
use crate::wire::audio as wire;
use crate::wire::value::{Raw, Text, filled};

/// Reads an answer: JSON, or the bare text that `text`, `srt` and `vtt` give.
pub(crate) fn convert(answer: Whole<'_>, warnings: Vec<String>) -> Result<Transcript, Error> {
    let content_type = answer
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        .map(|(_, value)| value.as_str());
    let looks_like_json = answer.body.trim_ascii_start().starts_with(b"{");
    if !looks_like_json && content_type.is_some_and(|kind| !kind.contains("json")) {
        return bare(answer, content_type, warnings);
    }
    let wire: wire::Transcript<'_> = answer.parse("a transcript")?;
    if let Some(error) = wire.error {
        return Err(errors::in_answer(error.text(), Some(answer.status)));
    }
    if wire.text.is_none() && wire.segments.is_none() {
        return Err(Error::bad_answer("the upstream sent a transcript without a text in it")
            .with_status(answer.status));
    }
    let raw = std::str::from_utf8(answer.body).ok().map(str::to_owned);
    Ok(transcript(wire, raw, warnings))
}

fn bare(answer: Whole<'_>, content_type: Option<&str>, warnings: Vec<String>) -> Result<Transcript, Error> {
    let text = std::str::from_utf8(answer.body)
        .ok()
        .filter(|_| !content_type.is_some_and(|kind| kind.contains("html")));
    let Some(text) = text else {
        let said = ErrorAnswer { status: answer.status, headers: answer.headers, body: answer.body }
            .to_error()
            .message;
        return Err(
            Error::bad_answer(format!("expected a transcript, but {said}")).with_status(answer.status)
        );
    };
    Ok(Transcript { text: text.trim_end().to_owned(), warnings, ..empty() })
}

/// A transcript out of its wire form.
pub(super) fn transcript(
    wire: wire::Transcript<'_>,
    raw: Option<String>,
    warnings: Vec<String>,
) -> Transcript {
    let mut languages = wire.languages.unwrap_or_default().into_iter();
    Transcript {
        text: wire.text.unwrap_or_default().into_string(),
        language: filled(wire.language)
            .or_else(|| languages.find_map(|language| filled(language.code)))
            .map(Cow::into_owned),
        duration: wire.duration.and_then(seconds),
        segments: wire.segments.unwrap_or_default().into_iter().map(segment).collect(),
        words: wire
            .words
            .unwrap_or_default()
            .into_iter()
            .map(|word| Word {
                text: word.word.unwrap_or_default().into_string(),
                start: word.start.unwrap_or_default(),
                end: word.end.unwrap_or_default(),
            })
            .collect(),
        usage: wire.usage.and_then(usage::convert),
        warnings,
        raw,
    }
}

pub(super) fn segment(wire: wire::Segment<'_>) -> Segment {
    Segment {
        text: wire.text.unwrap_or_default().into_string(),
        start: wire.start.unwrap_or_default(),
        end: wire.end.unwrap_or_default(),
        speaker: filled(wire.speaker).map(Cow::into_owned),
    }
}

/// A duration, which older models write as a text.
fn seconds(raw: Raw<'_>) -> Option<f64> {
    raw.read::<f64>().or_else(|| raw.read::<Text<'_>>()?.0.parse().ok())
}

pub(super) fn empty() -> Transcript {
    Transcript {
        text: String::new(),
        language: None,
        duration: None,
        segments: Vec::new(),
        words: Vec::new(),
        usage: None,
        warnings: Vec::new(),
        raw: None,
    }
}
