//! How `openai` reports what llama.cpp's server refuses.

use jackfield_e2e::chat;
use jackfield_runtime::api::embedding::{EmbedRequest, Input};
use jackfield_runtime::api::types::ErrorKind;

use crate::server::Server;
use crate::{Bench, hello, reported};

const WRONG: &str = "sk-not-the-key-of-this-server";

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_wrong_key_is_an_authentication_error() {
    let bench = Bench::with(Server::Llama, "openai", WRONG).await;
    let error = bench.refusal(hello(Server::Llama, 2)).await;
    assert_eq!((error.kind, error.status, error.sent), (ErrorKind::Authentication, Some(401), true));
    assert!(error.message.contains("Invalid API Key"), "{error:?}");
    assert!(error.body.is_some_and(|body| body.contains("authentication_error")));
    let request = EmbedRequest::new("chat", vec![Input::Text("x".to_owned())]);
    let error = reported(bench.provider.embed(&bench.context, request).await);
    assert_eq!(error.kind, ErrorKind::Authentication);
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_prompt_that_is_too_long_is_a_context_length_error() {
    let bench = Bench::openai(Server::Llama).await;
    let error = bench.refusal(chat("chat", &"x".repeat(20_000))).await;
    assert_eq!((error.kind, error.status), (ErrorKind::ContextLength, Some(400)), "{error:?}");
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_value_that_the_server_refuses_is_an_invalid_request() {
    let bench = Bench::openai(Server::Llama).await;
    let mut request = hello(Server::Llama, 2);
    request.extra = Some(r#"{"grammar":"this is no grammar"}"#.to_owned());
    let error = bench.refusal(request).await;
    assert_eq!((error.kind, error.status), (ErrorKind::InvalidRequest, Some(400)), "{error:?}");
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn what_the_server_has_not_is_not_found() {
    let lines = "config.chat-path = \"/no/such/path\"";
    let bench = Bench::bound(Server::Llama, "openai", "api-key", &Server::Llama.key(), lines).await;
    let error = bench.refusal(hello(Server::Llama, 2)).await;
    assert_eq!((error.kind, error.status), (ErrorKind::NotFound, Some(404)), "{error:?}");
}
