//! Portkey's headers and configs, as its clients send them.

use std::time::{Duration, Instant};

use jackfield_e2e::gateway::provider;
use jackfield_e2e::{Reply, Script, Served, Step};
use serde_json::{Value, json};

use crate::Json;
use crate::wire::{OPENAI, WIRES};
use crate::{body_of, header};

/// A gateway with the providers `a` and `b`.
pub(crate) struct Two {
    pub(crate) a: Script,
    pub(crate) b: Script,
    pub(crate) served: Served,
}

impl Two {
    pub(crate) async fn new(a: Vec<Reply>, b: Vec<Reply>, config: &str) -> Self {
        let (a, b) = (Script::start(a).await, Script::start(b).await);
        let providers = [provider("a", "openai", &a.origin(), ""), provider("b", "openai", &b.origin(), "")];
        let served = Served::start(&format!("{}{config}", providers.concat())).await;
        Self { a, b, served }
    }

    /// Where everything works.
    pub(crate) async fn good() -> Self {
        Self::new(vec![OPENAI.reply("from a")], vec![OPENAI.reply("from b")], "").await
    }

    /// A chat with a config and further headers.
    pub(crate) async fn ask(&self, config: &Value, headers: &[(&str, &str)]) -> reqwest::Response {
        self.send(&OPENAI.request("m"), &config.to_string(), headers).await
    }

    pub(crate) async fn send(
        &self,
        body: &Value,
        config: &str,
        headers: &[(&str, &str)],
    ) -> reqwest::Response {
        let mut ask = self.served.ask(OPENAI.path, body).header("x-portkey-config", config);
        for (name, value) in headers {
            ask = ask.header(*name, *value);
        }
        ask.send().await.unwrap()
    }
}

fn fallback() -> Value {
    json!({ "strategy": { "mode": "fallback" }, "targets": [{ "provider": "a" }, { "provider": "b" }] })
}

#[tokio::test]
async fn a_fallback_that_the_client_sends_is_followed_and_told_of() {
    let two = Two::new(vec![Reply::json(500, "{}")], vec![OPENAI.reply("from b")], "").await;
    let response = two.ask(&fallback(), &[("x-portkey-trace-id", "t-1")]).await;
    assert_eq!(response.status(), 200);
    for (name, value) in [
        ("x-portkey-last-used-option-index", "config.targets[1]"),
        ("x-portkey-retry-attempt-count", "0"),
        ("x-portkey-provider", "b"),
        ("x-portkey-trace-id", "t-1"),
        ("x-portkey-cache-status", "DISABLED"),
        ("x-jackfield-trace-id", "t-1"),
        ("x-jackfield-attempts", "2"),
        ("x-jackfield-provider", "b"),
    ] {
        assert_eq!(header(&response, name), value, "{name}");
    }
    assert_eq!(OPENAI.text(&response.json().await.unwrap()), "from b");
}

#[tokio::test]
async fn a_failure_tells_the_way_that_it_took_as_well() {
    let two = Two::new(vec![Reply::json(500, "{}")], vec![Reply::json(502, "{}")], "").await;
    let response = two.ask(&fallback(), &[("x-portkey-trace-id", "t-1")]).await;
    assert_eq!(response.status(), 502);
    assert_eq!(header(&response, "x-portkey-last-used-option-index"), "config.targets[1]");
    assert_eq!(header(&response, "x-portkey-provider"), "b");
    assert_eq!(header(&response, "x-portkey-trace-id"), "t-1");
}

#[tokio::test]
async fn a_list_of_statuses_says_what_falls_back() {
    let two =
        Two::new(vec![Reply::json(500, "{}"), Reply::json(429, "{}")], vec![OPENAI.reply("b")], "").await;
    let mut config = fallback();
    config["strategy"]["on_status_codes"] = json!([429]);
    assert_eq!(two.ask(&config, &[]).await.status(), 500);
    assert_eq!(two.ask(&config, &[]).await.status(), 200);
}

