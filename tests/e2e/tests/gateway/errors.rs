//! What a client is told when there is no answer: always in its own dialect.

use jackfield_e2e::Reply;
use serde_json::{Value, json};

use crate::Json;
use crate::wire::{ANTHROPIC, OPENAI, WIRES, Wire};
use crate::{Bench, header};

#[tokio::test]
async fn an_upstreams_error_has_the_shape_of_the_clients_dialect_whoever_wrote_it() {
    let openai = json!({ "error": { "message": "no such moon", "type": "invalid_request_error", "code": "moonless" } });
    let anthropic =
        json!({ "type": "error", "error": { "type": "invalid_request_error", "message": "no such moon" } });
    for client in WIRES {
        for (upstream, body) in [(OPENAI, &openai), (ANTHROPIC, &anthropic)] {
            for stream in [false, true] {
                let bench = Bench::new(upstream, vec![Reply::json(404, &body.to_string())]).await;
                let request = if stream { client.streamed("up/m") } else { client.request("up/m") };
                let response = bench.served.post(client.path, &request).await;
                assert_eq!(response.status(), 404);
                assert_eq!(header(&response, "content-type"), "application/json");
                assert_eq!(header(&response, "x-jackfield-provider"), "up");
                let body: Value = response.json().await.unwrap();
                let message = client.error_message(&body);
                assert!(message.contains("no such moon"), "{message}");
            }
        }
    }
}

async fn told(wire: Wire, body: &str) -> (u16, Value) {
    let bench = Bench::new(wire, vec![]).await;
    let ask = bench.served.client().post(bench.served.url(wire.path)).body(body.to_owned());
    let response = ask.header("content-type", "application/json").send().await.unwrap();
    assert_eq!(header(&response, "content-type"), "application/json");
    let told = (response.status().as_u16(), response.json().await.unwrap());
    assert_eq!(bench.upstream.accepted(), 0, "nothing may be sent of {body}");
    told
}

#[tokio::test]
async fn a_body_that_is_no_request_is_refused_and_nothing_is_sent() {
    for wire in WIRES {
        for body in ["", "{", "[]", "null", "\"x\"", "{\"model\":\"up/m\"", "{} {}", "\u{0}", "{\"model\":7}"]
        {
            let (status, told) = told(wire, body).await;
            assert_eq!(status, 400, "{body:?}: {told}");
            assert!(!wire.error_message(&told).is_empty());
        }
    }
}

#[tokio::test]
async fn the_member_that_is_wrong_is_named() {
    for (body, param) in [
        (r#"{"model":7,"messages":[]}"#, "model"),
        (r#"{"model":"up/m","stream":"yes"}"#, "stream"),
        (r#"{"model":"up/m","stream_options":{"include_usage":1}}"#, "stream_options.include_usage"),
    ] {
        let (status, told) = told(OPENAI, body).await;
        assert_eq!((status, told["error"]["param"].as_str()), (400, Some(param)), "{told}");
        assert_eq!(told["error"]["type"], "invalid_request_error");
    }
}

/// Where a body is passed on, its members are the upstream's business; where it
/// is decoded, what can't be read is named like everywhere.
#[tokio::test]
async fn the_member_that_is_wrong_is_named_when_a_body_is_decoded() {
    let bench = Bench::new(ANTHROPIC, vec![]).await;
    let request = json!({ "model": "up/m", "messages": [{ "role": "user", "content": 7 }] });
    let response = bench.served.post(OPENAI.path, &request).await;
    assert_eq!(response.status(), 400);
    let told: Value = response.json().await.unwrap();
    assert!(told["error"]["param"].as_str().is_some_and(|param| param.contains("messages")), "{told}");
    assert_eq!(bench.upstream.accepted(), 0);
}

#[tokio::test]
async fn a_model_that_nobody_has_is_not_found_with_a_guess() {
    let bench = Bench::with(OPENAI, vec![], "", "[routes.fast]\nmodel = \"up/m\"\n").await;
    for (model, guess) in [("upp/m", "up/m"), ("fats", "fast"), ("nothing-like-it", "provider/model")] {
        for client in WIRES {
            let response = bench.served.post(client.path, &client.request(model)).await;
            assert_eq!(response.status(), 404);
            let told = response.json().await.unwrap();
            let message = client.error_message(&told);
            assert!(message.contains(model) && message.contains(guess), "{message}");
        }
    }
    assert_eq!(bench.upstream.accepted(), 0);
}

#[tokio::test]
async fn a_request_without_a_model_says_how_to_name_one() {
    for wire in WIRES {
        let (status, told) = told(wire, r#"{"messages":[],"max_tokens":1}"#).await;
        assert_eq!(status, 400);
        assert!(wire.error_message(&told).contains("provider/model"), "{told}");
    }
}

#[tokio::test]
async fn nothing_is_at_another_path_and_another_method_is_told_which_one_is_meant() {
    let bench = Bench::new(OPENAI, vec![]).await;
    for path in
        ["/", "/v1", "/v1/chat", "/v1/chat/completions/", "/v2/chat/completions", "/%00", "//v1/messages"]
    {
        let response = bench.served.post(path, &json!({})).await;
        assert_eq!(response.status(), 404, "{path}");
        let told = response.json().await.unwrap();
        OPENAI.error_message(&told);
        assert_eq!(told["error"]["code"], json!(null), "it isn't a model that isn't there: {path}");
    }
    for (method, path, allowed) in [
        ("GET", "/v1/chat/completions", "POST"),
        ("PUT", "/v1/messages", "POST"),
        ("DELETE", "/v1/models", "GET"),
        ("POST", "/health", "GET"),
    ] {
        let method = method.parse().unwrap();
        let response = bench.served.client().request(method, bench.served.url(path)).send().await.unwrap();
        assert_eq!((response.status().as_u16(), header(&response, "allow")), (405, allowed), "{path}");
    }
}

/// What an upstream writes into its errors must not become a header or a line.
#[tokio::test]
async fn an_upstreams_words_stay_within_the_body() {
    let message = "bad\r\nx-injected: yes\r\n\r\n{\"a\":1} \"quoted\" \u{1} ☃";
    let body = json!({ "error": { "message": message, "code": "a\r\nb" } }).to_string();
    let bench = Bench::new(OPENAI, vec![Reply::json(400, &body)]).await;
    let response = bench.whole().await;
    assert!(response.headers().get("x-injected").is_none());
    let told: Value = response.json().await.unwrap();
    assert!(OPENAI.error_message(&told).contains("\"quoted\""), "{told}");
}
