use std::time::{Duration, Instant};

use serde_json::json;

use super::{SOON, Upstream, chat, chat_stream, finish, joined};

const CHAT: &str = "/v1/chat/completions";

#[tokio::test]
async fn statuses_come_always_or_first_or_later() {
    let upstream = Upstream::start().await;
    for (model, expected) in [
        ("status-529", [529, 529, 529]),
        ("m+status-503-first-2", [503, 503, 200]),
        ("m+status-429-after-2", [200, 200, 429]),
    ] {
        for (index, status) in expected.into_iter().enumerate() {
            assert_eq!(upstream.post(CHAT, chat(model, "hi")).await.status, status, "{model} {index}");
        }
    }
}

#[tokio::test]
async fn errors_say_when_to_come_again() {
    let upstream = Upstream::start().await;
    let answer = upstream.post(CHAT, chat("status-429+retry-after-1500ms", "hi")).await;
    assert_eq!((answer.header("retry-after"), answer.header("retry-after-ms")), ("2", "1500"));
    assert_eq!(answer.json()["error"]["code"], "rate_limit_exceeded");
    let body =
        json!({ "model": "status-529", "max_tokens": 5, "messages": [{ "role": "user", "content": "hi" }] });
    let answer = upstream.post("/v1/messages", body).await;
    assert_eq!(answer.json()["error"]["type"], "overloaded_error");
}

#[tokio::test]
async fn a_stream_breaks_stalls_or_ends_behind_the_event_that_is_named() {
    let upstream = Upstream::start().await;
    for (model, events) in
        [("end-after-3", 3), ("error-after-3", 4), ("half-event", 3), ("no-done+chunks-2", 4)]
    {
        let answer = upstream.post(CHAT, chat_stream(model)).await;
        assert_eq!(answer.text().matches("\n\n").count(), events, "{model}: {}", answer.text());
    }
    let answer = upstream.post(CHAT, chat_stream("error-after-3")).await;
    assert!(answer.events()[3]["error"]["message"].is_string());
    assert!(!upstream.post(CHAT, chat_stream("half-event")).await.text().ends_with('\n'));
    for body in [chat_stream("cut-after-3"), chat("cut-after-3", "hi")] {
        let response = upstream.request(CHAT, &body).send().await.unwrap();
        assert!(finish(response).await.is_err(), "{body}");
    }
    assert_eq!(upstream.stats("hang_ups").await, 0);
    for body in [chat_stream("stall-after-3"), chat("stall-after-3", "hi")] {
        let response = upstream.request(CHAT, &body).send().await.unwrap();
        assert!(tokio::time::timeout(Duration::from_millis(100), finish(response)).await.is_err(), "{body}");
    }
    upstream.until("hang_ups", 2).await;
}

#[tokio::test]
async fn streams_are_the_same_in_every_style() {
    let upstream = Upstream::start().await;
    let text = |answer: &super::Answer| joined(&answer.events(), "/choices/0/delta/content");
    let plain = upstream.post(CHAT, chat_stream("m")).await;
    for style in ["burst", "torn", "crlf", "comments"] {
        let answer = upstream.post(CHAT, chat_stream(style)).await;
        assert_eq!(text(&answer), text(&plain), "{style}");
        let marks =
            (answer.text().matches("\r\n\r\n").count(), answer.text().matches(": keep-alive").count());
        let expected = match style {
            "crlf" => (53, 0),
            "comments" => (0, 53),
            _ => (0, 0),
        };
        assert_eq!(marks, expected, "{style}");
    }
}

#[tokio::test]
async fn a_client_that_leaves_an_endless_stream_is_noticed() {
    let upstream = Upstream::start().await;
    let mut response = upstream.request(CHAT, &chat_stream("endless")).send().await.unwrap();
    let mut bytes = 0;
    while bytes < 1 << 20 {
        bytes += response.chunk().await.unwrap().unwrap().len();
    }
    assert_eq!(upstream.stats("open_streams").await, 1);
    drop(response);
    upstream.until("open_streams", 0).await;
    assert_eq!((upstream.stats("hang_ups").await, upstream.stats("streams").await), (1, 1));
}

