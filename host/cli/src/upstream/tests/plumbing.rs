use std::time::Duration;

use super::super::UpstreamOptions;
use super::{Upstream, chat, finish};

const CHAT: &str = "/v1/chat/completions";

#[tokio::test]
async fn a_key_that_is_required_must_come_in_one_of_the_usual_headers() {
    let options = UpstreamOptions { required_key: Some("sk-1".into()), ..UpstreamOptions::default() };
    let upstream = Upstream::with(options).await;
    let body = chat("m", "hi");
    for (name, value, status) in [
        ("authorization", "Bearer sk-1", 200),
        ("x-api-key", "sk-1", 200),
        ("api-key", "sk-1", 200),
        ("authorization", "Bearer sk-2", 401),
        ("x-other", "sk-1", 401),
    ] {
        let response = upstream.request(CHAT, &body).header(name, value).send().await.unwrap();
        assert_eq!(response.status().as_u16(), status, "{name}: {value}");
    }
    let answer = upstream.get("/v1/models").await;
    assert_eq!((answer.status, &answer.json()["error"]["code"]), (401, &"invalid_api_key".into()));
}

#[tokio::test]
async fn the_last_request_is_told_as_it_arrived() {
    let upstream = Upstream::start().await;
    assert!(upstream.get("/last").await.json().is_null());
    let request = upstream.client.post(format!("{}/openai/v1/chat/completions?api-version=1", upstream.base));
    let body = chat("m", "grün").to_string();
    let response =
        request.header("x-custom", "a").header("x-custom", "b").body(body.clone()).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
    let last = upstream.get("/last").await.json();
    assert_eq!(
        (&last["method"], &last["path"]),
        (&"POST".into(), &"/openai/v1/chat/completions?api-version=1".into())
    );
    assert_eq!(last["body"], body.as_str());
    let headers = last["headers"].as_array().unwrap();
    let custom: Vec<_> =
        headers.iter().filter(|header| header[0] == "x-custom").map(|header| &header[1]).collect();
    assert_eq!(custom, ["a", "b"]);
    let response =
        upstream.client.post(format!("{}/v1/embeddings", upstream.base)).body(vec![0xff, 0]).send().await;
    assert_eq!(response.unwrap().status().as_u16(), 400);
    assert_eq!(upstream.get("/last").await.json()["body_base64"], "/wA=");
}

#[tokio::test]
async fn requests_and_connections_are_counted() {
    let upstream = Upstream::start().await;
    for _ in 0..3 {
        upstream.post(CHAT, chat("m", "hi")).await;
    }
    assert_eq!((upstream.stats("requests").await, upstream.stats("streams").await), (3, 0));
    assert!(upstream.stats("open_connections").await >= 1);
    assert_eq!(upstream.stats("hang_ups").await, 0);
}

#[tokio::test]
async fn unknown_paths_and_methods_are_refused() {
    let upstream = Upstream::start().await;
    let unknown = upstream.post("/v1/unheard-of", chat("m", "hi")).await;
    assert_eq!((unknown.status, &unknown.json()["error"]["code"]), (404, &"unknown_url".into()));
    assert_eq!(upstream.post("/chat/completions", chat("m", "hi")).await.status, 404);
    assert_eq!(upstream.post("/v1/messages/unheard-of", chat("m", "hi")).await.json()["type"], "error");
    assert_eq!(upstream.get(CHAT).await.status, 405);
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused() {
    let upstream = Upstream::with(UpstreamOptions { max_body: 1000, ..UpstreamOptions::default() }).await;
    assert_eq!(upstream.post(CHAT, chat("m", &"x".repeat(800))).await.status, 200);
    assert_eq!(upstream.post(CHAT, chat("m", &"x".repeat(1000))).await.status, 413);
}

#[tokio::test]
async fn answers_are_the_same_every_time() {
    let upstream = Upstream::start().await;
    let first = upstream.post(CHAT, chat("m", "hi")).await;
    let second = upstream.post(CHAT, chat("m", "hi")).await;
    assert_eq!(first.body, second.body);
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
}

#[tokio::test]
async fn the_end_of_the_server_ends_its_streams() {
    let upstream = Upstream::start().await;
    let body = super::chat_stream("stall-after-1");
    let response = upstream.request(CHAT, &body).send().await.unwrap();
    drop(upstream);
    let ended = tokio::time::timeout(Duration::from_secs(10), finish(response)).await.unwrap();
    assert!(ended.is_err());
}
