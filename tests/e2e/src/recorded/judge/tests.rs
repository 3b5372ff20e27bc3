//! A judge that overlooks a difference would make every test with it pass.

use jackfield_runtime::CallError;
use jackfield_runtime::api::embedding::{EmbedResponse, Vector};
use jackfield_runtime::api::llm::{
    ChatResponse, Choice, Citation, FinishReason, Part, ReasoningPart, TextPart, TokenLogprob, ToolCall,
};
use jackfield_runtime::api::types::{Error, ErrorKind, Usage};
use serde_json::{Value, json};

use super::{Differences, chat, failure, messages, neutral, vectors};

/// That a judge finds nothing to say of `expect`, and something once any value
/// in it is another; but for those that it is known not to look at.
fn finds_every_change(expect: &Value, overlooked: &[&str], judge: impl Fn(&mut Differences, &Value)) {
    let differences = |expect: &Value| {
        let mut found = Differences::default();
        judge(&mut found, expect);
        found.into_list()
    };
    assert_eq!(differences(expect), Vec::<String>::new());
    let mut leaves = Vec::new();
    collect_leaves(expect, String::new(), &mut leaves);
    for leaf in leaves.iter().filter(|leaf| !overlooked.contains(&leaf.as_str())) {
        let mut changed = expect.clone();
        let value = changed.pointer_mut(leaf).expect("a leaf");
        *value = match value {
            Value::String(text) => format!("{text}?").into(),
            Value::Number(number) => (number.as_f64().expect("a number") + 1.0).into(),
            _ => json!("?"),
        };
        if let Some(whole) = value.as_f64().filter(|number| number.fract() == 0.0) {
            *value = (whole as u64).into();
        }
        assert_ne!(differences(&changed), Vec::<String>::new(), "{leaf}");
    }
}

fn collect_leaves(value: &Value, pointer: String, leaves: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members
                .iter()
                .for_each(|(name, value)| collect_leaves(value, format!("{pointer}/{name}"), leaves));
        }
        Value::Array(items) => (0..).zip(items).for_each(|(place, value): (usize, _)| {
            collect_leaves(value, format!("{pointer}/{place}"), leaves)
        }),
        _ => leaves.push(pointer),
    }
}

