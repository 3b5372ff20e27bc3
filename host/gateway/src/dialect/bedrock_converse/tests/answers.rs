//! Whole answers, and errors.

use jackfield_runtime::api::llm::{
    ChatResponse, Choice, Citation, FinishReason, Part, ReasoningPart, TextPart, ToolCall,
};
use jackfield_runtime::api::types::{Error, ErrorKind, Media, Source, Usage};
use serde_json::{Value, json};

use super::{asked, decoded, identity};
use crate::dialect::Answer;
use crate::dialect::bedrock_converse::{Asked, encode_error, error_name};

fn response(content: Vec<Part>, finish_reason: FinishReason) -> ChatResponse {
    ChatResponse {
        id: None,
        model: "m".to_owned(),
        created: None,
        choices: vec![Choice { index: 0, content, finish_reason, stop_sequence: None, logprobs: Vec::new() }],
        usage: None,
        warnings: Vec::new(),
        extra: None,
    }
}

fn written(response: &ChatResponse) -> Value {
    serde_json::from_slice(&asked().encode(response, &identity())).unwrap()
}

fn blocks(content: Vec<Part>) -> Value {
    written(&response(content, FinishReason::Stop))["output"]["message"]["content"].take()
}

fn reasoning(text: &str, signature: Option<&str>, redacted: Option<&str>) -> Part {
    Part::Reasoning(ReasoningPart {
        text: text.to_owned(),
        signature: signature.map(str::to_owned),
        redacted: redacted.map(str::to_owned),
        id: None,
    })
}

fn call(arguments: &str) -> Part {
    Part::ToolCall(ToolCall {
        id: "t1".to_owned(),
        name: "f".to_owned(),
        arguments: arguments.to_owned(),
        signature: None,
    })
}

fn media(source: Source, mime_type: &str) -> Media {
    Media { source, mime_type: Some(mime_type.to_owned()), detail: None, transcript: None, id: None }
}

