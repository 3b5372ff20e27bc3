//! `speech`: counts down. A text of n bytes gives n bytes, n to 1 (modulo
//! 256), three at a time. With the voice `upstream`, the sound is instead the
//! body of `GET {base-url}/audio`, handed over as it is.

use std::cell::Cell;

use jackfield_sdk::speech::{Audio, AudioStream, Guest, GuestAudioStream, SpeechRequest, SpeechResponse};
use jackfield_sdk::types::{Error, Usage};
use jackfield_sdk::{config, http};

use crate::{Everything, fault};

/// Bytes of one chunk.
const CHUNK: usize = 3;

impl Guest for Everything {
    type AudioStream = Countdown;

    fn speak(request: SpeechRequest) -> Result<SpeechResponse, Error> {
        fault::on_demand(&request.model)?;
        let mut mime_type = format!("audio/{}", request.format.as_deref().unwrap_or("pcm"));
        let audio = if request.voice == "upstream" {
            let answer = http::get(http::join(&config::url("base-url")?, "audio"))
                .send_ok(|answer| answer.to_error())?;
            if let Some(told) = answer.header("content-type") {
                mime_type = told.to_owned();
            }
            Audio::Body(answer.into_body())
        } else {
            let bytes = request.input.len();
            Audio::Decoded(AudioStream::new(Countdown { left: Cell::new(bytes), bytes }))
        };
        Ok(SpeechResponse { mime_type, sample_rate: Some(8000), audio, warnings: Vec::new() })
    }
}

/// How many bytes are left to give.
pub(crate) struct Countdown {
    left: Cell<usize>,
    bytes: usize,
}

impl GuestAudioStream for Countdown {
    fn next(&self) -> Result<Vec<u8>, Error> {
        let left = self.left.get();
        let rest = left.saturating_sub(CHUNK);
        self.left.set(rest);
        Ok((rest + 1..=left).rev().map(|number| number as u8).collect())
    }

    fn usage(&self) -> Option<Usage> {
        (self.left.get() == 0)
            .then(|| Usage { units: vec![("characters".to_owned(), self.bytes as f64)], ..Usage::default() })
    }
}
