//! Speech.

use std::cell::RefCell;

use jackfield_sdk::http::Events;
use jackfield_sdk::speech::{Audio, AudioStream, Guest, GuestAudioStream, SpeechRequest, SpeechResponse};
use jackfield_sdk::types::{Error, Usage};

use super::transcription::settings;
use super::{OpenAi, Read, endpoint, is_event_stream, known, send};
use crate::convert::errors;
use crate::convert::speech::{self, SpeechDecoder};
use crate::wire::value::Raw;

impl Guest for OpenAi {
    type AudioStream = Sound;

    fn speak(request: SpeechRequest) -> Result<SpeechResponse, Error> {
        let (settings, endpoint) = (settings()?, endpoint()?);
        let model = endpoint.model(&request.model);
        let (body, mut warnings) = speech::prepare(&request, &model)?;
        warnings.extend(known::check(endpoint, &request.model)?);
        let response = send(endpoint.post(&settings.speech, &request.model, false).json(&body))?;
        if speech::is_document(response.header("content-type")) {
            let read = Read::all(response)?;
            let document: Raw<'_> = read.whole().parse("a sound")?;
            return Err(errors::in_answer(document.text(), Some(read.status)));
        }
        let (mime_type, sample_rate) = speech::sound(
            response.header("content-type"),
            request.format.as_deref(),
            settings.pcm_sample_rate,
        );
        let audio = if is_event_stream(&response) {
            Audio::Decoded(AudioStream::new(Sound { events: response.events(), decoder: RefCell::default() }))
        } else {
            Audio::Body(response.into_body())
        };
        Ok(SpeechResponse { mime_type, sample_rate, audio, warnings })
    }
}

/// Sound that comes in events.
#[derive(Debug)]
pub(crate) struct Sound {
    events: Events,
    decoder: RefCell<SpeechDecoder>,
}

impl GuestAudioStream for Sound {
    fn next(&self) -> Result<Vec<u8>, Error> {
        let mut decoder = self.decoder.borrow_mut();
        let mut out = Vec::new();
        while out.is_empty() && !decoder.is_done() {
            let batch = self.events.next_batch()?;
            if batch.is_empty() {
                return Err(Error::bad_answer(
                    "the upstream's stream broke off before the sound was complete",
                ));
            }
            for frame in &batch {
                if decoder.push(frame, &mut out)?.is_break() {
                    break;
                }
            }
        }
        Ok(out)
    }

    fn usage(&self) -> Option<Usage> {
        self.decoder.borrow().usage()
    }
}
