//! Transcription: says what it was given, since nothing here can listen.

use bytes::Bytes;
use serde_json::json;

use super::super::super::error::ApiError;
use super::super::super::knobs::Knobs;
use super::super::super::reply::{Call, Reply, Script};
use super::super::super::sse;
use super::super::multipart::{Field, fields};
use super::RATE;

/// Transcribes a recording.
pub(crate) fn transcriptions(call: Call<'_>) -> Result<Reply, ApiError> {
    let fields = fields(call.header("content-type"), &call.request.body)?;
    let text = |name: &str| text_of(&fields, name);
    let model = text("model")?.ok_or_else(|| ApiError::missing("model"))?;
    let knobs = Knobs::of_model(model)?;
    let file = fields.iter().find(|field| field.name == "file").ok_or_else(|| ApiError::missing("file"))?;
    let name = file.file_name.ok_or_else(|| ApiError::value("file", "it is no file"))?;
    if file.value.is_empty() {
        return Err(ApiError::value("file", format!("{name} is empty")));
    }
    let heard = format!("The recording {name} has {} bytes.", file.value.len());
    let seconds = file.value.len() as f64 / (RATE * 2) as f64;
    let language = text("language")?.unwrap_or("en");
    if text("stream")? == Some("true") {
        return Ok(Reply::stream(model, knobs, events(&heard)));
    }
    let body = match text("response_format")?.unwrap_or("json") {
        "json" => {
            let usage = json!({ "type": "duration", "seconds": seconds.ceil() });
            return Reply::json(model, knobs, &json!({ "text": heard, "usage": usage }));
        }
        "verbose_json" => {
            let words = fields
                .iter()
                .any(|field| field.name == "timestamp_granularities[]" && field.value == b"word");
            let mut verbose = verbose(&heard, language, seconds);
            if words {
                verbose["words"] = timed_words(&heard, seconds);
            }
            return Reply::json(model, knobs, &verbose);
        }
        "text" => format!("{heard}\n"),
        "srt" => format!("1\n{} --> {}\n{heard}\n\n", stamp(0.0, ','), stamp(seconds, ',')),
        "vtt" => format!("WEBVTT\n\n{} --> {}\n{heard}\n\n", stamp(0.0, '.'), stamp(seconds, '.')),
        other => return Err(ApiError::value("response_format", format!("'{other}' is no format of text"))),
    };
    Ok(Reply::whole(model, knobs, "text/plain; charset=utf-8", Bytes::from(body)))
}

fn text_of<'a>(fields: &[Field<'a>], name: &str) -> Result<Option<&'a str>, ApiError> {
    let Some(field) = fields.iter().find(|field| field.name == name) else { return Ok(None) };
    std::str::from_utf8(field.value)
        .map(Some)
        .map_err(|_| ApiError::invalid(format!("The field {name} isn't UTF-8.")))
}

fn verbose(text: &str, language: &str, seconds: f64) -> serde_json::Value {
    json!({
        "task": "transcribe",
        "language": language,
        "duration": seconds,
        "text": text,
        "segments": [{
            "id": 0, "seek": 0, "start": 0.0, "end": seconds, "text": text, "tokens": [], "temperature": 0.0,
            "avg_logprob": -0.25, "compression_ratio": 1.0, "no_speech_prob": 0.0,
        }],
        "usage": { "type": "duration", "seconds": seconds.ceil() },
    })
}

/// The words, spread evenly.
fn timed_words(text: &str, seconds: f64) -> serde_json::Value {
    let words: Vec<_> = text.split(' ').collect();
    let each = seconds / words.len() as f64;
    let timed = words.iter().enumerate().map(|(index, word)| {
        json!({ "word": word, "start": index as f64 * each, "end": (index + 1) as f64 * each })
    });
    timed.collect()
}

fn events(text: &str) -> Script {
    let output = text.split(' ').count();
    let usage =
        json!({ "type": "tokens", "input_tokens": 1, "output_tokens": output, "total_tokens": output + 1 });
    let done = sse::data(&json!({ "type": "transcript.text.done", "text": text, "usage": usage }));
    let deltas: Vec<_> = text
        .split_inclusive(' ')
        .map(|word| sse::data(&json!({ "type": "transcript.text.delta", "delta": word })))
        .collect();
    Box::new(deltas.into_iter().chain([done]))
}

/// A time of a subtitle.
fn stamp(seconds: f64, point: char) -> String {
    let all = (seconds * 1000.0) as u64;
    let (hours, minutes, seconds) = (all / 3_600_000, all / 60_000 % 60, all / 1000 % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}{point}{:03}", all % 1000)
}
