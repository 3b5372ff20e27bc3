//! `transcription`, whole and as a stream.

use futures_util::StreamExt;
use jackfield_runtime::api::transcription::{
    Granularity, Segment, Task, TranscriptionEvent, TranscriptionRequest, Word,
};

use crate::{Bench, broke_the_contract};

pub(crate) fn request(model: &str, audio: &[u8]) -> TranscriptionRequest {
    TranscriptionRequest {
        model: model.to_owned(),
        audio: audio.to_vec(),
        file_name: "speech.wav".to_owned(),
        mime_type: Some("audio/wav".to_owned()),
        task: Task::Transcribe,
        language: Some("en".to_owned()),
        prompt: None,
        temperature: Some(0.5),
        timestamps: vec![],
        diarize: false,
        extra: None,
    }
}

#[tokio::test]
async fn a_recording_is_transcribed_whole_with_the_times_that_were_asked_for() {
    let bench = Bench::alone().await;
    let plain = bench.provider.transcribe(&bench.context, request("bytes", &[0; 1500])).await.unwrap();
    assert_eq!((plain.text.as_str(), plain.duration), ("1500 bytes", Some(1.5)));
    assert!(plain.segments.is_empty() && plain.words.is_empty());
    let timed = TranscriptionRequest {
        timestamps: vec![Granularity::Word, Granularity::Segment],
        diarize: true,
        ..request("bytes", &[0; 1500])
    };
    let timed = bench.provider.transcribe(&bench.context, timed).await.unwrap();
    let (start, end) = (0.0, 1.5);
    let speaker = Some("A".to_owned());
    assert_eq!(timed.segments, [Segment { text: "1500 bytes".to_owned(), start, end, speaker }]);
    let words = ["1500", "bytes"].map(|text| Word { text: text.to_owned(), start, end });
    assert_eq!(timed.words, words);
    assert_eq!(timed.language.as_deref(), Some("en"));
}

#[tokio::test]
async fn a_streamed_transcript_ends_with_the_whole() {
    let bench = Bench::alone().await;
    let whole = bench.provider.transcribe(&bench.context, request("bytes", b"abc")).await.unwrap();
    let stream = bench.provider.stream_transcription(&bench.context, request("bytes", b"abc")).await.unwrap();
    let events: Vec<_> = stream.map(Result::unwrap).collect().await;
    let text = |text: &str| TranscriptionEvent::Text(text.to_owned());
    assert_eq!(events, [text("3 "), text("bytes"), TranscriptionEvent::Done(whole)]);
    assert_eq!(bench.provider.idle_instances(), 1);
}

#[tokio::test]
async fn a_streamed_transcript_without_the_whole_breaks_the_contract() {
    let bench = Bench::alone().await;
    let stream =
        bench.provider.stream_transcription(&bench.context, request("no-done", b"abc")).await.unwrap();
    let last = stream.collect::<Vec<_>>().await.pop().unwrap();
    broke_the_contract(&last.unwrap_err(), "without `done`");
}
