//! `openai` handing clients' bytes on to llama.cpp's server, undecoded.

use bytes::Bytes;
use jackfield_runtime::Forwarded;
use jackfield_runtime::api::passthrough::{Dialect, ForwardRequest, Framing};
use jackfield_runtime::api::types::ErrorKind;
use serde_json::{Value, json};

use crate::server::{Server, events, steady};
use crate::{Bench, reported};

const CHAT: &str = "/v1/chat/completions";
const LONGEST: usize = 16 << 20;

pub(crate) fn request(dialect: Dialect, model: &str, stream: bool) -> ForwardRequest {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    ForwardRequest { dialect, model: model.to_owned(), stream, headers }
}

async fn forward(bench: &Bench, stream: bool, body: &Value) -> Forwarded {
    let request = request(Dialect::OpenaiChat, "chat", stream);
    bench.provider.forward(&bench.context, request, Bytes::from(body.to_string())).await.unwrap()
}

pub(crate) async fn text(answer: Forwarded) -> String {
    String::from_utf8(answer.body.read_all(LONGEST).await.unwrap().to_vec()).unwrap()
}

fn hello(stream: bool) -> Value {
    json!({
        "model": "the client's name for it",
        "messages": [{ "role": "user", "content": "hello" }],
        "max_tokens": 6, "temperature": 0, "stream": stream,
        "stream_options": stream.then(|| json!({ "include_usage": true })),
    })
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_whole_answer_is_the_one_that_the_server_gives_directly() {
    let bench = Bench::openai(Server::Llama).await;
    let answer = forward(&bench, false, &hello(false)).await;
    assert_eq!((answer.status, answer.framing), (200, Framing::Whole));
    let through: Value = serde_json::from_str(&text(answer).await).unwrap();
    assert_eq!(through["usage"]["completion_tokens"], 6);
    let direct = Server::Llama.post(CHAT, &hello(false).to_string()).await;
    assert_eq!(direct.status, 200);
    let direct: Value = serde_json::from_str(&direct.body).unwrap();
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&through), names(&direct), "members that no code here knows come down too");
    assert_eq!(steady(through), steady(direct));
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_stream_has_the_events_that_the_server_gives_directly() {
    let bench = Bench::openai(Server::Llama).await;
    let answer = forward(&bench, true, &hello(true)).await;
    assert_eq!(answer.framing, Framing::ServerSentEvents);
    let through = text(answer).await;
    let direct = Server::Llama.post(CHAT, &hello(true).to_string()).await.body;
    assert_eq!(events(&through), events(&direct));
    assert!(events(&through).len() > 6);
    let bones = |body: &str| {
        let line = |line: &str| line.split_once(':').map_or(line.to_owned(), |(field, _)| field.to_owned());
        body.split('\n').map(line).collect::<Vec<_>>()
    };
    assert_eq!(bones(&through), bones(&direct), "line for line");
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn usage_is_asked_for_where_the_client_left_it_open() {
    let bench = Bench::openai(Server::Llama).await;
    let mut body = hello(true);
    body.as_object_mut().unwrap().remove("stream_options");
    let answer = text(forward(&bench, true, &body).await).await;
    let usage = answer.lines().filter_map(|line| line.strip_prefix("data: {")).any(|data| {
        let chunk: Value = serde_json::from_str(&format!("{{{data}")).unwrap();
        chunk["usage"]["completion_tokens"] == 6
    });
    assert!(usage, "{answer}");
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn members_that_nobody_here_has_heard_of_reach_the_server() {
    let bench = Bench::openai(Server::Llama).await;
    for stream in [false, true] {
        let mut body = hello(stream);
        body["grammar"] = json!("root ::= \"jackfield\"");
        body["max_tokens"] = json!(40);
        body["made-up-by-the-client"] = json!({ "deep": [1, { "er": null }] });
        body["timings_per_token"] = json!(true);
        let answer = text(forward(&bench, stream, &body).await).await;
        assert!(answer.contains("\"timings\""), "what it asks for comes down: {answer}");
        let said: String = if stream {
            let chunks = events(&answer);
            let delta = |chunk: &Value| chunk["choices"][0]["delta"]["content"].as_str().map(str::to_owned);
            chunks.iter().filter_map(delta).collect()
        } else {
            let whole: Value = serde_json::from_str(&answer).unwrap();
            whole["choices"][0]["message"]["content"].as_str().unwrap().to_owned()
        };
        assert_eq!(said, "jackfield");
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn vectors_are_passed_on_as_well() {
    let bench = Bench::openai(Server::Llama).await;
    let body = r#"{"model":"chat","input":["one"],"encoding_format":"float"}"#;
    let request = request(Dialect::OpenaiEmbeddings, "chat", false);
    let answer = bench.provider.forward(&bench.context, request, Bytes::from_static(body.as_bytes())).await;
    let through: Value = serde_json::from_str(&text(answer.unwrap()).await).unwrap();
    let direct = Server::Llama.post("/v1/embeddings", body).await.body;
    let direct: Value = serde_json::from_str(&direct).unwrap();
    assert_eq!(through["data"][0]["embedding"].as_array().unwrap().len(), 64);
    assert_eq!(steady(through), steady(direct));
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_refusal_is_typed_and_keeps_the_servers_own_body() {
    let bench = Bench::openai(Server::Llama).await;
    let body = json!({ "messages": [{ "role": "user", "content": "x".repeat(20_000) }] });
    let sent = Bytes::from(body.to_string());
    let answer = bench.provider.forward(&bench.context, request(Dialect::OpenaiChat, "chat", false), sent);
    let error = reported(answer.await);
    assert_eq!((error.kind, error.status), (ErrorKind::ContextLength, Some(400)), "{error:?}");
    let direct = Server::Llama.post(CHAT, &body.to_string()).await;
    assert_eq!(error.body.as_deref(), Some(direct.body.as_str()));
}
