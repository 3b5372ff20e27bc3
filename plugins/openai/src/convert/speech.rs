//! Speech: the body of `POST /audio/speech`, and what its sound is.
//!
//! <https://platform.openai.com/docs/api-reference/audio/createSpeech>

use std::ops::ControlFlow;

use jackfield_sdk::base64;
use jackfield_sdk::http::ServerSentEvent;
use jackfield_sdk::speech::SpeechRequest;
use jackfield_sdk::types::{Error, Usage};

use super::media::audio_mime;
use super::{errors, usage};
use crate::wire::audio::SpeechEvent;
use crate::wire::body::{Body, Member};

/// The format where none is asked for.
const USUAL_FORMAT: &str = "mp3";

/// Writes the body, and says what of the request was left out.
pub(crate) fn prepare<'a>(
    request: &'a SpeechRequest,
    model: &'a str,
) -> Result<(Body<'a>, Vec<String>), Error> {
    let mut warnings = Vec::new();
    let mut body = Body::default();
    body.set("model", Member::Text(model.into()));
    body.set("input", Member::Text(request.input.as_str().into()));
    body.set("voice", Member::Text(request.voice.as_str().into()));
    body.text("response_format", request.format.as_ref());
    body.number("speed", request.speed);
    body.text("instructions", request.instructions.as_ref());
    if request.language.is_some() {
        warnings.push("`language` was left out: this API tells it from the text".to_owned());
    }
    body.merge(request.extra.as_deref())?;
    Ok((body, warnings))
}

/// What the answer's sound is, from its `content-type` where that tells, and
/// from the format asked for where it doesn't.
pub(crate) fn sound(
    content_type: Option<&str>,
    format: Option<&str>,
    pcm_rate: Option<u32>,
) -> (String, Option<u32>) {
    let told = content_type.filter(|kind| kind.trim_start().to_ascii_lowercase().starts_with("audio/"));
    let mime = told.map_or_else(|| audio_mime(format.unwrap_or(USUAL_FORMAT)), str::to_owned);
    let rate = mime
        .split(';')
        .skip(1)
        .find_map(|parameter| parameter.trim().strip_prefix("rate=")?.parse().ok())
        .or_else(|| pcm_rate.filter(|_| format == Some("pcm")));
    (mime, rate)
}

/// Whether an answer isn't a sound at all.
pub(crate) fn is_document(content_type: Option<&str>) -> bool {
    content_type.is_some_and(|kind| {
        let kind = kind.to_ascii_lowercase();
        kind.contains("json") || kind.contains("html")
    })
}

/// Takes sound out of events (`stream_format: "sse"`, asked for by `extra`).
#[derive(Debug, Default)]
pub(crate) struct SpeechDecoder {
    usage: Option<Usage>,
    done: bool,
}

impl SpeechDecoder {
    pub(crate) fn push(
        &mut self,
        frame: &ServerSentEvent,
        out: &mut Vec<u8>,
    ) -> Result<ControlFlow<()>, Error> {
        let data = frame.data.trim();
        if data == "[DONE]" {
            self.done = true;
            return Ok(ControlFlow::Break(()));
        }
        if data.is_empty() {
            return Ok(ControlFlow::Continue(()));
        }
        let event: SpeechEvent<'_> = serde_json::from_str(data).map_err(|error| {
            Error::bad_answer(format!("the upstream sent an event of speech that isn't JSON: {error}"))
        })?;
        if let Some(error) = event.error {
            return Err(errors::in_answer(error.text(), None));
        }
        if let Some(audio) = event.audio {
            out.extend(base64::decode(&audio.0)?);
        }
        if let Some(spent) = event.usage.and_then(usage::convert) {
            self.usage = Some(spent);
        }
        match event.kind.as_ref().map(|kind| &*kind.0) {
            Some("speech.audio.done") => {
                self.done = true;
                Ok(ControlFlow::Break(()))
            }
            Some("error") => Err(errors::in_answer(data, None)),
            _ => Ok(ControlFlow::Continue(())),
        }
    }

    /// Whether the sound is complete.
    pub(crate) fn is_done(&self) -> bool {
        self.done
    }

    pub(crate) fn usage(&self) -> Option<Usage> {
        self.usage.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_holds_what_was_asked() {
        let request = SpeechRequest {
            model: "m".into(),
            input: "Hi".into(),
            voice: "v".into(),
            format: Some("wav".into()),
            speed: Some(1.5),
            instructions: Some("slowly".into()),
            language: Some("en".into()),
            extra: Some(r#"{"voice":{"id":"x"}}"#.into()),
        };
        let (body, warnings) = prepare(&request, "m").unwrap();
        assert_eq!(
            serde_json::to_string(&body).unwrap(),
            r#"{"model":"m","input":"Hi","voice":{"id":"x"},"response_format":"wav","speed":1.5,"instructions":"slowly"}"#
        );
        assert_eq!(warnings.len(), 1);
    }

    #[test]
    fn the_sound_is_what_the_answer_says_or_what_was_asked() {
        let kind = |content_type, format| sound(content_type, format, Some(24_000));
        assert_eq!(kind(Some("audio/wav"), None), ("audio/wav".into(), None));
        assert_eq!(kind(Some("application/octet-stream"), Some("opus")), ("audio/ogg".into(), None));
        assert_eq!(kind(None, None), ("audio/mpeg".into(), None));
        assert_eq!(kind(Some("audio/pcm"), Some("pcm")), ("audio/pcm".into(), Some(24_000)));
        assert_eq!(
            kind(Some("audio/pcm;rate=16000"), Some("pcm")),
            ("audio/pcm;rate=16000".into(), Some(16_000))
        );
        assert!(
            is_document(Some("application/json")) && !is_document(Some("audio/mpeg")) && !is_document(None)
        );
    }

    fn event(data: &str) -> ServerSentEvent {
        ServerSentEvent { event: String::new(), data: data.to_owned(), id: String::new() }
    }

    #[test]
    fn sound_is_taken_out_of_events_until_the_last() {
        let mut decoder = SpeechDecoder::default();
        let mut out = Vec::new();
        assert!(
            decoder
                .push(&event(r#"{"type":"speech.audio.delta","audio":"AAEC"}"#), &mut out)
                .unwrap()
                .is_continue()
        );
        let done =
            r#"{"type":"speech.audio.done","usage":{"input_tokens":3,"output_tokens":9,"total_tokens":12}}"#;
        assert!(decoder.push(&event(done), &mut out).unwrap().is_break());
        assert_eq!(out, [0, 1, 2]);
        assert!(decoder.is_done());
        assert_eq!(decoder.usage().unwrap().output_tokens, Some(9));
    }

    #[test]
    fn an_error_among_the_events_ends_them() {
        let mut decoder = SpeechDecoder::default();
        for data in [r#"{"error":{"message":"m"}}"#, r#"{"type":"error","message":"m"}"#, "x"] {
            assert!(decoder.push(&event(data), &mut Vec::new()).unwrap_err().sent, "{data}");
        }
    }
}
