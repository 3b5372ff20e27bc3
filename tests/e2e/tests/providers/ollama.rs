//! `ollama`: chats as lines of JSON, vectors, models and their download, and the
//! dialects of others that it passes through.

use jackfield_e2e::{Reply, chat, text_of};
use jackfield_runtime::api::embedding::{EmbedRequest, Input, Vector};
use jackfield_runtime::api::llm::{ChatEvent, FinishReason, Message, Part, ResultPart, Role, ToolResult};
use jackfield_runtime::api::passthrough::Dialect;
use jackfield_runtime::api::types::ErrorKind;
use serde_json::{Value, json};

use crate::bench::{Bench, KEY, byte_by_byte, passed, streamed_text};

const MISSING: &str = r#"{"error":"model 'tiny:1b' not found"}"#;

async fn bench(lines: &str, replies: Vec<Reply>) -> Bench {
    Bench::new("ollama", lines, replies).await
}

fn reply(body: &Value) -> Reply {
    Reply::json(200, &body.to_string())
}

fn lines(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

fn ndjson() -> Reply {
    Reply::head(200, "content-type: application/x-ndjson\r\nconnection: close\r\n")
}

fn done(message: Value) -> Value {
    json!({"model": "tiny:1b", "created_at": "2000-02-29T12:00:00Z", "message": message, "done": true, "done_reason": "stop",
        "prompt_eval_count": 5, "eval_count": 2})
}

#[tokio::test]
async fn a_call_without_an_id_gets_one_and_its_result_names_the_tool() {
    let call = json!({"content": "", "tool_calls": [{"function": {"name": "look", "arguments": {"q": 1}}}]});
    let bench = bench("", vec![reply(&done(call)), reply(&done(json!({"content": "done"})))]).await;
    let mut request = chat("tiny:1b", "hello");
    let told = bench.provider.chat(&bench.context, request.clone()).await.unwrap();
    assert_eq!(told.choices[0].finish_reason, FinishReason::ToolCalls);
    let Part::ToolCall(made) = &told.choices[0].content[0] else { panic!("{told:?}") };
    let content = vec![ResultPart::Text("found".to_owned())];
    let result = ToolResult { call_id: made.id.clone(), name: None, content, is_error: false };
    request.messages.push(Message {
        role: Role::Assistant,
        name: None,
        content: told.choices[0].content.clone(),
    });
    request.messages.push(Message { role: Role::Tool, name: None, content: vec![Part::ToolResult(result)] });
    let told = bench.provider.chat(&bench.context, request).await.unwrap();
    assert_eq!((text_of(&told).as_str(), told.usage.unwrap().input_tokens), ("done", Some(5)));
    let (head, body) = bench.sent(1);
    assert!(head.starts_with("post /api/chat http/1.1") && !head.contains("authorization"), "{head}");
    let expected = json!([
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "", "tool_calls": [{"id": "call_0", "function": {"name": "look", "arguments": {"q": 1}}}]},
        {"role": "tool", "content": "found", "tool_name": "look", "tool_call_id": "call_0"},
    ]);
    assert_eq!((&body["messages"], &body["stream"]), (&expected, &json!(false)));
}

#[tokio::test]
async fn a_stream_is_the_same_however_the_network_cuts_it() {
    let line = |message: Value| json!({"model": "tiny:1b", "message": message, "done": false});
    let body = lines(&[
        line(json!({"content": "", "thinking": "hm é"})),
        line(json!({"content": "hel"})),
        line(json!({"content": "lo ☃"})),
        done(json!({"content": ""})),
    ]);
    let bench = bench("", vec![ndjson().send(body.clone()), byte_by_byte(ndjson(), &body)]).await;
    let at_once = bench.stream(chat("tiny:1b", "hi")).await.unwrap();
    let cut = bench.stream(chat("tiny:1b", "hi")).await.unwrap();
    assert_eq!(format!("{at_once:?}"), format!("{cut:?}"));
    assert_eq!(streamed_text(&at_once), "hello ☃");
    assert!(matches!(at_once.last(), Some(ChatEvent::Finish(finish)) if finish.reason == FinishReason::Stop));
    assert_eq!(bench.sent(0).1["stream"], true);
}

#[tokio::test]
async fn an_error_line_ends_a_stream_that_began_well() {
    let body = lines(&[
        json!({"message": {"content": "half"}, "done": false}),
        json!({"error": "the runner stopped"}),
    ]);
    let bench = bench("", vec![ndjson().send(body)]).await;
    let error = bench.stream(chat("tiny:1b", "hi")).await.unwrap_err().to_record();
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Unavailable, "the runner stopped"));
}

