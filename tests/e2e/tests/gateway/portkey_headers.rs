//! Headers of Portkey's whose effect no other test of the gateway shows.

use jackfield_e2e::{Reply, Step};
use serde_json::json;

use crate::portkey::Two;
use crate::wire::OPENAI;
use crate::{Json, header};

#[tokio::test]
async fn a_cache_can_be_asked_for_in_a_header_with_and_without_a_config() {
    for config in ["", r#"{"provider":"a"}"#, r#"{"provider":"a","cache":"semantic"}"#] {
        let two = Two::good().await;
        let mut seen = Vec::new();
        for _ in 0..2 {
            let ask = two.served.ask(OPENAI.path, &OPENAI.request("a/m")).header("x-portkey-cache", "simple");
            let ask = if config.is_empty() { ask } else { ask.header("x-portkey-config", config) };
            let response = ask.header("x-portkey-cache-ttl", "60").send().await.unwrap();
            assert_eq!(response.status(), 200, "{config}");
            seen.push(header(&response, "x-portkey-cache-status").to_owned());
        }
        assert_eq!(seen, ["MISS", "HIT"], "{config}");
        assert_eq!(two.a.requests().len(), 1, "{config}");
    }
    let two = Two::good().await;
    let response = two.ask(&json!({ "provider": "a" }), &[("x-portkey-cache", "semantic")]).await;
    assert_eq!(response.status(), 400, "no model here tells what means the same");
    assert!(response.text().await.unwrap().contains("[server.cache]"));
    for (name, value) in [("x-portkey-cache", "often"), ("x-portkey-cache-ttl", "59")] {
        let response = two.ask(&json!({ "provider": "a" }), &[(name, value)]).await;
        assert_eq!(response.status(), 400, "{name}");
        let told = response.json().await.unwrap();
        assert!(OPENAI.error_message(&told).contains(name), "{told}");
    }
}

#[tokio::test]
async fn what_only_portkeys_own_service_has_may_be_switched_off_and_not_on() {
    let two = Two::good().await;
    for name in ["x-portkey-nitro-mode", "x-portkey-fetch-integrated-models"] {
        for (value, status) in [("false", 200), ("true", 400), ("maybe", 400)] {
            let response = two.ask(&json!({ "provider": "a" }), &[(name, value)]).await;
            assert_eq!(response.status(), status, "{name}: {value}");
            let told = response.text().await.unwrap();
            assert!(status == 200 || told.contains(name), "{told}");
        }
    }
}

#[tokio::test]
async fn every_name_for_a_step_is_taken_and_none_is_sent_on() {
    let two = Two::good().await;
    let headers = [
        ("x-portkey-span-id", "s-1"),
        ("x-portkey-span-name", "ask a model"),
        ("x-portkey-parent-span-id", "s-0"),
        ("x-portkey-sensitive-headers", "x-team, authorization"),
        ("x-portkey-debug", "false"),
    ];
    assert_eq!(two.ask(&json!({ "provider": "a" }), &headers).await.status(), 200);
    assert!(!two.a.requests()[0].to_lowercase().contains("x-portkey"));
    let long = "x".repeat(257);
    for name in ["x-portkey-span-id", "x-portkey-span-name", "x-portkey-parent-span-id"] {
        let response = two.ask(&json!({ "provider": "a" }), &[(name, &long)]).await;
        assert_eq!(response.status(), 400, "{name}");
    }
}

#[tokio::test]
async fn answers_keep_to_openais_fields_unless_a_header_says_otherwise() {
    let two = Two::good().await;
    let config = json!({ "provider": "a", "output_guardrails": [crate::guardrails::no("x")] });
    for (headers, shown) in [
        (&[][..], false),
        (&[("x-portkey-strict-open-ai-compliance", "true")], false),
        (&[("x-portkey-strict-open-ai-compliance", "false")], true),
    ] {
        let response = two.ask(&config, headers).await;
        assert_eq!(response.status(), 200, "{headers:?}");
        let body = response.json().await.unwrap();
        assert_eq!(body.get("hook_results").is_some(), shown, "{headers:?}: {body}");
    }
}

#[tokio::test]
async fn headers_hold_for_routes_as_they_do_for_configs() {
    let route = "[routes.r]\nstrategy = \"fallback\"\ntargets = [{ model = \"a/m\" }, { model = \"b/m\" }]\n";
    let two = Two::new(vec![Reply(vec![Step::Hang])], vec![OPENAI.reply("from b")], route).await;
    let ask = |name: &'static str, value: &'static str| {
        two.served.ask(OPENAI.path, &OPENAI.request("r")).header(name, value).send()
    };
    let response = ask("x-portkey-request-timeout", "150").await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "x-portkey-last-used-option-index"), "routes.r.targets[1]");
    assert_eq!(OPENAI.text(&response.json().await.unwrap()), "from b");
    let response = ask("x-portkey-custom-host", "https://llm.example/v1").await.unwrap();
    assert_eq!(response.status(), 400, "what isn't granted isn't for a route either");
    assert!(response.text().await.unwrap().contains("custom_host"));
}
