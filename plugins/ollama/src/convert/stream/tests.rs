use jackfield_sdk::llm::{FinishReason, Message, Part, Role, ToolCall};
use jackfield_sdk::testing::translate;
use jackfield_sdk::types::{ErrorKind, Source};
use serde_json::{Value, json};

use super::*;

fn read(lines: &[Value]) -> Result<Vec<ChatEvent>, Error> {
    let call = ToolCall {
        id: "call_0".to_owned(),
        name: "old".to_owned(),
        arguments: "{}".to_owned(),
        signature: None,
    };
    let conversation = [Message::new(Role::Assistant, vec![Part::ToolCall(call)])];
    let reader = Reader::new("asked", CallIds::new(&conversation), vec!["w".to_owned()]);
    translate(lines.iter().map(Value::to_string), reader)
}

fn line(message: Value) -> Value {
    json!({"model": "tiny:1b", "created_at": "2000-02-29T12:00:00Z", "message": message, "done": false})
}

fn done(word: &str) -> Value {
    json!({"model": "tiny:1b", "message": {"role": "assistant", "content": ""}, "done": true, "done_reason": word,
        "prompt_eval_count": 5, "eval_count": 6, "remote_model": "big"})
}

#[test]
fn everything_that_it_says_is_told_in_order() {
    let events = read(&[
        line(json!({"content": "", "thinking": "hm"})),
        line(json!({"content": "so"})),
        line(json!({"content": "", "tool_calls": [{"function": {"name": "look", "arguments": {"a": 1}}}]})),
        line(json!({"content": "", "tool_calls": [{"id": "own", "function": {"name": "now", "arguments": {}}}], "images": ["AAAA"]})),
        json!({"message": {"content": "!"}, "logprobs": [{"token": "!", "logprob": -0.5}]}),
        done("stop"),
        line(json!({"content": "late"})),
    ])
    .unwrap();
    let told: Vec<String> = events
        .iter()
        .map(|event| match event {
            ChatEvent::Start(start) => {
                format!("start {:?} {:?} {:?}", start.model, start.created, start.warnings)
            }
            ChatEvent::Reasoning(delta) => format!("thought {}", delta.text),
            ChatEvent::Text(delta) => format!("text {}", delta.text),
            ChatEvent::ToolCallStart(call) => format!("call {} {} {}", call.index, call.id, call.name),
            ChatEvent::ToolCallDelta(delta) => format!("arguments {} {}", delta.index, delta.arguments),
            ChatEvent::Part(whole) => match &whole.part {
                Part::Image(image) => format!("image {}", image.source == Source::Data(vec![0, 0, 0])),
                other => format!("{other:?}"),
            },
            ChatEvent::Logprobs(delta) => format!("logprob {}", delta.tokens[0].logprob),
            ChatEvent::Extra(json) => format!("extra {json}"),
            ChatEvent::Usage(usage) => format!("usage {:?} {:?}", usage.input_tokens, usage.output_tokens),
            ChatEvent::Finish(finish) => format!("finish {:?}", finish.reason),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        told,
        [
            "start Some(\"tiny:1b\") Some(951825600) [\"w\"]",
            "thought hm",
            "text so",
            "call 0 call_1 look",
            "arguments 0 {\"a\":1}",
            "image true",
            "call 1 own now",
            "arguments 1 {}",
            "text !",
            "logprob -0.5",
            "extra {\"remote_model\":\"big\"}",
            "usage Some(5) Some(6)",
            "finish FinishReason::ToolCalls",
        ]
    );
}

#[test]
fn an_error_is_a_line_too() {
    for (error, kind) in [
        ("the runner stopped", ErrorKind::Unavailable),
        ("context length exceeded", ErrorKind::ContextLength),
    ] {
        let error =
            read(&[line(json!({"content": "a"})), json!({ "error": error, "status": 500 })]).unwrap_err();
        assert_eq!((error.kind, error.status, error.sent), (kind, None, true));
    }
}

#[test]
fn a_stream_that_just_stops_was_cut_off() {
    let error = read(&[line(json!({"content": "a"}))]).unwrap_err();
    assert!(error.kind == ErrorKind::BadUpstreamAnswer && error.message.contains("cut off"), "{error}");
    let reader = Reader::new("m", CallIds::default(), Vec::new());
    assert_eq!(translate(["<html>".to_owned()], reader).unwrap_err().kind, ErrorKind::BadUpstreamAnswer);
}

#[test]
fn a_model_that_was_only_loaded_gave_no_answer() {
    let events = read(&[done("load")]).unwrap();
    let Some(ChatEvent::Finish(finish)) = events.last() else { panic!("{events:?}") };
    assert_eq!(finish.reason, FinishReason::Other("load".to_owned()));
}