#[tokio::test]
async fn a_retry_that_the_client_asks_for_is_made() {
    let two = Two::new(vec![Reply::json(418, "{}"), OPENAI.reply("a")], vec![], "").await;
    let config = json!({ "provider": "a", "retry": { "attempts": 3, "on_status_codes": [418] } });
    let response = two.ask(&config, &[]).await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "x-portkey-retry-attempt-count"), "1");
    assert_eq!(header(&response, "x-portkey-last-used-option-index"), "config");
}

#[tokio::test]
async fn a_request_timeout_ends_a_try_with_408_or_goes_on() {
    let two = Two::new(vec![Reply(vec![Step::Hang])], vec![OPENAI.reply("b")], "").await;
    let began = Instant::now();
    let response = two.ask(&json!({ "provider": "a", "request_timeout": 150 }), &[]).await;
    assert_eq!(response.status(), 408);
    let told: Value = response.json().await.unwrap();
    assert!(OPENAI.error_message(&told).contains("request_timeout"), "{told}");
    assert!(began.elapsed() < Duration::from_secs(2));
    two.a.until("it is hung up on", |a| a.open() == 0).await;
    let mut config = fallback();
    config["targets"][0]["request_timeout"] = json!(150);
    assert_eq!(two.ask(&config, &[]).await.status(), 200);
    // A header beats the config.
    let slow = json!({ "provider": "a", "request_timeout": 60_000 });
    assert_eq!(two.ask(&slow, &[("x-portkey-request-timeout", "150")]).await.status(), 408);
}

/// A timeout of a stream is one until its first event, not of all of it.
#[tokio::test]
async fn a_request_timeout_does_not_cut_a_stream_that_has_begun() {
    let events = OPENAI.events(&["one ", "two"]);
    let reply = Reply::events().send(events[..2].concat()).then(Step::Pause(Duration::from_millis(500)));
    let two = Two::new(vec![reply.send(events[2..].concat())], vec![], "").await;
    let config = json!({ "provider": "a", "request_timeout": 200 });
    let body = two.send(&OPENAI.streamed("m"), &config.to_string(), &[]).await.text().await.unwrap();
    assert_eq!(body, events.concat());
}

#[tokio::test]
async fn a_provider_header_alone_is_enough() {
    let two = Two::good().await;
    for wire in WIRES {
        let ask = two.served.ask(wire.path, &wire.request("m")).header("x-portkey-provider", "@b");
        let response = ask.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "x-portkey-provider"), "b");
        assert_eq!(wire.text(&response.json().await.unwrap()), "from b");
    }
    assert_eq!(body_of(&two.b.requests()[0])["model"], "m");
}

#[tokio::test]
async fn headers_that_are_to_be_forwarded_are_and_no_credential_is() {
    let two = Two::good().await;
    let headers = [("x-portkey-forward-headers", "x-team, x-other"), ("x-team", "blue"), ("x-silent", "no")];
    assert_eq!(two.ask(&json!({ "provider": "a" }), &headers).await.status(), 200);
    let request = two.a.requests().remove(0).to_lowercase();
    assert!(request.contains("\r\nx-team: blue\r\n") && !request.contains("x-silent"), "{request}");
    assert!(!request.contains("x-portkey"), "{request}");
    for name in ["authorization", "cookie", "x-api-key", "host", "x-portkey-config"] {
        let config = json!({ "provider": "a", "forward_headers": [name] });
        let response = two.ask(&config, &[]).await;
        assert_eq!(response.status(), 400, "{name}");
        let told = response.text().await.unwrap();
        assert!(told.contains(name) || told.contains("/forward_headers/0"), "{name}: {told}");
    }
}

