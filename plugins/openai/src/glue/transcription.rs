//! Transcripts.

use std::cell::RefCell;

use jackfield_sdk::http::{Events, Multipart, Response};
use jackfield_sdk::stream::Relay;
use jackfield_sdk::transcription::{
    Guest, GuestTranscriptionStream, Task, Transcript, TranscriptionEvent, TranscriptionRequest,
    TranscriptionStream,
};
use jackfield_sdk::types::Error;

use super::{Once, OpenAi, Read, endpoint, is_event_stream, known};
use crate::convert::transcription::{TranscriptDecoder, convert, prepare};
use crate::settings::AudioSettings;

static AUDIO: Once<AudioSettings> = Once::new();

pub(super) fn settings() -> Result<&'static AudioSettings, Error> {
    AUDIO.get(AudioSettings::read)
}

impl Guest for OpenAi {
    type TranscriptionStream = Words;

    fn transcribe(request: TranscriptionRequest) -> Result<Transcript, Error> {
        let (response, warnings) = send(request, false)?;
        convert(Read::all(response)?.whole(), warnings)
    }

    fn stream_transcription(request: TranscriptionRequest) -> Result<TranscriptionStream, Error> {
        let (response, warnings) = send(request, true)?;
        let words = if is_event_stream(&response) {
            Words::Stream(Box::new(Relay::new(response.events(), TranscriptDecoder::new(warnings))))
        } else {
            // Models that don't stream ignore that they were asked to.
            let transcript = convert(Read::all(response)?.whole(), warnings)?;
            Words::Whole(RefCell::new(vec![TranscriptionEvent::Done(transcript)]))
        };
        Ok(TranscriptionStream::new(words))
    }
}

fn send(mut request: TranscriptionRequest, streamed: bool) -> Result<(Response, Vec<String>), Error> {
    let (settings, endpoint) = (settings()?, endpoint()?);
    let mut form = prepare(&request, &endpoint.model(&request.model), streamed, settings)?;
    form.warnings.extend(known::check(endpoint, &request.model)?);
    let path = match request.task {
        Task::Transcribe => &settings.transcriptions,
        Task::Translate => &settings.translations,
    };
    let mime = request.mime_type.as_deref().unwrap_or("application/octet-stream");
    let mut parts =
        Multipart::new().file("file", &request.file_name, mime, std::mem::take(&mut request.audio));
    for (name, value) in form.fields {
        parts = parts.text(&name, value);
    }
    let response = super::send(endpoint.post(path, &request.model, false).multipart(parts))?;
    Ok((response, form.warnings))
}

/// A streamed transcript.
#[derive(Debug)]
pub(crate) enum Words {
    /// The upstream streams.
    Stream(Box<Relay<Events, TranscriptDecoder>>),
    /// The upstream answered whole.
    Whole(RefCell<Vec<TranscriptionEvent>>),
}

impl GuestTranscriptionStream for Words {
    fn next(&self) -> Result<Vec<TranscriptionEvent>, Error> {
        match self {
            Words::Stream(relay) => relay.next(),
            Words::Whole(events) => Ok(events.take()),
        }
    }
}
