use jackfield_sdk::http::EventStreamMessage;
use jackfield_sdk::llm::{ChatEvent, ChatRequest, FinishReason, Message, Part, Role};
use jackfield_sdk::stream::Translate;
use jackfield_sdk::types::{Error, ErrorKind};
use serde_json::{Value, json};

use super::stream::Reader;
use super::*;
use crate::convert::route::Extra;
use crate::settings::tests::settings;
use crate::wire::request::GuardrailConfig;

fn request() -> ChatRequest {
    ChatRequest {
        max_output_tokens: Some(9),
        temperature: Some(0.5),
        top_p: Some(0.9),
        stop: vec!["|".to_owned()],
        ..ChatRequest::new("m", vec![Message::text(Role::User, "Hi")])
    }
}

fn body(family: Family, stream: bool) -> (Value, Vec<String>) {
    let sent = super::request::prepare(&request(), family, Extra::default(), stream, &settings()).unwrap();
    (serde_json::from_slice(&sent.body).unwrap(), sent.warnings)
}

#[test]
fn each_family_has_its_own_names() {
    for (family, expected) in [
        (
            Family::Titan,
            json!({"inputText": "User: Hi\nBot:", "textGenerationConfig": {"maxTokenCount": 9, "temperature": 0.5, "topP": 0.9, "stopSequences": ["|"]}}),
        ),
        (
            Family::Mistral,
            json!({"prompt": "<s>[INST] Hi [/INST]", "max_tokens": 9, "temperature": 0.5, "top_p": 0.9, "stop": ["|"]}),
        ),
        (
            Family::CohereCommand,
            json!({"prompt": "Hi", "max_tokens": 9, "temperature": 0.5, "p": 0.9, "stop_sequences": ["|"]}),
        ),
        (
            Family::CohereChat,
            json!({"message": "Hi", "max_tokens": 9, "temperature": 0.5, "p": 0.9, "stop_sequences": ["|"]}),
        ),
        (
            Family::Jurassic,
            json!({"prompt": "Hi", "maxTokens": 9, "temperature": 0.5, "topP": 0.9, "stopSequences": ["|"]}),
        ),
        (
            Family::ChatCompletions,
            json!({"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 9, "temperature": 0.5, "top_p": 0.9, "stop": ["|"]}),
        ),
        (
            Family::Nova,
            json!({"schemaVersion": "messages-v1", "messages": [{"role": "user", "content": [{"text": "Hi"}]}],
                "inferenceConfig": {"maxTokens": 9, "temperature": 0.5, "topP": 0.9, "stopSequences": ["|"]}}),
        ),
    ] {
        let (made, warnings) = body(family, false);
        assert_eq!((made, warnings.len()), (expected, 0), "{family:?}");
    }
    let (llama, warnings) = body(Family::Llama3, false);
    assert_eq!(llama["max_gen_len"], 9);
    assert!(warnings[0].contains("`stop`"), "{warnings:?}");
    assert_eq!(body(Family::CohereCommand, true).0["stream"], true);
}

#[test]
fn a_guardrail_goes_beside_the_body() {
    let mut settings = settings();
    settings.guardrail = Some(GuardrailConfig {
        guardrail_identifier: "abc".to_owned(),
        guardrail_version: "1".to_owned(),
        trace: "enabled".to_owned(),
        stream_processing_mode: Some("async".to_owned()),
    });
    for family in [Family::Titan, Family::Nova] {
        let sent = super::request::prepare(&request(), family, Extra::default(), true, &settings).unwrap();
        assert_eq!(sent.guardrail, settings.guardrail);
        let body: Value = serde_json::from_slice(&sent.body).unwrap();
        assert_eq!(body["amazon-bedrock-guardrailConfig"]["streamProcessingMode"], "ASYNCHRONOUS");
        assert_eq!(body.get("guardrailConfig"), None, "{family:?}");
    }
}

#[test]
fn what_converse_has_in_its_body_goes_as_headers() {
    let request = ChatRequest {
        service_tier: Some("flex".to_owned()),
        metadata: vec![("team".to_owned(), "a".to_owned())],
        ..request()
    };
    for family in [Family::Titan, Family::Nova] {
        let extra = Extra::read(Some(r#"{"performanceConfig":{"latency":"optimized"}}"#)).unwrap();
        let sent = super::request::prepare(&request, family, extra, false, &settings()).unwrap();
        let expected = [
            ("x-amzn-bedrock-service-tier", "flex".to_owned()),
            ("x-amzn-bedrock-request-metadata", r#"{"team":"a"}"#.to_owned()),
            ("x-amzn-bedrock-performanceconfig-latency", "optimized".to_owned()),
        ];
        assert_eq!((sent.headers.as_slice(), sent.warnings.len()), (&expected[..], 0), "{family:?}");
        let body = String::from_utf8(sent.body).unwrap();
        assert!(!body.contains("flex") && !body.contains("optimized") && !body.contains("team"), "{body}");
    }
}

#[test]
fn what_only_converse_can_say_is_refused_with_its_name() {
    let native = Part::Native("{}".to_owned());
    for request in [
        ChatRequest { tools: vec![jackfield_sdk::llm::Tool::Native("{}".to_owned())], ..request() },
        ChatRequest { response_format: Some(jackfield_sdk::llm::ResponseFormat::JsonObject), ..request() },
        ChatRequest { choices: Some(2), ..request() },
        ChatRequest::new("m", vec![Message::new(Role::User, vec![native])]),
    ] {
        let error = super::request::prepare(&request, Family::Llama3, Extra::default(), false, &settings());
        let error = error.unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unsupported);
        assert!(error.message.contains("Converse"), "{}", error.message);
    }
    assert!(
        super::request::prepare(&request(), Family::Rerank, Extra::default(), false, &settings()).is_err()
    );
}

fn asked() -> Asked {
    Asked { model: "m".to_owned(), ..Asked::default() }
}

fn whole(family: Family, body: &str) -> jackfield_sdk::llm::ChatResponse {
    let headers = [("x-amzn-bedrock-input-token-count", "7"), ("x-amzn-bedrock-output-token-count", "2")];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
    response(family, body, &headers, asked()).unwrap()
}

#[test]
fn whole_answers_are_read_in_every_family_and_counted_by_headers() {
    for (family, body, reason) in [
        (
            Family::Titan,
            r#"{"inputTextTokenCount":7,"results":[{"tokenCount":2,"outputText":"hi","completionReason":"FINISH"}]}"#,
            FinishReason::Stop,
        ),
        (
            Family::Llama3,
            r#"{"generation":"hi","prompt_token_count":7,"generation_token_count":2,"stop_reason":"length"}"#,
            FinishReason::Length,
        ),
        (Family::Mistral, r#"{"outputs":[{"text":"hi","stop_reason":"stop"}]}"#, FinishReason::Stop),
        (
            Family::CohereCommand,
            r#"{"generations":[{"text":"hi","finish_reason":"MAX_TOKENS"}]}"#,
            FinishReason::Length,
        ),
        (
            Family::CohereChat,
            r#"{"text":"hi","finish_reason":"COMPLETE","chat_history":[]}"#,
            FinishReason::Stop,
        ),
        (
            Family::Jurassic,
            r#"{"completions":[{"data":{"text":"hi"},"finishReason":{"reason":"endoftext"}}]}"#,
            FinishReason::Stop,
        ),
        (
            Family::ChatCompletions,
            r#"{"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":2}}"#,
            FinishReason::Stop,
        ),
        (
            Family::Completions,
            r#"{"choices":[{"text":"hi","finish_reason":"length"}]}"#,
            FinishReason::Length,
        ),
        (
            Family::Titan,
            r#"{"results":[{"outputText":"hi","completionReason":"FINISH"}],"amazon-bedrock-guardrailAction":"INTERVENED"}"#,
            FinishReason::ContentFilter,
        ),
        (
            Family::Nova,
            r#"{"output":{"message":{"content":[{"text":"hi"}]}},"stopReason":"end_turn","usage":{"inputTokens":7},"amazon-bedrock-guardrailAction":"INTERVENED"}"#,
            FinishReason::ContentFilter,
        ),
    ] {
        let answer = whole(family, body);
        let choice = &answer.choices[0];
        assert!(matches!(&choice.content[..], [Part::Text(text)] if text.text == "hi"), "{family:?}");
        assert_eq!(format!("{:?}", choice.finish_reason), format!("{reason:?}"), "{family:?}");
        let usage = answer.usage.unwrap();
        assert_eq!((usage.input_tokens, usage.output_tokens), (Some(7), Some(2)), "{family:?}");
    }
    assert!(response(Family::Titan, r#"{"strange":1}"#, &[], asked()).is_err());
}

fn streamed(family: Family, chunks: &[&str]) -> Result<Vec<ChatEvent>, Error> {
    let mut reader = Reader::new(family, None, asked());
    let mut out = Vec::new();
    for chunk in chunks {
        let bytes = jackfield_sdk::base64::encode(chunk.as_bytes());
        let headers = [(":message-type", "event"), (":event-type", "chunk")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let payload = format!(r#"{{"bytes":"{bytes}","p":"abc"}}"#).into_bytes();
        if reader.frame(EventStreamMessage { headers, payload }, &mut out)?.is_break() {
            break;
        }
    }
    reader.end(false, &mut out)?;
    Ok(out)
}

#[test]
fn chunks_are_read_in_every_family() {
    let metrics = r#""amazon-bedrock-invocationMetrics":{"inputTokenCount":7,"outputTokenCount":2}"#;
    let last = |head: &str| format!("{{{head},{metrics}}}");
    for (family, first, end) in [
        (Family::Titan, r#"{"outputText":"h"}"#, last(r#""outputText":"i","completionReason":"FINISH""#)),
        (
            Family::Llama3,
            r#"{"generation":"h","stop_reason":null}"#,
            last(r#""generation":"i","stop_reason":"stop""#),
        ),
        (
            Family::Mistral,
            r#"{"outputs":[{"text":"h","stop_reason":null}]}"#,
            last(r#""outputs":[{"text":"i","stop_reason":"stop"}]"#),
        ),
        (
            Family::CohereCommand,
            r#"{"text":"h","is_finished":false}"#,
            last(r#""text":"i","is_finished":true,"finish_reason":"COMPLETE""#),
        ),
        (
            Family::ChatCompletions,
            r#"{"choices":[{"delta":{"content":"h"}}]}"#,
            last(r#""choices":[{"delta":{"content":"i"},"finish_reason":"stop"}]"#),
        ),
    ] {
        let events = streamed(family, &[first, &end]).unwrap();
        assert!(matches!(&events[0], ChatEvent::Start(_)), "{family:?}");
        let text: String = events
            .iter()
            .filter_map(|event| match event {
                ChatEvent::Text(delta) => Some(delta.text.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(text, "hi", "{family:?}");
        assert!(
            events
                .iter()
                .any(|event| matches!(event, ChatEvent::Usage(usage) if usage.output_tokens == Some(2)))
        );
        assert!(
            matches!(events.last(), Some(ChatEvent::Finish(finish)) if matches!(finish.reason, FinishReason::Stop)),
            "{family:?}"
        );
        assert!(streamed(family, &[first]).is_err(), "{family:?} is cut off");
    }
    let chat = [
        r#"{"event_type":"stream-start"}"#,
        r#"{"event_type":"text-generation","text":"hi"}"#,
        r#"{"event_type":"stream-end","finish_reason":"COMPLETE","response":{"text":"hi"}}"#,
    ];
    assert_eq!(streamed(Family::CohereChat, &chat).unwrap().len(), 3);
}

#[test]
fn novas_chunks_are_converses_events_and_tell_of_guardrails() {
    let events = streamed(
        Family::Nova,
        &[
            r#"{"messageStart":{"role":"assistant"}}"#,
            r#"{"contentBlockDelta":{"delta":{"text":"hi"},"contentBlockIndex":0},"amazon-bedrock-guardrailAction":"INTERVENED"}"#,
            r#"{"messageStop":{"stopReason":"end_turn"}}"#,
            r#"{"metadata":{"usage":{"inputTokens":1,"outputTokens":2}},"amazon-bedrock-trace":{"guardrail":{"x":1}}}"#,
        ],
    )
    .unwrap();
    assert!(events.iter().any(|event| matches!(event, ChatEvent::Finish(finish) if matches!(finish.reason, FinishReason::ContentFilter))));
    assert!(
        events
            .iter()
            .any(|event| matches!(event, ChatEvent::Extra(json) if json.contains("amazon-bedrock-trace")))
    );
    assert!(matches!(events.last(), Some(ChatEvent::Usage(usage)) if usage.output_tokens == Some(2)));
}
