//! `anthropic` where clouds serve Claude: Vertex AI and Bedrock.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jackfield_e2e::{Reply, chat, text_of};
use jackfield_runtime::api::llm::ChatEvent;
use jackfield_runtime::api::passthrough::{Dialect, ForwardRequest};
use serde_json::json;

use crate::aws_frames::event;
use crate::bench::{Bench, KEY, streamed_text};

const VERTEX: &str = "config.platform = \"vertex\"\nconfig.project = \"p-1\"\nconfig.location = \"us-east5\"\nconfig.auth = \"token\"\nsecrets.auth-token = KEY";
const BEDROCK: &str = "config.platform = \"bedrock\"\nconfig.auth = \"sigv4\"\nsecrets.access-key-id = KEY\nsecrets.secret-access-key = KEY";
const CLAUDE: &str = "claude-sonnet-4-5@20250929";
const ON_BEDROCK: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

fn message() -> Reply {
    let body = json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude", "stop_reason": "end_turn",
        "content": [{"type": "text", "text": "hello"}], "usage": {"input_tokens": 3, "output_tokens": 1},
    });
    Reply::json(200, &body.to_string())
}

#[tokio::test]
async fn vertex_is_asked_in_its_own_place() {
    let bench = Bench::new("anthropic", VERTEX, vec![message(), message()]).await;
    let told = bench.provider.chat(&bench.context, chat(CLAUDE, "hello")).await.unwrap();
    assert_eq!(text_of(&told), "hello");
    let (head, body) = bench.sent(0);
    let place = "/v1/projects/p-1/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5";
    assert!(head.starts_with(&format!("post {place}@20250929:rawpredict http")), "{head}");
    assert!(head.contains(&format!("authorization: bearer {}", KEY.to_lowercase())), "{head}");
    assert!(!head.contains("anthropic-version"), "{head}");
    assert_eq!((&body["anthropic_version"], body.get("model")), (&json!("vertex-2023-10-16"), None));

    let request = ForwardRequest {
        dialect: Dialect::AnthropicMessages,
        model: CLAUDE.to_owned(),
        stream: true,
        headers: Vec::new(),
    };
    let sent =
        Bytes::from_static(br#"{"model":"mine","max_tokens":9,"stream":true,"messages":[],"new":1.0}"#);
    bench.provider.forward(&bench.context, request, sent).await.unwrap();
    let (head, body) = bench.sent(1);
    assert!(head.contains("@20250929:streamrawpredict http"), "{head}");
    let expected = json!({"max_tokens": 9, "stream": true, "messages": [], "new": 1.0, "anthropic_version": "vertex-2023-10-16"});
    assert_eq!(body, expected);
}

#[tokio::test]
async fn bedrock_is_signed_and_its_stream_unwrapped() {
    let chunk = |json: &str| event("chunk", &format!(r#"{{"bytes":"{}","p":"ab"}}"#, STANDARD.encode(json)));
    let head = "content-type: application/vnd.amazon.eventstream\r\nconnection: close\r\n";
    let stream = [
        r#"{"type":"message_start","message":{"id":"i","model":"m","usage":{"input_tokens":1}}}"#,
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hello"}}"#,
        r#"{"type":"content_block_stop","index":0}"#,
        r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2}}"#,
        r#"{"type":"message_stop"}"#,
    ];
    let stream = stream.iter().fold(Reply::head(200, head), |reply, event| reply.send(chunk(event)));
    let count = Reply::json(200, r#"{"inputTokens":42}"#);
    let bench = Bench::new("anthropic", BEDROCK, vec![stream, message(), count]).await;
    let events = bench.stream(chat(ON_BEDROCK, "hello")).await.unwrap();
    assert_eq!(streamed_text(&events), "hello");
    assert!(events.iter().any(|event| matches!(event, ChatEvent::Finish(_))));
    let (head, body) = bench.sent(0);
    let path = "post /model/us.anthropic.claude-sonnet-4-5-20250929-v1%3a0/invoke-with-response-stream http";
    assert!(head.starts_with(path), "{head}");
    assert!(head.contains("/us-east-1/bedrock/aws4_request"), "{head}");
    assert_eq!(body["anthropic_version"], "bedrock-2023-05-31");
    assert!(body.get("model").is_none() && body.get("stream").is_none(), "{body}");

    let told = bench.provider.chat(&bench.context, chat(ON_BEDROCK, "hello")).await.unwrap();
    assert_eq!(text_of(&told), "hello");
    assert!(bench.sent(1).0.contains("v1%3a0/invoke http"));
    let tokens = bench.provider.count_tokens(&bench.context, chat(ON_BEDROCK, "hello")).await.unwrap();
    assert_eq!(tokens, 42);
    let speaks = bench.provider.speaks(&bench.context, Dialect::AnthropicMessages).await.unwrap();
    assert!(!speaks, "its stream isn't the client's");
}