#[tokio::test]
async fn a_client_that_leaves_a_silent_upstream_is_noticed() {
    let upstream = Upstream::start().await;
    let body = chat("silent", "hi");
    let request = upstream.request(CHAT, &body).timeout(Duration::from_millis(100)).send();
    assert!(request.await.unwrap_err().is_timeout());
    upstream.until("hang_ups", 1).await;
    assert!(upstream.request(CHAT, &chat("reset", "hi")).send().await.is_err());
}

#[tokio::test]
async fn something_else_comes_instead_of_an_answer() {
    let upstream = Upstream::start().await;
    let html = upstream.post(CHAT, chat("html", "hi")).await;
    assert_eq!((html.status, html.header("content-type")), (200, "text/html; charset=utf-8"));
    for body in [chat("garbage", "hi"), chat_stream("garbage")] {
        let garbage = upstream.post(CHAT, body).await;
        assert!(garbage.body.len() == 4096 && std::str::from_utf8(&garbage.body).is_err());
    }
    assert!(upstream.post(CHAT, chat("empty", "hi")).await.body.is_empty());
    assert!(upstream.post(CHAT, chat("other-json", "hi")).await.json().get("choices").is_none());
    for body in [chat("invalid-utf8", "hi"), chat_stream("invalid-utf8")] {
        assert!(std::str::from_utf8(&upstream.post(CHAT, body).await.body).is_err());
    }
    let half = upstream.post(CHAT, chat("half-event", "hi")).await;
    assert!(serde_json::from_slice::<serde_json::Value>(&half.body).is_err());
}

#[tokio::test]
async fn redirects_lead_to_the_same_server_under_its_own_or_another_name() {
    let upstream = Upstream::start().await;
    let port = upstream.base.rsplit(':').next().unwrap();
    let away = upstream.post(CHAT, chat("redirect", "hi")).await;
    assert_eq!(
        (away.status, away.header("location")),
        (307, &*format!("http://localhost:{port}/redirected"))
    );
    let here = upstream.post(CHAT, chat("redirect-same", "hi")).await;
    assert_eq!((here.status, here.header("location")), (307, "/redirected"));
    assert_eq!(upstream.get("/redirected").await.json(), json!({ "redirected": true }));
    assert_eq!(upstream.get("/last").await.json()["path"], "/redirected");
}

#[tokio::test]
async fn heads_may_be_too_big_and_texts_may_have_the_key() {
    let upstream = Upstream::start().await;
    let body = chat("echo-key", "hi");
    let answer = upstream.request(CHAT, &body).header("authorization", "Bearer sk-1").send().await.unwrap();
    assert!(finish(answer).await.unwrap().text().contains("hi with the key sk-1"));
    let big = upstream.request(CHAT, &chat("big-header", "hi")).send().await;
    assert!(big.is_err() || big.unwrap().headers()["x-big"].len() == 256 << 10);
}

#[tokio::test]
async fn delays_are_kept() {
    let upstream = Upstream::start().await;
    let start = Instant::now();
    upstream.post(CHAT, chat("delay-80ms", "hi")).await;
    assert!(start.elapsed() >= Duration::from_millis(80));
    let start = Instant::now();
    upstream.post(CHAT, chat_stream("slow-10ms+chunks-8")).await;
    assert!(start.elapsed() >= Duration::from_millis(100));
}

#[tokio::test]
async fn each_event_arrives_before_the_next_is_sent() {
    let upstream = Upstream::start().await;
    let mut response = upstream.request(CHAT, &chat_stream("stall-after-2")).send().await.unwrap();
    let mut text = Vec::new();
    let arrived = async {
        while text.windows(2).filter(|two| two == b"\n\n").count() < 2 {
            text.extend(response.chunk().await.unwrap().unwrap());
        }
    };
    tokio::time::timeout(SOON, arrived).await.unwrap();
}

#[tokio::test]
async fn a_text_is_as_long_as_asked() {
    let upstream = Upstream::start().await;
    let mut body = chat_stream("chunks-500");
    body["stream_options"] = json!({ "include_usage": true });
    let events = upstream.post(CHAT, body).await.events();
    assert_eq!(events[events.len() - 2]["usage"]["completion_tokens"], 500);
    let silent = upstream.post(CHAT, chat("no-usage", "hi")).await.json();
    assert!(silent.get("usage").is_none());
}
