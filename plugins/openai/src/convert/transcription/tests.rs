use jackfield_sdk::http::ServerSentEvent;
use jackfield_sdk::stream::Translate;
use jackfield_sdk::transcription::{Granularity, Task, Transcript, TranscriptionEvent, TranscriptionRequest};
use jackfield_sdk::types::{Error, ErrorKind};

use super::form::Form;
use super::*;
use crate::convert::Whole;
use crate::settings::AudioSettings;
use crate::settings::tests::Table;

fn request() -> TranscriptionRequest {
    TranscriptionRequest {
        model: "whisper-1".to_owned(),
        audio: vec![0],
        file_name: "a.wav".to_owned(),
        mime_type: None,
        task: Task::Transcribe,
        language: None,
        prompt: None,
        temperature: None,
        timestamps: Vec::new(),
        diarize: false,
        extra: None,
    }
}

fn form(request: &TranscriptionRequest, streamed: bool) -> Result<Form, Error> {
    let table = Table::new().texts("timestamp-models", &["whisper*"]).texts("diarize-models", &["*diarize*"]);
    prepare(request, &request.model, streamed, &AudioSettings::read(&table).unwrap())
}

fn fields(request: &TranscriptionRequest) -> String {
    let fields = form(request, false).unwrap().fields;
    fields.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn times_come_with_the_long_format_where_the_model_has_them() {
    let mut request = request();
    assert_eq!(fields(&request), "model=whisper-1 response_format=json");
    request.timestamps = vec![Granularity::Word, Granularity::Segment];
    assert_eq!(
        fields(&request),
        "model=whisper-1 response_format=verbose_json timestamp_granularities[]=word timestamp_granularities[]=segment"
    );
    request.model = "gpt-4o-transcribe".to_owned();
    assert_eq!(fields(&request), "model=gpt-4o-transcribe response_format=json");
    assert_eq!(form(&request, false).unwrap().warnings.len(), 1);
}

#[test]
fn speakers_are_told_apart_only_by_models_that_can() {
    let mut request = request();
    request.diarize = true;
    assert_eq!(form(&request, false).unwrap_err().kind, ErrorKind::Unsupported);
    request.model = "gpt-4o-transcribe-diarize".to_owned();
    assert_eq!(
        fields(&request),
        "model=gpt-4o-transcribe-diarize response_format=diarized_json chunking_strategy=auto"
    );
    request.task = Task::Translate;
    assert_eq!(form(&request, false).unwrap_err().kind, ErrorKind::Unsupported);
}

#[test]
fn a_translation_has_neither_a_language_nor_a_stream() {
    let mut request = request();
    request.task = Task::Translate;
    request.language = Some("de".to_owned());
    let form = form(&request, true).unwrap();
    assert!(form.fields.iter().all(|(name, _)| name != "language" && name != "stream"));
    assert_eq!(form.warnings.len(), 1);
}

#[test]
fn extra_adds_replaces_and_removes_fields() {
    let mut request = request();
    request.prompt = Some("p".to_owned());
    request.temperature = Some(0.5);
    request.extra = Some(r#"{"response_format":"srt","prompt":null,"include":["logprobs"],"chunking_strategy":{"type":"server_vad"},"n":1}"#.to_owned());
    assert_eq!(
        fields(&request),
        r#"model=whisper-1 temperature=0.5 response_format=srt include[]=logprobs chunking_strategy={"type":"server_vad"} n=1"#
    );
    request.extra = Some("[]".to_owned());
    assert_eq!(form(&request, false).unwrap_err().kind, ErrorKind::InvalidRequest);
}

fn read(content_type: &str, body: &str) -> Result<Transcript, Error> {
    let headers = [("content-type".to_owned(), content_type.to_owned())];
    convert(Whole { status: 200, headers: &headers, body: body.as_bytes() }, Vec::new())
}

#[test]
fn the_long_format_is_read_whole() {
    let transcript = read(
        "application/json",
        r#"{"task":"transcribe","language":"english","duration":"2.5","text":"a b","words":[{"word":"a","start":0.0,"end":1}],
            "segments":[{"id":0,"start":0,"end":2.5,"text":"a b","speaker":"A"}],"usage":{"type":"duration","seconds":3}}"#,
    )
    .unwrap();
    assert_eq!(
        (transcript.text.as_str(), transcript.language.as_deref(), transcript.duration),
        ("a b", Some("english"), Some(2.5))
    );
    assert_eq!(transcript.segments[0].speaker.as_deref(), Some("A"));
    assert_eq!((transcript.words[0].text.as_str(), transcript.words[0].end), ("a", 1.0));
    assert_eq!(transcript.usage.unwrap().units, [("seconds".to_owned(), 3.0)]);
    assert!(transcript.raw.unwrap().starts_with('{'));
}

#[test]
fn a_bare_text_is_a_transcript_and_a_web_page_is_none() {
    assert_eq!(read("text/plain", "1\n00:00 --> 00:01\nHi\n").unwrap().text, "1\n00:00 --> 00:01\nHi");
    assert_eq!(read("text/plain", r#"{"text":"t"}"#).unwrap().text, "t");
    assert_eq!(read("text/html", "<html></html>").unwrap_err().kind, ErrorKind::BadUpstreamAnswer);
    assert_eq!(read("application/json", "{}").unwrap_err().kind, ErrorKind::BadUpstreamAnswer);
}

fn decode(events: &[&str], complete: bool) -> Result<Vec<TranscriptionEvent>, Error> {
    let mut decoder = TranscriptDecoder::new(vec!["w".to_owned()]);
    let mut out = Vec::new();
    for data in events {
        let frame = ServerSentEvent { event: String::new(), data: (*data).to_owned(), id: String::new() };
        if decoder.frame(frame, &mut out)?.is_break() {
            decoder.end(true, &mut out)?;
            return Ok(out);
        }
    }
    decoder.end(complete, &mut out)?;
    Ok(out)
}

#[test]
fn a_stream_ends_with_the_whole() {
    let events = decode(
        &[
            r#"{"type":"transcript.text.delta","delta":"a "}"#,
            r#"{"type":"transcript.text.segment","id":"s","start":0,"end":1,"text":"a b","speaker":"A"}"#,
            r#"{"type":"transcript.text.delta","delta":"b"}"#,
            r#"{"type":"transcript.text.done","text":"a b","usage":{"type":"tokens","input_tokens":7,"output_tokens":2,"input_token_details":{"audio_tokens":6}}}"#,
        ],
        false,
    )
    .unwrap();
    let [
        TranscriptionEvent::Text(a),
        TranscriptionEvent::Segment(_),
        TranscriptionEvent::Text(b),
        TranscriptionEvent::Done(done),
    ] = &events[..]
    else {
        panic!("{events:?}")
    };
    assert_eq!((a.as_str(), b.as_str(), done.text.as_str(), done.segments.len()), ("a ", "b", "a b", 1));
    assert_eq!(done.usage.as_ref().unwrap().audio_input_tokens, Some(6));
    assert_eq!(done.warnings, ["w"]);
}

#[test]
fn chunks_like_a_chats_are_a_stream_too() {
    let events = decode(
        &[
            r#"{"object":"transcription.chunk","choices":[{"delta":{"content":"a"}}]}"#,
            r#"{"object":"transcription.chunk","choices":[{"delta":{"content":"b"},"finish_reason":"stop"}]}"#,
            "[DONE]",
        ],
        false,
    )
    .unwrap();
    assert!(matches!(events.last(), Some(TranscriptionEvent::Done(done)) if done.text == "ab"), "{events:?}");
}

#[test]
fn a_stream_that_breaks_off_or_fails_is_an_error() {
    let delta = r#"{"type":"transcript.text.delta","delta":"a"}"#;
    assert!(decode(&[delta], false).unwrap_err().sent);
    assert!(decode(&[delta, r#"{"error":{"message":"m"}}"#], false).unwrap_err().message.contains('m'));
    assert!(decode(&["nonsense"], false).is_err());
}
