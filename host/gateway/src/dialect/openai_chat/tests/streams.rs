//! Streamed answers.

use bytes::BytesMut;
use jackfield_runtime::api::llm::{
    AudioDelta, ChatEvent, Citation, CitationDelta, Finish, FinishReason, LogprobsDelta, Part,
    ReasoningDelta, StreamStart, TextDelta, TokenLogprob, ToolCallDelta, ToolCallStart, WholePart,
};
use jackfield_runtime::api::types::{Error, ErrorKind};
use serde_json::{Value, json};

use super::{events, identity, with};
use crate::dialect::openai_chat::{Asked, Encoder};
use crate::dialect::said::used;
use crate::dialect::{Answer, StreamEncoder};

fn start() -> ChatEvent {
    ChatEvent::Start(StreamStart {
        id: Some("c1".to_owned()),
        model: Some("m-1".to_owned()),
        created: Some(5),
        warnings: Vec::new(),
    })
}

fn text(text: &str) -> ChatEvent {
    ChatEvent::Text(TextDelta { choice: 0, text: text.to_owned() })
}

fn finish(reason: FinishReason) -> ChatEvent {
    ChatEvent::Finish(Finish { choice: 0, reason, stop_sequence: None })
}

fn usage() -> ChatEvent {
    ChatEvent::Usage(used(Some(1), Some(2)))
}

/// The chunks of a whole stream, without its end.
fn chunks(mut encoder: Box<dyn StreamEncoder>, all: &[ChatEvent]) -> Vec<Value> {
    let mut out = BytesMut::new();
    encoder.events(all, &mut out);
    encoder.finish(&mut out);
    let mut told = events(&out);
    assert_eq!(told.pop().as_deref(), Some("[DONE]"));
    told.iter().map(|data| serde_json::from_str(data).unwrap()).collect()
}

fn plain(all: &[ChatEvent]) -> Vec<Value> {
    chunks(Asked::default().stream(identity()), all)
}

#[test]
fn a_text_is_told_piece_by_piece() {
    let told = plain(&[start(), text("a\n"), text("b"), finish(FinishReason::Stop), usage()]);
    let chunk = |delta: Value, reason: Value| {
        json!({"id": "c1", "object": "chat.completion.chunk", "created": 5, "model": "m-1",
            "choices": [{"index": 0, "delta": delta, "logprobs": null, "finish_reason": reason}]})
    };
    assert_eq!(
        told,
        [
            chunk(json!({"role": "assistant", "content": "a\n"}), json!(null)),
            chunk(json!({"content": "b"}), json!(null)),
            chunk(json!({}), json!("stop")),
        ]
    );
}

