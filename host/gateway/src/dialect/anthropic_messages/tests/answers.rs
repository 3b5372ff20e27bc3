//! Whole answers and errors.

use jackfield_runtime::api::llm::{
    ChatResponse, Choice, Citation, FinishReason, Part, ReasoningPart, TextPart, ToolCall,
};
use jackfield_runtime::api::types::{Error, ErrorKind, Usage};
use serde_json::{Value, json};

use super::identity;
use crate::dialect::Answer;
use crate::dialect::anthropic_messages::{ASKED, decode, encode_count, encode_error, status};

fn written(response: &ChatResponse) -> Value {
    serde_json::from_slice(&ASKED.encode(response, &identity())).unwrap()
}

fn answer(content: Vec<Part>, finish_reason: FinishReason) -> ChatResponse {
    ChatResponse {
        id: Some("msg_1".to_owned()),
        model: "m-1".to_owned(),
        created: None,
        choices: vec![Choice { index: 0, content, finish_reason, stop_sequence: None, logprobs: Vec::new() }],
        usage: None,
        warnings: Vec::new(),
        extra: None,
    }
}

fn call(arguments: &str, signature: Option<&str>) -> Part {
    Part::ToolCall(ToolCall {
        id: "c".to_owned(),
        name: "f".to_owned(),
        arguments: arguments.to_owned(),
        signature: signature.map(str::to_owned),
    })
}

