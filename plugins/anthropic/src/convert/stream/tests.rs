mod faults;

use jackfield_sdk::llm::{Part, ReasoningDelta};
use serde_json::json;

use super::*;

fn frame(value: &Value) -> ServerSentEvent {
    let event = value["type"].as_str().unwrap_or_default().to_owned();
    ServerSentEvent { event, data: value.to_string(), id: String::new() }
}

/// All events of a stream of these frames, which the upstream ends.
fn run_with(answer_tool: Option<&str>, frames: &[Value]) -> Result<Vec<ChatEvent>, (Vec<ChatEvent>, Error)> {
    let mut reader = Reader::new(answer_tool.map(str::to_owned), vec!["w".to_owned()]);
    let mut out = Vec::new();
    for value in frames {
        match reader.frame(frame(value), &mut out) {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => {
                return reader.end(true, &mut out).map(|()| out.clone()).map_err(|error| (out, error));
            }
            Err(error) => return Err((out, error)),
        }
    }
    reader.end(false, &mut out).map(|()| out.clone()).map_err(|error| (out, error))
}

fn run(frames: &[Value]) -> Vec<ChatEvent> {
    run_with(None, frames).unwrap()
}

fn head() -> Value {
    json!({"type": "message_start", "message": {"id": "m1", "model": "given", "content": [],
        "usage": {"input_tokens": 5, "cache_read_input_tokens": 2, "output_tokens": 1}}})
}

fn begin(index: u32, block: Value) -> Value {
    json!({"type": "content_block_start", "index": index, "content_block": block})
}

fn delta(index: u32, delta: Value) -> Value {
    json!({"type": "content_block_delta", "index": index, "delta": delta})
}

fn stop(index: u32) -> Value {
    json!({"type": "content_block_stop", "index": index})
}

fn tail(stop_reason: &str) -> [Value; 2] {
    [
        json!({"type": "message_delta", "delta": {"stop_reason": stop_reason, "stop_sequence": null}, "usage": {"output_tokens": 40}}),
        json!({"type": "message_stop"}),
    ]
}

fn framed(stop_reason: &str, middle: Vec<Value>) -> Vec<Value> {
    let mut frames = vec![head()];
    frames.extend(middle);
    frames.extend(tail(stop_reason));
    frames
}

fn texts(events: &[ChatEvent]) -> String {
    events
        .iter()
        .filter_map(|event| if let ChatEvent::Text(delta) = event { Some(delta.text.as_str()) } else { None })
        .collect()
}

fn finish_of(events: &[ChatEvent]) -> Vec<&FinishReason> {
    events
        .iter()
        .filter_map(|event| if let ChatEvent::Finish(finish) = event { Some(&finish.reason) } else { None })
        .collect()
}

#[test]
fn a_text_is_streamed_between_head_and_finish() {
    let events = run(&framed(
        "end_turn",
        vec![
            begin(0, json!({"type": "text", "text": ""})),
            json!({"type": "ping"}),
            delta(0, json!({"type": "text_delta", "text": "he\n"})),
            delta(0, json!({"type": "text_delta", "text": "llo"})),
            stop(0),
        ],
    ));
    let ChatEvent::Start(start) = &events[0] else { panic!("{events:?}") };
    assert_eq!(
        (start.id.as_deref(), start.model.as_deref(), start.warnings.as_slice()),
        (Some("m1"), Some("given"), &["w".to_owned()][..])
    );
    assert_eq!(texts(&events), "he\nllo");
    assert_eq!(finish_of(&events), [&FinishReason::Stop]);
    let usages: Vec<_> = events
        .iter()
        .filter_map(|event| if let ChatEvent::Usage(usage) = event { Some(usage) } else { None })
        .collect();
    assert_eq!((usages[0].input_tokens, usages[0].output_tokens), (Some(7), Some(1)));
    assert_eq!((usages[1].input_tokens, usages[1].output_tokens), (Some(7), Some(40)));
    assert_eq!(events.len(), 6);
}

