//! Streamed answers.

use bytes::BytesMut;
use jackfield_runtime::api::llm::{
    ChatEvent, Finish, FinishReason, Part, ReasoningPart, StreamStart, TextDelta, ToolCallStart, WholePart,
};
use jackfield_runtime::api::types::{Error, ErrorKind};
use serde_json::{Value, json};

use super::identity;
use crate::dialect::StreamEncoder;
use crate::dialect::anthropic_messages::Encoder;
use crate::dialect::said::{begin, more, text, thought, used};

fn start() -> ChatEvent {
    ChatEvent::Start(StreamStart {
        id: Some("msg_1".to_owned()),
        model: Some("m-1".to_owned()),
        created: None,
        warnings: Vec::new(),
    })
}

fn finish(reason: FinishReason) -> ChatEvent {
    ChatEvent::Finish(Finish { choice: 0, reason, stop_sequence: None })
}

fn usage(input: u64, output: u64) -> ChatEvent {
    ChatEvent::Usage(used(Some(input), Some(output)))
}

/// Events by name and data; the name is always the data's type.
fn frames(out: &[u8]) -> Vec<Value> {
    std::str::from_utf8(out)
        .unwrap()
        .split_terminator("\n\n")
        .map(|frame| {
            let (event, data) = frame.split_once('\n').unwrap();
            let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            assert_eq!(event.strip_prefix("event: ").unwrap(), data["type"]);
            data
        })
        .collect()
}

fn told(all: &[ChatEvent]) -> Vec<Value> {
    let mut encoder = Encoder::new(identity());
    let mut out = BytesMut::new();
    encoder.events(all, &mut out);
    encoder.finish(&mut out);
    frames(&out)
}

/// The steps of a stream in short.
fn steps(all: &[ChatEvent]) -> Vec<String> {
    told(all)
        .iter()
        .map(|data| {
            let index = &data["index"];
            match data["type"].as_str().unwrap() {
                "content_block_start" => {
                    format!("+{index} {}", data["content_block"]["type"].as_str().unwrap())
                }
                "content_block_delta" => format!("{index} {}", data["delta"]["type"].as_str().unwrap()),
                "content_block_stop" => format!("-{index}"),
                other => other.to_owned(),
            }
        })
        .collect()
}

#[test]
fn a_text_has_its_block_and_usage_comes_at_both_ends() {
    let told = told(&[start(), usage(5, 1), text("a"), text("b"), finish(FinishReason::Stop), usage(5, 9)]);
    assert_eq!(
        told[0],
        json!({"type": "message_start", "message": {"id": "msg_1", "type": "message", "role": "assistant", "model": "m-1",
            "content": [], "stop_reason": null, "stop_sequence": null,
            "usage": {"input_tokens": 5, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "output_tokens": 1}}})
    );
    assert_eq!(
        told[1],
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
    );
    assert_eq!(
        told[2],
        json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}})
    );
    assert_eq!(told[4], json!({"type": "content_block_stop", "index": 0}));
    assert_eq!(told[5]["delta"], json!({"stop_reason": "end_turn", "stop_sequence": null}));
    assert_eq!(told[5]["usage"]["output_tokens"], json!(9));
    assert_eq!(told[6], json!({"type": "message_stop"}));
}

#[test]
fn nothing_is_written_before_something_is_said() {
    let mut out = BytesMut::new();
    Encoder::new(identity()).events(&[start(), usage(5, 0)], &mut out);
    assert!(out.is_empty());
}

