//! `openai` on llama.cpp's server: streamed answers.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use jackfield_e2e::text_of;
use jackfield_runtime::api::llm::{ChatEvent, ChatRequest, FinishReason};
use serde_json::Value;

use crate::server::Server;
use crate::{Bench, hello};

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_stream_says_what_the_whole_answer_says() {
    let bench = Bench::openai(Server::Llama).await;
    let request = ChatRequest { seed: Some(11), ..hello(Server::Llama, 40) };
    let whole = bench.chat(request.clone()).await;
    let (streamed, _) = bench.stream(request).await;
    assert_eq!(text_of(&streamed), text_of(&whole));
    assert_eq!(streamed.choices[0].finish_reason, whole.choices[0].finish_reason);
    assert_eq!(streamed.model, whole.model);
    let counts = |answer: &jackfield_runtime::api::llm::ChatResponse| {
        let usage = answer.usage.clone().unwrap();
        (usage.input_tokens, usage.output_tokens)
    };
    assert_eq!(counts(&streamed), counts(&whole));
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn text_comes_while_the_server_is_still_writing() {
    let bench = Bench::openai(Server::Llama).await;
    let (answer, batches) = bench.stream(endless(200)).await;
    assert_eq!(answer.choices[0].finish_reason, FinishReason::Length);
    assert!(batches > 3, "a stream of 200 tokens came in {batches} batches");
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_stream_that_is_dropped_frees_its_place_on_the_server() {
    let bench = Bench::openai(Server::LlamaTool).await;
    let places = slots().await.len();
    let mut streams = Vec::new();
    for _ in 0..places {
        let mut stream = bench.provider.stream_chat(&bench.context, endless(7000)).await.unwrap();
        while !matches!(stream.next().await, Some(Ok(ChatEvent::Text(_)))) {}
        streams.push(stream);
    }
    assert!(ours(&slots().await) >= places - 1, "each stream holds a place while it is read");
    drop(streams);
    let began = Instant::now();
    while ours(&slots().await) > 0 {
        assert!(began.elapsed() < Duration::from_secs(5), "the server still writes what nobody reads");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let answer = bench.chat(hello(Server::LlamaTool, 2)).await;
    assert_eq!(answer.usage.unwrap().output_tokens, Some(2));
}

/// An answer that goes on until its limit: 7000 tokens take the server a
/// quarter of a minute and more.
fn endless(tokens: u32) -> ChatRequest {
    let extra = Some(r#"{"ignore_eos":true}"#.to_owned());
    ChatRequest { extra, temperature: None, seed: Some(SEED), ..hello(Server::LlamaTool, tokens) }
}

/// What tells these requests from those of other tests.
const SEED: i64 = 471_147;

async fn slots() -> Vec<Value> {
    serde_json::from_str(&Server::LlamaTool.get("/slots").await.body).unwrap()
}

/// How many are busy with the requests above.
fn ours(slots: &[Value]) -> usize {
    let busy = |slot: &&Value| {
        slot["is_processing"] == true
            && slot["params"]["seed"] == SEED
            && slot["params"]["max_tokens"] == 7000
    };
    slots.iter().filter(busy).count()
}
