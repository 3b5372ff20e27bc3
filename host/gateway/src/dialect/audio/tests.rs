use bytes::BytesMut;
use jackfield_runtime::api::transcription::{
    Granularity, Segment, Task, Transcript, TranscriptionEvent, Word,
};
use jackfield_runtime::api::types::{ErrorKind, Usage};
use serde_json::{Value, json};

use super::*;
use crate::dialect::media;

fn form(fields: &[(&str, &str)]) -> Form {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let file = File { name: "a.wav".to_owned(), mime_type: Some("audio/wav".to_owned()), data: vec![1, 2] };
    Form { fields, file: Some(file) }
}

fn usage() -> Usage {
    Usage {
        input_tokens: Some(10),
        output_tokens: Some(2),
        cache_read_tokens: None,
        cache_write_tokens: None,
        reasoning_tokens: None,
        audio_input_tokens: Some(8),
        audio_output_tokens: None,
        units: Vec::new(),
        raw: None,
    }
}

fn transcript() -> Transcript {
    Transcript {
        text: "Hello there.".to_owned(),
        language: Some("en".to_owned()),
        duration: Some(2.5),
        segments: vec![Segment {
            text: " Hello\n\nthere. ".to_owned(),
            start: 0.0,
            end: 3661.25,
            speaker: Some("A".to_owned()),
        }],
        words: vec![Word { text: "Hello".to_owned(), start: 0.0, end: 1.0 }],
        usage: Some(usage()),
        warnings: Vec::new(),
        raw: None,
    }
}

fn body(transcript: &Transcript, shape: Shape) -> Value {
    serde_json::from_slice(&encode_transcript(transcript, shape, Task::Transcribe).unwrap().body).unwrap()
}

fn text(shape: Shape) -> String {
    let written = encode_transcript(&transcript(), shape, Task::Transcribe).unwrap();
    assert!(written.content_type.starts_with("text/plain"));
    String::from_utf8(written.body.to_vec()).unwrap()
}

fn events(out: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(out).unwrap();
    text.split_terminator("\n\n")
        .map(|event| serde_json::from_str(event.strip_prefix("data: ").unwrap()).unwrap())
        .collect()
}

