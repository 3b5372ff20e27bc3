//! How `anthropic` reports what llama.cpp's server and LiteLLM refuse.

use jackfield_e2e::chat;
use jackfield_runtime::api::llm::ChatRequest;
use jackfield_runtime::api::types::ErrorKind;

use crate::server::Server;
use crate::{Bench, hello, reported};

const WRONG: &str = "sk-not-the-key-of-this-server";

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_wrong_key_is_an_authentication_error() {
    let bench = Bench::with(Server::Llama, "anthropic", WRONG).await;
    let error = bench.refusal(hello(Server::Llama, 2)).await;
    assert_eq!((error.kind, error.status, error.sent), (ErrorKind::Authentication, Some(401), true));
    assert_eq!(error.code.as_deref(), Some("authentication_error"));
    assert!(error.message.contains("Invalid API Key"), "{error:?}");
    let counted = bench.provider.count_tokens(&bench.context, hello(Server::Llama, 2)).await;
    assert_eq!(reported(counted).kind, ErrorKind::Authentication);
}

/// Without a database the proxy can't look a key up, and says only that.
#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_key_that_the_proxy_can_not_check_is_refused_with_its_words() {
    let bench = Bench::with(Server::Litellm, "anthropic", WRONG).await;
    let error = bench.refusal(hello(Server::Litellm, 2)).await;
    assert_eq!((error.status, error.sent), (Some(400), true), "{error:?}");
    assert!(error.message.contains("No connected db"), "{error:?}");
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_prompt_that_is_too_long_is_a_context_length_error() {
    for server in [Server::Llama, Server::Litellm] {
        let bench = Bench::anthropic(server).await;
        let request = ChatRequest { max_output_tokens: Some(2), ..chat(server.model(), &"x".repeat(20_000)) };
        let error = bench.refusal(request).await;
        assert_eq!(
            (error.kind, error.status),
            (ErrorKind::ContextLength, Some(400)),
            "{server:?}: {error:?}"
        );
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_model_that_the_proxy_has_not_is_refused_with_its_words() {
    let bench = Bench::anthropic(Server::Litellm).await;
    let error = bench.refusal(chat("no-such-model", "hello")).await;
    assert_eq!((error.kind, error.status), (ErrorKind::InvalidRequest, Some(400)), "{error:?}");
    assert!(error.message.contains("no-such-model"), "{error:?}");
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_limited_rate_is_told_from_other_refusals() {
    let bench = Bench::anthropic(Server::Litellm).await;
    let error = bench.refusal(chat("mock-rate-limited", "hello")).await;
    assert_eq!((error.kind, error.status), (ErrorKind::RateLimited, Some(429)), "{error:?}");
    assert_eq!(error.retry_after_ms, None, "the proxy doesn't say how long");
    assert_eq!(error.code.as_deref(), Some("rate_limit_error"));
}

/// For its made-up answers the proxy gives a whole message where a stream was
/// asked for.
#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_whole_answer_in_the_place_of_a_stream_is_a_bad_answer() {
    let bench = Bench::anthropic(Server::Litellm).await;
    let answer = bench.chat(chat("mock-anthropic", "hello")).await;
    assert_eq!(jackfield_e2e::text_of(&answer), "A fixed answer.");
    let stream = bench.provider.stream_chat(&bench.context, chat("mock-anthropic", "hello")).await;
    let error = reported(stream.map(|_| "a stream"));
    assert_eq!(error.kind, ErrorKind::BadUpstreamAnswer, "{error:?}");
    assert!(error.message.contains("application/json"), "{error:?}");
}
