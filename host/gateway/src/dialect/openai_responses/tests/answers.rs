//! Answers, whole and streamed.

use bytes::BytesMut;
use jackfield_runtime::api::llm::{
    ChatEvent, ChatResponse, Choice, Citation, CitationDelta, Finish, FinishReason, Part, ReasoningDelta,
    ReasoningPart, StreamStart, TextDelta, ToolCall, ToolCallDelta, ToolCallStart,
};
use jackfield_runtime::api::types::{Error, ErrorKind, Usage};
use serde_json::{Value, json};

use crate::dialect::openai_responses::decode;
use crate::dialect::{Answer, Identity};

fn asked() -> Box<dyn Answer> {
    decode(br#"{"model":"m","input":"hi","temperature":0.5,"instructions":"be brief"}"#).unwrap().answer
}

fn identity() -> Identity {
    Identity { id: "made".to_owned(), created: 7, model: "asked".to_owned() }
}

fn usage() -> Usage {
    Usage {
        input_tokens: Some(5),
        output_tokens: Some(9),
        cache_read_tokens: Some(2),
        cache_write_tokens: None,
        reasoning_tokens: Some(4),
        audio_input_tokens: None,
        audio_output_tokens: None,
        units: Vec::new(),
        raw: None,
    }
}

fn text(text: &str) -> ChatEvent {
    ChatEvent::Text(TextDelta { choice: 0, text: text.to_owned() })
}

fn thought(text: &str, signature: Option<&str>) -> ChatEvent {
    ChatEvent::Reasoning(ReasoningDelta {
        choice: 0,
        index: 0,
        text: text.to_owned(),
        signature: signature.map(str::to_owned),
        redacted: None,
        id: None,
    })
}

fn start() -> ChatEvent {
    ChatEvent::Start(StreamStart {
        id: None,
        model: Some("m-1".to_owned()),
        created: None,
        warnings: Vec::new(),
    })
}

fn finish(reason: FinishReason) -> ChatEvent {
    ChatEvent::Finish(Finish { choice: 0, reason, stop_sequence: None })
}

/// Events, whose names are their types and whose numbers run.
fn events(out: &[u8]) -> Vec<Value> {
    let frames = std::str::from_utf8(out).unwrap().split_terminator("\n\n");
    let told: Vec<Value> = frames
        .map(|frame| {
            let (event, data) = frame.split_once('\n').unwrap();
            let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            assert_eq!(event.strip_prefix("event: ").unwrap(), data["type"]);
            data
        })
        .collect();
    assert!(told.iter().enumerate().all(|(place, event)| event["sequence_number"] == json!(place)));
    told
}

fn streamed(all: &[ChatEvent]) -> Vec<Value> {
    let mut encoder = asked().stream(identity());
    let mut out = BytesMut::new();
    encoder.events(all, &mut out);
    encoder.finish(&mut out);
    events(&out)
}

fn whole(content: Vec<Part>, finish_reason: FinishReason) -> Value {
    let answer = ChatResponse {
        id: None,
        model: "m-1".to_owned(),
        created: None,
        choices: vec![Choice { index: 0, content, finish_reason, stop_sequence: None, logprobs: Vec::new() }],
        usage: Some(usage()),
        warnings: Vec::new(),
        extra: None,
    };
    serde_json::from_slice(&asked().encode(&answer, &identity())).unwrap()
}

fn all_parts() -> Vec<Part> {
    vec![
        Part::Reasoning(ReasoningPart {
            text: "hm".to_owned(),
            signature: Some("s".to_owned()),
            redacted: None,
            id: None,
        }),
        Part::text("ab"),
        Part::ToolCall(ToolCall {
            id: "c".to_owned(),
            name: "f".to_owned(),
            arguments: "{}".to_owned(),
            signature: None,
        }),
    ]
}

#[test]
fn an_answer_is_written_in_full() {
    let told = whole(all_parts(), FinishReason::ToolCalls);
    assert_eq!(
        told,
        json!({"id": "resp_made", "object": "response", "created_at": 7, "status": "completed", "background": false,
            "error": null, "incomplete_details": null, "model": "m-1",
            "output": [
                {"id": "rs_made_0", "type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}], "signature": "s"},
                {"id": "msg_made_1", "type": "message", "status": "completed", "role": "assistant",
                    "content": [{"type": "output_text", "text": "ab", "annotations": [], "logprobs": []}]},
                {"id": "fc_made_2", "type": "function_call", "status": "completed", "call_id": "c", "name": "f", "arguments": "{}"}],
            "previous_response_id": null, "store": false,
            "usage": {"input_tokens": 5, "input_tokens_details": {"cached_tokens": 2}, "output_tokens": 9,
                "output_tokens_details": {"reasoning_tokens": 4}, "total_tokens": 14},
            "instructions": "be brief", "max_output_tokens": null, "metadata": {}, "parallel_tool_calls": true,
            "reasoning": {"effort": null, "summary": null}, "temperature": 0.5, "text": {"format": {"type": "text"}},
            "tool_choice": "auto", "tools": [], "top_p": null, "truncation": "disabled", "user": null})
    );
    // What was answered can be sent back, and is what it was.
    let again = decode(format!(r#"{{"model":"m","input":{}}}"#, told["output"]).as_bytes()).unwrap().request;
    assert_eq!(again.messages.len(), 1);
    assert_eq!(again.messages[0].content[1..], all_parts()[1..]);
}

#[test]
fn an_answer_that_was_cut_off_says_so() {
    for (reason, why) in
        [(FinishReason::Length, "max_output_tokens"), (FinishReason::ContentFilter, "content_filter")]
    {
        let told = whole(vec![Part::text("a")], reason);
        assert_eq!(
            (&told["status"], &told["incomplete_details"]["reason"]),
            (&json!("incomplete"), &json!(why))
        );
    }
}

#[test]
fn a_stream_tells_each_step_and_the_whole_at_its_end() {
    let call =
        ToolCallStart { choice: 0, index: 0, id: "c".to_owned(), name: "f".to_owned(), signature: None };
    let told = streamed(&[
        start(),
        thought("hm", None),
        thought("", Some("s")),
        text("a"),
        text("b"),
        ChatEvent::ToolCallStart(call),
        ChatEvent::ToolCallDelta(ToolCallDelta { choice: 0, index: 0, arguments: "{}".to_owned() }),
        finish(FinishReason::ToolCalls),
        ChatEvent::Usage(usage()),
    ]);
    let names: Vec<_> =
        told.iter().map(|event| event["type"].as_str().unwrap().strip_prefix("response.").unwrap()).collect();
    assert_eq!(
        names,
        [
            "created",
            "in_progress",
            "output_item.added",
            "reasoning_summary_part.added",
            "reasoning_summary_text.delta",
            "reasoning_summary_text.done",
            "reasoning_summary_part.done",
            "output_item.done",
            "output_item.added",
            "content_part.added",
            "output_text.delta",
            "output_text.delta",
            "output_text.done",
            "content_part.done",
            "output_item.done",
            "output_item.added",
            "function_call_arguments.delta",
            "function_call_arguments.done",
            "output_item.done",
            "completed",
        ]
    );
    assert_eq!(told[0]["response"]["status"], "in_progress");
    assert_eq!(
        (&told[10]["item_id"], &told[10]["output_index"], &told[10]["content_index"], &told[10]["delta"]),
        (&json!("msg_made_1"), &json!(1), &json!(0), &json!("a"))
    );
    assert_eq!(told[12]["text"], "ab");
    assert_eq!(told[17]["arguments"], "{}");
    // The same as the whole answer would have been.
    assert_eq!(told[19]["response"], whole(all_parts(), FinishReason::ToolCalls));
}

#[test]
fn refusals_and_sources_have_events_of_their_own() {
    let citation = Citation {
        title: None,
        url: Some("u".to_owned()),
        quote: None,
        start: Some(1),
        end: None,
        raw: None,
    };
    let told = streamed(&[
        start(),
        text("a"),
        ChatEvent::Citation(CitationDelta { choice: 0, citation }),
        ChatEvent::Refusal(TextDelta { choice: 0, text: "no".to_owned() }),
        finish(FinishReason::Length),
    ]);
    let names: Vec<_> = told.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert!(
        names.contains(&"response.output_text.annotation.added") && names.contains(&"response.refusal.done")
    );
    let end = told.last().unwrap();
    assert_eq!(end["type"], "response.incomplete");
    let content = &end["response"]["output"][0]["content"];
    assert_eq!((&content[0]["annotations"][0]["url"], &content[1]["refusal"]), (&json!("u"), &json!("no")));
}

#[test]
fn a_refusal_without_a_text_of_its_own_is_filtered() {
    let ended = |answer: &Value| (answer["status"].clone(), answer["incomplete_details"]["reason"].clone());
    let filtered = (json!("incomplete"), json!("content_filter"));
    for (parts, expected) in [
        (vec![], filtered.clone()),
        (vec![Part::text("a")], filtered.clone()),
        (vec![Part::Refusal("no".to_owned())], (json!("completed"), Value::Null)),
    ] {
        assert_eq!(ended(&whole(parts, FinishReason::Refusal)), expected);
    }
    let told = streamed(&[start(), text("a"), finish(FinishReason::Refusal)]);
    let end = told.last().unwrap();
    assert_eq!((&end["type"], ended(&end["response"])), (&json!("response.incomplete"), filtered));
    let refusal = ChatEvent::Refusal(TextDelta { choice: 0, text: "no".to_owned() });
    let told = streamed(&[start(), refusal, finish(FinishReason::Refusal)]);
    assert_eq!(told.last().unwrap()["type"], "response.completed");
}

#[test]
fn calls_whose_pieces_come_mixed_stay_open() {
    let begin = |index, id: &str| {
        ChatEvent::ToolCallStart(ToolCallStart {
            choice: 0,
            index,
            id: id.to_owned(),
            name: "f".to_owned(),
            signature: None,
        })
    };
    let more = |index, text: &str| {
        ChatEvent::ToolCallDelta(ToolCallDelta { choice: 0, index, arguments: text.to_owned() })
    };
    let told = streamed(&[
        start(),
        begin(0, "a"),
        more(0, "{"),
        begin(1, "b"),
        more(1, "[]"),
        more(0, "}"),
        finish(FinishReason::ToolCalls),
    ]);
    let output = &told.last().unwrap()["response"]["output"];
    assert_eq!((&output[0]["arguments"], &output[1]["arguments"]), (&json!("{}"), &json!("[]")));
}

#[test]
fn a_broken_stream_fails() {
    let mut encoder = asked().stream(identity());
    let mut out = BytesMut::new();
    encoder.events(&[start(), text("a")], &mut out);
    encoder.error(&Error::new(ErrorKind::RateLimited, "slow down"), &mut out);
    let told = events(&out);
    let [.., failed, error] = &told[..] else { panic!("{told:?}") };
    assert_eq!(
        (&failed["type"], &failed["response"]["error"]["code"]),
        (&json!("response.failed"), &json!("rate_limit_exceeded"))
    );
    assert_eq!((&error["type"], &error["message"]), (&json!("error"), &json!("slow down")));
}