#[test]
fn every_field_finds_its_place() {
    let fields = [
        ("model", "m"),
        ("language", "en"),
        ("prompt", "p"),
        ("temperature", "0.5"),
        ("response_format", "verbose_json"),
        ("timestamp_granularities[]", "word"),
        ("stream", "true"),
        ("chunking_strategy", "auto"),
        ("include[]", "logprobs"),
    ];
    let decoded = decode_transcription(form(&fields), Task::Transcribe).unwrap();
    let request = decoded.request;
    assert_eq!(
        (request.model.as_str(), request.file_name.as_str(), request.audio.as_slice()),
        ("m", "a.wav", &[1, 2][..])
    );
    assert_eq!(
        (request.language.as_deref(), request.prompt.as_deref(), request.temperature),
        (Some("en"), Some("p"), Some(0.5))
    );
    assert_eq!((request.timestamps, request.diarize), (vec![Granularity::Word], false));
    assert_eq!((decoded.shape, decoded.stream), (Shape::VerboseJson, true));
    assert_eq!(request.extra.as_deref(), Some(r#"{"chunking_strategy":"auto","include":["logprobs"]}"#));
}

#[test]
fn the_shape_asks_for_times_and_speakers() {
    for (shape, timestamps, diarize) in [
        ("json", vec![], false),
        ("srt", vec![Granularity::Segment], false),
        ("verbose_json", vec![Granularity::Segment], false),
        ("diarized_json", vec![], true),
    ] {
        let decoded =
            decode_transcription(form(&[("model", "m"), ("response_format", shape)]), Task::Translate)
                .unwrap();
        assert_eq!((decoded.request.timestamps, decoded.request.diarize), (timestamps, diarize), "{shape}");
        assert_eq!(decoded.request.task, Task::Translate);
    }
}

#[test]
fn wrong_forms_are_errors_with_their_field() {
    let missing = Form { fields: vec![("model".to_owned(), "m".to_owned())], file: None };
    assert_eq!(decode_transcription(missing, Task::Transcribe).unwrap_err().path, "file");
    for (fields, path) in [
        (&[("model", "m"), ("model", "n")][..], "model"),
        (&[("model", "m"), ("temperature", "warm")], "temperature"),
        (&[("model", "m"), ("response_format", "pdf")], "response_format"),
        (&[("model", "m"), ("stream", "perhaps")], "stream"),
        (&[("model", "m"), ("timestamp_granularities[]", "letter")], "timestamp_granularities[]"),
    ] {
        assert_eq!(decode_transcription(form(fields), Task::Transcribe).unwrap_err().path, path);
    }
}

#[test]
fn each_shape_is_written() {
    assert_eq!(text(Shape::Text), "Hello there.\n");
    assert_eq!(text(Shape::Srt), "1\n00:00:00,000 --> 01:01:01,250\nHello\nthere.\n\n");
    assert_eq!(text(Shape::Vtt), "WEBVTT\n\n00:00:00.000 --> 01:01:01.250\nHello\nthere.\n\n");
    let usage = json!({"type": "tokens", "input_tokens": 10, "output_tokens": 2, "total_tokens": 12,
        "input_token_details": {"audio_tokens": 8, "text_tokens": 2}});
    assert_eq!(body(&transcript(), Shape::Json), json!({"text": "Hello there.", "usage": usage}));
    let verbose = body(&transcript(), Shape::VerboseJson);
    assert_eq!(
        (&verbose["task"], &verbose["duration"], &verbose["words"][0]["word"]),
        (&json!("transcribe"), &json!(2.5), &json!("Hello"))
    );
    assert_eq!(verbose["segments"][0]["id"], json!(0));
    assert_eq!(body(&transcript(), Shape::DiarizedJson)["segments"][0]["speaker"], "A");
}

#[test]
fn subtitles_need_times() {
    let silent = Transcript { segments: Vec::new(), ..transcript() };
    let error = encode_transcript(&silent, Shape::Srt, Task::Transcribe).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported);
}

#[test]
fn a_providers_own_answer_passes_where_it_is_of_the_shape() {
    let own = |raw: &str| Transcript { raw: Some(raw.to_owned()), ..transcript() };
    let plain = own(r#"{"text":"x","logprobs":[1]}"#);
    assert_eq!(body(&plain, Shape::Json)["logprobs"], json!([1]));
    assert_eq!(body(&plain, Shape::VerboseJson)["text"], "Hello there.");
    let verbose = own(r#"{"text":"x","duration":1,"segments":[{"avg_logprob":-0.5}]}"#);
    assert_eq!(body(&verbose, Shape::VerboseJson)["segments"][0]["avg_logprob"], json!(-0.5));
    assert_eq!(body(&verbose, Shape::Json)["text"], "Hello there.");
}

#[test]
fn a_streamed_transcript_is_told_by_events() {
    let mut out = BytesMut::new();
    let all = [
        TranscriptionEvent::Text("Hello".to_owned()),
        TranscriptionEvent::Segment(transcript().segments.remove(0)),
        TranscriptionEvent::Done(transcript()),
    ];
    TranscriptEvents::default().events(&all, &mut out);
    let told = events(&out);
    assert_eq!(told[0], json!({"type": "transcript.text.delta", "delta": "Hello"}));
    assert_eq!((&told[1]["type"], &told[1]["id"]), (&json!("transcript.text.segment"), &json!("seg_000")));
    assert_eq!((&told[2]["text"], &told[2]["usage"]["total_tokens"]), (&json!("Hello there."), &json!(12)));
}

#[test]
fn speech_is_read() {
    let decoded = decode_speech(
        br#"{"model":"m","input":"hi","voice":"v","response_format":"opus","speed":1.5,"instructions":"calm","language":"en","stream_format":"sse","x":1}"#,
    )
    .unwrap();
    let request = decoded.request;
    assert_eq!(
        (request.voice.as_str(), request.format.as_deref(), request.speed),
        ("v", Some("opus"), Some(1.5))
    );
    assert_eq!((request.instructions.as_deref(), request.language.as_deref()), (Some("calm"), Some("en")));
    assert_eq!(
        (decoded.events, decoded.mime_type.as_str(), request.extra.as_deref()),
        (true, "audio/ogg", Some(r#"{"x":1}"#))
    );
    let own = decode_speech(br#"{"model":"m","input":"hi","voice":{"id":"v1"}}"#).unwrap();
    assert_eq!(
        (own.request.voice.as_str(), own.request.extra.as_deref()),
        ("v1", Some(r#"{"voice":{"id":"v1"}}"#))
    );
    for (body, path) in [
        (&br#"{"model":"m","input":"hi"}"#[..], "voice"),
        (br#"{"model":"m","voice":"v"}"#, "input"),
        (br#"{"model":"m","input":"hi","voice":"v","stream_format":"x"}"#, "stream_format"),
    ] {
        assert_eq!(decode_speech(body).unwrap_err().path, path);
    }
}

#[test]
fn speech_can_be_put_together_from_its_events() {
    let mut encoder = SpeechEvents::default();
    let mut out = BytesMut::new();
    encoder.audio(&[0, 1], &mut out);
    assert!(out.is_empty());
    encoder.audio(&[2, 3], &mut out);
    encoder.finish(Some(&usage()), &mut out);
    let told = events(&out);
    let whole: String = told.iter().filter_map(|event| event["audio"].as_str()).collect();
    assert_eq!(media::decode("", &whole).unwrap(), [0, 1, 2, 3]);
    assert_eq!(told[2]["usage"]["total_tokens"], json!(12));
}
