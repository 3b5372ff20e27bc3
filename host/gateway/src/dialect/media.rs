//! Media in and out of `data:` addresses (RFC 2397) and base64.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use jackfield_runtime::api::types::{Media, Source};

use super::error::DecodeError;

/// Bytes in base64, as APIs write it.
pub(crate) fn encode(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Bytes out of base64, with or without its padding.
pub(crate) fn decode(path: &str, text: &str) -> Result<Vec<u8>, DecodeError> {
    match STANDARD.decode(text) {
        Ok(bytes) => Ok(bytes),
        Err(error) => STANDARD_NO_PAD
            .decode(text.trim_end_matches('='))
            .map_err(|_| DecodeError::invalid(path, format!("isn't base64: {error}"))),
    }
}

/// Bytes as an address.
pub(crate) fn data_uri(mime: &str, bytes: &[u8]) -> String {
    let mut uri = String::with_capacity(mime.len() + bytes.len() * 4 / 3 + 20);
    uri.push_str("data:");
    uri.push_str(mime);
    uri.push_str(";base64,");
    STANDARD.encode_string(bytes, &mut uri);
    uri
}

/// Where a medium is: its bytes where it is a `data:` address in base64, which
/// must then be right, otherwise the address itself.
pub(crate) fn source_of(path: &str, url: &str) -> Result<(Source, Option<String>), DecodeError> {
    let parts = url
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(','))
        .and_then(|(head, data)| Some((head.strip_suffix(";base64")?, data)));
    Ok(match parts {
        Some((mime, data)) => {
            (Source::Data(decode(path, data)?), Some(mime.to_owned()).filter(|mime| !mime.is_empty()))
        }
        None => (Source::Url(url.to_owned()), None),
    })
}

/// A medium of which nothing but its place is known.
pub(crate) fn media(source: Source, mime_type: Option<String>) -> Media {
    Media { source, mime_type, detail: None, transcript: None, id: None }
}

/// The address of a medium; nothing for one that only its provider can fetch.
pub(crate) fn address(media: &Media, usual_mime: &str) -> Option<String> {
    match &media.source {
        Source::Data(bytes) => Some(data_uri(media.mime_type.as_deref().unwrap_or(usual_mime), bytes)),
        Source::Url(url) => Some(url.clone()),
        Source::FileId(_) => None,
    }
}

/// What an HTTP API calls a sound's format, as a media type.
pub(crate) fn audio_mime(format: &str) -> String {
    let subtype = match format {
        "mp3" => "mpeg",
        "opus" => "ogg",
        "pcm16" => "pcm",
        other => other,
    };
    format!("audio/{subtype}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive_an_address() {
        let bytes = [0, 255, 1, 254];
        let (source, mime) = source_of("p", &data_uri("image/png", &bytes)).unwrap();
        assert_eq!((source, mime.as_deref()), (Source::Data(bytes.to_vec()), Some("image/png")));
    }

    #[test]
    fn other_addresses_stay_and_broken_base64_is_an_error_with_its_place() {
        for url in ["https://example.com/a.png", "data:text/plain,hello"] {
            assert_eq!(source_of("p", url).unwrap().0, Source::Url(url.to_owned()));
        }
        assert_eq!(source_of("a[0].url", "data:image/png;base64,***").unwrap_err().path, "a[0].url");
        assert_eq!(decode("p", "AAE").unwrap(), [0, 1]);
    }
}
