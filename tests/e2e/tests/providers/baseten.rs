//! Deployments of Baseten: asked at once, streamed, queued, and as tools.

use jackfield_e2e::{Reply, chat, text_of};
use jackfield_runtime::api::llm::{ChatRequest, FinishReason};
use jackfield_runtime::api::tool::Output;
use jackfield_runtime::api::types::ErrorKind;
use serde_json::{Value, json};

use crate::bench::{Bench, KEY, streamed_text};

async fn bench(lines: &str, replies: Vec<Reply>) -> Bench {
    Bench::preset("baseten-dedicated", "", &format!("config.deployment-url = \"ORIGIN\"\n{lines}"), replies)
        .await
}

fn with(extra: Value) -> ChatRequest {
    ChatRequest { extra: Some(extra.to_string()), ..chat("ab12/environments/staging", "hello") }
}

#[tokio::test]
async fn a_deployment_is_asked_at_once_and_its_text_found() {
    let answer = Reply::json(200, r#"{"result":{"text":"Hi"},"steps":3}"#);
    let bench = bench("config.output-pointer = \"/result/text\"", vec![answer]).await;
    let told = bench.provider.chat(&bench.context, with(json!({ "beams": 2 }))).await.unwrap();
    assert_eq!(text_of(&told), "Hi");
    assert!(told.extra.unwrap().contains("\"steps\":3"));
    let (head, body) = bench.sent(0);
    assert!(head.starts_with("post /environments/staging/predict "), "{head}");
    assert!(head.contains(&format!("authorization: api-key {KEY}")), "{head}");
    assert_eq!(body, json!({ "messages": [{ "role": "user", "content": "hello" }], "beams": 2 }));
}

#[tokio::test]
async fn a_stream_is_read_however_it_is_framed() {
    let raw = Reply::head(200, "content-type: text/plain\r\nconnection: close\r\n")
        .send("Hé".as_bytes()[..2].to_vec())
        .send("Hé".as_bytes()[2..].to_vec());
    let events = Reply::events().send("data: \"H\"\n\ndata: \"é\"\n\ndata: [DONE]\n\n");
    let lines = Reply::head(200, "content-type: application/x-ndjson\r\nconnection: close\r\n")
        .send("\"H\"\n\"é\"\n");
    let whole = Reply::json(200, "\"Hé\"");
    let bench = bench("", vec![raw, events, lines, whole]).await;
    for _ in 0..4 {
        let events = bench.stream(chat("ab12", "hello")).await.unwrap();
        assert_eq!(streamed_text(&events), "Hé");
    }
    assert_eq!(bench.sent(0).1["stream"], true);
}

#[tokio::test]
async fn a_queued_request_answers_its_id() {
    let bench = bench(
        "config.mode = \"async\"\nconfig.priority = 2",
        vec![Reply::json(200, r#"{"request_id":"r1"}"#)],
    )
    .await;
    let queued = with(json!({ "webhook_endpoint": "https://hook.example/b", "priority": 1 }));
    let told = bench.provider.chat(&bench.context, queued).await.unwrap();
    assert_eq!(told.id.as_deref(), Some("r1"));
    assert!(told.choices[0].content.is_empty() && told.warnings.is_empty());
    assert!(matches!(&told.choices[0].finish_reason, FinishReason::Other(word) if word == "queued"));
    let (head, body) = bench.sent(0);
    assert!(head.starts_with("post /environments/staging/async_predict "), "{head}");
    let input = json!({ "messages": [{ "role": "user", "content": "hello" }] });
    assert_eq!(
        body,
        json!({ "model_input": input, "webhook_endpoint": "https://hook.example/b", "priority": 1 })
    );

    let plain = with(json!({ "webhook_endpoint": "http://hook.example" }));
    let error = bench.provider.chat(&bench.context, plain).await.unwrap_err().to_record();
    assert!(
        error.kind == ErrorKind::InvalidRequest && error.message.contains("https://"),
        "{}",
        error.message
    );
    assert_eq!(bench.upstream.requests().len(), 1);
}

#[tokio::test]
async fn a_queued_request_is_looked_after_and_taken_back_as_a_tool() {
    let replies = vec![
        Reply::json(200, r#"{"request_id":"r1"}"#),
        Reply::json(200, r#"{"request_id":"r1","status":"QUEUED"}"#),
        Reply::json(200, r#"{"canceled":true}"#),
        Reply::json(404, r#"{"error":"no such request"}"#),
    ];
    let bench = bench("config.model = \"chain-cd34\"", replies).await;
    let tools = bench.provider.list_tools(&bench.context).await.unwrap();
    let names: Vec<_> = tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["predict", "submit", "status", "cancel"]);
    let call = async |name: &str, arguments: Value| {
        bench.provider.call_tool(&bench.context, name, &arguments.to_string()).await
    };
    call("submit", json!({ "input": { "x": 1 }, "webhook_endpoint": "https://hook.example" })).await.unwrap();
    let status = call("status", json!({ "request_id": "r1" })).await.unwrap();
    assert!(matches!(&status.content[0], Output::Json(json) if json.contains("QUEUED")), "{status:?}");
    call("cancel", json!({ "request_id": "r1" })).await.unwrap();
    let error = call("status", json!({ "request_id": "r2" })).await.unwrap_err().to_record();
    assert_eq!(error.kind, ErrorKind::NotFound);
    let heads: Vec<String> =
        (0..3).map(|place| bench.sent(place).0.split(" http").next().unwrap().to_owned()).collect();
    assert_eq!(
        heads,
        ["post /production/async_run_remote", "get /async_request/r1", "delete /async_request/r1"]
    );
}
