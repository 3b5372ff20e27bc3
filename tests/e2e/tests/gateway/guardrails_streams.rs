//! Guardrails around streams.

use std::time::Duration;

use jackfield_e2e::{Reply, Step};
use serde_json::{Value, json};

use crate::Bench;
use crate::wire::{OPENAI, WIRES, Wire, payloads, sse};

fn no(word: &str, deny: bool) -> Value {
    json!({ "default.contains": { "words": [word], "operator": "none" }, "deny": deny })
}

async fn ask(bench: &Bench, wire: Wire, config: &Value) -> reqwest::Response {
    let ask = bench.served.ask(wire.path, &wire.streamed("m"));
    ask.header("x-portkey-config", config.to_string()).send().await.unwrap()
}

#[tokio::test]
async fn a_stream_whose_request_is_denied_is_never_begun() {
    for wire in WIRES {
        let bench = Bench::new(wire, vec![sse(&wire.events(&["a"]))]).await;
        let config = json!({ "provider": "up", "input_guardrails": [no("hello", true)] });
        let response = ask(&bench, wire, &config).await;
        assert_eq!(response.status(), 446);
        assert!(bench.upstream.requests().is_empty());
    }
}

/// Not one word of it.
#[tokio::test]
async fn a_stream_that_may_be_denied_is_held_and_judged_as_a_whole() {
    for wire in WIRES {
        let events = wire.events(&["the secret is ", "sword", "fish"]);
        let bench = Bench::new(wire, vec![sse(&events)]).await;
        let config = |word: &str| json!({ "provider": "up", "output_guardrails": [no(word, true)] });
        let response = ask(&bench, wire, &config("swordfish")).await;
        assert_eq!(response.status(), 446, "the word is cut in two by the events");
        let body = response.text().await.unwrap();
        assert!(!body.contains("sword\"") && !body.contains("secret is"), "{body}");
        let response = ask(&bench, wire, &config("trout")).await;
        assert_eq!(response.status(), 200);
        let body = response.text().await.unwrap();
        assert_eq!(wire.streamed_text(&body), "the secret is swordfish");
        assert!(wire.is_finished(&body), "{body}");
    }
}

#[tokio::test]
async fn a_denied_stream_is_tried_again_and_a_broken_one_that_is_held_falls_over() {
    let replies = vec![sse(&OPENAI.events(&["bad"])), sse(&OPENAI.events(&["good"]))];
    let bench = Bench::new(OPENAI, replies).await;
    let retry = json!({ "attempts": 1, "on_status_codes": [446] });
    let config = json!({ "provider": "up", "retry": retry, "output_guardrails": [no("bad", true)] });
    let response = ask(&bench, OPENAI, &config).await;
    assert_eq!(response.status(), 200);
    assert_eq!(OPENAI.streamed_text(&response.text().await.unwrap()), "good");

    let broken = OPENAI.events(&["half"]).into_iter().take(2).collect::<Vec<_>>();
    let bench = Bench::new(OPENAI, vec![sse(&broken), sse(&OPENAI.events(&["whole"]))]).await;
    let config = json!({ "strategy": { "mode": "fallback" }, "output_guardrails": [no("bad", true)],
                         "targets": [{ "provider": "up" }, { "provider": "up" }] });
    let response = ask(&bench, OPENAI, &config).await;
    assert_eq!(response.status(), 200);
    assert_eq!(OPENAI.streamed_text(&response.text().await.unwrap()), "whole");
}

#[tokio::test]
async fn where_nothing_is_denied_the_stream_goes_on_and_the_verdict_follows() {
    for wire in WIRES {
        let events = wire.events(&["one ", "bad ", "word"]);
        let mut reply = Reply::events();
        for event in &events {
            reply = reply.send(event.as_str()).pause(Duration::from_millis(30));
        }
        let bench = Bench::new(wire, vec![reply]).await;
        let config = |strict: bool| json!({ "provider": "up", "output_guardrails": [no("bad", false)], "strict_open_ai_compliance": strict });
        let mut response = ask(&bench, wire, &config(false)).await;
        assert_eq!(response.status(), 200);
        let first = response.chunk().await.unwrap().unwrap();
        let first = String::from_utf8(first.to_vec()).unwrap();
        assert!(!first.contains("word"), "nothing is held: {first}");
        let body = first + &response.text().await.unwrap();
        assert_eq!(wire.streamed_text(&body), "one bad word");
        let told: Vec<Value> =
            payloads(&body).into_iter().filter(|event| event.get("hook_results").is_some()).collect();
        assert_eq!(told.len(), 1, "{body}");
        assert_eq!(told[0]["hook_results"]["after_request_hooks"][0]["verdict"], false);
        if wire == OPENAI {
            assert!(body.trim_end().ends_with("data: [DONE]"), "{body}");
        }
        let body = ask(&bench, wire, &config(true)).await.text().await.unwrap();
        assert!(wire.is_finished(&body) && !body.contains("hook_results"), "{body}");
    }
}

