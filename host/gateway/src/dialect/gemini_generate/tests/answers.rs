//! Whole answers, and errors.

use jackfield_runtime::api::llm::{
    ChatResponse, Choice, Citation, FinishReason, Part, ReasoningPart, TextPart, ToolCall,
};
use jackfield_runtime::api::types::{Error, ErrorKind, Media, Source, Usage};
use serde_json::{Value, json};

use super::super::{ASKED, decode, encode_count, encode_error};
use super::identity;
use crate::dialect::Answer;
use crate::endpoint::PathFacts;

fn text(text: &str) -> Part {
    Part::Text(TextPart { text: text.to_owned(), citations: Vec::new() })
}

fn thought(text: &str, signature: Option<&str>, redacted: Option<&str>, id: Option<&str>) -> Part {
    let own = |text: Option<&str>| text.map(str::to_owned);
    Part::Reasoning(ReasoningPart {
        text: text.to_owned(),
        signature: own(signature),
        redacted: own(redacted),
        id: own(id),
    })
}

fn call(id: &str, arguments: &str, signature: Option<&str>) -> Part {
    Part::ToolCall(ToolCall {
        id: id.to_owned(),
        name: "f".to_owned(),
        arguments: arguments.to_owned(),
        signature: signature.map(str::to_owned),
    })
}

fn answer(content: Vec<Part>, finish_reason: FinishReason) -> ChatResponse {
    let choice = Choice { index: 0, content, finish_reason, stop_sequence: None, logprobs: Vec::new() };
    ChatResponse {
        id: Some("id-1".to_owned()),
        model: "m-1".to_owned(),
        created: None,
        choices: vec![choice],
        usage: None,
        warnings: Vec::new(),
        extra: None,
    }
}

fn written(answer: &ChatResponse) -> Value {
    serde_json::from_slice(&ASKED.encode(answer, &identity())).unwrap()
}

