//! `transcription`: the text is how many bytes the recording has, as in
//! `12 bytes`. A second is a thousand bytes. As a stream: the text in two
//! deltas in one batch, then the whole, which the model `no-done` leaves out.

use std::cell::RefCell;
use std::collections::VecDeque;

use jackfield_sdk::transcription::{
    Granularity, Guest, GuestTranscriptionStream, Segment, Transcript, TranscriptionEvent,
    TranscriptionRequest, TranscriptionStream, Word,
};
use jackfield_sdk::types::Error;

use crate::{Everything, fault};

impl Guest for Everything {
    type TranscriptionStream = Stream;

    fn transcribe(request: TranscriptionRequest) -> Result<Transcript, Error> {
        fault::on_demand(&request.model)?;
        Ok(transcript(&request))
    }

    fn stream_transcription(request: TranscriptionRequest) -> Result<TranscriptionStream, Error> {
        fault::on_demand(&request.model)?;
        let whole = transcript(&request);
        let deltas =
            whole.text.split_inclusive(' ').map(|word| TranscriptionEvent::Text(word.to_owned())).collect();
        let mut batches = VecDeque::from([deltas, vec![TranscriptionEvent::Done(whole)]]);
        if request.model == "no-done" {
            batches.pop_back();
        }
        Ok(TranscriptionStream::new(Stream(RefCell::new(batches))))
    }
}

/// Batches that are ready.
pub(crate) struct Stream(RefCell<VecDeque<Vec<TranscriptionEvent>>>);

impl GuestTranscriptionStream for Stream {
    fn next(&self) -> Result<Vec<TranscriptionEvent>, Error> {
        Ok(self.0.borrow_mut().pop_front().unwrap_or_default())
    }
}

fn transcript(request: &TranscriptionRequest) -> Transcript {
    let text = format!("{} bytes", request.audio.len());
    let end = request.audio.len() as f64 / 1000.0;
    let wanted = |granularity| request.timestamps.contains(&granularity);
    let speaker = request.diarize.then(|| "A".to_owned());
    let segments =
        wanted(Granularity::Segment).then(|| Segment { text: text.clone(), start: 0.0, end, speaker });
    let words = wanted(Granularity::Word)
        .then(|| text.split(' ').map(|word| Word { text: word.to_owned(), start: 0.0, end }).collect());
    Transcript {
        segments: segments.into_iter().collect(),
        words: words.unwrap_or_default(),
        text,
        language: request.language.clone(),
        duration: Some(end),
        usage: None,
        warnings: Vec::new(),
        raw: None,
    }
}
