//! Streamed answers, read back by the runtime's own reader.

use bytes::{Bytes, BytesMut};
use jackfield_runtime::api::llm::{
    ChatEvent, Citation, CitationDelta, Finish, FinishReason, Part, StreamStart, ToolCallStart, WholePart,
};
use jackfield_runtime::api::types::{Error, ErrorKind, Media, Source};
use jackfield_runtime::frame::{Cutter, EventStreamCutter};
use serde_json::{Value, json};

use super::asked;
use crate::dialect::StreamEncoder;
use crate::dialect::bedrock_converse::{Asked, Encoder};
use crate::dialect::said::{begin, more, text, thought, used};

fn start() -> ChatEvent {
    ChatEvent::Start(StreamStart {
        id: None,
        model: Some("m".to_owned()),
        created: None,
        warnings: Vec::new(),
    })
}

fn whole(part: Part) -> ChatEvent {
    ChatEvent::Part(WholePart { choice: 0, part })
}

fn finish(reason: FinishReason) -> ChatEvent {
    ChatEvent::Finish(Finish { choice: 0, reason, stop_sequence: Some("END".to_owned()) })
}

fn usage() -> ChatEvent {
    ChatEvent::Usage(used(Some(5), Some(3)))
}

/// Each message's name and payload.
fn messages(out: &BytesMut) -> Vec<(String, Value)> {
    let mut cutter = EventStreamCutter::new(1 << 20);
    cutter.push(Bytes::copy_from_slice(out)).unwrap();
    let messages = cutter.drain();
    assert!(cutter.finish().unwrap().is_none());
    messages
        .into_iter()
        .map(|message| {
            let name = |name: &String| name == ":event-type" || name == ":exception-type";
            let name = message.headers.iter().find(|(header, _)| name(header)).unwrap().1.clone();
            (name, serde_json::from_slice(&message.payload).unwrap())
        })
        .collect()
}

fn told(events: &[ChatEvent]) -> Vec<(String, Value)> {
    let mut encoder = Encoder::new(asked());
    let mut out = BytesMut::new();
    for event in events {
        encoder.events(std::slice::from_ref(event), &mut out);
    }
    encoder.finish(&mut out);
    messages(&out)
}

/// The messages between the first and the last two.
fn blocks(events: &[ChatEvent]) -> Vec<(String, Value)> {
    let mut all = told(events);
    assert_eq!(all.remove(0), ("messageStart".to_owned(), json!({ "role": "assistant" })));
    assert_eq!(all.pop().unwrap().0, "metadata");
    assert_eq!(all.pop().unwrap().0, "messageStop");
    all
}

fn delta(place: u32, delta: Value) -> (String, Value) {
    ("contentBlockDelta".to_owned(), json!({ "delta": delta, "contentBlockIndex": place }))
}

fn opened(place: u32, start: Value) -> (String, Value) {
    ("contentBlockStart".to_owned(), json!({ "start": start, "contentBlockIndex": place }))
}

fn stop(place: u32) -> (String, Value) {
    ("contentBlockStop".to_owned(), json!({ "contentBlockIndex": place }))
}

#[test]
fn thoughts_texts_and_calls_are_blocks_one_after_another() {
    let events = [
        start(),
        thought("hm", None, None),
        thought("", Some("sig"), None),
        text("hel"),
        text("lo"),
        begin(0, "t1"),
        more(0, "{\"a\""),
        more(0, ":1}"),
        begin(1, "t2"),
        more(1, "{}"),
        finish(FinishReason::ToolCalls),
    ];
    let call = |id: &str| json!({ "toolUse": { "toolUseId": id, "name": "f" } });
    let expected = [
        delta(0, json!({ "reasoningContent": { "text": "hm" } })),
        delta(0, json!({ "reasoningContent": { "signature": "sig" } })),
        stop(0),
        delta(1, json!({ "text": "hel" })),
        delta(1, json!({ "text": "lo" })),
        stop(1),
        opened(2, call("t1")),
        delta(2, json!({ "toolUse": { "input": "{\"a\"" } })),
        delta(2, json!({ "toolUse": { "input": ":1}" } })),
        stop(2),
        opened(3, call("t2")),
        delta(3, json!({ "toolUse": { "input": "{}" } })),
        stop(3),
    ];
    assert_eq!(blocks(&events), expected);
}

