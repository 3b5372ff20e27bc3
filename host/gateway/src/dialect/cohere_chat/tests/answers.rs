//! Whole answers and errors.

use jackfield_runtime::api::llm::{
    ChatResponse, Choice, Citation, FinishReason, Part, ReasoningPart, TextPart, TokenLogprob, ToolCall,
};
use jackfield_runtime::api::types::{Error, ErrorKind, Media, Source, Usage};
use serde_json::{Value, json};

use super::{decode, identity};
use crate::dialect::Answer;
use crate::dialect::cohere_chat::{ASKED, encode_error};

fn written(response: &ChatResponse) -> Value {
    serde_json::from_slice(&ASKED.encode(response, &identity())).unwrap()
}

fn answer(content: Vec<Part>, finish_reason: FinishReason) -> ChatResponse {
    ChatResponse {
        id: None,
        model: "m-1".to_owned(),
        created: None,
        choices: vec![Choice { index: 0, content, finish_reason, stop_sequence: None, logprobs: Vec::new() }],
        usage: None,
        warnings: Vec::new(),
        extra: None,
    }
}

fn thought(text: &str, signature: Option<&str>, id: Option<&str>) -> Part {
    Part::Reasoning(ReasoningPart {
        text: text.to_owned(),
        signature: signature.map(str::to_owned),
        redacted: None,
        id: id.map(str::to_owned),
    })
}

fn call() -> Part {
    Part::ToolCall(ToolCall {
        id: "c".to_owned(),
        name: "f".to_owned(),
        arguments: r#"{"a":1}"#.to_owned(),
        signature: Some("z".to_owned()),
    })
}

fn text(text: &str, citations: Vec<Citation>) -> Part {
    Part::Text(TextPart { text: text.to_owned(), citations })
}

fn citation(start: Option<u32>, end: Option<u32>, raw: Option<&str>) -> Citation {
    Citation {
        title: Some("T".to_owned()),
        url: None,
        quote: Some("q".to_owned()),
        start,
        end,
        raw: raw.map(str::to_owned),
    }
}

pub(super) fn usage(input: u64, output: u64, raw: Option<&str>) -> Usage {
    Usage {
        input_tokens: Some(input),
        output_tokens: Some(output),
        cache_read_tokens: Some(2),
        cache_write_tokens: None,
        reasoning_tokens: None,
        audio_input_tokens: None,
        audio_output_tokens: None,
        units: vec![("search_units".to_owned(), 1.0), ("seconds".to_owned(), 3.0)],
        raw: raw.map(str::to_owned),
    }
}

#[test]
fn an_answer_is_written_in_full() {
    let image =
        Media { source: Source::Data(vec![0, 1]), mime_type: None, detail: None, transcript: None, id: None };
    let own = r#"{"start":1,"sources":[]}"#;
    let mut response = answer(
        vec![
            thought("look", None, Some("tool_plan")),
            thought("hm", Some("s"), None),
            text("héllo", vec![citation(Some(1), Some(3), None), citation(None, None, Some(own))]),
            text("there", vec![citation(Some(5), Some(7), Some("{}")), citation(None, None, None)]),
            Part::Image(image),
            call(),
        ],
        FinishReason::ToolCalls,
    );
    response.id = Some("i".to_owned());
    response.usage = Some(usage(7, 5, None));
    response.choices[0].logprobs =
        vec![TokenLogprob { token: "hé".to_owned(), logprob: -0.5, bytes: None, top: Vec::new() }];
    response.extra = Some(r#"{"new":[1],"message":"never","citations":[{"type":"PLAN"}]}"#.to_owned());
    let source = json!([{"type":"document","document":{"title":"T","snippet":"q"}}]);
    assert_eq!(
        written(&response),
        json!({
            "id": "i",
            "message": {
                "role": "assistant",
                "content": [
                    {"type":"thinking","thinking":"hm","signature":"s"},
                    {"type":"text","text":"héllo"},
                    {"type":"text","text":"there"},
                    {"type":"image_url","image_url":{"url":"data:image/png;base64,AAE="}},
                ],
                "tool_plan": "look",
                "tool_calls": [{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":1}"},"signature":"z"}],
                "citations": [
                    {"start":1,"end":3,"text":"él","sources":source,"content_index":1,"type":"TEXT_CONTENT"},
                    {"start":1,"sources":[]},
                    {"start":0,"end":2,"text":"th","sources":source,"content_index":2,"type":"TEXT_CONTENT"},
                    {"start":0,"end":5,"text":"there","sources":source,"content_index":2,"type":"TEXT_CONTENT"},
                    {"type":"PLAN"},
                ],
            },
            "finish_reason": "TOOL_CALL",
            "usage": {
                "billed_units": {"input_tokens":7,"output_tokens":5,"search_units":1.0},
                "tokens": {"input_tokens":7,"output_tokens":5},
                "cached_tokens": 2,
            },
            "logprobs": [{"text":"hé","token_ids":[],"logprobs":[-0.5]}],
            "new": [1],
        })
    );
}