#[tokio::test]
async fn a_missing_model_is_got_only_where_the_operator_wants_that() {
    let never = bench("", vec![Reply::json(404, MISSING)]).await;
    let error = never.provider.chat(&never.context, chat("tiny:1b", "hi")).await.unwrap_err().to_record();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.message.contains("`ollama pull tiny:1b`"), "{}", error.message);
    assert_eq!(never.upstream.requests().len(), 1);

    let progress = lines(&[
        json!({"status": "pulling manifest"}),
        json!({"status": "pulling 1", "total": 9, "completed": 3}),
        json!({"status": "success"}),
    ]);
    let replies =
        vec![Reply::json(404, MISSING), ndjson().send(progress), reply(&done(json!({"content": "here"})))];
    let missing = bench("config.pull = \"missing\"", replies).await;
    let told = missing.provider.chat(&missing.context, chat("tiny:1b", "hi")).await.unwrap();
    assert_eq!(text_of(&told), "here");
    let (head, body) = missing.sent(1);
    assert!(head.starts_with("post /api/pull ") && body == json!({"model": "tiny:1b"}), "{head} {body}");
    assert_eq!(missing.sent(2).1, missing.sent(0).1, "the same is asked again");

    let failed = lines(&[
        json!({"status": "pulling manifest"}),
        json!({"error": "pull model manifest: file does not exist"}),
    ]);
    let nowhere =
        bench("config.pull = \"missing\"", vec![Reply::json(404, MISSING), ndjson().send(failed)]).await;
    let error = nowhere.provider.chat(&nowhere.context, chat("tiny:1b", "hi")).await.unwrap_err().to_record();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.message.contains("manifest"), "{}", error.message);
}

#[tokio::test]
async fn texts_are_embedded_with_the_operators_options() {
    let bench = bench(
        "config.options = [\"num_ctx=512\"]\nconfig.keep-alive = \"-1\"\nsecrets.api-key = KEY",
        vec![reply(&json!({"model": "tiny", "embeddings": [[0.5]], "prompt_eval_count": 3}))],
    )
    .await;
    let request = EmbedRequest::new("tiny", vec![Input::Text("a".to_owned())]);
    let told = bench.provider.embed(&bench.context, request).await.unwrap();
    assert_eq!((told.vectors, told.usage.unwrap().input_tokens), (vec![Vector::Float32(vec![0.5])], Some(3)));
    let (head, body) = bench.sent(0);
    assert!(
        head.starts_with("post /api/embed ") && head.contains(&format!("authorization: bearer {KEY}")),
        "{head}"
    );
    assert_eq!(body, json!({"model": "tiny", "input": ["a"], "options": {"num_ctx": 512}, "keep_alive": -1}));
}

#[tokio::test]
async fn models_are_listed_with_those_that_are_loaded() {
    let there = json!({"models": [{"model": "a"}, {"model": "b"}]});
    let loaded = json!({"models": [{"model": "b", "context_length": 4096}]});
    let bench = bench("", vec![reply(&there), reply(&loaded), reply(&there), Reply::json(404, "{}")]).await;
    let models = bench.provider.list_models(&bench.context).await.unwrap();
    let context: Vec<_> = models.iter().map(|model| (model.id.as_str(), model.context_tokens)).collect();
    assert_eq!(context, [("a", None), ("b", Some(4096))]);
    assert!(models[1].raw.as_ref().unwrap().contains("running"));
    assert_eq!(
        bench.provider.list_models(&bench.context).await.unwrap().len(),
        2,
        "without the second list too"
    );
    assert!(bench.sent(0).0.starts_with("get /api/tags ") && bench.sent(1).0.starts_with("get /api/ps "));
}

#[tokio::test]
async fn openais_dialect_is_passed_through_with_its_usage_asked_for() {
    let body = r#"{"model": "theirs", "stream": true, "invented": [1.50]}"#;
    let came = "data: {\"unheard\": 1.50}\n\ndata: [DONE]\n\n";
    let bench = bench("", vec![Reply::events().send(came)]).await;
    let dialects = bench.provider.dialects(&bench.context).await.unwrap();
    assert_eq!(dialects, [Dialect::OpenaiChat, Dialect::OpenaiEmbeddings]);
    let told =
        bench.provider.forward(&bench.context, passed(Dialect::OpenaiChat, true), body.into()).await.unwrap();
    assert_eq!(told.body.read_all(1 << 20).await.unwrap(), came);
    let request = bench.upstream.requests().remove(0);
    assert!(request.starts_with("POST /v1/chat/completions HTTP/1.1"), "{request}");
    let expected = r#"{"model": "up/stream", "stream": true, "invented": [1.50],"stream_options":{"include_usage":true}}"#;
    assert!(request.ends_with(expected), "{request}");
}

#[tokio::test]
async fn what_is_passed_through_finds_its_model_got_before() {
    let success = ndjson().send(lines(&[json!({"status": "success"})]));
    let replies = vec![Reply::json(404, MISSING), success, Reply::json(200, "{}")];
    let bench = bench("config.pull = \"missing\"", replies).await;
    let request = passed(Dialect::OpenaiEmbeddings, false);
    bench.provider.forward(&bench.context, request, r#"{"input":"a"}"#.into()).await.unwrap();
    let paths: Vec<String> = bench
        .upstream
        .requests()
        .iter()
        .map(|request| request.split(' ').nth(1).unwrap().to_owned())
        .collect();
    assert_eq!(paths, ["/api/show", "/api/pull", "/v1/embeddings"]);
}
