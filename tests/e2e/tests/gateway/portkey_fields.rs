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
    for (field, value) in
        [("prompt_id", json!("pp-1")), ("fetch_integrated_models", json!(true)), ("passthrough", json!(true))]
    {
        let mut config = json!({ "provider": "a" });
        config[field] = value;
        let response = two.ask(&config, &[]).await;
        assert_eq!(response.status(), 400, "{field}");
        assert!(response.text().await.unwrap().contains(field), "{field}");
    }
    assert!(two.a.requests().is_empty());
}

#[tokio::test]
async fn a_breaker_beside_the_strategy_or_in_a_target_holds_as_one_within_it() {
    let rule = json!({ "failure_threshold": 1, "cooldown_interval": 60_000 });
    let targets = json!([{ "provider": "a" }, { "provider": "b" }]);
    let beside = json!({ "strategy": { "mode": "fallback" }, "cb_config": rule, "targets": targets });
    let mut within = json!({ "strategy": { "mode": "fallback" }, "targets": targets });
    within["targets"][0]["cb_config"] = rule;
    for config in [beside, within] {
        let two = Two::new(vec![Reply::json(500, "{}")], vec![OPENAI.reply("b")], "").await;
        for _ in 0..3 {
            assert_eq!(two.ask(&config, &[]).await.status(), 200);
        }
        assert_eq!((two.a.requests().len(), two.b.requests().len()), (1, 3), "{config}");
    }
}

#[tokio::test]
async fn metadata_of_a_config_count_where_the_request_has_no_other() {
    let two = Two::good().await;
    let config = json!({
        "metadata": { "plan": "paid" },
        "strategy": {
            "mode": "conditional", "default": "first",
            "conditions": [{ "query": { "metadata.plan": "paid" }, "then": "second" }],
        },
        "targets": [{ "name": "first", "provider": "a" }, { "name": "second", "provider": "b" }],
    });
    assert_eq!(header(&two.ask(&config, &[]).await, "x-portkey-provider"), "b");
    let other = [("x-portkey-metadata", r#"{"plan":"free"}"#)];
    assert_eq!(header(&two.ask(&config, &other).await, "x-portkey-provider"), "a");
}

#[tokio::test]
async fn headers_that_a_config_names_go_upstream() {
    let two = Two::good().await;
    let config = json!({ "provider": "a", "forward_headers": ["X-Team"] });
    let response = two.ask(&config, &[("x-team", "blue"), ("x-other", "red")]).await;
    assert_eq!(response.status(), 200);
    let sent = two.a.requests().remove(0).to_lowercase();
    assert!(sent.contains("\r\nx-team: blue\r\n") && !sent.contains("x-other"), "{sent}");
}

#[tokio::test]
async fn a_waiting_time_that_is_not_to_be_kept_to_is_not_in_either_spelling() {
    for field in ["use_retry_after_header", "use_retry_after_headers"] {
        let body = r#"{"error":{"message":"busy"}}"#;
        let head = format!(
            "content-type: application/json\r\ncontent-length: {}\r\nretry-after: 30\r\n",
            body.len()
        );
        let busy = Reply::head(429, &head).send(body);
        let two = Two::new(vec![busy, OPENAI.reply("a")], vec![], "").await;
        let config = json!({ "provider": "a", "retry": { "attempts": 1, field: false } });
        let began = Instant::now();
        assert_eq!(two.ask(&config, &[]).await.status(), 200, "{field}");
        assert!(began.elapsed() < Duration::from_secs(10), "{field}: {:?}", began.elapsed());
    }
}

#[tokio::test]
async fn stickiness_that_is_switched_off_leaves_requests_to_chance() {
    let two = Two::good().await;
    let config = |enabled: bool| {
        json!({
            "strategy": { "mode": "loadbalance", "sticky": { "enabled": enabled, "hash_fields": ["metadata._user"] } },
            "targets": [{ "provider": "a" }, { "provider": "b" }],
        })
    };
    for (enabled, used) in [(true, 1), (false, 2)] {
        let mut providers = std::collections::BTreeSet::new();
        // By chance alone, one of 2^39 runs would send all to one.
        for _ in 0..40 {
            let response = two.ask(&config(enabled), &[("x-portkey-metadata", r#"{"_user":"ann"}"#)]).await;
            providers.insert(header(&response, "x-portkey-provider").to_owned());
        }
        assert_eq!(providers.len(), used, "enabled: {enabled}");
    }
}

#[tokio::test]
async fn a_check_that_is_switched_off_does_not_run_and_a_good_verdict_leaves_its_feedback() {
    let two = Two::good().await;
    let check = |enabled: bool| {
        json!({
            "id": "default.contains", "is_enabled": enabled,
            "parameters": { "words": ["hello"], "operator": "none" },
        })
    };
    let config = |enabled: bool| {
        let fine =
            json!({ "id": "default.contains", "parameters": { "words": ["hello"], "operator": "any" } });
        let hook = json!({
            "type": "guardrail", "id": "g", "deny": true, "checks": [check(enabled), fine],
            "on_success": { "feedback": { "value": 4, "weight": 0.5, "metadata": { "team": "blue" } } },
        });
        json!({ "provider": "a", "before_request_hooks": [hook], "strict_open_ai_compliance": false })
    };
    assert_eq!(two.ask(&config(true), &[]).await.status(), 446);
    let response = two.ask(&config(false), &[]).await;
    assert_eq!(response.status(), 200);
    let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    let hook = crate::guardrails::first(&body, "before_request_hooks");
    assert_eq!((hook["checks"].as_array().unwrap().len(), &hook["feedback"]["value"]), (1, &json!(4.0)));
    assert_eq!(
        (&hook["feedback"]["weight"], &hook["feedback"]["metadata"]["team"]),
        (&json!(0.5), &json!("blue"))
    );
    let metrics = two.served.get("/metrics").await.text().await.unwrap();
    assert!(metrics.contains("jackfield_feedback_total{value=\"4\"} 1"), "{metrics}");
}
