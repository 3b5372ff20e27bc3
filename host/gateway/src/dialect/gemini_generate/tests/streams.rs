//! Streamed answers.

use bytes::BytesMut;
use jackfield_runtime::api::llm::{
    ChatEvent, Citation, CitationDelta, Finish, FinishReason, StreamStart, TextDelta,
};
use jackfield_runtime::api::types::{Error, ErrorKind};
use serde_json::{Value, json};

use super::super::Encoder;
use super::identity;
use crate::dialect::StreamEncoder;
use crate::dialect::said::{begin, more, thought, used};

fn start() -> ChatEvent {
    let (id, model) = (Some("id-1".to_owned()), Some("m-1".to_owned()));
    ChatEvent::Start(StreamStart { id, model, created: None, warnings: Vec::new() })
}

fn text(choice: u32, text: &str) -> ChatEvent {
    ChatEvent::Text(TextDelta { choice, text: text.to_owned() })
}

fn finish(choice: u32, reason: FinishReason) -> ChatEvent {
    ChatEvent::Finish(Finish { choice, reason, stop_sequence: None })
}

fn usage(output: u64) -> ChatEvent {
    ChatEvent::Usage(used(Some(3), Some(output)))
}

/// The chunks that events become, one event a batch or all in one.
fn chunks(events: &[ChatEvent]) -> Vec<Value> {
    let read = |size: usize| -> Vec<Value> {
        let (mut encoder, mut out) = (Encoder::new(identity()), BytesMut::new());
        events.chunks(size).for_each(|batch| encoder.events(batch, &mut out));
        encoder.finish(&mut out);
        let text = String::from_utf8(out.to_vec()).unwrap();
        assert!(text.ends_with("\n\n"), "{text}");
        let each = text.trim_end().split("\n\n").map(|event| event.strip_prefix("data: ").unwrap());
        each.map(|data| serde_json::from_str(data).unwrap()).collect()
    };
    let chunks = read(events.len().max(1));
    assert_eq!(chunks, read(1));
    chunks
}

fn parts(chunk: &Value) -> &Value {
    &chunk["candidates"][0]["content"]["parts"]
}

#[test]
fn texts_come_as_they_are_said_and_the_end_comes_last() {
    let chunks = chunks(&[
        start(),
        usage(0),
        text(0, "a"),
        text(0, ""),
        text(0, "b"),
        finish(0, FinishReason::Length),
        usage(2),
        ChatEvent::Extra(r#"{"new":1,"choices":[],"usageMetadata":{}}"#.to_owned()),
    ]);
    assert_eq!(
        chunks,
        [
            json!({ "candidates": [{ "content": { "parts": [{ "text": "a" }], "role": "model" }, "index": 0 }],
                "modelVersion": "m-1", "responseId": "id-1" }),
            json!({ "candidates": [{ "content": { "parts": [{ "text": "b" }], "role": "model" }, "index": 0 }],
                "modelVersion": "m-1", "responseId": "id-1" }),
            json!({
                "candidates": [{ "content": { "parts": [{ "text": "" }], "role": "model" },
                    "finishReason": "MAX_TOKENS", "index": 0 }],
                "usageMetadata": { "promptTokenCount": 3, "candidatesTokenCount": 2, "totalTokenCount": 5 },
                "new": 1, "modelVersion": "m-1", "responseId": "id-1",
            }),
        ]
    );
}

#[test]
fn calls_come_whole_and_in_their_order() {
    let chunks = chunks(&[
        start(),
        begin(0, "a"),
        more(0, "{\"x\":"),
        begin(1, "b"),
        more(1, "{}"),
        more(0, "\"}{\"}"),
        begin(2, "c"),
        finish(0, FinishReason::ToolCalls),
    ]);
    assert_eq!(chunks.len(), 2);
    assert_eq!(
        parts(&chunks[0]),
        &json!([
            { "functionCall": { "id": "a", "name": "f", "args": { "x": "}{" } } },
            { "functionCall": { "id": "b", "name": "f", "args": {} } },
            { "functionCall": { "id": "c", "name": "f", "args": {} } },
        ])
    );
    assert_eq!(chunks[1]["candidates"][0]["finishReason"], "STOP");
}

#[test]
fn what_is_said_behind_a_call_comes_behind_it() {
    let chunks = chunks(&[
        start(),
        begin(0, "a"),
        more(0, "{}"),
        text(0, "then"),
        begin(1, "b"),
        more(1, "{\"x"),
        text(0, "mixed"),
        more(1, "\":1}"),
        finish(0, FinishReason::Stop),
    ]);
    let said: Vec<String> = chunks
        .iter()
        .flat_map(|chunk| parts(chunk).as_array().unwrap())
        .map(|part| {
            part["functionCall"]["args"]
                .as_object()
                .map_or(part["text"].to_string(), |args| format!("{args:?}"))
        })
        .collect();
    assert_eq!(said, ["{}", "\"then\"", "\"mixed\"", "{\"x\": Number(1)}", "\"\""]);
}

#[test]
fn thoughts_carry_their_signatures() {
    let chunks = chunks(&[
        start(),
        thought("hm", None, None),
        thought("", None, None),
        thought("", Some("sig"), None),
        thought("", None, Some("hidden")),
        finish(0, FinishReason::Stop),
    ]);
    assert_eq!(chunks.len(), 4);
    assert_eq!(parts(&chunks[0]), &json!([{ "text": "hm", "thought": true }]));
    for chunk in &chunks[1..3] {
        assert_eq!(parts(chunk)[0]["thought"], true);
        assert!(parts(chunk)[0]["thoughtSignature"].is_string());
    }
}

#[test]
fn several_answers_and_their_sources_are_kept_apart() {
    let citation = Citation {
        title: None,
        url: Some("u".to_owned()),
        quote: None,
        start: Some(0),
        end: Some(1),
        raw: None,
    };
    let chunks = chunks(&[
        start(),
        text(1, "\u{fc}b"),
        text(0, "a"),
        ChatEvent::Citation(CitationDelta { choice: 1, citation }),
        finish(1, FinishReason::Stop),
        finish(0, FinishReason::Length),
    ]);
    assert_eq!(chunks[0]["candidates"][0]["index"], 1);
    let last = &chunks[2]["candidates"];
    assert_eq!((&last[0]["index"], &last[0]["finishReason"]), (&json!(1), &json!("STOP")));
    assert_eq!((&last[1]["index"], &last[1]["finishReason"]), (&json!(0), &json!("MAX_TOKENS")));
    assert_eq!(last[0]["groundingMetadata"]["groundingSupports"][0]["segment"]["endIndex"], 2);
    assert!(last[1].get("groundingMetadata").is_none());
}

#[test]
fn a_stream_that_breaks_off_ends_with_an_error() {
    let (mut encoder, mut out) = (Encoder::new(identity()), BytesMut::new());
    encoder.events(&[start(), text(0, "a")], &mut out);
    out.clear();
    encoder.error(&Error::new(ErrorKind::Unavailable, "it\nbroke"), &mut out);
    let text = String::from_utf8(out.to_vec()).unwrap();
    let data: Value = serde_json::from_str(text.strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(data, json!({ "error": { "code": 502, "message": "it\nbroke", "status": "UNAVAILABLE" } }));
    assert!(text.ends_with("\n\n"));
}
