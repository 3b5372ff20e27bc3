//! `openai` on the LiteLLM proxy, which speaks the protocol its own way.

use jackfield_e2e::{chat, text_of};
use jackfield_runtime::api::llm::{ChatRequest, FinishReason, ToolChoice};
use jackfield_runtime::api::types::ErrorKind;

use crate::server::Server;
use crate::{Bench, hello, weather, weather_call};

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_proxy_in_between_changes_nothing_of_an_answer() {
    let near = Bench::openai(Server::Llama).await;
    let far = Bench::openai(Server::Litellm).await;
    let expected = near.chat(hello(Server::Llama, 8)).await;
    let whole = far.chat(hello(Server::Litellm, 8)).await;
    let (streamed, _) = far.stream(hello(Server::Litellm, 8)).await;
    for answer in [whole, streamed] {
        assert_eq!(text_of(&answer), text_of(&expected));
        assert_eq!(answer.choices[0].finish_reason, FinishReason::Length);
        let usage = answer.usage.unwrap();
        assert_eq!((usage.input_tokens, usage.output_tokens), (Some(25), Some(8)), "{usage:?}");
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_tool_is_called_through_the_proxy_whole_and_streamed() {
    let bench = Bench::openai(Server::LitellmTool).await;
    let request = ChatRequest {
        tools: vec![weather()],
        tool_choice: Some(ToolChoice::Required),
        ..hello(Server::LitellmTool, 300)
    };
    for answer in [bench.chat(request.clone()).await, bench.stream(request).await.0] {
        weather_call(&answer);
        assert_eq!(answer.choices[0].finish_reason, FinishReason::ToolCalls);
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn an_answer_that_the_proxy_makes_up_reads_the_same_whole_and_streamed() {
    let bench = Bench::openai(Server::Litellm).await;
    let whole = bench.chat(chat("mock-openai", "hello")).await;
    let (streamed, _) = bench.stream(chat("mock-openai", "hello")).await;
    for answer in [whole, streamed] {
        assert_eq!(text_of(&answer), "A fixed answer.");
        assert_eq!(answer.choices[0].finish_reason, FinishReason::Stop);
        assert!(answer.usage.is_some_and(|usage| usage.output_tokens > Some(0)));
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_limited_rate_is_told_from_other_refusals() {
    let bench = Bench::openai(Server::Litellm).await;
    let error = bench.refusal(chat("mock-rate-limited", "hello")).await;
    assert_eq!((error.kind, error.status), (ErrorKind::RateLimited, Some(429)), "{error:?}");
    assert_eq!(error.retry_after_ms, None, "the proxy doesn't say how long");
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_prompt_that_is_too_long_is_a_context_length_error() {
    let bench = Bench::openai(Server::Litellm).await;
    let error = bench.refusal(chat("peer-chat", &"x".repeat(20_000))).await;
    assert_eq!((error.kind, error.status), (ErrorKind::ContextLength, Some(400)), "{error:?}");
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_model_that_the_proxy_has_not_is_refused_with_its_words() {
    let bench = Bench::openai(Server::Litellm).await;
    let error = bench.refusal(chat("no-such-model", "hello")).await;
    assert_eq!((error.kind, error.status), (ErrorKind::InvalidRequest, Some(400)), "{error:?}");
    assert!(error.message.contains("no-such-model"), "{error:?}");
}

/// Without a database the proxy can't look a key up, and says only that.
#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_key_that_the_proxy_can_not_check_is_refused_with_its_words() {
    let bench = Bench::with(Server::Litellm, "openai", "sk-unknown-to-the-proxy").await;
    let error = bench.refusal(hello(Server::Litellm, 2)).await;
    assert_eq!((error.status, error.sent), (Some(400), true), "{error:?}");
    assert!(error.message.contains("No connected db"), "{error:?}");
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn the_models_are_those_that_the_proxy_is_told_of() {
    let bench = Bench::openai(Server::Litellm).await;
    let models = bench.provider.list_models(&bench.context).await.unwrap();
    let ids: Vec<_> = models.iter().map(|model| model.id.as_str()).collect();
    for id in ["peer-chat", "peer-tool", "peer-embedding", "mock-openai"] {
        assert!(ids.contains(&id), "{id} in {ids:?}");
    }
}