#[test]
fn an_answer_has_a_candidate_and_says_whose_it_is() {
    let mut given = answer(vec![text("hello"), text("")], FinishReason::Stop);
    given.usage = Some(Usage {
        input_tokens: Some(10),
        output_tokens: Some(7),
        cache_read_tokens: Some(4),
        reasoning_tokens: Some(5),
        cache_write_tokens: None,
        audio_input_tokens: Some(3),
        audio_output_tokens: None,
        units: Vec::new(),
        raw: None,
    });
    given.extra = Some(r#"{"fingerprint":"x","choices":[],"object":"chat"}"#.to_owned());
    assert_eq!(
        written(&given),
        json!({
            "candidates": [{
                "content": { "parts": [{ "text": "hello" }], "role": "model" },
                "finishReason": "STOP", "index": 0,
            }],
            "usageMetadata": {
                "promptTokenCount": 10, "candidatesTokenCount": 2, "totalTokenCount": 17,
                "cachedContentTokenCount": 4, "thoughtsTokenCount": 5,
                "promptTokensDetails": [{ "modality": "AUDIO", "tokenCount": 3 }],
            },
            "modelVersion": "m-1", "responseId": "id-1", "fingerprint": "x",
        })
    );
}

#[test]
fn what_nobody_told_is_the_gateways() {
    let mut given = answer(vec![text("x")], FinishReason::Stop);
    (given.id, given.model) = (None, String::new());
    let written = written(&given);
    assert_eq!((&written["responseId"], &written["modelVersion"]), (&json!("gen-1"), &json!("up/m")));
}

#[test]
fn each_reason_has_its_word() {
    let other = |word: &str| FinishReason::Other(word.to_owned());
    for (reason, word, message) in [
        (FinishReason::Stop, "STOP", None),
        (FinishReason::ToolCalls, "STOP", None),
        (FinishReason::Length, "MAX_TOKENS", None),
        (FinishReason::ContextLength, "MAX_TOKENS", Some("the context window was full")),
        (FinishReason::ContentFilter, "SAFETY", None),
        (FinishReason::Refusal, "SAFETY", Some("the model refused")),
        (FinishReason::Pause, "CONTINUATION", None),
        (other("MALFORMED_FUNCTION_CALL"), "MALFORMED_FUNCTION_CALL", None),
        (other("eos"), "OTHER", Some("eos")),
    ] {
        let written = written(&answer(vec![text("x")], reason));
        assert_eq!(written["candidates"][0]["finishReason"], word);
        assert_eq!(written["candidates"][0]["finishMessage"].as_str(), message, "{word}");
    }
}

#[test]
fn everything_said_comes_back_as_it_was_when_a_client_sends_it_again() {
    let said = vec![
        thought("hm", Some("Es8F+/w=="), None, None),
        thought("", None, Some("hidden"), Some("rs_1")),
        Part::Native(r#"{"type":"server_tool_use","id":"s"}"#.to_owned()),
        text("hello"),
        call("toolu_1", r#"{"x":1.50}"#, Some(r#"{"type":"caller"}"#)),
        call("toolu_2", "", None),
    ];
    let written = written(&answer(said.clone(), FinishReason::ToolCalls));
    let mut content = written["candidates"][0]["content"].clone();
    // As Google's client for Python encodes bytes.
    for part in content["parts"].as_array_mut().unwrap() {
        if let Some(signature) = part.get("thoughtSignature").and_then(Value::as_str) {
            part["thoughtSignature"] = signature.replace('+', "-").replace('/', "_").into();
        }
    }
    let path = PathFacts { model: Some("m".to_owned()), ..PathFacts::default() };
    let body = json!({ "contents": [content] }).to_string();
    let decoded = decode(body.as_bytes(), &path).unwrap();
    assert_eq!(decoded.warnings, Vec::<String>::new());
    let mut expected = said;
    expected[4] = call("toolu_1", r#"{"x":1.5}"#, Some(r#"{"type":"caller"}"#));
    expected[5] = call("toolu_2", "{}", None);
    assert_eq!(decoded.request.messages[0].content, expected);
}

#[test]
fn arguments_that_are_no_object_are_told_as_such() {
    let written = written(&answer(vec![call("a", "{cut", None)], FinishReason::Length));
    let call = &written["candidates"][0]["content"]["parts"][0]["functionCall"];
    assert_eq!(call, &json!({ "id": "a", "name": "f", "args": { "INVALID_JSON": "{cut" } }));
}

#[test]
fn media_are_bytes_or_addresses() {
    let media = |source, mime: Option<&str>| Media {
        source,
        mime_type: mime.map(str::to_owned),
        detail: None,
        transcript: Some("said".to_owned()),
        id: None,
    };
    let content = vec![
        Part::Image(media(Source::Data(vec![0]), None)),
        Part::Image(media(Source::Url("https://e.x/a".to_owned()), Some("image/webp"))),
        Part::Audio(media(Source::Data(vec![1]), Some("audio/mpeg"))),
        Part::Native(r#"{"executableCode":{"code":"1"}}"#.to_owned()),
    ];
    assert_eq!(
        written(&answer(content, FinishReason::Stop))["candidates"][0]["content"]["parts"],
        json!([
            { "inlineData": { "mimeType": "image/png", "data": "AA==" } },
            { "fileData": { "mimeType": "image/webp", "fileUri": "https://e.x/a" } },
            { "inlineData": { "mimeType": "audio/mpeg", "data": "AQ==" } },
            { "text": "said" },
            { "executableCode": { "code": "1" } },
        ])
    );
}

#[test]
fn sources_are_told_with_their_place_in_bytes() {
    let citation = |start, end| Citation {
        title: Some("t".to_owned()),
        url: Some("https://e.x".to_owned()),
        quote: None,
        start,
        end,
        raw: None,
    };
    let cited = TextPart {
        text: "é gut".to_owned(),
        citations: vec![citation(Some(2), Some(5)), citation(None, None)],
    };
    let written = written(&answer(vec![Part::Text(cited)], FinishReason::Stop));
    let web = json!({ "web": { "uri": "https://e.x", "title": "t" } });
    assert_eq!(
        written["candidates"][0]["groundingMetadata"],
        json!({
            "groundingChunks": [web, web],
            "groundingSupports": [{
                "segment": { "startIndex": 3, "endIndex": 6, "text": "gut" }, "groundingChunkIndices": [0],
            }],
        })
    );
}

#[test]
fn an_error_has_its_code_its_name_and_its_place() {
    let mut error = Error::new(ErrorKind::RateLimited, "slow down");
    error.retry_after_ms = Some(1_250);
    let body: Value = serde_json::from_slice(&encode_error(&error, None)).unwrap();
    assert_eq!(
        (&body["error"]["code"], &body["error"]["status"]),
        (&json!(429), &json!("RESOURCE_EXHAUSTED"))
    );
    assert_eq!(body["error"]["details"][0]["retryDelay"], "1.250s");
    for (status, word) in [(500, "INTERNAL"), (503, "UNAVAILABLE")] {
        let error = Error { status: Some(status), ..Error::new(ErrorKind::Unavailable, "broke") };
        let body: Value = serde_json::from_slice(&encode_error(&error, None)).unwrap();
        assert_eq!((&body["error"]["code"], &body["error"]["status"]), (&json!(status), &json!(word)));
    }
    let error = Error::new(ErrorKind::InvalidRequest, "no");
    let body: Value = serde_json::from_slice(&encode_error(&error, Some("contents"))).unwrap();
    assert_eq!(body["error"]["status"], "INVALID_ARGUMENT");
    assert_eq!(body["error"]["details"][0]["fieldViolations"][0]["field"], "contents");
}

#[test]
fn an_upstreams_own_error_of_this_dialect_is_shown_as_it_is() {
    let mut error = Error::new(ErrorKind::InvalidRequest, "x");
    let own = r#"{"error": {"code": 400, "message": "own", "status": "INVALID_ARGUMENT", "new": 1}}"#;
    error.body = Some(own.to_owned());
    assert_eq!(encode_error(&error, None), own.as_bytes());
    for other in
        [r#"{"error":{"message":"m","code":"x"}}"#, r#"{"error":{"message":"m","code":null}}"#, "busy"]
    {
        error.body = Some(other.to_owned());
        assert_ne!(encode_error(&error, None), other.as_bytes(), "{other}");
    }
}

#[test]
fn counts_are_told() {
    assert_eq!(encode_count(7), &br#"{"totalTokens":7}"#[..]);
}
