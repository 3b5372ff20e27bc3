//! Limits and budgets: what is reserved before a call, booked after it, and
//! enforced while a stream runs.

use std::time::Duration;

use jackfield_e2e::gateway::provider;
use jackfield_e2e::{Reply, Script, Served, Step};
use serde_json::{Value, json};

use crate::wire::{ANTHROPIC, OPENAI, sse};
use crate::{Bench, Json, header};

/// A gateway with two keys, each with these limits.
async fn bench(replies: Vec<Reply>, limits: &str) -> (Bench, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut config = String::new();
    for name in ["ann", "bob"] {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("key-of-{name}-0123456789")).unwrap();
        config += &format!(
            "[server.keys.{name}]\nkey = {{ file = \"{}\" }}\nlimits = {{ {limits} }}\n",
            path.display()
        );
    }
    (Bench::with(OPENAI, replies, "", &config).await, folder)
}

async fn ask(bench: &Bench, name: &str, request: &Value) -> reqwest::Response {
    let key = format!("Bearer key-of-{name}-0123456789");
    bench.served.ask(OPENAI.path, request).header("authorization", key).send().await.unwrap()
}

fn small(tokens: u32) -> Value {
    let mut request = OPENAI.request("up/m");
    request["max_tokens"] = json!(tokens);
    request
}

fn answers(count: usize) -> Vec<Reply> {
    (0..count).map(|_| OPENAI.reply("a")).collect()
}

#[tokio::test]
async fn a_key_may_ask_so_often_and_another_key_is_not_touched_by_it() {
    let limits = r#"rate_limits = [{ type = "requests", unit = "rpm", value = 2 }]"#;
    let (bench, _folder) = bench(answers(3), limits).await;
    for status in [200, 200, 429] {
        let response = ask(&bench, "ann", &small(5)).await;
        assert_eq!(response.status(), status);
        if status == 429 {
            let wait: u64 = header(&response, "retry-after").parse().unwrap();
            assert!((1..=65).contains(&wait), "{wait}");
            let told: Value = response.json().await.unwrap();
            assert!(told["error"]["message"].as_str().unwrap().contains("keys.ann"), "{told}");
        }
    }
    assert_eq!(ask(&bench, "bob", &small(5)).await.status(), 200);
    assert_eq!(bench.upstream.requests().len(), 3);
}

/// Reserved before the call: of many at once no more go out than there is room for.
#[tokio::test]
async fn a_budget_of_tokens_holds_when_all_come_at_once() {
    let limits = r#"usage_limits = [{ type = "tokens", credit_limit = 400, periodic_reset = "monthly" }]"#;
    let slow = |_| OPENAI.reply("a").after(Duration::from_millis(300));
    let (bench, _folder) = bench((0..20).map(slow).collect(), limits).await;
    // Each may use 100 tokens of answer, and about 30 for its prompt.
    let request = small(100);
    let all = futures_util::future::join_all((0..20).map(|_| ask(&bench, "ann", &request))).await;
    let good = all.iter().filter(|response| response.status() == 200).count();
    assert!((1..=3).contains(&good), "{good}");
    assert!(all.iter().filter(|response| response.status() != 200).all(|refused| refused.status() == 412));
    assert_eq!(bench.upstream.requests().len(), good);
    // Each used three tokens only, and the rest has come back.
    assert_eq!(ask(&bench, "ann", &request).await.status(), 200);
}

#[tokio::test]
async fn a_stream_ends_with_an_error_when_the_budget_is_used_up_and_the_upstream_is_left() {
    let limits = r#"usage_limits = [{ type = "tokens", credit_limit = 200, periodic_reset = "daily" }]"#;
    let words = "a word that is longer than its reservation ".repeat(10);
    let texts: Vec<&str> = (0..20).map(|_| words.as_str()).collect();
    let events = OPENAI.events(&texts);
    let mut reply = sse(&events[..2]);
    for event in &events[2..] {
        reply = reply.pause(Duration::from_millis(50)).send(event.clone());
    }
    let (bench, _folder) = bench(vec![reply], limits).await;
    let mut request = small(50);
    request["stream"] = json!(true);
    let response = ask(&bench, "ann", &request).await;
    assert_eq!(response.status(), 200);
    let stream = response.text().await.unwrap();
    let error = OPENAI.stream_error(&stream).unwrap_or_else(|| panic!("{stream}"));
    assert!(error["message"].as_str().unwrap().contains("limit"), "{error}");
    assert!(!OPENAI.is_finished(&stream), "{stream}");
    assert!(OPENAI.streamed_text(&stream).len() < words.len() * 10, "it went on");
    // What was delivered is booked: nothing is left.
    assert_eq!(ask(&bench, "ann", &small(50)).await.status(), 412);
}

