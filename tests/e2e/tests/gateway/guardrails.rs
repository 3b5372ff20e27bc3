//! Guardrails and mutators around whole answers.

use jackfield_e2e::Reply;
use serde_json::{Value, json};

use crate::portkey::Two;
use crate::wire::{ANTHROPIC, OPENAI, WIRES};
use crate::{Bench, Json, body_of, header};

pub(crate) fn no(word: &str) -> Value {
    json!({ "default.contains": { "words": [word], "operator": "none" }, "deny": true })
}

/// What is said of the first check that ran at a stage.
pub(crate) fn first<'v>(body: &'v Value, stage: &str) -> &'v Value {
    body.pointer(&format!("/hook_results/{stage}/0")).unwrap_or_else(|| panic!("no {stage} in {body}"))
}

#[tokio::test]
async fn a_request_that_is_denied_is_never_sent() {
    for wire in WIRES {
        let bench = Bench::new(wire, vec![wire.reply("fine")]).await;
        let config = json!({ "provider": "up", "input_guardrails": [no("hello")] });
        let ask =
            bench.served.ask(wire.path, &wire.request("m")).header("x-portkey-config", config.to_string());
        let response = ask.send().await.unwrap();
        assert_eq!(response.status(), 446);
        let body = response.json().await.unwrap();
        assert_eq!(body["error"]["type"], "hooks_failed");
        wire.error_message(&body);
        let hook = first(&body, "before_request_hooks");
        assert_eq!(
            (&hook["verdict"], &hook["deny"], &hook["async"]),
            (&json!(false), &json!(true), &json!(false))
        );
        assert_eq!(hook["checks"][0]["id"], "default.contains");
        assert!(
            !body.to_string().contains("hello")
                || hook["checks"][0]["data"]["foundWords"] == json!(["hello"])
        );
        assert!(bench.upstream.requests().is_empty());
    }
}

#[tokio::test]
async fn an_answer_that_is_denied_does_not_reach_the_client() {
    for wire in WIRES {
        let bench = Bench::new(wire, vec![wire.reply("the secret is swordfish")]).await;
        let config = json!({ "provider": "up", "output_guardrails": [
            { "default.regexMatch": { "rule": "secret", "not": true }, "deny": true },
        ] });
        let ask =
            bench.served.ask(wire.path, &wire.request("m")).header("x-portkey-config", config.to_string());
        let response = ask.send().await.unwrap();
        assert_eq!(response.status(), 446);
        let body = response.json().await.unwrap();
        assert_eq!(body["error"]["type"], "hooks_failed");
        assert_eq!(first(&body, "after_request_hooks")["deny"], true);
        assert!(!body.to_string().contains("swordfish"), "{body}");
    }
}

#[tokio::test]
async fn a_failure_that_may_not_deny_marks_the_answer() {
    let two = Two::good().await;
    let mut guard = no("hello");
    guard["deny"] = json!(false);
    for (strict, shown) in [(true, false), (false, true)] {
        let config =
            json!({ "provider": "a", "input_guardrails": [guard], "strict_open_ai_compliance": strict });
        let response = two.ask(&config, &[]).await;
        assert_eq!(response.status(), 246);
        let body = response.json().await.unwrap();
        assert_eq!(OPENAI.text(&body), "from a");
        assert_eq!(body.get("hook_results").is_some(), shown, "{body}");
    }
    let fine = json!({ "provider": "a", "output_guardrails": [no("x")], "strict_open_ai_compliance": false });
    let response = two.ask(&fine, &[]).await;
    assert_eq!(response.status(), 200);
    assert_eq!(first(&response.json().await.unwrap(), "after_request_hooks")["verdict"], true);
    // Of several choices the worst counts.
    let mut answer = OPENAI.answer("good");
    let second =
        json!({ "index": 1, "message": { "role": "assistant", "content": "bad" }, "finish_reason": "stop" });
    answer["choices"].as_array_mut().unwrap().push(second);
    let two = Two::new(vec![Reply::json(200, &answer.to_string())], vec![OPENAI.reply("b")], "").await;
    let response = two.ask(&json!({ "provider": "a", "output_guardrails": [no("bad")] }), &[]).await;
    assert_eq!(response.status(), 446);
}

