//! Formats of images, sounds, films and documents, each a word of a fixed list
//! where the typed form has a media type.
//!
//! <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html>

/// Words that aren't the second half of their media type.
const IMAGES: [(&str, &str); 1] = [("jpg", "image/jpeg")];
const SOUNDS: [(&str, &str); 5] = [
    ("mp3", "audio/mpeg"),
    ("mpga", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("x-aac", "audio/aac"),
    ("mka", "audio/x-matroska"),
];
const FILMS: [(&str, &str); 6] = [
    ("mov", "video/quicktime"),
    ("mkv", "video/x-matroska"),
    ("flv", "video/x-flv"),
    ("wmv", "video/x-ms-wmv"),
    ("mpg", "video/mpeg"),
    ("three_gp", "video/3gpp"),
];
const DOCUMENTS: [(&str, &str); 9] = [
    ("pdf", "application/pdf"),
    ("csv", "text/csv"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("html", "text/html"),
    ("txt", "text/plain"),
    ("md", "text/markdown"),
];

pub(super) fn image_type(format: &str) -> String {
    media_type("image", &IMAGES, format)
}

pub(super) fn audio_type(format: &str) -> String {
    media_type("audio", &SOUNDS, format)
}

pub(super) fn video_type(format: &str) -> String {
    media_type("video", &FILMS, format)
}

/// A document's type; nothing for a format that isn't on the list, since the
/// word alone doesn't tell the first half.
pub(super) fn document_type(format: &str) -> Option<&'static str> {
    DOCUMENTS.iter().find(|(word, _)| *word == format).map(|(_, kind)| *kind)
}

fn media_type(class: &str, odd: &[(&str, &str)], format: &str) -> String {
    match odd.iter().find(|(word, _)| *word == format) {
        Some((_, kind)) => (*kind).to_owned(),
        None => format!("{class}/{format}"),
    }
}

/// The word for an image's or a sound's media type.
pub(super) fn format(mime_type: Option<&str>, usual: &'static str) -> String {
    let Some(mime_type) = mime_type else { return usual.to_owned() };
    let essence = mime_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "image/jpg" => "jpeg".to_owned(),
        "audio/mpeg" => "mp3".to_owned(),
        "audio/x-wav" | "audio/wave" => "wav".to_owned(),
        _ => essence.split_once('/').map_or(usual, |(_, word)| word).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_media_types_say_the_same() {
        assert_eq!(
            (image_type("jpeg"), image_type("jpg")),
            ("image/jpeg".to_owned(), "image/jpeg".to_owned())
        );
        assert_eq!((audio_type("mp3"), audio_type("wav")), ("audio/mpeg".to_owned(), "audio/wav".to_owned()));
        assert_eq!(
            (video_type("three_gp"), video_type("mp4")),
            ("video/3gpp".to_owned(), "video/mp4".to_owned())
        );
        assert_eq!((document_type("md"), document_type("rtf")), (Some("text/markdown"), None));
        assert_eq!(format(Some("image/JPEG; q=1"), "png"), "jpeg");
        assert_eq!(format(Some("audio/mpeg"), "wav"), "mp3");
        assert_eq!(format(None, "png"), "png");
    }
}
