//! Speech: a tone for each byte of the text. `wav` and `pcm` are what they say;
//! the compressed formats are noise behind the first bytes of their kind, good
//! for comparing and not for listening.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::json;

use super::super::super::error::ApiError;
use super::super::super::knobs::Knobs;
use super::super::super::reply::{Call, Reply, Script};
use super::super::super::sse;
use super::RATE;

/// The longest text, in characters.
const MOST: usize = 4096;
/// Samples of each byte's tone.
const TONE: usize = RATE / 100;
/// Bytes of sound in one event.
const EVENT: usize = 4096;

#[derive(Debug, Deserialize)]
struct Request<'a> {
    #[serde(borrow, default)]
    model: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    input: Option<Cow<'a, str>>,
    #[serde(default)]
    voice: Option<serde_json::Value>,
    #[serde(borrow, default)]
    response_format: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    stream_format: Option<Cow<'a, str>>,
}

/// Speaks a text.
pub(crate) fn speech(call: Call<'_>) -> Result<Reply, ApiError> {
    let request: Request<'_> =
        serde_json::from_slice(&call.request.body).map_err(|error| ApiError::unreadable(&error))?;
    let model = request.model.ok_or_else(|| ApiError::missing("model"))?;
    let knobs = Knobs::of_model(&model)?;
    let input = request.input.ok_or_else(|| ApiError::missing("input"))?;
    if input.is_empty() || input.chars().count() > MOST {
        return Err(ApiError::value("input", format!("1 to {MOST} characters are right")));
    }
    if request.voice.is_none() {
        return Err(ApiError::missing("voice"));
    }
    let (content_type, magic): (_, &[u8]) = match request.response_format.as_deref().unwrap_or("mp3") {
        "wav" => ("audio/wav", b""),
        "pcm" => ("audio/pcm", b""),
        "mp3" => ("audio/mpeg", b"ID3"),
        "opus" => ("audio/opus", b"OggS"),
        "aac" => ("audio/aac", b"\xff\xf1"),
        "flac" => ("audio/flac", b"fLaC"),
        other => return Err(ApiError::value("response_format", format!("'{other}' is no format of sound"))),
    };
    let tones = tones(&input);
    let head = if content_type == "audio/wav" { wav_head(tones.len()) } else { magic.to_vec() };
    let sound = Bytes::from([head, tones].concat());
    match request.stream_format.as_deref() {
        None | Some("audio") => Ok(Reply::whole(&model, knobs, content_type, sound)),
        Some("sse") => Ok(Reply::stream(&model, knobs, events(sound, input.len()))),
        Some(other) => Err(ApiError::value("stream_format", format!("'{other}' is neither audio nor sse"))),
    }
}

fn events(sound: Bytes, bytes: usize) -> Script {
    let input = bytes.div_ceil(4);
    let output = sound.len().div_ceil(EVENT);
    let usage = json!({ "input_tokens": input, "output_tokens": output, "total_tokens": input + output });
    let done = sse::data(&json!({ "type": "speech.audio.done", "usage": usage }));
    let deltas = (0..output).map(move |index| {
        let part = &sound[index * EVENT..sound.len().min((index + 1) * EVENT)];
        sse::data(&json!({ "type": "speech.audio.delta", "audio": STANDARD.encode(part) }))
    });
    Box::new(deltas.chain([done]))
}

/// A hundredth of a second of sawtooth a byte, its pitch by the byte.
fn tones(text: &str) -> Vec<u8> {
    let sample = |byte: u8, at: usize| ((at * (usize::from(byte) + 32) * 16) % 16_384) as i16 - 8_192;
    let samples = text.bytes().flat_map(|byte| (0..TONE).map(move |at| sample(byte, at)));
    samples.flat_map(i16::to_le_bytes).collect()
}

/// The head of a RIFF file with so many bytes of samples.
fn wav_head(length: usize) -> Vec<u8> {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes();
    let mut head = [&b"RIFF"[..], &number(length + 36), b"WAVEfmt ", &number(16)].concat();
    // Uncompressed, one channel.
    head.extend([1, 0, 1, 0]);
    head.extend(number(RATE));
    head.extend(number(RATE * 2));
    // Two bytes a sample, of 16 bits.
    head.extend([2, 0, 16, 0]);
    head.extend(b"data");
    head.extend(number(length));
    head
}
