//! `anthropic` handing clients' bytes on, undecoded.

use bytes::Bytes;
use jackfield_runtime::api::passthrough::{Dialect, Framing};
use jackfield_runtime::api::types::ErrorKind;
use serde_json::{Value, json};

use crate::openai_passthrough::{request, text};
use crate::server::{Server, events, steady};
use crate::{Bench, reported};

const SERVERS: [Server; 2] = [Server::Llama, Server::Litellm];

/// The model's name is the one that goes up either way: the proxy needs it.
fn hello(server: Server, stream: bool) -> String {
    json!({
        "model": server.model(),
        "messages": [{ "role": "user", "content": "hello" }],
        "max_tokens": 6, "temperature": 0, "stream": stream,
        "metadata": { "user_id": "u-1" },
    })
    .to_string()
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_whole_answer_is_the_one_that_the_server_gives_directly() {
    for server in SERVERS {
        let bench = Bench::anthropic(server).await;
        let forwarded = request(Dialect::AnthropicMessages, server.model(), false);
        let sent = Bytes::from(hello(server, false));
        let answer = bench.provider.forward(&bench.context, forwarded, sent).await.unwrap();
        assert_eq!((answer.status, answer.framing), (200, Framing::Whole));
        let through: Value = serde_json::from_str(&text(answer).await).unwrap();
        assert_eq!(through["usage"]["output_tokens"], 6);
        let direct = server.post("/v1/messages", &hello(server, false)).await.body;
        assert_eq!(steady(through), steady(serde_json::from_str(&direct).unwrap()), "{server:?}");
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_stream_has_the_events_that_the_server_gives_directly() {
    for server in SERVERS {
        let bench = Bench::anthropic(server).await;
        let forwarded = request(Dialect::AnthropicMessages, server.model(), true);
        let sent = Bytes::from(hello(server, true));
        let answer = bench.provider.forward(&bench.context, forwarded, sent).await.unwrap();
        assert_eq!(answer.framing, Framing::ServerSentEvents);
        let through = text(answer).await;
        let direct = server.post("/v1/messages", &hello(server, true)).await.body;
        assert_eq!(events(&through), events(&direct), "{server:?}");
        let named = |body: &str| body.lines().filter(|line| line.starts_with("event:")).count();
        assert_eq!(named(&through), named(&direct));
        assert!(events(&through).len() > 6);
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn counting_is_passed_on_as_well() {
    for server in SERVERS {
        let bench = Bench::anthropic(server).await;
        let forwarded = request(Dialect::AnthropicCountTokens, server.model(), false);
        let sent = Bytes::from(hello(server, false));
        let answer = bench.provider.forward(&bench.context, forwarded, sent).await.unwrap();
        let direct = server.post("/v1/messages/count_tokens", &hello(server, false)).await.body;
        assert_eq!(text(answer).await, direct, "{server:?}");
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_refusal_is_typed_and_keeps_the_servers_own_body() {
    let bench = Bench::anthropic(Server::Litellm).await;
    let forwarded = request(Dialect::AnthropicMessages, "mock-rate-limited", false);
    let sent = Bytes::from(hello(Server::Litellm, false));
    let error = reported(bench.provider.forward(&bench.context, forwarded, sent).await);
    assert_eq!((error.kind, error.status), (ErrorKind::RateLimited, Some(429)), "{error:?}");
    let body: Value = serde_json::from_str(error.body.as_deref().unwrap()).unwrap();
    assert_eq!(body["error"]["type"], "rate_limit_error");
}
