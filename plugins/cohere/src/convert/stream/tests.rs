use jackfield_sdk::testing::{events, translate};
use jackfield_sdk::types::ErrorKind;
use serde_json::json;

use super::*;

fn body(events: &[Value]) -> String {
    let line = |event: &Value| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap_or("?"));
    events.iter().map(line).collect()
}

fn asked() -> Asked {
    Asked { model: "asked".to_owned(), stop: Some("END".to_owned()), warnings: vec!["w".to_owned()] }
}

fn read(frames: &[Value]) -> Result<Vec<ChatEvent>, Error> {
    translate(events(&body(frames)), Reader::new(asked(), Counts::All, CallIds::default()))
}

fn message(index: u32, kind: &str, message: Value) -> Value {
    json!({"type": kind, "index": index, "delta": {"message": message}})
}

fn start() -> Value {
    json!({"type": "message-start", "id": "a", "delta": {"message": {"role": "assistant", "content": [], "tool_calls": [], "citations": []}}})
}

fn end(word: &str) -> Value {
    json!({"type": "message-end", "delta": {"finish_reason": word, "usage": {"tokens": {"input_tokens": 5, "output_tokens": 6}}}})
}

/// Events in a few letters each.
fn told(events: &[ChatEvent]) -> Vec<String> {
    events
        .iter()
        .map(|event| match event {
            ChatEvent::Start(start) => format!("start {:?} {:?} {:?}", start.id, start.model, start.warnings),
            ChatEvent::Text(delta) => format!("text {}", delta.text),
            ChatEvent::Reasoning(delta) => format!("thought {} {:?} {}", delta.index, delta.id, delta.text),
            ChatEvent::ToolCallStart(call) => format!("call {} {} {}", call.index, call.id, call.name),
            ChatEvent::ToolCallDelta(delta) => format!("arguments {} {}", delta.index, delta.arguments),
            ChatEvent::Citation(delta) => {
                format!("citation {:?}-{:?}", delta.citation.start, delta.citation.end)
            }
            ChatEvent::Logprobs(delta) => {
                format!("logprob {} {}", delta.tokens[0].token, delta.tokens[0].logprob)
            }
            ChatEvent::Usage(usage) => format!("usage {:?} {:?}", usage.input_tokens, usage.output_tokens),
            ChatEvent::Finish(finish) => format!("finish {:?}", finish.reason),
            ChatEvent::Extra(json) => format!("extra {json}"),
            other => format!("{other:?}"),
        })
        .collect()
}

#[test]
fn thoughts_and_texts_are_told_apart() {
    let events = read(&[
        start(),
        message(0, "content-start", json!({"content": {"type": "thinking", "thinking": ""}})),
        message(0, "content-delta", json!({"content": {"thinking": "hm"}})),
        json!({"type": "content-end", "index": 0}),
        message(1, "content-start", json!({"content": {"type": "text", "text": "hé"}})),
        json!({"type": "content-delta", "index": 1, "delta": {"message": {"content": {"text": "llo"}}}, "logprobs": {"text": "llo", "token_ids": [1], "logprobs": [-0.5]}}),
        message(1, "citation-start", json!({"citations": {"start": 1, "end": 3, "text": "él", "content_index": 1, "sources": []}})),
        json!({"type": "citation-end", "index": 0}),
        message(2, "content-start", json!({"content": {"type": "text", "text": "there"}})),
        message(2, "citation-start", json!({"citations": {"start": 0, "end": 5, "text": "there", "content_index": 2, "sources": []}})),
        end("COMPLETE"),
    ])
    .unwrap();
    assert_eq!(
        told(&events),
        [
            "start Some(\"a\") Some(\"asked\") [\"w\"]",
            "thought 0 None hm",
            "text hé",
            "text llo",
            "logprob llo -0.5",
            "citation Some(1)-Some(3)",
            "text there",
            "citation Some(5)-Some(10)",
            "usage Some(5) Some(6)",
            "finish FinishReason::Stop",
        ]
    );
}