#[tokio::test]
async fn a_decoded_stream_is_held_to_its_budget_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, "key-of-ann-0123456789").unwrap();
    let config = format!(
        "[server.keys.ann]\nkey = {{ file = \"{}\" }}\n\
         [[server.keys.ann.limits.usage_limits]]\ntype = \"tokens\"\ncredit_limit = 200\n",
        path.display()
    );
    let words = "a word that is longer than its reservation ".repeat(10);
    let texts: Vec<&str> = (0..20).map(|_| words.as_str()).collect();
    let bench = Bench::with(ANTHROPIC, vec![sse(&ANTHROPIC.events(&texts))], "", &config).await;
    let mut request = small(50);
    request["stream"] = json!(true);
    let stream = ask(&bench, "ann", &request).await.text().await.unwrap();
    assert!(OPENAI.stream_error(&stream).is_some() && !OPENAI.is_finished(&stream), "{stream}");
}

#[tokio::test]
async fn what_was_delivered_counts_when_the_client_hangs_up() {
    let limits = r#"usage_limits = [{ type = "tokens", credit_limit = 400 }]"#;
    let words = "plenty of words that somebody has read by now ".repeat(30);
    let events = OPENAI.events(&[words.as_str(), "b"]);
    let first = sse(&events[..2]).pause(Duration::from_secs(20));
    let (bench, _folder) = bench(vec![first, OPENAI.reply("a")], limits).await;
    let mut request = small(10);
    request["stream"] = json!(true);
    let mut response = ask(&bench, "ann", &request).await;
    let mut read = String::new();
    while !read.contains("words") {
        read += &String::from_utf8_lossy(&response.chunk().await.unwrap().unwrap());
    }
    drop(response);
    for _ in 0..100 {
        let metrics = bench.served.get("/metrics").await.text().await.unwrap();
        if metrics.contains("jackfield_tokens_total{provider=\"up\",kind=\"output\"}") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(ask(&bench, "ann", &small(100)).await.status(), 412, "some 350 tokens were delivered");
}

#[tokio::test]
async fn a_call_that_fails_gives_back_what_it_reserved() {
    let limits = r#"usage_limits = [{ type = "tokens", credit_limit = 200 }]"#;
    let broken = Reply::json(500, r#"{"error":{"message":"no"}}"#);
    let (bench, _folder) = bench(vec![broken, OPENAI.reply("a")], limits).await;
    assert_eq!(ask(&bench, "ann", &small(150)).await.status(), 500);
    assert_eq!(ask(&bench, "ann", &small(150)).await.status(), 200);
}

#[tokio::test]
async fn money_needs_a_price_and_is_counted_where_there_is_one() {
    let limits = r#"usage_limits = [{ type = "cost", credit_limit = 0.01 }]"#;
    let (bench, _folder) = bench(answers(1), limits).await;
    let refused = ask(&bench, "ann", &small(5)).await;
    assert_eq!(refused.status(), 412);
    let told: Value = refused.json().await.unwrap();
    assert!(told["error"]["message"].as_str().unwrap().contains("price"), "{told}");
    assert_eq!(bench.upstream.accepted(), 0);
}

/// A provider of the catalog, at another address.
#[tokio::test]
async fn a_model_with_a_price_tells_its_cost_and_is_held_to_a_budget_of_money() {
    let upstream = Script::start(answers(2)).await;
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    std::fs::write(&key, "sk-0123456789").unwrap();
    let secret = format!("secrets.api-key = {{ file = \"{}\" }}", key.display());
    let config = format!(
        "{}[server.limits]\nusage_limits = [{{ name = \"all\", type = \"cost\", credit_limit = 0.001 }}]\n",
        provider("openai", "openai", &upstream.origin(), &secret)
    );
    let served = Served::start(&config).await;
    let mut request = OPENAI.request("openai/gpt-4o-mini");
    request["max_tokens"] = json!(100);
    let response = served.post(OPENAI.path, &request).await;
    assert_eq!(response.status(), 200);
    let cost: f64 = header(&response, "x-jackfield-cost").parse().unwrap();
    assert!(cost > 0.0 && cost < 0.0001, "{cost}");
    assert_eq!(header(&response, "x-jackfield-input-tokens"), "1");
    assert_eq!(header(&response, "x-jackfield-output-tokens"), "2");
    request["max_tokens"] = json!(100_000);
    let refused = served.post(OPENAI.path, &request).await;
    assert_eq!(refused.status(), 412);
    let metrics = served.get("/metrics").await.text().await.unwrap();
    assert!(metrics.contains("jackfield_cost_dollars_total{provider=\"openai\"} 0.0000"), "{metrics}");
}

#[tokio::test]
async fn limits_can_be_of_models_and_of_what_a_client_says_and_another_target_takes_over() {
    let config = r#"
[server.limits]
rate_limits = [
    { name = "dear", type = "requests", unit = "rph", value = 1, conditions = [{ key = "model", value = "up/dear" }] },
    { name = "team", type = "requests", unit = "rph", value = 2, group_by = [{ key = "metadata.team" }] },
]
[routes.any]
strategy = "fallback"
targets = [{ model = "up/dear" }, { model = "up/cheap" }]
"#;
    let bench = Bench::with(OPENAI, answers(4), "", config).await;
    let request = OPENAI.request("any");
    for (team, model) in [("a", Some("dear")), ("a", Some("cheap")), ("a", None), ("b", Some("cheap"))] {
        let metadata = format!("{{\"team\":\"{team}\"}}");
        let ask = bench.served.ask(OPENAI.path, &request).header("x-portkey-metadata", metadata);
        let response = ask.send().await.unwrap();
        match model {
            Some(model) => assert_eq!(header(&response, "x-jackfield-model"), model, "{team}"),
            None => assert_eq!(response.status(), 429, "{team}"),
        }
    }
}

#[tokio::test]
async fn an_answer_from_the_cache_is_not_counted() {
    let limits = r#"rate_limits = [{ type = "requests", unit = "rpm", value = 1 }]"#;
    let (bench, _folder) = bench(answers(1), limits).await;
    for _ in 0..3 {
        let ask = bench.served.ask(OPENAI.path, &small(5));
        let ask = ask.header("authorization", "Bearer key-of-ann-0123456789");
        let ask = ask.header("x-portkey-config", r#"{"cache":{"mode":"simple"}}"#);
        assert_eq!(ask.send().await.unwrap().status(), 200);
    }
}

/// The upstream has the prompt, and charges for it whoever still waits.
#[tokio::test]
async fn the_prompt_counts_when_the_client_leaves_before_the_answer() {
    let limits = r#"usage_limits = [{ type = "tokens", credit_limit = 400 }]"#;
    let (bench, _folder) = bench(vec![Reply::default().then(Step::Hang), OPENAI.reply("a")], limits).await;
    let mut request = small(10);
    request["messages"][0]["content"] = json!("a long question ".repeat(50));
    let asking = ask(&bench, "ann", &request);
    let came = bench.upstream.until("the request", |upstream| upstream.requests().len() == 1);
    tokio::select! {
        _ = asking => panic!("nobody answers"),
        () = came => {}
    }
    bench.upstream.until("nobody waits", |upstream| upstream.open() == 0).await;
    assert_eq!(ask(&bench, "ann", &small(200)).await.status(), 412, "some 300 tokens went up");
    assert_eq!(ask(&bench, "ann", &small(10)).await.status(), 200);
}
