//! Media and documents on their way into JSON: bytes as `data:` URLs or bare
//! base64, and documents that are text after all.

use std::borrow::Cow;

use crate::base64;
use crate::types::{Document, Error, Media, Source};

/// Media type and base64 of a `data:` URL (RFC 2397), where it is one in
/// base64. Parameters such as `charset` are left out of the type.
pub fn data_url(url: &str) -> Option<(&str, &str)> {
    let (head, data) = url.strip_prefix("data:")?.split_once(',')?;
    let media_type = head.strip_suffix(";base64")?;
    Some((media_type.split(';').next().unwrap_or(media_type), data))
}

/// An address for an image: its own, or its bytes as a `data:` URL. `what` is
/// named in the error where it has neither.
pub fn address<'a>(media: &'a Media, what: &str) -> Result<Cow<'a, str>, Error> {
    match &media.source {
        Source::Url(url) => Ok(Cow::Borrowed(url)),
        Source::Data(bytes) => {
            let kind = media.mime_type.as_deref().ok_or_else(|| untyped(what))?;
            Ok(Cow::Owned(format!("data:{kind};base64,{}", base64::encode(bytes))))
        }
        Source::FileId(_) => Err(no_files(what)),
    }
}

/// The bare base64 of an image, for APIs that fetch nothing themselves.
pub fn bare_base64<'a>(media: &'a Media, what: &str) -> Result<Cow<'a, str>, Error> {
    match &media.source {
        Source::Data(bytes) => Ok(Cow::Owned(base64::encode(bytes))),
        Source::Url(url) => match data_url(url) {
            Some((_, data)) => Ok(Cow::Borrowed(data)),
            None => Err(Error::unsupported(format!(
                "this API fetches nothing from an address: send {what} as bytes instead of {}",
                url.chars().take(80).collect::<String>()
            ))),
        },
        Source::FileId(_) => Err(no_files(what)),
    }
}

/// The text of a document, for APIs that read no other ones.
pub fn document_text(document: &Document) -> Result<Cow<'_, str>, Error> {
    let kind = document.mime_type.as_deref();
    let (kind, bytes) = match &document.source {
        Source::Data(bytes) => (kind.ok_or_else(|| untyped("a document"))?, Cow::Borrowed(bytes.as_slice())),
        Source::Url(url) => match data_url(url) {
            Some((kind, data)) => {
                let bytes = base64::decode(data)
                    .map_err(|_| Error::invalid_request("the data URL of a document isn't base64"))?;
                (kind, Cow::Owned(bytes))
            }
            None => {
                return Err(Error::unsupported(
                    "this API fetches no documents from an address: send the text itself",
                ));
            }
        },
        Source::FileId(_) => return Err(no_files("a document")),
    };
    if !is_text(kind) {
        return Err(Error::unsupported(format!(
            "this API reads documents that are text, not `{kind}`: send its text"
        )));
    }
    let wrong = |error: &dyn std::fmt::Display| {
        Error::invalid_request(format!("a document of type `{kind}` isn't UTF-8: {error}"))
    };
    match bytes {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| wrong(&error)),
        Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).map_err(|error| wrong(&error)),
    }
}

/// Whether a media type is that of a text, whatever it is written in.
pub fn is_text(mime_type: &str) -> bool {
    let essence = mime_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    essence.starts_with("text/")
        || essence.ends_with("+json")
        || essence.ends_with("+xml")
        || matches!(essence.as_str(), "application/json" | "application/xml" | "application/yaml")
}

fn untyped(what: &str) -> Error {
    Error::invalid_request(format!("{what} given as bytes needs its `mime-type`"))
}

fn no_files(what: &str) -> Error {
    Error::unsupported(format!("this API keeps no files: send {what} itself instead of a file's id"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::ErrorKind;

    fn image(source: Source, mime_type: Option<&str>) -> Media {
        let mime_type = mime_type.map(str::to_owned);
        Media { source, mime_type, detail: None, transcript: None, id: None }
    }

    fn document(source: Source, mime_type: Option<&str>) -> Document {
        let mime_type = mime_type.map(str::to_owned);
        Document { source, mime_type, name: None, context: None, citations: false }
    }

    #[test]
    fn a_data_url_has_a_type_and_base64() {
        assert_eq!(data_url("data:image/png;x=y;base64,AAAA"), Some(("image/png", "AAAA")));
        for url in ["https://a.example/b", "data:text/plain,hello", "data:"] {
            assert_eq!(data_url(url), None, "{url}");
        }
    }

    #[test]
    fn bytes_become_an_address_or_base64() {
        let bytes = image(Source::Data(vec![0, 0, 0]), Some("image/png"));
        assert_eq!(address(&bytes, "an image").unwrap(), "data:image/png;base64,AAAA");
        assert_eq!(bare_base64(&bytes, "an image").unwrap(), "AAAA");
        let url = image(Source::Url("data:image/png;base64,AAAA".to_owned()), None);
        assert_eq!(address(&url, "an image").unwrap(), "data:image/png;base64,AAAA");
        assert_eq!(bare_base64(&url, "an image").unwrap(), "AAAA");
    }

    #[test]
    fn what_cannot_be_sent_is_said() {
        let untyped = image(Source::Data(vec![1]), None);
        assert_eq!(address(&untyped, "an image").unwrap_err().kind, ErrorKind::InvalidRequest);
        let far = image(Source::Url("https://a.example/b.png".to_owned()), None);
        assert_eq!(address(&far, "an image").unwrap(), "https://a.example/b.png");
        assert_eq!(bare_base64(&far, "an image").unwrap_err().kind, ErrorKind::Unsupported);
        let file = image(Source::FileId("f".to_owned()), None);
        assert_eq!(address(&file, "an image").unwrap_err().kind, ErrorKind::Unsupported);
        assert_eq!(bare_base64(&file, "an image").unwrap_err().kind, ErrorKind::Unsupported);
    }

    #[test]
    fn a_document_that_is_text_is_read_and_others_are_refused() {
        let plain = document(Source::Data("é".into()), Some("text/markdown; charset=utf-8"));
        assert_eq!(document_text(&plain).unwrap(), "é");
        let url = document(Source::Url("data:application/json;base64,e30=".to_owned()), None);
        assert_eq!(document_text(&url).unwrap(), "{}");
        for (refused, kind) in [
            (document(Source::Data(vec![1]), Some("application/pdf")), ErrorKind::Unsupported),
            (document(Source::Data(vec![0xff]), Some("text/plain")), ErrorKind::InvalidRequest),
            (document(Source::Data(vec![1]), None), ErrorKind::InvalidRequest),
            (document(Source::Url("https://a.example/a.txt".to_owned()), None), ErrorKind::Unsupported),
            (document(Source::Url("data:text/plain;base64,*".to_owned()), None), ErrorKind::InvalidRequest),
            (document(Source::FileId("f".to_owned()), None), ErrorKind::Unsupported),
        ] {
            assert_eq!(document_text(&refused).unwrap_err().kind, kind, "{refused:?}");
        }
    }
}