#[test]
fn an_answer_is_written_in_full_and_can_be_sent_back() {
    let citation = Citation {
        title: Some("T".to_owned()),
        url: Some("https://e.example".to_owned()),
        quote: Some("q".to_owned()),
        start: None,
        end: None,
        raw: None,
    };
    let own =
        Citation { raw: Some(r#"{"type":"char_location","cited_text":"q"}"#.to_owned()), ..citation.clone() };
    let thought =
        ReasoningPart { text: "hm".to_owned(), signature: Some("s".to_owned()), redacted: None, id: None };
    let hidden =
        ReasoningPart { text: String::new(), signature: None, redacted: Some("x".to_owned()), id: None };
    let mut response = answer(
        vec![
            Part::Reasoning(thought),
            Part::Reasoning(hidden),
            Part::Text(TextPart { text: "t".to_owned(), citations: vec![citation, own] }),
            Part::Native(r#"{"type":"server_tool_use","id":"e"}"#.to_owned()),
            call(r#"{"a":1}"#, Some(r#"{"type":"code_execution"}"#)),
            call("", Some("opaque")),
            call("oops", None),
        ],
        FinishReason::ToolCalls,
    );
    response.usage = Some(Usage {
        input_tokens: Some(675),
        output_tokens: Some(9),
        cache_read_tokens: Some(600),
        cache_write_tokens: Some(70),
        reasoning_tokens: None,
        audio_input_tokens: None,
        audio_output_tokens: None,
        units: Vec::new(),
        raw: None,
    });
    response.extra = Some(r#"{"container":{"id":"k"},"model":"never"}"#.to_owned());
    let told = written(&response);
    assert_eq!(
        told,
        json!({"id": "msg_1", "type": "message", "role": "assistant", "model": "m-1",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "s"},
                {"type": "redacted_thinking", "data": "x"},
                {"type": "text", "text": "t", "citations": [
                    {"type": "web_search_result_location", "url": "https://e.example", "title": "T", "cited_text": "q", "encrypted_index": ""},
                    {"type": "char_location", "cited_text": "q"}]},
                {"type": "server_tool_use", "id": "e"},
                {"type": "tool_use", "id": "c", "name": "f", "input": {"a": 1}, "caller": {"type": "code_execution"}},
                {"type": "redacted_thinking", "data": "jackfield-call-signature:opaque"},
                {"type": "tool_use", "id": "c", "name": "f", "input": {}},
                {"type": "tool_use", "id": "c", "name": "f", "input": {"INVALID_JSON": "oops"}}],
            "stop_reason": "tool_use", "stop_sequence": null,
            "usage": {"input_tokens": 5, "cache_creation_input_tokens": 70, "cache_read_input_tokens": 600, "output_tokens": 9},
            "container": {"id": "k"}})
    );
    let again = format!(
        r#"{{"model":"m","max_tokens":1,"messages":[{{"role":"assistant","content":{}}}]}}"#,
        told["content"]
    );
    let parts = decode(again.as_bytes()).unwrap().request.messages.remove(0).content;
    assert_eq!(parts[0], response.choices[0].content[0]);
    assert_eq!(parts[1], response.choices[0].content[1]);
    assert_eq!(parts[4], response.choices[0].content[4]);
    assert_eq!(parts[5], call("{}", Some("opaque")));
}

#[test]
fn a_thought_that_is_both_shown_and_hidden_comes_back_in_one_piece() {
    let thought = Part::Reasoning(ReasoningPart {
        text: "hm".to_owned(),
        signature: None,
        redacted: Some("enc".to_owned()),
        id: None,
    });
    let told = written(&answer(vec![thought.clone()], FinishReason::Stop));
    assert_eq!(
        told["content"],
        json!([{"type": "thinking", "thinking": "hm", "signature": ""}, {"type": "redacted_thinking", "data": "enc"}])
    );
    let again = format!(
        r#"{{"model":"m","max_tokens":1,"messages":[{{"role":"assistant","content":{}}}]}}"#,
        told["content"]
    );
    assert_eq!(decode(again.as_bytes()).unwrap().request.messages.remove(0).content, [thought]);
}

#[test]
fn reasons_to_end_have_their_words() {
    for (reason, word) in [
        (FinishReason::Stop, json!("end_turn")),
        (FinishReason::Length, json!("max_tokens")),
        (FinishReason::ContentFilter, json!("refusal")),
        (FinishReason::Refusal, json!("refusal")),
        (FinishReason::Pause, json!("pause_turn")),
        (FinishReason::ContextLength, json!("model_context_window_exceeded")),
        (FinishReason::Other("unknown".to_owned()), json!(null)),
        (FinishReason::Other("brand_new".to_owned()), json!("brand_new")),
    ] {
        assert_eq!(written(&answer(Vec::new(), reason))["stop_reason"], word);
    }
    let mut stopped = answer(Vec::new(), FinishReason::Stop);
    stopped.choices[0].stop_sequence = Some("END".to_owned());
    let told = written(&stopped);
    assert_eq!((&told["stop_reason"], &told["stop_sequence"]), (&json!("stop_sequence"), &json!("END")));
}

#[test]
fn a_refusal_is_a_text_unless_its_own_member_tells_of_it() {
    let mut response = answer(vec![Part::Refusal("no".to_owned())], FinishReason::Refusal);
    assert_eq!(written(&response)["content"], json!([{"type": "text", "text": "no"}]));
    response.extra = Some(r#"{"stop_details":{"explanation":"no"}}"#.to_owned());
    let told = written(&response);
    assert_eq!((&told["content"], &told["stop_details"]["explanation"]), (&json!([]), &json!("no")));
}

#[test]
fn an_upstreams_own_usage_is_passed_on_and_missing_counts_are_zero() {
    let mut response = answer(Vec::new(), FinishReason::Stop);
    assert_eq!(written(&response)["usage"]["output_tokens"], json!(0));
    let raw = r#"{"input_tokens":5,"output_tokens":1,"cache_read_input_tokens":2,"server_tool_use":{"web_search_requests":1}}"#;
    response.usage = Some(Usage {
        input_tokens: Some(7),
        output_tokens: Some(1),
        cache_read_tokens: Some(2),
        cache_write_tokens: None,
        reasoning_tokens: None,
        audio_input_tokens: None,
        audio_output_tokens: None,
        units: Vec::new(),
        raw: Some(raw.to_owned()),
    });
    assert_eq!(written(&response)["usage"]["server_tool_use"]["web_search_requests"], json!(1));
}

#[test]
fn errors_are_told_in_the_dialect_or_in_the_upstreams_words() {
    let mut error = Error::new(ErrorKind::Overloaded, "busy");
    assert_eq!(status(&error), 529);
    error.body = Some(r#"{"error":{"message":"m","type":"t"}}"#.to_owned());
    let told: Value = serde_json::from_slice(&encode_error(&error, None)).unwrap();
    assert_eq!(told, json!({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}));
    let own = r#"{"type":"error","error":{"type":"overloaded_error","message":"m"},"request_id":"r"}"#;
    error.body = Some(own.to_owned());
    assert_eq!(encode_error(&error, None), own.as_bytes());
    assert_eq!(encode_count(5), &br#"{"input_tokens":5}"#[..]);
}