#[test]
fn a_message_can_be_sent_back_as_it_came() {
    let parts = vec![
        thought("look", None, Some("tool_plan")),
        thought("hm", Some("s"), Some("r")),
        Part::Reasoning(ReasoningPart {
            text: String::new(),
            signature: None,
            redacted: Some("x".to_owned()),
            id: None,
        }),
        text("so", Vec::new()),
        call(),
    ];
    let message = &written(&answer(parts.clone(), FinishReason::ToolCalls))["message"];
    let body = json!({"model": "m", "messages": [message]}).to_string();
    let decoded = decode(&body).unwrap();
    assert_eq!((decoded.request.messages[0].content.clone(), decoded.warnings), (parts, Vec::new()));
}

#[test]
fn an_answer_that_says_nothing_has_an_empty_content_and_one_of_calls_has_none() {
    let empty = written(&answer(vec![text("", Vec::new())], FinishReason::Stop));
    assert_eq!(
        empty,
        json!({"id":"made","message":{"role":"assistant","content":[]},"finish_reason":"COMPLETE"})
    );
    let calls = written(&answer(vec![call()], FinishReason::ToolCalls));
    assert!(calls["message"].get("content").is_none(), "{calls}");
    let refusal = written(&answer(vec![Part::Refusal("no".to_owned())], FinishReason::Stop));
    assert_eq!(refusal["message"]["content"], json!([{"type":"text","text":"no"}]));
}

#[test]
fn every_reason_has_a_word() {
    for (reason, word) in [
        (FinishReason::Stop, json!("COMPLETE")),
        (FinishReason::Length, json!("MAX_TOKENS")),
        (FinishReason::ContextLength, json!("MAX_TOKENS")),
        (FinishReason::Pause, json!("MAX_TOKENS")),
        (FinishReason::ToolCalls, json!("TOOL_CALL")),
        (FinishReason::ContentFilter, json!("ERROR_TOXIC")),
        (FinishReason::Refusal, json!("ERROR_TOXIC")),
        (FinishReason::Other("USER_CANCEL".to_owned()), json!("USER_CANCEL")),
        (FinishReason::Other("unknown".to_owned()), Value::Null),
    ] {
        assert_eq!(written(&answer(Vec::new(), reason))["finish_reason"], word);
    }
    let mut stopped = answer(Vec::new(), FinishReason::Stop);
    stopped.choices[0].stop_sequence = Some("END".to_owned());
    assert_eq!(written(&stopped)["finish_reason"], "STOP_SEQUENCE");
}

#[test]
fn the_upstreams_own_usage_is_passed_on_while_it_tells_the_same() {
    let own = r#"{"billed_units":{"input_tokens":4.0,"output_tokens":5,"image_tokens":3},"tokens":{"input_tokens":60,"output_tokens":9},"new":1}"#;
    let told = |usage| {
        let mut response = answer(Vec::new(), FinishReason::Stop);
        response.usage = Some(usage);
        written(&response)["usage"].clone()
    };
    let whole: Value = serde_json::from_str(own).unwrap();
    assert_eq!(told(usage(63, 9, Some(own))), whole, "all tokens, with those of images");
    assert_eq!(told(usage(7, 5, Some(own))), whole, "the billed ones");
    assert_eq!(told(usage(8, 5, Some(own)))["tokens"], json!({"input_tokens":8,"output_tokens":5}));
    let others = r#"{"prompt_tokens":8,"completion_tokens":5}"#;
    assert_eq!(told(usage(8, 5, Some(others)))["tokens"], json!({"input_tokens":8,"output_tokens":5}));
}

#[test]
fn errors_are_a_message_and_an_upstreams_own_is_shown_as_it_is() {
    let mut error = Error::new(ErrorKind::InvalidRequest, "is missing");
    let shown = |error: &Error, param| String::from_utf8(encode_error(error, param).to_vec()).unwrap();
    assert_eq!(shown(&error, Some("model")), r#"{"message":"model: is missing"}"#);
    error.message = "`model`: is missing".to_owned();
    assert_eq!(shown(&error, Some("model")), r#"{"message":"`model`: is missing"}"#);
    for (body, own) in [
        (r#"{"id": "e", "message": "no"}"#, true),
        (r#"{"message": "no", "type": "x"}"#, false),
        (r#"{"error": {"message": "no"}}"#, false),
        (r#"{"message": {"text": "no"}}"#, false),
        ("<html>", false),
    ] {
        error.body = Some(body.to_owned());
        assert_eq!(shown(&error, None) == body, own, "{body}");
    }
}
