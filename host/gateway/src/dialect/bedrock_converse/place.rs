//! Media and documents of blocks: what they are, and where.

use jackfield_runtime::api::types::{Document, Source};
use serde_json::value::RawValue;

use super::content::need;
use super::{media, union};
use crate::dialect::error::DecodeError;
use crate::dialect::media as bytes;
use crate::dialect::read::{self, Text};

object! {
    /// An image, a sound or a film.
    Medium {
        format: Text<'a> = "format",
        source: &'a RawValue = "source",
    }
}

object! {
    /// A document.
    WireDocument {
        format: Text<'a> = "format",
        name: Text<'a> = "name",
        source: &'a RawValue = "source",
        context: Text<'a> = "context",
        citations: CitationsConfig<'a> = "citations",
    }
}

object! {
    /// Whether a document is to be cited.
    CitationsConfig {
        enabled: bool = "enabled",
    }
}

object! {
    /// A place in S3. Whose bucket it is has no field in the typed form.
    S3 {
        uri: Text<'a> = "uri",
    }
}

/// Where something is; nothing for a place that the typed form hasn't.
fn source(path: &str, raw: Option<&RawValue>) -> Result<Option<Source>, DecodeError> {
    let path = format!("{path}.source");
    let raw = raw.ok_or_else(|| DecodeError::missing(path.as_str()))?;
    let (kind, inner) = union::only(&path, raw)?;
    let path = format!("{path}.{kind}");
    Ok(match kind.as_str() {
        "bytes" => Some(Source::Data(bytes::decode(&path, &read::raw::<Text<'_>>(&path, inner)?)?)),
        "text" => Some(Source::Data(read::raw::<String>(&path, inner)?.into_bytes())),
        "s3Location" => {
            let place: S3<'_> = read::raw(&path, inner)?;
            let uri = need(&path, "uri", place.uri)?;
            place.rest.is_empty().then_some(Source::Url(uri))
        }
        _ => None,
    })
}

pub(super) fn medium(path: &str, raw: &RawValue) -> Result<Option<(Source, String)>, DecodeError> {
    let medium: Medium<'_> = read::raw(path, raw)?;
    let format = need(path, "format", medium.format)?;
    let source = source(path, medium.source)?.filter(|_| medium.rest.is_empty());
    Ok(source.map(|source| (source, format)))
}

/// A film is a document in the typed form, which has no other part for it.
pub(super) fn film(path: &str, raw: &RawValue) -> Result<Option<Document>, DecodeError> {
    Ok(medium(path, raw)?.map(|(source, format)| Document {
        source,
        mime_type: Some(media::video_type(&format)),
        name: None,
        context: None,
        citations: false,
    }))
}

pub(super) fn document(path: &str, raw: &RawValue) -> Result<Option<Document>, DecodeError> {
    let wire: WireDocument<'_> = read::raw(path, raw)?;
    let name = need(path, "name", wire.name)?;
    let source = source(path, wire.source)?.filter(|_| wire.rest.is_empty());
    let mime_type = match wire.format.as_deref() {
        // Text that stands in the request says by itself what it is.
        None => Some("text/plain"),
        Some(format) => media::document_type(format),
    };
    Ok(source.zip(mime_type).map(|(source, mime_type)| Document {
        source,
        mime_type: Some(mime_type.to_owned()),
        name: Some(name),
        context: wire.context.map(Text::into_string),
        citations: wire.citations.and_then(|config| config.enabled).unwrap_or_default(),
    }))
}