#[test]
fn the_plan_comes_before_calls_and_calls_without_arguments_have_an_empty_object() {
    let call = |id: Value, name: &str, arguments: Value| json!({"tool_calls": {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}});
    let events = read(&[
        start(),
        message(0, "tool-plan-delta", json!({"tool_plan": "I "})),
        message(0, "tool-plan-delta", json!({"tool_plan": "look"})),
        message(0, "content-start", json!({"content": {"type": "thinking", "thinking": "hm"}})),
        message(0, "tool-call-start", call(json!("c"), "look", json!(""))),
        message(0, "tool-call-delta", json!({"tool_calls": {"function": {"arguments": "{\"q\":"}}})),
        message(0, "tool-call-delta", json!({"tool_calls": {"function": {"arguments": "1}"}}})),
        json!({"type": "tool-call-end", "index": 0}),
        message(3, "tool-call-start", call(Value::Null, "now", Value::Null)),
        json!({"type": "tool-call-end", "index": 3}),
        message(4, "tool-call-start", call(json!("d"), "then", Value::Null)),
        end("TOOL_CALL"),
    ])
    .unwrap();
    assert_eq!(
        told(&events)[1..],
        [
            "thought 0 Some(\"tool_plan\") I ",
            "thought 0 Some(\"tool_plan\") look",
            "thought 1 None hm",
            "call 0 c look",
            "arguments 0 {\"q\":",
            "arguments 0 1}",
            "call 1 call_0 now",
            "arguments 1 {}",
            "call 2 d then",
            "arguments 2 {}",
            "usage Some(5) Some(6)",
            "finish FinishReason::ToolCalls",
        ]
    );
}

#[test]
fn an_error_in_the_stream_is_one_in_each_of_its_forms() {
    for (event, kind, text) in [
        (
            json!({"type": "message-end", "delta": {"finish_reason": "ERROR", "error": "broke"}}),
            ErrorKind::Unavailable,
            "broke",
        ),
        (json!({"type": "message-end", "delta": {"error": "broke"}}), ErrorKind::Unavailable, "broke"),
        (end("TIMEOUT"), ErrorKind::Timeout, "longer"),
        (json!({"message": "too many tokens: cut", "id": "r"}), ErrorKind::ContextLength, "cut (request r)"),
        (json!({"type": "error", "message": "internal"}), ErrorKind::Unavailable, "internal"),
    ] {
        let error = read(&[start(), event.clone()]).unwrap_err();
        assert_eq!((error.kind, error.status, error.sent), (kind, None, true), "{event}");
        assert!(error.message.contains(text), "{}", error.message);
    }
}

#[test]
fn a_stream_that_just_stops_was_cut_off() {
    let error =
        read(&[start(), message(0, "content-start", json!({"content": {"type": "text", "text": "a"}}))])
            .unwrap_err();
    assert!(error.kind == ErrorKind::BadUpstreamAnswer && error.message.contains("cut off"), "{error}");
    let nonsense =
        translate(events("data: {\n\n"), Reader::new(Asked::default(), Counts::All, CallIds::default()))
            .unwrap_err();
    assert_eq!(nonsense.kind, ErrorKind::BadUpstreamAnswer);
}

#[test]
fn what_nobody_knows_is_passed_on_and_nothing_follows_the_end() {
    let events = read(&[
        json!({"type": "debug", "prompt": "p"}),
        message(0, "content-delta", json!({"content": {"text": "a"}})),
        message(
            0,
            "citation-start",
            json!({"citations": {"type": "PLAN", "start": 0, "end": 1, "sources": []}}),
        ),
        end("NEW"),
        message(0, "content-delta", json!({"content": {"text": "late"}})),
    ])
    .unwrap();
    let told = told(&events);
    assert!(told[0].starts_with("start None") && told[1].starts_with("extra {\"prompt\""), "{told:?}");
    assert!(
        told[3].contains("PLAN") && told.last().unwrap() == "finish FinishReason::Other(\"NEW\")",
        "{told:?}"
    );
}

#[test]
fn the_only_stop_text_is_the_one_that_was_run_into() {
    for (word, stopped) in [("STOP_SEQUENCE", Some("END")), ("COMPLETE", None), ("MAX_TOKENS", None)] {
        let events = read(&[start(), end(word)]).unwrap();
        let told = events.iter().find_map(|event| match event {
            ChatEvent::Finish(finish) => Some(finish.stop_sequence.as_deref()),
            _ => None,
        });
        assert_eq!(told, Some(stopped), "{word}");
    }
}
