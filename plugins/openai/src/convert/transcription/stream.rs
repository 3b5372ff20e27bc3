//! The events of a streamed answer. OpenAI ends with the whole text; vLLM
//! sends chunks like a chat's and ends with `[DONE]`.

use std::ops::ControlFlow;

use jackfield_sdk::http::ServerSentEvent;
use jackfield_sdk::stream::Translate;
use jackfield_sdk::transcription::{Segment, Transcript, TranscriptionEvent};
use jackfield_sdk::types::{Error, Usage};

use super::answer;
use crate::convert::parts::joined;
use crate::convert::{errors, usage};
use crate::wire::audio as wire;

/// What is remembered from event to event.
#[derive(Debug, Default)]
pub(crate) struct TranscriptDecoder {
    warnings: Vec<String>,
    text: String,
    segments: Vec<Segment>,
    usage: Option<Usage>,
    done: bool,
}

impl TranscriptDecoder {
    pub(crate) fn new(warnings: Vec<String>) -> Self {
        TranscriptDecoder { warnings, ..TranscriptDecoder::default() }
    }

    fn text(&mut self, text: &str, out: &mut Vec<TranscriptionEvent>) {
        if !text.is_empty() {
            self.text.push_str(text);
            out.push(TranscriptionEvent::Text(text.to_owned()));
        }
    }

    fn finish(&mut self, transcript: Transcript, out: &mut Vec<TranscriptionEvent>) {
        self.done = true;
        out.push(TranscriptionEvent::Done(Transcript {
            segments: if transcript.segments.is_empty() {
                std::mem::take(&mut self.segments)
            } else {
                transcript.segments
            },
            usage: transcript.usage.or(self.usage.take()),
            warnings: std::mem::take(&mut self.warnings),
            ..transcript
        }));
    }
}

impl Translate for TranscriptDecoder {
    type Frame = ServerSentEvent;
    type Event = TranscriptionEvent;

    fn frame(
        &mut self,
        frame: ServerSentEvent,
        out: &mut Vec<TranscriptionEvent>,
    ) -> Result<ControlFlow<()>, Error> {
        let data = frame.data.trim();
        if data == "[DONE]" {
            return Ok(ControlFlow::Break(()));
        }
        if data.is_empty() {
            return Ok(ControlFlow::Continue(()));
        }
        let bad = |error| {
            Error::bad_answer(format!(
                "the upstream sent an event of a transcript that can't be read: {error}"
            ))
        };
        let event: wire::TranscriptEvent<'_> = serde_json::from_str(data).map_err(bad)?;
        if let Some(error) = event.error {
            return Err(errors::in_answer(error.text(), None));
        }
        self.usage = event.usage.and_then(usage::convert).or(self.usage.take());
        match event.kind.as_ref().map(|kind| &*kind.0) {
            Some("transcript.text.delta") => self.text(&event.delta.unwrap_or_default().0, out),
            Some("transcript.text.segment") => {
                let segment = answer::segment(serde_json::from_str(data).map_err(bad)?);
                self.segments.push(segment.clone());
                out.push(TranscriptionEvent::Segment(segment));
            }
            Some("transcript.text.done") => {
                let whole = answer::transcript(
                    serde_json::from_str(data).map_err(bad)?,
                    Some(data.to_owned()),
                    Vec::new(),
                );
                self.finish(whole, out);
                return Ok(ControlFlow::Break(()));
            }
            Some("error") => return Err(errors::in_answer(data, None)),
            _ => {
                for mut choice in event.choices.unwrap_or_default() {
                    self.text(&joined(choice.take_message().unwrap_or_default().content), out);
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn end(&mut self, complete: bool, out: &mut Vec<TranscriptionEvent>) -> Result<(), Error> {
        if self.done {
            return Ok(());
        }
        if !complete {
            return Err(Error::bad_answer(
                "the upstream's stream broke off before the transcript was complete",
            ));
        }
        let text = std::mem::take(&mut self.text);
        self.finish(Transcript { text, ..answer::empty() }, out);
        Ok(())
    }
}