#[test]
fn calls_are_numbered_apart_from_other_blocks() {
    let tool = |id: &str, input: Value| json!({"type": "tool_use", "id": id, "name": "look", "input": input});
    let events = run(&framed(
        "tool_use",
        vec![
            begin(0, json!({"type": "text", "text": "let me"})),
            stop(0),
            begin(1, tool("a", json!({}))),
            delta(1, json!({"type": "input_json_delta", "partial_json": ""})),
            delta(1, json!({"type": "input_json_delta", "partial_json": "{\"q\""})),
            delta(1, json!({"type": "input_json_delta", "partial_json": ":1}"})),
            stop(1),
            begin(2, tool("b", json!({}))),
            stop(2),
            begin(3, tool("c", json!({"whole": true}))),
            stop(3),
        ],
    ));
    let mut calls: Vec<(String, String)> = Vec::new();
    for event in &events {
        match event {
            ChatEvent::ToolCallStart(start) => {
                assert_eq!(start.index as usize, calls.len());
                calls.push((start.id.clone(), String::new()));
            }
            ChatEvent::ToolCallDelta(delta) => calls[delta.index as usize].1.push_str(&delta.arguments),
            _ => {}
        }
    }
    let expected = [("a", r#"{"q":1}"#), ("b", "{}"), ("c", r#"{"whole":true}"#)];
    assert_eq!(calls, expected.map(|(id, arguments)| (id.to_owned(), arguments.to_owned())));
    assert_eq!(finish_of(&events), [&FinishReason::ToolCalls]);
}

#[test]
fn a_signature_comes_once_and_whole_and_a_hidden_thought_too() {
    let events = run(&framed(
        "end_turn",
        vec![
            begin(0, json!({"type": "thinking", "thinking": "", "signature": ""})),
            delta(0, json!({"type": "thinking_delta", "thinking": "hm"})),
            delta(0, json!({"type": "thinking_delta", "thinking": ""})),
            delta(0, json!({"type": "signature_delta", "signature": "si"})),
            delta(0, json!({"type": "signature_delta", "signature": "g"})),
            stop(0),
            begin(1, json!({"type": "redacted_thinking", "data": "xyz"})),
            stop(1),
        ],
    ));
    let thoughts: Vec<_> = events
        .iter()
        .filter_map(|event| if let ChatEvent::Reasoning(delta) = event { Some(delta) } else { None })
        .collect();
    let thought = |index, text: &str, signature: Option<&str>, redacted: Option<&str>| ReasoningDelta {
        choice: 0,
        index,
        text: text.to_owned(),
        signature: signature.map(str::to_owned),
        redacted: redacted.map(str::to_owned),
        id: None,
    };
    assert_eq!(
        thoughts,
        [
            &thought(0, "hm", None, None),
            &thought(0, "", Some("sig"), None),
            &thought(1, "", None, Some("xyz"))
        ]
    );
}

#[test]
fn blocks_without_a_part_of_their_own_are_put_together_and_passed_on() {
    let events = run(&framed(
        "pause_turn",
        vec![
            begin(0, json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {}})),
            delta(0, json!({"type": "input_json_delta", "partial_json": "{\"query\":"})),
            delta(0, json!({"type": "input_json_delta", "partial_json": "\"x\"}"})),
            stop(0),
            begin(1, json!({"type": "web_search_tool_result", "tool_use_id": "s", "content": []})),
            stop(1),
            begin(2, json!({"type": "compaction", "content": null})),
            delta(2, json!({"type": "compaction_delta", "content": "so ", "encrypted_content": "e"})),
            delta(2, json!({"type": "compaction_delta", "content": "far"})),
            stop(2),
        ],
    ));
    let natives: Vec<Value> = events
        .iter()
        .filter_map(|event| match event {
            ChatEvent::Part(whole) => match &whole.part {
                Part::Native(json) => Some(serde_json::from_str(json).unwrap()),
                _ => None,
            },
            _ => None,
        })
        .collect();
    let expected = [
        json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "x"}}),
        json!({"type": "web_search_tool_result", "tool_use_id": "s", "content": []}),
        json!({"type": "compaction", "content": "so far", "encrypted_content": "e"}),
    ];
    assert_eq!(natives, expected);
    assert_eq!(finish_of(&events), [&FinishReason::Pause]);
}

#[test]
fn citations_name_the_text_that_they_support() {
    let events = run(&framed(
        "end_turn",
        vec![
            begin(0, json!({"type": "text", "text": "é "})),
            stop(0),
            begin(1, json!({"type": "text", "text": "", "citations": []})),
            delta(1, json!({"type": "text_delta", "text": "cited"})),
            delta(
                1,
                json!({"type": "citations_delta", "citation": {"type": "page_location", "cited_text": "c", "document_title": "D"}}),
            ),
            stop(1),
        ],
    ));
    let citation = events
        .iter()
        .find_map(|event| if let ChatEvent::Citation(delta) = event { Some(&delta.citation) } else { None })
        .unwrap();
    assert_eq!(
        (citation.start, citation.title.as_deref(), citation.quote.as_deref()),
        (Some(2), Some("D"), Some("c"))
    );
}

#[test]
fn the_input_of_the_answer_tool_is_streamed_as_text() {
    let block = |name: &str| json!({"type": "tool_use", "id": "1", "name": name, "input": {}});
    let frames = framed(
        "tool_use",
        vec![
            begin(0, block("json_answer")),
            delta(0, json!({"type": "input_json_delta", "partial_json": "{\"a\":1}"})),
            stop(0),
        ],
    );
    let events = run_with(Some("json_answer"), &frames).unwrap();
    assert_eq!(texts(&events), "{\"a\":1}");
    assert_eq!(finish_of(&events), [&FinishReason::Stop]);
    let frames = framed("tool_use", vec![begin(0, block("json_answer")), stop(0)]);
    assert_eq!(texts(&run_with(Some("json_answer"), &frames).unwrap()), "{}");
    let frames =
        framed("tool_use", vec![begin(0, block("json_answer")), stop(0), begin(1, block("look")), stop(1)]);
    assert_eq!(finish_of(&run_with(Some("json_answer"), &frames).unwrap()), [&FinishReason::ToolCalls]);
}
