//! Whole answers and errors.

use jackfield_runtime::api::llm::{
    ChatResponse, Choice, Citation, FinishReason, Part, ReasoningPart, TextPart, TokenAlternative,
    TokenLogprob, ToolCall,
};
use jackfield_runtime::api::types::{Error, ErrorKind, Media, Source, Usage};
use serde_json::json;

use super::{encoded, with};
use crate::dialect::Answer;
use crate::dialect::openai_chat::{Asked, decode, encode_error};

fn usage() -> Usage {
    Usage {
        input_tokens: Some(10),
        output_tokens: Some(20),
        cache_read_tokens: Some(4),
        cache_write_tokens: None,
        reasoning_tokens: Some(8),
        audio_input_tokens: None,
        audio_output_tokens: None,
        units: Vec::new(),
        raw: None,
    }
}

fn answer(content: Vec<Part>, finish_reason: FinishReason) -> ChatResponse {
    ChatResponse {
        id: Some("chatcmpl-1".to_owned()),
        model: "m-1".to_owned(),
        created: Some(5),
        choices: vec![Choice { index: 0, content, finish_reason, stop_sequence: None, logprobs: Vec::new() }],
        usage: None,
        warnings: Vec::new(),
        extra: None,
    }
}

#[test]
fn a_plain_answer_is_written_in_full() {
    let mut response = answer(vec![Part::text("a"), Part::text("\"b\"")], FinishReason::Stop);
    response.usage = Some(usage());
    assert_eq!(
        encoded(&Asked::default(), &response),
        json!({"id": "chatcmpl-1", "object": "chat.completion", "created": 5, "model": "m-1",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "a\"b\"", "refusal": null},
                "logprobs": null, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30,
                "prompt_tokens_details": {"cached_tokens": 4}, "completion_tokens_details": {"reasoning_tokens": 8}}})
    );
}

#[test]
fn what_the_provider_left_out_is_filled_in() {
    let mut response = answer(Vec::new(), FinishReason::Stop);
    (response.id, response.created, response.model) = (None, None, String::new());
    let written = encoded(&Asked::default(), &response);
    assert_eq!(
        (&written["id"], &written["created"], &written["model"]),
        (&json!("chatcmpl-made"), &json!(7), &json!("asked"))
    );
    assert_eq!(written["choices"][0]["message"]["content"], json!(null));
}

#[test]
fn an_upstreams_own_usage_is_passed_on_unless_it_was_corrected() {
    let raw = r#"{"prompt_tokens":10,"completion_tokens":20,"total_tokens":30,"new_detail":1}"#;
    let mut response = answer(Vec::new(), FinishReason::Stop);
    response.usage = Some(Usage { raw: Some(raw.to_owned()), ..usage() });
    assert_eq!(encoded(&Asked::default(), &response)["usage"]["new_detail"], json!(1));
    response.usage = Some(Usage { raw: Some(raw.to_owned()), output_tokens: Some(28), ..usage() });
    let written = encoded(&Asked::default(), &response);
    assert_eq!(
        (&written["usage"]["completion_tokens"], &written["usage"]["new_detail"]),
        (&json!(28), &json!(null))
    );
}

#[test]
fn every_kind_of_part_finds_its_member() {
    let media = |mime: &str, id: Option<&str>| Media {
        source: Source::Data(vec![0, 1, 2]),
        mime_type: Some(mime.to_owned()),
        detail: None,
        transcript: Some("said".to_owned()),
        id: id.map(str::to_owned),
    };
    let citation = Citation {
        title: Some("T".to_owned()),
        url: Some("https://e.example".to_owned()),
        quote: None,
        start: Some(1),
        end: Some(2),
        raw: None,
    };
    let own = r#"{"type":"file_path","file_path":{"file_id":"f"}}"#.to_owned();
    let thought =
        ReasoningPart { text: "hm".to_owned(), signature: Some("s".to_owned()), redacted: None, id: None };
    let hidden =
        ReasoningPart { text: String::new(), signature: None, redacted: Some("x".to_owned()), id: None };
    let call = ToolCall {
        id: "c".to_owned(),
        name: "f".to_owned(),
        arguments: "{}".to_owned(),
        signature: Some("g".to_owned()),
    };
    let parts = vec![
        Part::Reasoning(thought),
        Part::Reasoning(hidden),
        Part::Text(TextPart {
            text: "t".to_owned(),
            citations: vec![citation.clone(), Citation { raw: Some(own), ..citation }],
        }),
        Part::Image(media("image/png", None)),
        Part::Audio(media("audio/wav", Some("a1"))),
        Part::Native(r#"{"type":"server_tool_use"}"#.to_owned()),
        Part::ToolCall(call),
    ];
    let response = answer(parts, FinishReason::ToolCalls);
    let written = encoded(&Asked::default(), &response);
    assert_eq!(
        written["choices"][0]["message"],
        json!({"role": "assistant", "content": "t", "refusal": null, "reasoning_content": "hm",
            "thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "s"}, {"type": "redacted_thinking", "data": "x"}],
            "annotations": [
                {"type": "url_citation", "url_citation": {"start_index": 1, "end_index": 2, "url": "https://e.example", "title": "T"}},
                {"type": "file_path", "file_path": {"file_id": "f"}}],
            "audio": {"id": "a1", "data": "AAEC", "transcript": "said"},
            "images": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AAEC"}}],
            "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"},
                "extra_content": {"google": {"thought_signature": "g"}}}],
            "content_blocks": [{"type": "server_tool_use"}]})
    );
    // What was answered can be sent back, and is what it was.
    let again = format!(r#"{{"model":"m","messages":[{}]}}"#, written["choices"][0]["message"]);
    let turn = decode(again.as_bytes()).unwrap().request.messages.remove(0);
    let Part::ToolCall(call) = turn.content.last().unwrap() else { panic!("{turn:?}") };
    assert_eq!(call.signature.as_deref(), Some("g"));
    assert!(
        matches!(&turn.content[0], Part::Reasoning(thought) if thought.signature.as_deref() == Some("s"))
    );
    assert!(matches!(&turn.content[1], Part::Reasoning(thought) if thought.redacted.as_deref() == Some("x")));
}

