//! What AgentQL found: the data as JSON, and the picture of the page where one
//! was asked for.

use jackfield_sdk::base64;
use jackfield_sdk::media::data_url;
use jackfield_sdk::tool::{CallResult, Output};
use jackfield_sdk::types::{Error, Media, Source};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Debug, Deserialize)]
struct Answer {
    data: Box<RawValue>,
    #[serde(default)]
    metadata: Option<Metadata>,
}

#[derive(Debug, Deserialize)]
struct Metadata {
    #[serde(default)]
    screenshot: Option<String>,
}

/// The result of a call.
pub(crate) fn result(text: &str) -> Result<CallResult, Error> {
    let answer: Answer = serde_json::from_str(text).map_err(|error| {
        let begin: String = text.chars().take(200).collect();
        Error::bad_answer(format!(
            "expected the data of a page, but the upstream answered `{begin}` ({error}); does `config.base-url` point at the API?"
        ))
    })?;
    let mut content = vec![Output::Json(answer.data.get().to_owned())];
    let screenshot = answer.metadata.and_then(|metadata| metadata.screenshot);
    if let Some(screenshot) = screenshot.filter(|screenshot| !screenshot.is_empty()) {
        content.push(Output::Image(image(&screenshot)?));
    }
    Ok(CallResult { content, is_error: false })
}

/// A failure that the model should see.
pub(crate) fn failed(message: String) -> CallResult {
    CallResult { content: vec![Output::Text(message)], is_error: true }
}

/// A picture in base64, alone or as a data URL.
fn image(text: &str) -> Result<Media, Error> {
    let encoded = data_url(text).map_or(text, |(_, encoded)| encoded);
    let bytes = base64::decode(encoded)?;
    let mime_type = match bytes.as_slice() {
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        _ => "image/png",
    };
    Ok(Media {
        source: Source::Data(bytes),
        mime_type: Some(mime_type.to_owned()),
        detail: None,
        transcript: None,
        id: None,
    })
}

#[cfg(test)]
mod tests {
    use jackfield_sdk::types::ErrorKind;

    use super::*;

    #[test]
    fn the_data_comes_as_it_was_written() {
        let text =
            r#"{"data":{"products":[{"price":1.50}]},"metadata":{"request_id":"r","screenshot":null}}"#;
        let result = result(text).unwrap();
        assert!(!result.is_error);
        let [Output::Json(data)] = result.content.as_slice() else { panic!("{result:?}") };
        assert_eq!(data, r#"{"products":[{"price":1.50}]}"#);
    }

    #[test]
    fn a_picture_comes_behind_the_data() {
        for (bytes, kind) in [
            (&b"\x89PNG\r\n\x1a\n"[..], "image/png"),
            (&[0xff, 0xd8, 0xff, 0xe0], "image/jpeg"),
            (b"RIFF....WEBPVP8 ", "image/webp"),
        ] {
            for before in ["", "data:image/png;base64,"] {
                let encoded = base64::encode(bytes);
                let text = format!(r#"{{"data":null,"metadata":{{"screenshot":"{before}{encoded}"}}}}"#);
                let content = result(&text).unwrap().content;
                let [Output::Json(_), Output::Image(media)] = content.as_slice() else {
                    panic!("{content:?}")
                };
                assert_eq!(media.mime_type.as_deref(), Some(kind));
                assert!(matches!(&media.source, Source::Data(data) if data == bytes));
            }
        }
    }

    #[test]
    fn an_answer_without_data_is_the_upstreams_fault() {
        for text in ["", "[]", r#"{"metadata":{}}"#, "<html>", r#"{"data":1,"metadata":{"screenshot":"%"}}"#]
        {
            assert_eq!(result(text).unwrap_err().kind, ErrorKind::BadUpstreamAnswer, "{text}");
        }
    }

    #[test]
    fn a_failure_for_the_model_is_a_result_that_says_so() {
        let failed = failed("no".to_owned());
        assert!(failed.is_error && matches!(failed.content.as_slice(), [Output::Text(text)] if text == "no"));
    }
}
