//! Clients of one dialect over upstreams of the other: decoded, asked in typed
//! form, and encoded again.

use jackfield_e2e::Reply;
use serde_json::{Value, json};

use crate::Json;
use crate::wire::{ANTHROPIC, OPENAI, payloads, sse};
use crate::{Bench, header};

const WAYS: [(crate::Wire, crate::Wire); 2] = [(OPENAI, ANTHROPIC), (ANTHROPIC, OPENAI)];

#[tokio::test]
async fn a_plain_chat_crosses() {
    for (client, upstream) in WAYS {
        let bench = Bench::new(upstream, vec![upstream.reply("one two")]).await;
        let response = bench.served.post(client.path, &client.request("up/m")).await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "x-jackfield-mode"), "decoded");
        assert_eq!(header(&response, "content-type"), "application/json");
        let answer: Value = response.json().await.unwrap();
        assert_eq!(client.text(&answer), "one two");
        let (usage, finish) = match client == OPENAI {
            true => (json!([1, 2]), answer["choices"][0]["finish_reason"].clone()),
            false => (json!([1, 2]), answer["stop_reason"].clone()),
        };
        let told = match client == OPENAI {
            true => json!([answer["usage"]["prompt_tokens"], answer["usage"]["completion_tokens"]]),
            false => json!([answer["usage"]["input_tokens"], answer["usage"]["output_tokens"]]),
        };
        assert_eq!(told, usage, "{answer}");
        assert_eq!(finish, if client == OPENAI { "stop" } else { "end_turn" });
        let arrived = bench.arrived();
        assert_eq!(arrived["model"], "m");
        let said = &arrived["messages"][0]["content"];
        assert!(said == "hello" || said[0]["text"] == "hello", "{arrived}");
    }
}

#[tokio::test]
async fn a_streamed_chat_crosses() {
    for (client, upstream) in WAYS {
        let bench = Bench::new(upstream, vec![sse(&upstream.events(&["one ", "two ", "three"]))]).await;
        let response = bench.served.post(client.path, &client.streamed("up/m")).await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "x-jackfield-mode"), "decoded");
        assert!(header(&response, "content-type").starts_with("text/event-stream"));
        let body = response.text().await.unwrap();
        assert_eq!(client.streamed_text(&body), "one two three");
        assert!(client.is_finished(&body), "{body}");
        let events = payloads(&body);
        match client == OPENAI {
            true => {
                assert!(events.iter().all(|event| event["object"] == "chat.completion.chunk"), "{body}");
                assert!(events.iter().any(|event| event["choices"][0]["finish_reason"] == "stop"), "{body}");
                assert!(events.iter().all(|event| event["id"] == events[0]["id"]), "{body}");
            }
            false => {
                let kinds: Vec<&str> = events.iter().filter_map(|event| event["type"].as_str()).collect();
                assert_eq!(
                    (kinds[0], *kinds.last().unwrap()),
                    ("message_start", "message_stop"),
                    "{kinds:?}"
                );
                assert_eq!(kinds.iter().filter(|kind| **kind == "content_block_start").count(), 1);
                let delta = events.iter().find(|event| event["type"] == "message_delta").unwrap();
                assert_eq!(delta["delta"]["stop_reason"], "end_turn");
            }
        }
        assert_eq!(bench.arrived()["stream"], true);
    }
}

#[tokio::test]
async fn an_openai_client_gets_the_usage_of_a_decoded_stream_when_it_asks() {
    for asks in [false, true] {
        let bench = Bench::new(ANTHROPIC, vec![sse(&ANTHROPIC.events(&["one"]))]).await;
        let mut request = OPENAI.streamed("up/m");
        request["stream_options"] = json!({ "include_usage": asks });
        let body = bench.served.post(OPENAI.path, &request).await.text().await.unwrap();
        let usage: Vec<_> =
            payloads(&body).into_iter().filter(|event| event["choices"] == json!([])).collect();
        assert_eq!(usage.len(), usize::from(asks), "{body}");
        if asks {
            assert_eq!(usage[0]["usage"]["completion_tokens"], 2, "{body}");
        }
    }
}

#[tokio::test]
async fn tokens_are_counted_by_the_first_target() {
    let bench = Bench::new(ANTHROPIC, vec![Reply::json(200, "{\"input_tokens\":42}")]).await;
    let request = json!({ "model": "up/m", "messages": [{ "role": "user", "content": "hello" }] });
    let response = bench.served.post("/v1/messages/count_tokens", &request).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.json().await.unwrap(), json!({ "input_tokens": 42 }));
    assert_eq!(bench.arrived()["model"], "m");
}

#[tokio::test]
async fn where_the_target_cannot_count_tokens_they_are_estimated_and_it_is_said() {
    let bench = Bench::new(OPENAI, vec![]).await;
    let text = "a few words ".repeat(100);
    let request = json!({ "model": "up/m", "messages": [{ "role": "user", "content": text }] });
    let response = bench.served.post("/v1/messages/count_tokens", &request).await;
    assert_eq!(response.status(), 200);
    assert!(header(&response, "x-jackfield-warning").contains("estimate"));
    let told: Value = response.json().await.unwrap();
    assert!((200..600).contains(&told["input_tokens"].as_u64().unwrap()), "{told}");
    assert_eq!(bench.upstream.accepted(), 0);
}