#[test]
fn usage_is_told_only_to_those_who_asked() {
    let decoded = with(r#","stream":true,"stream_options":{"include_usage":true}"#);
    assert!(decoded.stream);
    let told =
        chunks(decoded.answer.stream(identity()), &[start(), text("a"), usage(), finish(FinishReason::Stop)]);
    assert_eq!(told.len(), 3);
    assert_eq!(told[0]["usage"], json!(null));
    assert!(told[0].as_object().unwrap().contains_key("usage"));
    assert_eq!(told[2]["choices"], json!([]));
    assert_eq!(told[2]["usage"]["total_tokens"], json!(3));
    assert!(!plain(&[start(), text("a"), usage()])[0].as_object().unwrap().contains_key("usage"));
}

#[test]
fn calls_are_told_by_their_place() {
    let begin = |index, id: &str| {
        ChatEvent::ToolCallStart(ToolCallStart {
            choice: 0,
            index,
            id: id.to_owned(),
            name: "f".to_owned(),
            signature: None,
        })
    };
    let more = |index, arguments: &str| {
        ChatEvent::ToolCallDelta(ToolCallDelta { choice: 0, index, arguments: arguments.to_owned() })
    };
    let all = [start(), begin(0, "a"), begin(1, "b"), more(1, "{}"), finish(FinishReason::ToolCalls)];
    let told = plain(&all);
    let calls: Vec<_> =
        told.iter().map(|chunk| chunk["choices"][0]["delta"]["tool_calls"][0].clone()).collect();
    assert_eq!(
        calls[0],
        json!({"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}})
    );
    assert_eq!(calls[2], json!({"index": 1, "function": {"arguments": "{}"}}));
    assert_eq!(told[3]["choices"][0]["finish_reason"], "tool_calls");
    // The old form knows one call.
    let old = with(r#","functions":[{"name":"f"}]"#);
    let told = chunks(old.answer.stream(identity()), &all);
    assert_eq!(told.len(), 2);
    assert_eq!(told[0]["choices"][0]["delta"]["function_call"], json!({"name": "f", "arguments": ""}));
    assert_eq!(told[1]["choices"][0]["finish_reason"], "function_call");
}

#[test]
fn a_thoughts_signature_comes_with_the_whole_thought() {
    let thought = |text: &str, signature: Option<&str>| {
        ChatEvent::Reasoning(ReasoningDelta {
            choice: 0,
            index: 0,
            text: text.to_owned(),
            signature: signature.map(str::to_owned),
            redacted: None,
            id: None,
        })
    };
    let told = plain(&[start(), thought("a", None), thought("b", None), thought("", Some("s")), text("t")]);
    assert_eq!(told[1]["choices"][0]["delta"], json!({"reasoning_content": "b"}));
    assert_eq!(
        told[2]["choices"][0]["delta"],
        json!({"thinking_blocks": [{"index": 0, "type": "thinking", "thinking": "ab", "signature": "s"}]})
    );
}

#[test]
fn tokens_go_with_their_text() {
    let token = TokenLogprob { token: "a".to_owned(), logprob: -1.0, bytes: None, top: Vec::new() };
    let tokens = ChatEvent::Logprobs(LogprobsDelta { choice: 0, tokens: vec![token] });
    let told = plain(&[start(), text("a"), tokens.clone(), tokens]);
    assert_eq!(told.len(), 2);
    assert_eq!(told[0]["choices"][0]["delta"]["content"], "a");
    assert_eq!(told[0]["choices"][0]["logprobs"]["content"][0]["token"], "a");
    assert_eq!(told[1]["choices"][0]["delta"], json!({}));
}

#[test]
fn a_sound_can_be_put_together_from_its_pieces() {
    let sound = |data: &[u8]| {
        ChatEvent::Audio(AudioDelta {
            choice: 0,
            id: None,
            data: data.to_vec(),
            transcript: String::new(),
            expires: None,
        })
    };
    let told = plain(&[start(), sound(&[0, 1]), sound(&[2, 3, 4, 5, 6]), finish(FinishReason::Stop)]);
    let whole: String =
        told.iter().filter_map(|chunk| chunk["choices"][0]["delta"]["audio"]["data"].as_str()).collect();
    assert_eq!(crate::dialect::media::decode("", &whole).unwrap(), [0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn items_of_lists_have_places_to_be_put_together_by() {
    let image = ChatEvent::Part(WholePart { choice: 0, part: Part::Native("{\"type\":\"x\"}".to_owned()) });
    let citation =
        Citation { title: None, url: Some("u".to_owned()), quote: None, start: None, end: None, raw: None };
    let cited = ChatEvent::Citation(CitationDelta { choice: 0, citation });
    let told = plain(&[start(), image, cited.clone(), cited]);
    assert_eq!(told[0]["choices"][0]["delta"]["content_blocks"], json!([{"index": 0, "type": "x"}]));
    assert_eq!(told[2]["choices"][0]["delta"]["annotations"][0]["index"], json!(1));
}

#[test]
fn members_beyond_the_typed_form_go_with_a_chunk() {
    let told = plain(&[
        start(),
        ChatEvent::Extra(r#"{"system_fingerprint":"fp","verdicts":[1]}"#.to_owned()),
        text("a"),
        text("b"),
        ChatEvent::Extra(r#"{"choices":[{"index":0,"delta":{"odd":1}}]}"#.to_owned()),
    ]);
    assert_eq!(told.len(), 3);
    assert_eq!((&told[0]["verdicts"], &told[0]["system_fingerprint"]), (&json!([1]), &json!("fp")));
    assert_eq!((&told[1]["verdicts"], &told[1]["system_fingerprint"]), (&json!(null), &json!("fp")));
    assert_eq!(told[2]["choices"][0]["delta"], json!({"odd": 1}));
}

#[test]
fn a_broken_stream_ends_as_an_error() {
    let mut encoder = Encoder::new(Asked::default(), identity());
    let mut out = BytesMut::new();
    encoder.events(&[start(), text("a")], &mut out);
    encoder.error(&Error::new(ErrorKind::Overloaded, "busy"), &mut out);
    let told = events(&out);
    assert_eq!(told.len(), 2);
    let error: Value = serde_json::from_str(&told[1]).unwrap();
    assert_eq!(error["error"]["code"], "overloaded");
}

#[test]
fn members_that_come_behind_the_last_chunk_are_told_too() {
    let late = ChatEvent::Extra(r#"{"verdict":1}"#.to_owned());
    let told = plain(&[start(), text("a"), finish(FinishReason::Stop), late]);
    assert_eq!(told.len(), 3);
    assert_eq!((&told[2]["verdict"], &told[2]["choices"][0]["delta"]), (&json!(1), &json!({})));
}
