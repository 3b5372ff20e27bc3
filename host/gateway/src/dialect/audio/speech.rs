//! Speech.

use bytes::BytesMut;
use jackfield_runtime::api::speech::SpeechRequest;
use jackfield_runtime::api::types::{Error, Usage};
use serde_json::value::RawValue;

use crate::dialect::error::DecodeError;
use crate::dialect::read::{self, Text};
use crate::dialect::write::Json;
use crate::dialect::{media, openai_chat, sound};

object! {
    /// The body.
    Body {
        model: Text<'a> = "model",
        input: Text<'a> = "input",
        voice: &'a RawValue = "voice",
        response_format: Text<'a> = "response_format",
        speed: f64 = "speed",
        instructions: Text<'a> = "instructions",
        language: Text<'a> = "language",
        stream_format: Text<'a> = "stream_format",
    }
}

object! {
    /// A voice of one's own.
    Voice {
        id: Text<'a> = "id",
    }
}

/// A request.
#[derive(Debug)]
#[non_exhaustive]
pub struct Decoded {
    /// What is asked.
    pub request: SpeechRequest,
    /// Whether the sound is wanted as events, as [`SpeechEvents`] writes them,
    /// and not as its bytes.
    pub events: bool,
    /// The media type of the sound, where the provider tells none.
    pub mime_type: String,
}

/// Reads a request.
pub fn decode(body: &[u8]) -> Result<Decoded, DecodeError> {
    let mut body: Body<'_> = read::body(body)?;
    let model = body.model.filter(|model| !model.is_empty()).ok_or_else(|| DecodeError::missing("model"))?;
    let input = body.input.ok_or_else(|| DecodeError::missing("input"))?;
    let raw = body.voice.ok_or_else(|| DecodeError::missing("voice"))?;
    let voice: Text<'_> = if raw.get().starts_with('"') {
        read::raw("voice", raw)?
    } else {
        let voice: Voice<'_> = read::raw("voice", raw)?;
        body.rest.push("voice".into(), raw);
        voice.id.ok_or_else(|| DecodeError::missing("voice.id"))?
    };
    let events = match body.stream_format.as_deref() {
        None | Some("audio") => false,
        Some("sse") => true,
        Some(_) => return Err(DecodeError::invalid("stream_format", "must be `audio` or `sse`")),
    };
    let format = body.response_format.map(Text::into_string);
    let mime_type = media::audio_mime(format.as_deref().unwrap_or("mp3"));
    let request = SpeechRequest {
        model: model.into_string(),
        input: input.into_string(),
        voice: voice.into_string(),
        format,
        speed: body.speed,
        instructions: body.instructions.map(Text::into_string),
        language: body.language.map(Text::into_string),
        extra: body.rest.to_json(),
    };
    sound::extra(request.extra.as_deref())?;
    Ok(Decoded { request, events, mime_type })
}

/// Writes a sound as events. Bytes that don't fill a group of base64 wait for
/// the next, so that clients may decode the pieces one by one or all together.
#[derive(Debug, Default)]
pub struct SpeechEvents {
    held: Vec<u8>,
}

impl SpeechEvents {
    /// Appends an event for more of the sound.
    pub fn audio(&mut self, data: &[u8], out: &mut BytesMut) {
        self.held.extend_from_slice(data);
        let whole = self.held.len() - self.held.len() % 3;
        if whole > 0 {
            delta(&self.held[..whole], out);
            self.held.drain(..whole);
        }
    }

    /// Appends the end of a sound that came to its end.
    pub fn finish(&mut self, usage: Option<&Usage>, out: &mut BytesMut) {
        if !self.held.is_empty() {
            delta(&std::mem::take(&mut self.held), out);
        }
        out.extend_from_slice(b"data: ");
        Json::new(out).braces(|json| {
            json.text("type", "speech.audio.done");
            let count = |pick: fn(&Usage) -> Option<u64>| usage.and_then(pick).unwrap_or(0);
            let (input, output) = (count(|usage| usage.input_tokens), count(|usage| usage.output_tokens));
            json.object("usage", |json| {
                json.number("input_tokens", input).number("output_tokens", output);
                json.number("total_tokens", input.saturating_add(output));
            });
        });
        out.extend_from_slice(b"\n\n");
    }

    /// Appends the end of a sound that broke off.
    pub fn error(&mut self, error: &Error, out: &mut BytesMut) {
        out.extend_from_slice(b"data: ");
        openai_chat::write_error(error, None, &mut Json::new(out));
        out.extend_from_slice(b"\n\n");
    }
}

fn delta(bytes: &[u8], out: &mut BytesMut) {
    out.extend_from_slice(b"data: ");
    Json::new(out).braces(|json| {
        json.text("type", "speech.audio.delta").text("audio", &media::encode(bytes));
    });
    out.extend_from_slice(b"\n\n");
}