#[test]
fn calls_are_told_in_the_form_that_was_asked_for() {
    let call = Part::ToolCall(ToolCall {
        id: "c".to_owned(),
        name: "f".to_owned(),
        arguments: "in".to_owned(),
        signature: None,
    });
    let response = answer(vec![call], FinishReason::ToolCalls);
    let old = with(r#","functions":[{"name":"f"}]"#);
    let choice = encoded(&*old.answer, &response)["choices"][0].clone();
    assert_eq!(choice["message"]["function_call"], json!({"name": "f", "arguments": "in"}));
    assert_eq!(choice["finish_reason"], "function_call");
    let free = with(r#","tools":[{"type":"custom","custom":{"name":"f"}}]"#);
    let choice = encoded(&*free.answer, &response)["choices"][0].clone();
    assert_eq!(
        choice["message"]["tool_calls"],
        json!([{"id": "c", "type": "custom", "custom": {"name": "f", "input": "in"}}])
    );
}

#[test]
fn reasons_to_end_have_their_words() {
    for (reason, content, word) in [
        (FinishReason::Length, vec![], "length"),
        (FinishReason::ContentFilter, vec![], "content_filter"),
        (FinishReason::Refusal, vec![], "content_filter"),
        (FinishReason::Refusal, vec![Part::Refusal("no".to_owned())], "stop"),
        (FinishReason::Pause, vec![], "length"),
        (FinishReason::ContextLength, vec![], "length"),
        (FinishReason::Other("brand_new".to_owned()), vec![], "brand_new"),
    ] {
        let written = encoded(&Asked::default(), &answer(content, reason));
        assert_eq!(written["choices"][0]["finish_reason"], word);
    }
}

#[test]
fn members_beyond_the_typed_form_return_to_their_place() {
    let mut response = answer(vec![Part::text("t")], FinishReason::Stop);
    response.extra = Some(
        r#"{"system_fingerprint":"fp","model":"never","choices":[{"index":0,"verdict":{"a":1},"message":{"odd":true,"role":"x"}}]}"#
            .to_owned(),
    );
    response.choices[0].stop_sequence = Some("END".to_owned());
    let written = encoded(&Asked::default(), &response);
    assert_eq!((&written["system_fingerprint"], &written["model"]), (&json!("fp"), &json!("m-1")));
    let choice = &written["choices"][0];
    assert_eq!(
        (&choice["verdict"]["a"], &choice["message"]["odd"], &choice["stop_reason"]),
        (&json!(1), &json!(true), &json!("END"))
    );
    assert_eq!(choice["message"]["role"], "assistant");
}

#[test]
fn log_probabilities_keep_bytes_and_alternatives() {
    let mut response = answer(vec![Part::text("t")], FinishReason::Stop);
    response.choices[0].logprobs = vec![TokenLogprob {
        token: "t".to_owned(),
        logprob: -0.25,
        bytes: Some(vec![116]),
        top: vec![TokenAlternative { token: "u".to_owned(), logprob: -2.0, bytes: None }],
    }];
    assert_eq!(
        encoded(&Asked::default(), &response)["choices"][0]["logprobs"],
        json!({"refusal": null, "content": [{"token": "t", "logprob": -0.25, "bytes": [116],
            "top_logprobs": [{"token": "u", "logprob": -2.0, "bytes": null}]}]})
    );
}

#[test]
fn errors_are_told_in_the_dialect_or_in_the_upstreams_words() {
    let mut error = Error::new(ErrorKind::ContextLength, "too long");
    error.body =
        Some(r#"{"type":"error","error":{"type":"invalid_request_error","message":"m"}}"#.to_owned());
    let told = super::json(&encode_error(&error, Some("messages")));
    let expected = json!({"error": {"message": "too long", "type": "invalid_request_error", "param": "messages", "code": "context_length_exceeded"}});
    assert_eq!(told, expected);
    for own in [
        r#"{"error":{"message":"m","type":"t","param":null,"code":"c","new":1}}"#,
        r#"{"error":{"message":"m","type":null,"code":"content_filter","status":400,"innererror":{}}}"#,
    ] {
        error.body = Some(own.to_owned());
        assert_eq!(Asked::default().error(&error, None), own.as_bytes());
    }
    let googles = r#"{"error":{"code":400,"message":"m","status":"INVALID_ARGUMENT"}}"#;
    for other in [googles, "<html>"] {
        error.body = Some(other.to_owned());
        assert_eq!(super::json(&encode_error(&error, None))["error"]["message"], "too long", "{other}");
    }
}