#[tokio::test]
async fn a_denied_answer_is_tried_again_where_the_retry_says_so() {
    let retry = json!({ "attempts": 2, "on_status_codes": [446] });
    let replies = vec![OPENAI.reply("bad"), OPENAI.reply("bad"), OPENAI.reply("good")];
    let two = Two::new(replies, vec![OPENAI.reply("from b")], "").await;
    let config = json!({ "provider": "a", "retry": retry, "output_guardrails": [no("bad")] });
    let response = two.ask(&config, &[]).await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "x-portkey-retry-attempt-count"), "2");
    assert_eq!(OPENAI.text(&response.json().await.unwrap()), "good");
    assert_eq!(two.a.requests().len(), 3);

    let two = Two::new(vec![OPENAI.reply("bad")], vec![OPENAI.reply("from b")], "").await;
    let config = json!({ "provider": "a", "retry": { "attempts": 2 }, "output_guardrails": [no("bad")] });
    assert_eq!(two.ask(&config, &[]).await.status(), 446);
    assert_eq!(two.a.requests().len(), 1, "446 isn't among the usual statuses");
}

#[tokio::test]
async fn a_marked_answer_that_is_tried_again_is_given_all_the_same_in_the_end() {
    let mut guard = no("bad");
    guard["deny"] = json!(false);
    let config = json!({ "provider": "a", "retry": { "attempts": 1, "on_status_codes": [246] }, "output_guardrails": [guard] });
    let two = Two::new(vec![OPENAI.reply("bad"), OPENAI.reply("bad too")], vec![OPENAI.reply("b")], "").await;
    let response = two.ask(&config, &[]).await;
    assert_eq!(response.status(), 246);
    assert_eq!(header(&response, "x-portkey-retry-attempt-count"), "-1");
    assert_eq!(OPENAI.text(&response.json().await.unwrap()), "bad too");
    let two = Two::new(vec![OPENAI.reply("bad"), OPENAI.reply("good")], vec![OPENAI.reply("b")], "").await;
    assert_eq!(two.ask(&config, &[]).await.status(), 200);
}

#[tokio::test]
async fn a_denial_falls_over_to_the_next_target_like_any_other_status() {
    let denied = |stage: &str, word: &str| {
        json!({ "strategy": { "mode": "fallback" },
                "targets": [{ "provider": "a", stage: [no(word)] }, { "provider": "b" }] })
    };
    for (stage, word, asked) in [("input_guardrails", "hello", 0), ("output_guardrails", "from a", 1)] {
        let two = Two::good().await;
        let response = two.ask(&denied(stage, word), &[]).await;
        assert_eq!(response.status(), 200, "{stage}");
        assert_eq!(OPENAI.text(&response.json().await.unwrap()), "from b");
        assert_eq!(two.a.requests().len(), asked);
    }
    let mut only = denied("input_guardrails", "hello");
    only["strategy"]["on_status_codes"] = json!([500]);
    let two = Two::good().await;
    assert_eq!(two.ask(&only, &[]).await.status(), 446);
    only["strategy"]["on_status_codes"] = json!([446]);
    assert_eq!(two.ask(&only, &[]).await.status(), 200);
}

#[tokio::test]
async fn mutators_rewrite_what_is_sent_and_what_comes_back_and_nothing_else() {
    let mut answer = OPENAI.answer("call 555-1234 now");
    answer["invented"] = json!({ "by": "upstream", "n": 1.50 });
    let two = Two::new(vec![Reply::json(200, &answer.to_string())], vec![OPENAI.reply("b")], "").await;
    let digits = json!({ "default.regexReplace": { "rule": "/[0-9-]{8}/g", "redactText": "***" } });
    let config = json!({
        "provider": "a",
        "input_mutators": [digits, { "default.addPrefix": { "prefix": "Be brief. ", "applyToRole": "system" } }],
        "output_mutators": [digits],
    });
    let mut request = OPENAI.request("m");
    request["messages"][0]["content"] = json!("my number is 555-9876");
    request["invented"] = json!({ "by": "client" });
    let response = two.send(&request, &config.to_string(), &[]).await;
    assert_eq!(response.status(), 200);
    let body = response.json().await.unwrap();
    assert_eq!(OPENAI.text(&body), "call *** now");
    assert_eq!(body["invented"], answer["invented"]);
    let sent = body_of(&two.a.requests()[0]);
    assert_eq!(
        sent["messages"],
        json!([
            { "role": "system", "content": "Be brief. " },
            { "role": "user", "content": "my number is ***" },
        ])
    );
    assert_eq!(sent["invented"], request["invented"]);
}

