//! Images, sounds, films and documents: bytes or places in S3, each with a
//! format from a fixed list, documents with a name of few characters
//! (<https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html>).

use std::borrow::Cow;
use std::collections::HashSet;

use jackfield_sdk::media::bare_base64;
use jackfield_sdk::types::{self, Error, Media};

use crate::wire::block::{Block, CitationsConfig, Document, Medium, Source};

const IMAGES: [(&str, &str); 5] = [
    ("image/png", "png"),
    ("image/jpeg", "jpeg"),
    ("image/jpg", "jpeg"),
    ("image/gif", "gif"),
    ("image/webp", "webp"),
];

const SOUNDS: [(&str, &str); 13] = [
    ("audio/mpeg", "mp3"),
    ("audio/mp3", "mp3"),
    ("audio/wav", "wav"),
    ("audio/x-wav", "wav"),
    ("audio/wave", "wav"),
    ("audio/opus", "opus"),
    ("audio/aac", "aac"),
    ("audio/flac", "flac"),
    ("audio/ogg", "ogg"),
    ("audio/mp4", "mp4"),
    ("audio/x-m4a", "m4a"),
    ("audio/pcm", "pcm"),
    ("audio/webm", "webm"),
];

const FILMS: [(&str, &str); 9] = [
    ("video/mp4", "mp4"),
    ("video/quicktime", "mov"),
    ("video/x-matroska", "mkv"),
    ("video/webm", "webm"),
    ("video/x-flv", "flv"),
    ("video/mpeg", "mpeg"),
    ("video/mpg", "mpg"),
    ("video/x-ms-wmv", "wmv"),
    ("video/3gpp", "three_gp"),
];

const DOCUMENTS: [(&str, &str); 10] = [
    ("application/pdf", "pdf"),
    ("text/csv", "csv"),
    ("application/msword", "doc"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("application/vnd.ms-excel", "xls"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("text/html", "html"),
    ("text/markdown", "md"),
    ("text/x-markdown", "md"),
    ("text/plain", "txt"),
];

/// The longest name of a document.
const LONGEST_NAME: usize = 200;

pub(crate) fn image(media: &Media) -> Result<Medium<'_>, Error> {
    medium(media, "an image", &IMAGES)
}

pub(super) fn audio(media: &Media) -> Result<Medium<'_>, Error> {
    medium(media, "a sound", &SOUNDS)
}

fn medium<'a>(media: &'a Media, what: &str, formats: &[(&str, &'static str)]) -> Result<Medium<'a>, Error> {
    // An address that nobody fetches is no better for its type.
    let source = source(media, what)?;
    Ok(Medium { format: format(&media.source, media.mime_type.as_deref(), what, formats)?, source })
}

/// Names of documents, of which none may come twice in a conversation.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<String>);

/// A document, or a film, which the contract has no other part for.
pub(super) fn document<'a>(document: &'a types::Document, names: &mut Names) -> Result<Block<'a>, Error> {
    let kind = document.mime_type.as_deref();
    let media = || Media {
        source: document.source.clone(),
        mime_type: document.mime_type.clone(),
        detail: None,
        transcript: None,
        id: None,
    };
    if kind.is_some_and(|kind| kind.starts_with("video/")) {
        let source = owned(&document.source, &media(), "a film")?;
        let format = format(&document.source, kind, "a film", &FILMS)?;
        return Ok(Block::Video(Medium { format, source }));
    }
    let source = owned(&document.source, &media(), "a document")?;
    let known = format(&document.source, kind, "a document", &DOCUMENTS);
    let format = match (known, kind) {
        (Ok(format), _) => format,
        // Whatever else is text is plain text.
        (Err(_), Some(kind)) if jackfield_sdk::media::is_text(kind) => "txt",
        (Err(error), _) => return Err(error),
    };
    Ok(Block::Document(Document {
        format,
        name: names.take(document.name.as_deref()),
        source,
        context: document.context.as_deref(),
        citations: document.citations.then_some(CitationsConfig { enabled: true }),
    }))
}

impl Names {
    /// The name in the API's characters (letters, digits, single spaces,
    /// hyphens, round and square brackets), and new in the conversation.
    fn take(&mut self, name: Option<&str>) -> String {
        let wanted = name.unwrap_or("Document");
        let fits = |c: char| c.is_ascii_alphanumeric() || "-()[]".contains(c);
        let words: String = wanted.chars().map(|c| if fits(c) { c } else { ' ' }).collect();
        let mut name: String = words.split_whitespace().collect::<Vec<_>>().join(" ");
        name.truncate(LONGEST_NAME - 10);
        if name.is_empty() {
            name.push_str("Document");
        }
        let base = name.trim_end().to_owned();
        let mut name = base.clone();
        let mut count = 1;
        while !self.0.insert(name.clone()) {
            count += 1;
            name = format!("{base} ({count})");
        }
        name
    }
}

fn format(
    source: &types::Source,
    mime_type: Option<&str>,
    what: &str,
    formats: &[(&str, &'static str)],
) -> Result<&'static str, Error> {
    let of_url = match source {
        types::Source::Url(url) => jackfield_sdk::media::data_url(url).map(|(kind, _)| kind),
        _ => None,
    };
    let kind = of_url.or(mime_type).ok_or_else(|| {
        Error::invalid_request(format!("{what} needs its `mime-type`: Bedrock wants to know the format"))
    })?;
    let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    formats.iter().find(|(name, _)| *name == essence).map(|(_, format)| *format).ok_or_else(|| {
        let known: Vec<&str> = formats.iter().map(|(name, _)| *name).collect();
        Error::unsupported(format!("Bedrock takes {what} as {}, not as `{essence}`", known.join(", ")))
    })
}

fn source<'a>(media: &'a Media, what: &str) -> Result<Source<'a>, Error> {
    match &media.source {
        types::Source::Url(uri) if uri.starts_with("s3://") => Ok(Source::S3Location { uri }),
        _ => bare_base64(media, what).map(Source::Bytes),
    }
}

/// The same for a source that is a document's, of which `media` is a copy.
fn owned<'a>(place: &'a types::Source, media: &Media, what: &str) -> Result<Source<'a>, Error> {
    match place {
        types::Source::Url(uri) if uri.starts_with("s3://") => Ok(Source::S3Location { uri }),
        _ => Ok(Source::Bytes(Cow::Owned(bare_base64(media, what)?.into_owned()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_has_a_name_that_the_api_takes_and_that_is_its_own() {
        let mut names = Names::default();
        let name = names.take(Some("Bericht  2025_final (ä).pdf"));
        assert_eq!(name, "Bericht 2025 final ( ) pdf");
        assert_eq!(names.take(Some("Bericht 2025 final (_).pdf")), "Bericht 2025 final ( ) pdf (2)");
        assert_eq!(names.take(None), "Document");
        assert_eq!(names.take(Some("...")), "Document (2)");
        assert!(names.take(Some(&"x".repeat(500))).len() <= LONGEST_NAME);
    }

    #[test]
    fn formats_are_those_of_the_list() {
        let bytes = types::Source::Data(vec![1]);
        for (kind, expected) in [("image/JPEG; q=1", Some("jpeg")), ("image/tiff", None)] {
            assert_eq!(format(&bytes, Some(kind), "an image", &IMAGES).ok(), expected);
        }
        assert!(format(&bytes, None, "an image", &IMAGES).unwrap_err().message.contains("mime-type"));
        let url = types::Source::Url("data:image/webp;base64,AA==".to_owned());
        assert_eq!(format(&url, None, "an image", &IMAGES).unwrap(), "webp");
    }
}