#[test]
fn blocks_follow_what_is_said() {
    let native = ChatEvent::Part(WholePart {
        choice: 0,
        part: Part::Native(r#"{"type":"server_tool_use"}"#.to_owned()),
    });
    let all = [
        start(),
        thought("", None, Some("x")),
        thought("hm", None, None),
        thought("", Some("s"), None),
        text("a"),
        native,
        begin(0, "c"),
        more(0, "{}"),
        begin(1, "d"),
        finish(FinishReason::ToolCalls),
    ];
    assert_eq!(
        steps(&all),
        [
            "message_start",
            "+0 redacted_thinking",
            "-0",
            "+1 thinking",
            "1 thinking_delta",
            "1 signature_delta",
            "-1",
            "+2 text",
            "2 text_delta",
            "-2",
            "+3 server_tool_use",
            "-3",
            "+4 tool_use",
            "4 input_json_delta",
            "-4",
            "+5 tool_use",
            "-5",
            "message_delta",
            "message_stop",
        ]
    );
}

#[test]
fn a_thought_that_is_both_shown_and_hidden_is_told_as_two() {
    let part = |text: &str| ReasoningPart {
        text: text.to_owned(),
        signature: None,
        redacted: Some("enc".to_owned()),
        id: None,
    };
    let whole = ChatEvent::Part(WholePart { choice: 0, part: Part::Reasoning(part("shown")) });
    for said in [thought("shown", None, Some("enc")), whole] {
        let steps = steps(&[start(), said, finish(FinishReason::Stop)]);
        let blocks = ["+0 thinking", "0 thinking_delta", "-0", "+1 redacted_thinking", "-1"];
        assert_eq!(steps[1..6], blocks, "{steps:?}");
    }
}

#[test]
fn another_providers_signature_of_a_call_is_told_before_it() {
    let signed = ChatEvent::ToolCallStart(ToolCallStart {
        choice: 0,
        index: 0,
        id: "c".to_owned(),
        name: "f".to_owned(),
        signature: Some("opaque".to_owned()),
    });
    let all = [start(), signed, more(0, "{}"), begin(1, "d"), more(1, "{}")];
    let told = told(&all);
    let starts: Vec<_> = told.iter().filter(|data| data["type"] == "content_block_start").collect();
    assert_eq!(
        starts[0]["content_block"],
        json!({ "type": "redacted_thinking", "data": "jackfield-call-signature:opaque" })
    );
    let kinds: Vec<_> = starts.iter().map(|data| data["content_block"]["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["redacted_thinking", "tool_use", "tool_use"]);
}

#[test]
fn calls_whose_pieces_come_mixed_keep_their_blocks_open() {
    let all = [
        start(),
        begin(0, "c"),
        begin(1, "d"),
        more(0, r#"{"a":"}"#),
        more(1, "{}"),
        more(0, r#""}"#),
        text("x"),
    ];
    assert_eq!(
        steps(&all),
        [
            "message_start",
            "+0 tool_use",
            "+1 tool_use",
            "0 input_json_delta",
            "1 input_json_delta",
            "0 input_json_delta",
            "-0",
            "-1",
            "+2 text",
            "2 text_delta",
            "-2",
            "message_delta",
            "message_stop",
        ]
    );
}

#[test]
fn members_and_events_beyond_the_typed_form_find_their_place() {
    let told = told(&[
        start(),
        ChatEvent::Extra(r#"{"container":{"id":"k"}}"#.to_owned()),
        text("a"),
        ChatEvent::Extra(r#"{"type":"brand_new","x":1}"#.to_owned()),
        ChatEvent::Refusal(TextDelta { choice: 0, text: "no".to_owned() }),
        ChatEvent::Extra(r#"{"stop_details":{"explanation":"no"},"context_management":{}}"#.to_owned()),
        finish(FinishReason::Refusal),
    ]);
    assert_eq!(told[0]["message"]["container"]["id"], "k");
    assert_eq!(told[3], json!({"type": "brand_new", "x": 1}));
    let end = &told[told.len() - 2];
    assert_eq!(
        (&end["delta"]["stop_details"]["explanation"], &end["context_management"]),
        (&json!("no"), &json!({}))
    );
    assert_eq!(told.len(), 7);
}

#[test]
fn a_broken_stream_ends_as_an_error() {
    let mut encoder = Encoder::new(identity());
    let mut out = BytesMut::new();
    encoder.events(&[start(), text("a")], &mut out);
    encoder.error(&Error::new(ErrorKind::Timeout, "too slow"), &mut out);
    assert_eq!(frames(&out).pop().unwrap()["error"]["type"], "timeout_error");
}
