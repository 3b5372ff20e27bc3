//! Transcripts, whole and as events.

use bytes::{Bytes, BytesMut};
use jackfield_runtime::api::transcription::{Segment, Task, Transcript, TranscriptionEvent};
use jackfield_runtime::api::types::{Error, ErrorKind, Usage};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::form::Shape;
use super::subtitles;
use crate::dialect::openai_chat;
use crate::dialect::write::Json;

/// A body and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Written {
    /// The value of `content-type`.
    pub content_type: &'static str,
    /// The bytes.
    pub body: Bytes,
}

/// The members of a provider's own answer by which its shape is told.
#[derive(Deserialize)]
struct Own {
    #[serde(rename = "text")]
    _text: String,
    segments: Option<Vec<OwnSegment>>,
    words: Option<IgnoredAny>,
    duration: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct OwnSegment {
    speaker: Option<IgnoredAny>,
}

/// Writes a transcript. A provider's own answer passes as it is where it is of
/// the shape that was asked for. Subtitles can't be had from a provider that
/// gave no times: an error of kind `unsupported`.
pub fn encode(transcript: &Transcript, shape: Shape, task: Task) -> Result<Written, Error> {
    const PLAIN: &str = "text/plain; charset=utf-8";
    let plain = |text: String| Written { content_type: PLAIN, body: Bytes::from(text) };
    Ok(match shape {
        Shape::Text => plain(format!("{}\n", transcript.text)),
        Shape::Srt => plain(subtitles::srt(timed(transcript)?)),
        Shape::Vtt => plain(subtitles::vtt(timed(transcript)?)),
        Shape::Json | Shape::VerboseJson | Shape::DiarizedJson => {
            Written { content_type: "application/json", body: json(transcript, shape, task) }
        }
    })
}

fn timed(transcript: &Transcript) -> Result<&[Segment], Error> {
    if transcript.segments.is_empty() && !transcript.text.is_empty() {
        return Err(Error::new(
            ErrorKind::Unsupported,
            "the provider gave no times, without which there are no subtitles: take another model or `response_format` `json`",
        ));
    }
    Ok(&transcript.segments)
}

fn json(transcript: &Transcript, shape: Shape, task: Task) -> Bytes {
    if let Some(raw) = transcript.raw.as_deref().filter(|raw| fits(raw, shape)) {
        return Bytes::copy_from_slice(raw.as_bytes());
    }
    let mut out = BytesMut::with_capacity(128 + transcript.text.len());
    Json::new(&mut out).braces(|json| {
        if shape != Shape::Json {
            json.text("task", if task == Task::Translate { "translate" } else { "transcribe" });
            json.text("language", transcript.language.as_deref().unwrap_or_default());
            json.key("duration").float(transcript.duration.unwrap_or_default());
        }
        json.text("text", &transcript.text);
        if shape != Shape::Json {
            json.list("segments", |json| {
                for (place, segment) in (0_u64..).zip(&transcript.segments) {
                    json.entry(|json| write_segment(segment, place, shape, json));
                }
            });
        }
        if shape == Shape::VerboseJson && !transcript.words.is_empty() {
            json.list("words", |json| {
                for word in &transcript.words {
                    json.entry(|json| {
                        json.text("word", &word.text).key("start").float(word.start);
                        json.key("end").float(word.end);
                    });
                }
            });
        }
        if let Some(usage) = &transcript.usage {
            write_usage(usage, json);
        }
    });
    out.freeze()
}

fn fits(raw: &str, shape: Shape) -> bool {
    let Ok(own) = serde_json::from_str::<Own>(raw) else { return false };
    let speakers = own.segments.iter().flatten().any(|segment| segment.speaker.is_some());
    match shape {
        Shape::VerboseJson => (own.segments.is_some() || own.words.is_some()) && own.duration.is_some(),
        Shape::DiarizedJson => speakers,
        _ => own.segments.is_none() && own.words.is_none(),
    }
}

/// What a recogniser knows of a stretch beyond its time isn't in the typed
/// form; clients demand the members of the verbose shape.
fn write_segment(segment: &Segment, place: u64, shape: Shape, json: &mut Json<'_>) {
    if shape == Shape::DiarizedJson {
        json.text("type", "transcript.text.segment").text("id", &format!("seg_{place:03}"));
        json.text("speaker", segment.speaker.as_deref().unwrap_or_default());
    } else {
        json.number("id", place).number("seek", 0_u32).list("tokens", |_| {});
        for name in ["temperature", "avg_logprob", "compression_ratio", "no_speech_prob"] {
            json.key(name).float(0.0);
        }
        json.optional("speaker", segment.speaker.as_deref());
    }
    json.key("start").float(segment.start).key("end").float(segment.end).text("text", &segment.text);
}

fn write_usage(usage: &Usage, json: &mut Json<'_>) {
    let seconds = usage.units.iter().find(|(name, _)| name == "seconds");
    match (usage.input_tokens, seconds) {
        (None, Some((_, seconds))) => json.object("usage", |json| {
            json.text("type", "duration").key("seconds").float(*seconds);
        }),
        (Some(input), _) => json.object("usage", |json| {
            let output = usage.output_tokens.unwrap_or(0);
            json.text("type", "tokens").number("input_tokens", input).number("output_tokens", output);
            json.number("total_tokens", input.saturating_add(output));
            if let Some(audio) = usage.audio_input_tokens {
                json.object("input_token_details", |json| {
                    json.number("audio_tokens", audio).number("text_tokens", input.saturating_sub(audio));
                });
            }
        }),
        (None, None) => json,
    };
}

/// Writes events of a streamed transcript.
#[derive(Debug, Default)]
pub struct TranscriptEvents {
    segments: u64,
}

impl TranscriptEvents {
    /// Appends what a batch of events becomes.
    pub fn events(&mut self, events: &[TranscriptionEvent], out: &mut BytesMut) {
        for event in events {
            out.extend_from_slice(b"data: ");
            Json::new(out).braces(|json| match event {
                TranscriptionEvent::Text(text) => {
                    json.text("type", "transcript.text.delta").text("delta", text);
                }
                TranscriptionEvent::Segment(segment) => {
                    write_segment(segment, self.segments, Shape::DiarizedJson, json);
                    self.segments += 1;
                }
                TranscriptionEvent::Done(whole) => {
                    json.text("type", "transcript.text.done").text("text", &whole.text);
                    if let Some(usage) = &whole.usage {
                        write_usage(usage, json);
                    }
                }
            });
            out.extend_from_slice(b"\n\n");
        }
    }

    /// Appends the end of a stream that broke off.
    pub fn error(&mut self, error: &Error, out: &mut BytesMut) {
        out.extend_from_slice(b"data: ");
        openai_chat::write_error(error, None, &mut Json::new(out));
        out.extend_from_slice(b"\n\n");
    }
}
