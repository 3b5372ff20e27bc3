//! `openai` on llama.cpp's server: whole answers.

use jackfield_e2e::{chat, text_of};
use jackfield_runtime::api::llm::{ChatRequest, FinishReason, Message, ResponseFormat, Role, SchemaFormat};

use crate::server::Server;
use crate::{Bench, hello};

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn an_answer_says_what_the_server_said() {
    let bench = Bench::openai(Server::Llama).await;
    let answer = bench.chat(hello(Server::Llama, 8)).await;
    let body =
        r#"{"model":"chat","messages":[{"role":"user","content":"hello"}],"max_tokens":8,"temperature":0}"#;
    let direct = Server::Llama.post("/v1/chat/completions", body).await;
    let direct: serde_json::Value = serde_json::from_str(&direct.body).unwrap();
    assert_eq!(text_of(&answer), direct["choices"][0]["message"]["content"].as_str().unwrap());
    assert_eq!(answer.model, "chat");
    assert!(answer.id.is_some_and(|id| id.starts_with("chatcmpl-")));
    assert!(answer.created.is_some_and(|time| time > 1_700_000_000));
    assert!(answer.warnings.is_empty(), "{:?}", answer.warnings);
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn tokens_are_counted_as_the_server_counts_them() {
    let bench = Bench::openai(Server::Llama).await;
    let answer = bench.chat(hello(Server::Llama, 5)).await;
    let usage = answer.usage.unwrap();
    assert_eq!((usage.input_tokens, usage.output_tokens), (Some(25), Some(5)), "{usage:?}");
    assert!(usage.cache_read_tokens.is_some_and(|cached| cached <= 25), "{usage:?}");
    assert!(usage.raw.is_some());
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn an_answer_that_reaches_its_limit_ends_for_its_length() {
    let bench = Bench::openai(Server::Llama).await;
    let answer = bench.chat(hello(Server::Llama, 3)).await;
    assert_eq!(answer.choices[0].finish_reason, FinishReason::Length);
    assert_eq!(answer.usage.unwrap().output_tokens, Some(3));
    let varied = ChatRequest { temperature: None, seed: Some(7), ..hello(Server::Llama, 2000) };
    let answer = bench.chat(varied).await;
    assert_eq!(answer.choices[0].finish_reason, FinishReason::Stop, "the model ends at a full stop");
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn an_answer_ends_before_a_stop_text() {
    let bench = Bench::openai(Server::Llama).await;
    let long = text_of(&bench.chat(hello(Server::Llama, 12)).await);
    let stop = long.chars().nth(4).unwrap().to_string();
    let before = long.split(&stop).next().unwrap();
    let request = ChatRequest { stop: vec![stop.clone()], ..hello(Server::Llama, 12) };
    let answer = bench.chat(request.clone()).await;
    assert_eq!(text_of(&answer), before, "stop {stop:?} in {long:?}");
    assert_eq!(answer.choices[0].finish_reason, FinishReason::Stop);
    let (answer, _) = bench.stream(request).await;
    assert_eq!(text_of(&answer), before);
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn log_probabilities_come_with_every_token_and_its_rivals() {
    let bench = Bench::openai(Server::Llama).await;
    let request = ChatRequest { logprobs: Some(2), ..hello(Server::Llama, 4) };
    for answer in [bench.chat(request.clone()).await, bench.stream(request).await.0] {
        let tokens = &answer.choices[0].logprobs;
        let said: String = tokens.iter().map(|token| token.token.as_str()).collect();
        assert_eq!((tokens.len(), said), (4, text_of(&answer)));
        for token in tokens {
            assert!(token.logprob < 0.0 && token.top.len() == 2, "{token:?}");
            assert_eq!(token.token, token.top[0].token, "at temperature 0 the likeliest is chosen");
        }
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn several_answers_keep_apart() {
    let bench = Bench::openai(Server::Llama).await;
    let request =
        ChatRequest { choices: Some(2), seed: Some(7), temperature: Some(1.5), ..hello(Server::Llama, 6) };
    for answer in [bench.chat(request.clone()).await, bench.stream(request).await.0] {
        let places: Vec<_> = answer.choices.iter().map(|choice| choice.index).collect();
        assert_eq!(places, [0, 1]);
        assert!(answer.choices.iter().all(|choice| !choice.content.is_empty()), "{answer:?}");
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_schema_decides_the_answer() {
    let bench = Bench::openai(Server::Llama).await;
    let schema = r#"{"type":"object","properties":{"n":{"enum":[1]},"city":{"enum":["Oslo"]}},"required":["n","city"],"additionalProperties":false}"#;
    let format = ResponseFormat::JsonSchema(SchemaFormat {
        name: "place".to_owned(),
        description: None,
        schema: schema.to_owned(),
        strict: Some(true),
    });
    let request = ChatRequest { response_format: Some(format), ..hello(Server::Llama, 200) };
    for answer in [bench.chat(request.clone()).await, bench.stream(request).await.0] {
        let said: serde_json::Value = serde_json::from_str(&text_of(&answer)).unwrap();
        assert_eq!(said, serde_json::json!({ "n": 1, "city": "Oslo" }));
        assert_eq!(answer.choices[0].finish_reason, FinishReason::Stop);
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn earlier_turns_reach_the_server() {
    let bench = Bench::openai(Server::Llama).await;
    let mut request = hello(Server::Llama, 2);
    request.messages = vec![
        Message::text(Role::System, "Be brief."),
        Message::text(Role::User, "hello"),
        Message::text(Role::Assistant, "Good day."),
        Message::text(Role::User, "again"),
    ];
    let all = bench.chat(request.clone()).await.usage.unwrap().input_tokens.unwrap();
    request.messages.remove(0);
    let less = bench.chat(request).await.usage.unwrap().input_tokens.unwrap();
    assert!(all > less && less > 25, "{all} and {less} tokens");
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn members_that_the_contract_lacks_reach_the_server_too() {
    let bench = Bench::openai(Server::Llama).await;
    let extra = r#"{"grammar":"root ::= \"jackfield\""}"#.to_owned();
    let request = ChatRequest { extra: Some(extra), ..chat("chat", "hello") };
    assert_eq!(text_of(&bench.chat(request.clone()).await), "jackfield");
    assert_eq!(text_of(&bench.stream(request).await.0), "jackfield");
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn the_models_are_those_that_the_server_has() {
    let bench = Bench::openai(Server::Llama).await;
    let models = bench.provider.list_models(&bench.context).await.unwrap();
    let [model] = &models[..] else { panic!("{models:?}") };
    assert_eq!((model.id.as_str(), model.owner.as_deref()), ("chat", Some("llamacpp")));
    assert!(model.created.is_some());
}
