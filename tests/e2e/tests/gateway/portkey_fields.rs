//! Fields of a Portkey Config whose effect no other test of the gateway shows.

use std::time::{Duration, Instant};

use jackfield_e2e::{Reply, Script};
use serde_json::{Value, json};

use crate::guardrails::no;
use crate::header;
use crate::portkey::Two;
use crate::wire::OPENAI;

/// `a` first and `b` after it, with this circuit breaker.
fn breaker(mut rule: Value) -> Value {
    rule["cooldown_interval"] = json!(60_000);
    json!({
        "strategy": { "mode": "fallback", "cb_config": rule },
        "targets": [{ "provider": "a" }, { "provider": "b" }],
    })
}

#[tokio::test]
async fn failure_status_codes_say_which_failures_open_a_breaker() {
    let failures = [500, 500, 500, 503, 503].map(|status| Reply::json(status, "{}"));
    let two = Two::new(failures.to_vec(), vec![OPENAI.reply("b")], "").await;
    let config = breaker(json!({ "failure_threshold": 2, "failure_status_codes": [503] }));
    for number in 1..=5 {
        assert_eq!(header(&two.ask(&config, &[]).await, "x-jackfield-provider"), "b");
        assert_eq!(two.a.requests().len(), number, "500 doesn't count");
    }
    two.ask(&config, &[]).await;
    assert_eq!(two.a.requests().len(), 5, "two 503 have opened it");
}

#[tokio::test]
async fn a_percentage_of_failures_opens_a_breaker_once_there_were_enough_requests() {
    let two = Two::new(vec![Reply::json(500, "{}")], vec![OPENAI.reply("b")], "").await;
    let config = breaker(json!({ "failure_threshold_percentage": 50, "minimum_requests": 4 }));
    for _ in 0..8 {
        two.ask(&config, &[]).await;
    }
    assert_eq!((two.a.requests().len(), two.b.requests().len()), (4, 8));
}

#[tokio::test]
async fn default_guardrails_hold_for_all_targets_and_beside_their_own() {
    let two = Two::good().await;
    let fine = json!([{ "default.contains": { "words": ["anything"], "operator": "none" }, "deny": true }]);
    for (field, list, own) in [
        ("default_input_guardrails", json!([no("hello")]), "input_guardrails"),
        ("default_output_guardrails", json!([no("from")]), "output_guardrails"),
    ] {
        let mut target = json!({ "provider": "a" });
        target[own] = fine.clone();
        let mut config = json!({ "strategy": { "mode": "single" }, "targets": [target] });
        assert_eq!(two.ask(&config, &[]).await.status(), 200, "without {field}");
        config[field] = list;
        assert_eq!(two.ask(&config, &[]).await.status(), 446, "{field}");
    }
}

/// Each check waits for its webhook, so that in sequence their times add up.
#[tokio::test]
async fn checks_of_a_sequential_hook_run_one_after_the_other() {
    let pause = Duration::from_millis(150);
    let verdict = Reply::json(200, r#"{"verdict":true}"#).after(pause);
    let service = Script::start(vec![verdict]).await;
    let grant = format!("[server.hooks]\norigins = [\"{}\"]\n", service.origin());
    let two = Two::new(vec![OPENAI.reply("a")], vec![], &grant).await;
    let check =
        json!({ "id": "default.webhook", "parameters": { "webhookURL": format!("{}/v", service.origin()) } });
    let hook = json!({ "type": "guardrail", "id": "g", "sequential": true, "checks": [check, check, check] });
    let began = Instant::now();
    let response = two.ask(&json!({ "provider": "a", "before_request_hooks": [hook] }), &[]).await;
    assert_eq!(response.status(), 200);
    assert_eq!(service.requests().len(), 3);
    assert!(began.elapsed() >= pause * 3, "{:?}", began.elapsed());
}

#[tokio::test]
async fn what_only_portkeys_own_service_could_do_is_refused_by_its_name() {
    let two = Two::good().await;
    for (field, value) in [("prompt_id", json!("pp-1")), ("fetch_integrated_models", json!(true))] {
        let mut config = json!({ "provider": "a" });
        config[field] = value;
        let response = two.ask(&config, &[]).await;
        assert_eq!(response.status(), 400, "{field}");
        assert!(response.text().await.unwrap().contains(field), "{field}");
    }
    assert!(two.a.requests().is_empty());
}