fn usage() -> Usage {
    Usage {
        input_tokens: Some(9),
        output_tokens: Some(8),
        cache_read_tokens: Some(3),
        cache_write_tokens: Some(2),
        reasoning_tokens: Some(4),
        audio_input_tokens: Some(1),
        audio_output_tokens: None,
        units: Vec::new(),
        raw: Some(r#"{"total_tokens":17}"#.to_owned()),
    }
}

fn answer(content: Vec<Part>, logprobs: Vec<TokenLogprob>) -> ChatResponse {
    let finish_reason = FinishReason::ToolCalls;
    ChatResponse {
        id: Some("i".to_owned()),
        model: "m".to_owned(),
        created: None,
        choices: vec![Choice { index: 0, content, finish_reason, stop_sequence: None, logprobs }],
        usage: Some(usage()),
        warnings: Vec::new(),
        extra: None,
    }
}

fn thought(text: &str, redacted: Option<&str>) -> Part {
    let signature = redacted.is_none().then(|| "s".to_owned());
    let redacted = redacted.map(str::to_owned);
    Part::Reasoning(ReasoningPart { text: text.to_owned(), signature, redacted, id: None })
}

fn call(id: &str, arguments: &str) -> Part {
    let (id, name, arguments) = (id.to_owned(), "f".to_owned(), arguments.to_owned());
    Part::ToolCall(ToolCall { id, name, arguments, signature: None })
}

#[test]
fn no_change_of_a_chat_completion_is_overlooked() {
    let content = vec![
        thought("hm", None),
        Part::text("a"),
        Part::text("b"),
        Part::Refusal("no".to_owned()),
        call("c1", "{\"x\": 1}"),
        call("made", "broken"),
    ];
    let token = TokenLogprob { token: "a".to_owned(), logprob: -0.5, bytes: None, top: Vec::new() };
    let ours = answer(content, vec![token]);
    let expect = json!({
        "id": "i", "model": "m",
        "choices": [{
            "index": 0, "text": "ab", "refusal": "no", "reasoning": "hm", "parts": null,
            "tool_calls": [{"id": "c1", "type": "function", "name": "f", "arguments": "{\"x\":1}"}],
            "function_call": {"name": "f", "arguments": "broken"},
            "finish_reason": "tool_calls", "logprobs": [["a", -0.5]],
        }],
        "usage": {"prompt": 9, "completion": 8, "total": 17, "cached": 3, "reasoning": 4, "audio_input": 1,
            "audio_output": null, "source": "usage"},
        "error": null,
    });
    let overlooked =
        ["/choices/0/parts", "/choices/0/tool_calls/0/type", "/usage/source", "/usage/audio_output"];
    finds_every_change(&expect, &overlooked, |found, expect| chat::compare(found, &ours, expect));
    let mut unreported = expect;
    unreported["usage"]["audio_output"] = 0.into();
    let mut found = Differences::default();
    chat::compare(&mut found, &ours, &unreported);
    assert_eq!(found.into_list().len(), 1, "absent is not zero");
}

#[test]
fn no_change_of_a_message_is_overlooked() {
    let cites = Citation { title: None, url: None, quote: None, start: None, end: None, raw: None };
    let content = vec![
        thought("hm", None),
        thought("", Some("d")),
        Part::Text(TextPart { text: "a".to_owned(), citations: vec![cites] }),
        call("c1", "{\"x\": 1}"),
        Part::Native(
            r#"{"type":"server_tool_use","id":"t","name":"web_search","input":{},"more":1}"#.to_owned(),
        ),
    ];
    let ours = answer(content, Vec::new());
    let expect = json!({
        "id": "i", "model": "m", "role": "assistant",
        "blocks": [
            {"type": "thinking", "thinking": "hm", "signature": "s"},
            {"type": "redacted_thinking", "data": "d"},
            {"type": "text", "text": "a", "citations": 1},
            {"type": "tool_use", "id": "c1", "name": "f", "input": {"x": 1}},
            {"type": "server_tool_use", "id": "t", "name": "web_search", "input": {}},
        ],
        "stop_reason": "tool_use", "stop_sequence": null,
        "usage": {"input": 4, "cache_creation": 2, "cache_read": 3, "output": 8, "reasoning": 4},
    });
    for streamed in [false, true] {
        finds_every_change(&expect, &["/role"], |found, expect| {
            messages::compare(found, &ours, expect, streamed);
        });
    }
}

#[test]
fn no_change_of_an_answer_in_the_neutral_shape_is_overlooked() {
    let cited = |start, title: &str| {
        let title = Some(title.to_owned());
        Citation { title, url: Some("u".to_owned()), quote: None, start, end: Some(2), raw: None }
    };
    let text = |text: &str, citations| Part::Text(TextPart { text: text.to_owned(), citations });
    let content = vec![
        thought("hm", None),
        thought("", Some("d")),
        text("ab", vec![cited(Some(1), "B"), cited(Some(0), "A")]),
        text("c", vec![cited(None, "C")]),
        call("c1", "{\"x\": 1}"),
        call("made", "{}"),
        Part::Native(r#"{"code":{"n":1}}"#.to_owned()),
    ];
    let token = TokenLogprob { token: "a".to_owned(), logprob: -0.5, bytes: None, top: Vec::new() };
    let ours = answer(content, vec![token]);
    let expect = json!({
        "id": "i", "model": "m",
        "choices": [{
            "index": 0,
            "blocks": [
                {"type": "thinking", "thinking": "hm", "signature": "s"},
                {"type": "redacted_thinking", "data": "d"},
                {"type": "text", "text": "ab"},
                {"type": "text", "text": "c"},
                {"type": "tool_use", "id": "c1", "name": "f", "input": {"x": 1}, "signature": null},
                {"type": "tool_use", "id": null, "name": "f", "input": {}, "signature": null},
                {"type": "native", "value": {"code": {"n": 1}}},
            ],
            "citations": [[null, 2, "C", "u", null], [0, 2, "A", "u", null], [1, 2, "B", "u", null]],
            "finish_reason": "STOP", "stop_sequence": null, "logprobs": [["a", -0.5]],
        }],
        "usage": {"input": 9, "output": 8, "cache_read": 3, "cache_write": 2, "reasoning": 4, "audio_input": 1,
            "audio_output": null},
    });
    // Of counts that we don't have, only one is told from none.
    finds_every_change(&expect, &["/usage/audio_output"], |found, expect| {
        neutral::compare(found, &ours, expect);
    });
    let mut unnamed = ours.clone();
    unnamed.choices[0].content[5] = call("", "{}");
    let mut found = Differences::default();
    neutral::compare(&mut found, &unnamed, &expect);
    assert_eq!(found.into_list(), ["a call has no id"]);
}

#[test]
fn no_change_of_a_vector_is_overlooked() {
    let vectors = vec![Vector::Float32(vec![0.1, 1.5]), Vector::Float32(vec![2.0])];
    let ours = EmbedResponse { model: "m".to_owned(), vectors, usage: Some(usage()), warnings: Vec::new() };
    let expect = json!({
        "model": "m", "usage": {"prompt": 9},
        "vectors": [
            {"index": 0, "dims": 2, "values": [0.1, 1.5]},
            {"index": 1, "dims": 1, "values": [2.0]},
        ],
    });
    finds_every_change(&expect, &[], |found, expect| vectors::compare(found, &ours, expect));
}

#[test]
fn no_change_of_an_error_is_overlooked() {
    let error = Error {
        kind: ErrorKind::InvalidRequest,
        message: "it says: no (request r)".to_owned(),
        status: Some(400),
        retry_after_ms: None,
        code: Some("c".to_owned()),
        body: Some("{}".to_owned()),
        sent: true,
    };
    let ours = CallError::Failed { provider: "p".to_owned(), error };
    let expect = json!({
        "exception": "BadRequestError", "status": 400, "code": "c", "type": "t", "param": null, "message": "no",
        "request_id": "r",
    });
    finds_every_change(&expect, &["/type", "/param"], |found, expect| {
        failure::compare(found, &ours, expect, b"{}");
    });
    let mut found = Differences::default();
    failure::compare(&mut found, &ours, &expect, b"{ }");
    assert_eq!(found.into_list().len(), 1, "the body is compared byte for byte");
}