/// Thoughts, images, blocks of Bedrock's own, and a text with its source.
fn of_all_kinds() -> Vec<ChatEvent> {
    let image = Media {
        source: Source::Data(vec![0]),
        mime_type: Some("image/png".to_owned()),
        detail: None,
        transcript: None,
        id: None,
    };
    let server = r#"{"toolUse":{"toolUseId":"s","name":"n","type":"server_tool_use","input":{"q":1}}}"#;
    let result = r#"{"toolResult":{"toolUseId":"s","status":"success","content":[{"json":{"r":1}}]}}"#;
    let citation =
        Citation { title: Some("T".to_owned()), url: None, quote: None, start: None, end: None, raw: None };
    vec![
        start(),
        thought("", None, Some("QUI=")),
        whole(Part::Image(image)),
        whole(Part::Native(server.to_owned())),
        whole(Part::Native(result.to_owned())),
        whole(Part::Native(r#"{"searchResult":{}}"#.to_owned())),
        text("a"),
        ChatEvent::Citation(CitationDelta { choice: 0, citation }),
        finish(FinishReason::Stop),
    ]
}

/// The messages of a stream that has them, and a call.
pub(super) fn sample() -> Vec<(String, Value)> {
    let mut events = of_all_kinds();
    events.splice(1..1, [thought("hm", Some("sig"), None), begin(0, "t1"), more(0, "{}")]);
    events.push(usage());
    told(&events)
}

#[test]
fn what_comes_whole_is_told_in_pieces() {
    let expected = [
        delta(0, json!({ "reasoningContent": { "redactedContent": "QUI=" } })),
        stop(0),
        opened(1, json!({ "image": { "format": "png" } })),
        delta(1, json!({ "image": { "source": { "bytes": "AA==" } } })),
        stop(1),
        opened(2, json!({ "toolUse": { "toolUseId": "s", "name": "n", "type": "server_tool_use" } })),
        delta(2, json!({ "toolUse": { "input": "{\"q\":1}" } })),
        stop(2),
        opened(3, json!({ "toolResult": { "toolUseId": "s", "status": "success" } })),
        delta(3, json!({ "toolResult": [{ "json": { "r": 1 } }] })),
        stop(3),
        delta(4, json!({ "text": "a" })),
        delta(4, json!({ "citation": { "title": "T" } })),
        stop(4),
    ];
    assert_eq!(blocks(&of_all_kinds()), expected);
}

#[test]
fn the_signature_of_a_call_is_told_before_it() {
    let call = |index, id: &str, signature: Option<&str>| {
        let (id, name, signature) = (id.to_owned(), "f".to_owned(), signature.map(str::to_owned));
        ChatEvent::ToolCallStart(ToolCallStart { choice: 0, index, id, name, signature })
    };
    let events = [
        start(),
        call(0, "t1", Some("sig")),
        call(1, "t2", None),
        more(0, "{}"),
        finish(FinishReason::ToolCalls),
    ];
    let all = blocks(&events);
    let hidden = all[0].1["delta"]["reasoningContent"]["redactedContent"].clone();
    let named = |id: &str| json!({ "toolUse": { "toolUseId": id, "name": "f" } });
    assert_eq!(all[1..4], [stop(0), opened(1, named("t1")), opened(2, named("t2"))]);
    let use_ = json!({ "toolUse": { "toolUseId": "t1", "name": "f", "input": {} } });
    let body = json!({ "messages": [{ "role": "assistant", "content": [{ "reasoningContent": { "redactedContent": hidden } }, use_] }] });
    let back = super::decoded(&body).unwrap().request.messages.swap_remove(0).content;
    assert!(
        matches!(&back[..], [Part::ToolCall(call)] if call.signature.as_deref() == Some("sig")),
        "{back:?}"
    );
}

#[test]
fn the_end_tells_the_reason_and_the_usage() {
    let extra = |json: &str| ChatEvent::Extra(json.to_owned());
    let events = [
        start(),
        text("a"),
        extra(r#"{"trace":{"x":1}}"#),
        extra(r#"{"trace":{"x":2}}"#),
        usage(),
        finish(FinishReason::Length),
    ];
    let all = told(&events);
    assert_eq!(all[all.len() - 2].1, json!({ "stopReason": "max_tokens" }));
    let metadata = &all[all.len() - 1].1;
    assert_eq!(metadata["usage"], json!({ "inputTokens": 5, "outputTokens": 3, "totalTokens": 8 }));
    assert!(metadata["metrics"]["latencyMs"].is_u64());
    assert_eq!(metadata["trace"]["x"], 2);
    let mut encoder = Encoder::new(Asked { stop_sequence: true, ..asked() });
    let mut out = BytesMut::new();
    encoder.events(&[start(), finish(FinishReason::Stop)], &mut out);
    encoder.finish(&mut out);
    let stop = &messages(&out)[1].1;
    let expected =
        json!({ "stopReason": "stop_sequence", "additionalModelResponseFields": { "stop_sequence": "END" } });
    assert_eq!(stop, &expected);
}

#[test]
fn a_broken_stream_ends_with_an_exception() {
    for (kind, name) in [
        (ErrorKind::RateLimited, "throttlingException"),
        (ErrorKind::Unavailable, "serviceUnavailableException"),
        (ErrorKind::Internal, "internalServerException"),
        (ErrorKind::InvalidRequest, "validationException"),
        (ErrorKind::BadUpstreamAnswer, "modelStreamErrorException"),
    ] {
        let mut encoder = Encoder::new(asked());
        let mut out = BytesMut::new();
        encoder.events(&[start(), text("a")], &mut out);
        encoder.error(&Error::new(kind, "broke"), &mut out);
        let (last, payload) = messages(&out).pop().unwrap();
        assert_eq!((last.as_str(), &payload["message"]), (name, &json!("broke")));
        assert_eq!(payload.get("originalStatusCode").is_some(), kind == ErrorKind::BadUpstreamAnswer);
    }
}