/// Only what is configured can be reached: none of these is a way round.
#[tokio::test]
async fn wishes_that_are_not_granted_are_refused_by_name() {
    let two = Two::good().await;
    for (config, field) in [
        (json!({ "provider": "a", "custom_host": "http://127.0.0.1:9/v1" }), "custom_host"),
        (json!({ "provider": "a", "api_key": "sk-client\nx" }), "api_key"),
        (json!({ "provider": "a", "input_guardrails": ["pg-1"] }), "input_guardrails"),
        (json!({ "provider": "a", "aws_region": "r" }), "aws_region"),
        (json!({ "provider": "nobody" }), "nobody"),
        (json!({ "provider": "a", "invented": 1 }), "/invented"),
        (
            json!({ "strategy": { "mode": "fallback" }, "targets": [{ "provider": "a" }, { "provider": "b", "retrry": {} }] }),
            "/targets/1/retrry",
        ),
        (json!({ "strategy": { "mode": "random" }, "targets": [{ "provider": "a" }] }), "/strategy/mode"),
    ] {
        let response = two.ask(&config, &[]).await;
        assert_eq!(response.status(), 400, "{config}");
        let told: Value = response.json().await.unwrap();
        let message = OPENAI.error_message(&told);
        assert!(message.contains("x-portkey-config") && message.contains(field), "{message}");
        assert!(!message.contains("sk-client"), "{message}");
    }
    for (name, value) in [
        ("x-portkey-custom-host", "http://127.0.0.1:9/v1"),
        ("x-portkey-invented", "x"),
        ("x-portkey-metadata", "no json"),
        ("x-portkey-request-timeout", "soon"),
    ] {
        let response = two.ask(&json!({ "provider": "a" }), &[(name, value)]).await;
        assert_eq!(response.status(), 400, "{name}");
        let told = response.text().await.unwrap();
        assert!(told.contains(&name[10..].replace('-', "_")) || told.contains(name), "{told}");
    }
    for config in ["{", "[]", "{\"provider\":\"a\"} x", "{\"provider\":\"a\",\"provider\":\"b\"}"] {
        let status = two.send(&OPENAI.request("m"), config, &[]).await.status();
        assert!(status == 400 || status == 404, "{config}: {status}");
    }
    assert_eq!((two.a.accepted(), two.b.accepted()), (0, 0));
}

#[tokio::test]
async fn a_config_that_is_saved_is_used_by_its_name() {
    let saved = "[server.configs]\npc-b = '{\"provider\":\"b\",\"override_params\":{\"temperature\":0}}'\n";
    let two = Two::new(vec![], vec![OPENAI.reply("from b")], saved).await;
    let response = two.send(&OPENAI.request("m"), "pc-b", &[]).await;
    assert_eq!(response.status(), 200);
    assert_eq!(body_of(&two.b.requests()[0])["temperature"], 0);
    let response = two.send(&OPENAI.request("m"), "pc-c", &[]).await;
    assert_eq!(response.status(), 404);
    assert!(response.text().await.unwrap().contains("pc-c"));
}

/// Of a config sent again and again, each time in another spelling, nothing is
/// mixed up with another's.
#[tokio::test]
async fn configs_are_told_apart() {
    let two = Two::good().await;
    for _ in 0..3 {
        for name in ["a", "b"] {
            let response = two.ask(&json!({ "provider": name }), &[]).await;
            assert_eq!(header(&response, "x-portkey-provider"), name);
            let response =
                two.ask(&json!({ "retry": { "attempts": 1 } }), &[("x-portkey-provider", name)]).await;
            assert_eq!(header(&response, "x-portkey-provider"), name);
        }
    }
}

#[tokio::test]
async fn every_answer_has_a_trace_also_one_that_refuses() {
    let two = Two::good().await;
    let wrong = json!({ "invented": 1 });
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let parent = format!("00-{trace}-b7ad6b7169203331-01");
    let refused = two.ask(&wrong, &[("traceparent", &parent)]).await;
    assert_eq!(refused.status(), 400);
    assert_eq!(header(&refused, "x-portkey-trace-id"), trace, "the client's trace goes on");
    let own = header(&refused, "traceparent");
    assert!(own.starts_with(&format!("00-{trace}-")) && own != parent, "{own}");
    let refused = two.ask(&wrong, &[]).await;
    assert_eq!(header(&refused, "x-jackfield-trace-id").len(), 32, "one that nobody sent is made");
}