#[test]
fn an_answer_has_all_that_clients_demand() {
    let mut answer = response(vec![Part::text("hi")], FinishReason::Stop);
    answer.usage = Some(Usage {
        input_tokens: Some(10),
        output_tokens: Some(3),
        cache_read_tokens: Some(4),
        cache_write_tokens: Some(1),
        reasoning_tokens: None,
        audio_input_tokens: None,
        audio_output_tokens: None,
        units: Vec::new(),
        raw: Some(r#"{"prompt_tokens":10}"#.to_owned()),
    });
    answer.extra = Some(r#"{"trace":{"x":1},"output":"no"}"#.to_owned());
    let written = written(&answer);
    assert_eq!(
        written["output"],
        json!({ "message": { "role": "assistant", "content": [{ "text": "hi" }] } })
    );
    assert_eq!(written["stopReason"], "end_turn");
    let usage = json!({ "inputTokens": 5, "outputTokens": 3, "totalTokens": 13, "cacheReadInputTokens": 4, "cacheWriteInputTokens": 1 });
    assert_eq!(written["usage"], usage);
    assert!(written["metrics"]["latencyMs"].is_u64());
    assert_eq!(written["trace"]["x"], 1);
}

/// One part of each kind.
fn parts() -> Vec<Part> {
    let cited = Part::Text(TextPart {
        text: "c".to_owned(),
        citations: vec![Citation {
            title: Some("T".to_owned()),
            url: Some("https://x".to_owned()),
            quote: Some("q".to_owned()),
            start: None,
            end: None,
            raw: Some(r#"{"type":"web_search_result_location"}"#.to_owned()),
        }],
    });
    let audio = Media { transcript: Some("said".to_owned()), ..media(Source::Data(vec![0]), "audio/mpeg") };
    vec![
        reasoning("hm", Some("sig"), None),
        reasoning("", None, Some("QUI=")),
        cited,
        Part::Image(media(Source::Data(vec![0, 1, 2]), "image/jpeg")),
        Part::Image(media(Source::Url("https://x/a.png".to_owned()), "image/png")),
        Part::Audio(audio),
        Part::Refusal("no".to_owned()),
        Part::text(""),
        Part::Native(
            r#"{"toolUse":{"toolUseId":"t","name":"n","input":{},"type":"server_tool_use"}}"#.to_owned(),
        ),
        Part::Native(r#"{"type":"server_tool_use","id":"x"}"#.to_owned()),
        call(r#"{"a": 1}"#),
        call("oops"),
    ]
}

/// An answer that has them all.
pub(super) fn sample() -> Value {
    written(&response(parts(), FinishReason::ToolCalls))
}

#[test]
fn every_part_becomes_a_block() {
    let expected = json!([
        { "reasoningContent": { "reasoningText": { "text": "hm", "signature": "sig" } } },
        { "reasoningContent": { "redactedContent": "QUI=" } },
        { "citationsContent": { "content": [{ "text": "c" }], "citations": [
            { "title": "T", "sourceContent": [{ "text": "q" }], "location": { "web": { "url": "https://x" } } }] } },
        { "image": { "format": "jpeg", "source": { "bytes": "AAEC" } } },
        { "text": "https://x/a.png" },
        { "text": "said" },
        { "audio": { "format": "mp3", "source": { "bytes": "AA==" } } },
        { "text": "no" },
        { "toolUse": { "toolUseId": "t", "name": "n", "input": {}, "type": "server_tool_use" } },
        { "toolUse": { "toolUseId": "t1", "name": "f", "input": { "a": 1 } } },
        { "toolUse": { "toolUseId": "t1", "name": "f", "input": { "INVALID_JSON": "oops" } } },
    ]);
    assert_eq!(blocks(parts()), expected);
}

#[test]
fn what_was_answered_can_be_sent_back() {
    let said = vec![
        reasoning("hm", Some("sig"), None),
        reasoning("", None, Some("gAAA-_of another provider")),
        Part::text("hi"),
        call(r#"{"a":1}"#),
        Part::ToolCall(ToolCall {
            id: "t2".to_owned(),
            name: "f".to_owned(),
            arguments: "{}".to_owned(),
            signature: Some("of the call".to_owned()),
        }),
    ];
    let body = json!({ "messages": [{ "role": "user", "content": [{ "text": "q" }] }, { "role": "assistant", "content": blocks(said.clone()) }] });
    let back = decoded(&body).unwrap().request.messages.swap_remove(1).content;
    assert_eq!(format!("{back:?}"), format!("{said:?}"));
}

#[test]
fn every_reason_to_end_has_its_word() {
    for (reason, word) in [
        (FinishReason::Stop, "end_turn"),
        (FinishReason::Length, "max_tokens"),
        (FinishReason::ToolCalls, "tool_use"),
        (FinishReason::ContentFilter, "content_filtered"),
        (FinishReason::Refusal, "content_filtered"),
        (FinishReason::ContextLength, "model_context_window_exceeded"),
        (FinishReason::Pause, "pause_turn"),
        (FinishReason::Other("malformed_tool_use".to_owned()), "malformed_tool_use"),
    ] {
        assert_eq!(written(&response(Vec::new(), reason))["stopReason"], word);
    }
    let mut answer = response(Vec::new(), FinishReason::Stop);
    answer.choices[0].stop_sequence = Some("END".to_owned());
    assert_eq!(written(&answer)["stopReason"], "stop_sequence");
    let wanted = Asked { stop_sequence: true, ..asked() };
    let told: Value = serde_json::from_slice(&wanted.encode(&answer, &identity())).unwrap();
    assert_eq!(told["additionalModelResponseFields"]["stop_sequence"], "END");
}

#[test]
fn the_upstreams_own_usage_is_shown_where_it_is_of_this_dialect() {
    let raw = r#"{"inputTokens":5,"outputTokens":3,"totalTokens":8,"cacheDetails":[]}"#;
    let mut answer = response(Vec::new(), FinishReason::Stop);
    let usage = |input| Usage {
        input_tokens: Some(input),
        output_tokens: Some(3),
        cache_read_tokens: None,
        cache_write_tokens: None,
        reasoning_tokens: None,
        audio_input_tokens: None,
        audio_output_tokens: None,
        units: Vec::new(),
        raw: Some(raw.to_owned()),
    };
    answer.usage = Some(usage(5));
    assert!(written(&answer)["usage"].get("cacheDetails").is_some());
    answer.usage = Some(usage(6));
    assert_eq!(written(&answer)["usage"], json!({ "inputTokens": 6, "outputTokens": 3, "totalTokens": 9 }));
}

#[test]
fn errors_have_the_exceptions_name() {
    let mut error = Error::new(ErrorKind::RateLimited, "slow down");
    assert_eq!(error_name(&error), "ThrottlingException");
    let body: Value = serde_json::from_slice(&encode_error(&error, Some("messages"))).unwrap();
    assert_eq!(body, json!({ "__type": "ThrottlingException", "message": "messages: slow down" }));
    error.code = Some("ModelNotReadyException".to_owned());
    assert_eq!(error_name(&error), "ModelNotReadyException");
    let broke = Error::new(ErrorKind::Unavailable, "broke");
    assert_eq!(error_name(&broke), "ServiceUnavailableException");
    assert_eq!(error_name(&Error { status: Some(500), ..broke }), "InternalServerException");
    error.code = Some("modelStreamErrorException".to_owned());
    assert_eq!(error_name(&error), "ModelStreamErrorException", "as streams call it");
    error.code = Some("rate_limit\r\nException".to_owned());
    assert_eq!(error_name(&error), "ThrottlingException", "nothing that would break a header");
    error.body = Some(r#"{"message":"theirs"}"#.to_owned());
    assert_eq!(&encode_error(&error, None)[..], br#"{"message":"theirs"}"#);
    error.body = Some(r#"{"error":{"message":"another API's"}}"#.to_owned());
    assert!(encode_error(&error, None).starts_with(br#"{"__type""#));
}