#[tokio::test]
async fn a_marked_request_marks_its_stream() {
    let bench = Bench::new(OPENAI, vec![sse(&OPENAI.events(&["a"]))]).await;
    let config = json!({ "provider": "up", "input_guardrails": [no("hello", false)], "strict_open_ai_compliance": false });
    let response = ask(&bench, OPENAI, &config).await;
    assert_eq!(response.status(), 246);
    let body = response.text().await.unwrap();
    assert_eq!(payloads(&body)[0]["hook_results"]["before_request_hooks"][0]["verdict"], false);
    assert_eq!(OPENAI.streamed_text(&body), "a");
}

#[tokio::test]
async fn a_mutator_of_answers_is_refused_for_streams_rather_than_left_out() {
    let bench = Bench::new(OPENAI, vec![sse(&OPENAI.events(&["a"]))]).await;
    let config = json!({ "provider": "up", "output_mutators": [{ "regexReplace": { "rule": "a" } }] });
    let response = ask(&bench, OPENAI, &config).await;
    assert_eq!(response.status(), 400);
    assert!(response.text().await.unwrap().contains("ask without `stream`"));
    assert!(bench.upstream.requests().is_empty());
}

#[tokio::test]
async fn a_held_stream_is_kept_by_the_cache_only_if_it_passes() {
    let bench = Bench::new(OPENAI, vec![sse(&OPENAI.events(&["bad"])), sse(&OPENAI.events(&["good"]))]).await;
    let config =
        json!({ "provider": "up", "cache": { "mode": "simple" }, "output_guardrails": [no("bad", true)] });
    assert_eq!(ask(&bench, OPENAI, &config).await.status(), 446);
    for expected in ["MISS", "HIT"] {
        let response = ask(&bench, OPENAI, &config).await;
        assert_eq!(response.headers()["x-portkey-cache-status"], expected);
        assert_eq!(OPENAI.streamed_text(&response.text().await.unwrap()), "good");
    }
    assert_eq!(bench.upstream.requests().len(), 2);
}

/// Whoever reads reports is told of what clients got, however it ended.
#[tokio::test]
async fn what_a_client_got_that_leaves_or_whose_stream_breaks_is_judged() {
    let hook = json!({
        "type": "guardrail", "id": "words",
        "checks": [{ "id": "default.contains", "parameters": { "words": ["bad"], "operator": "none" } }],
        "on_fail": { "feedback": { "value": -5, "weight": 1.0, "metadata": {} } },
    });
    let config = json!({ "provider": "up", "after_request_hooks": [hook] });
    for wire in WIRES {
        let events = wire.events(&["one ", "bad ", "lost"]);
        let until = events.iter().position(|event| event.contains("bad ")).unwrap() + 1;
        let begun = || Reply::events().send(events[..until].concat());
        let bench = Bench::new(wire, vec![begun().then(Step::Hang), begun().then(Step::Close)]).await;

        let mut left = ask(&bench, wire, &config).await;
        let mut got = String::new();
        while !got.contains("bad ") {
            let piece = left.chunk().await.unwrap().expect("it goes on");
            got.push_str(std::str::from_utf8(&piece).unwrap());
        }
        drop(left);
        judged(&bench, 1).await;

        let broken = ask(&bench, wire, &config).await.text().await.unwrap();
        assert!(wire.stream_error(&broken).is_some(), "{broken}");
        judged(&bench, 2).await;
    }
}

/// Waits for so many bad verdicts.
async fn judged(bench: &Bench, count: usize) {
    let line = format!("jackfield_feedback_total{{value=\"-5\"}} {count}\n");
    let mut metrics = String::new();
    for _ in 0..100 {
        metrics = bench.served.get("/metrics").await.text().await.unwrap();
        if metrics.contains(&line) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("no {line:?} in {metrics}");
}