#[tokio::test]
async fn a_decoded_answer_is_judged_in_the_clients_own_dialect() {
    let bench = Bench::new(ANTHROPIC, vec![ANTHROPIC.reply("a secret")]).await;
    let config = json!({ "provider": "up", "output_mutators": [{ "regexReplace": { "rule": "secret" } }] });
    let ask =
        bench.served.ask(OPENAI.path, &OPENAI.request("m")).header("x-portkey-config", config.to_string());
    let body = ask.send().await.unwrap().json().await.unwrap();
    assert_eq!(OPENAI.text(&body), "a [REDACTED]");
}

#[tokio::test]
async fn every_form_of_request_is_looked_at() {
    let two = Two::good().await;
    let config = json!({ "provider": "a", "input_guardrails": [no("forbidden")] }).to_string();
    for (path, body) in [
        ("/v1/completions", json!({ "model": "m", "prompt": "forbidden" })),
        (
            "/v1/messages/count_tokens",
            json!({ "model": "m", "messages": [{ "role": "user", "content": "forbidden" }] }),
        ),
        ("/v1/responses", json!({ "model": "m", "input": "forbidden" })),
        ("/v1/embeddings", json!({ "model": "m", "input": ["fine", "forbidden"] })),
        (
            "/v1/messages",
            json!({ "model": "m", "max_tokens": 9, "messages": [{ "role": "user", "content": "forbidden" }] }),
        ),
    ] {
        let response = two.served.ask(path, &body).header("x-portkey-config", &config).send().await.unwrap();
        assert_eq!(response.status(), 446, "{path}");
    }
    // Where they can't look, nothing is sent.
    let rerank = json!({ "model": "m", "query": "fine", "documents": ["a"] });
    let response =
        two.served.ask("/v1/rerank", &rerank).header("x-portkey-config", &config).send().await.unwrap();
    assert_eq!(response.status(), 400);
    assert!(response.text().await.unwrap().contains("guardrails look at"));
    assert!(two.a.requests().is_empty());
}

#[tokio::test]
async fn the_model_and_the_metadata_are_looked_at() {
    let two = Two::good().await;
    let config = |guard: Value| json!({ "provider": "a", "input_guardrails": [guard] });
    let models = |models: &[&str]| config(json!({ "modelWhitelist": { "models": models }, "deny": true }));
    assert_eq!(two.ask(&models(&["m"]), &[]).await.status(), 200);
    assert_eq!(two.ask(&models(&["a/m"]), &[]).await.status(), 200);
    assert_eq!(two.ask(&models(&["other", "b/m"]), &[]).await.status(), 446);
    let team = config(json!({ "requiredMetadataKeys": { "metadataKeys": ["team"] }, "deny": true }));
    assert_eq!(two.ask(&team, &[]).await.status(), 446);
    assert_eq!(two.ask(&team, &[("x-portkey-metadata", r#"{"team":"blue"}"#)]).await.status(), 200);
}

#[tokio::test]
async fn an_answer_from_the_cache_is_judged_and_a_denied_one_is_not_kept() {
    let two = Two::new(vec![OPENAI.reply("bad"), OPENAI.reply("good")], vec![OPENAI.reply("b")], "").await;
    let config = |guards: Value| json!({ "provider": "a", "cache": { "mode": "simple" }, "output_guardrails": guards });
    assert_eq!(two.ask(&config(json!([no("bad")])), &[]).await.status(), 446);
    let response = two.ask(&config(json!([no("bad")])), &[]).await;
    assert_eq!((response.status().as_u16(), header(&response, "x-portkey-cache-status")), (200, "MISS"));
    let response = two.ask(&config(json!([no("bad")])), &[]).await;
    assert_eq!((response.status().as_u16(), header(&response, "x-portkey-cache-status")), (200, "HIT"));
    assert_eq!(
        two.ask(&config(json!([no("good")])), &[]).await.status(),
        446,
        "other guardrails judge it anew"
    );
    assert_eq!(two.a.requests().len(), 2);
}
