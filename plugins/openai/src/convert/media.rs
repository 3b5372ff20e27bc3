//! Media in and out of `data:` addresses (RFC 2397).

use jackfield_sdk::base64;
use jackfield_sdk::types::{Media, Source};

/// Bytes as an address.
pub(crate) fn data_uri(mime: &str, bytes: &[u8]) -> String {
    let encoded = base64::encode(bytes);
    format!("data:{mime};base64,{encoded}")
}

/// The medium that an address stands for: its bytes where it is a `data:`
/// address in base64, otherwise the address itself.
pub(crate) fn media_of(url: &str) -> Media {
    let (source, mime_type) = match decode(url) {
        Some((mime, bytes)) => (Source::Data(bytes), Some(mime.to_owned())),
        None => (Source::Url(url.to_owned()), None),
    };
    Media { source, mime_type, detail: None, transcript: None, id: None }
}

fn decode(url: &str) -> Option<(&str, Vec<u8>)> {
    let (head, data) = url.strip_prefix("data:")?.split_once(',')?;
    let mime = head.strip_suffix(";base64")?;
    Some((mime, base64::decode(data).ok()?))
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
        let media = media_of(&data_uri("image/png", &bytes));
        assert_eq!(media.source, Source::Data(bytes.to_vec()));
        assert_eq!(media.mime_type.as_deref(), Some("image/png"));
    }

    #[test]
    fn other_addresses_stay_as_they_are() {
        for url in ["https://example.com/a.png", "data:text/plain,hello", "data:image/png;base64,***"] {
            assert_eq!(media_of(url).source, Source::Url(url.to_owned()));
        }
    }
}
