//! Which target is chosen: by conditions, by weights, and nested.

use serde_json::{Value, json};

use crate::header;
use crate::portkey::Two;
use crate::wire::OPENAI;

fn conditional(query: &Value) -> Value {
    json!({
        "strategy": {
            "mode": "conditional", "conditions": [{ "query": query, "then": "second" }], "default": "first",
        },
        "targets": [{ "name": "first", "provider": "a" }, { "name": "second", "provider": "b" }],
    })
}

#[tokio::test]
async fn metadata_choose_the_target() {
    let two = Two::good().await;
    let config = conditional(&json!({ "metadata.plan": { "$in": ["paid", "trial"] } }));
    for (metadata, provider) in [
        (r#"{"plan":"paid"}"#, "b"),
        (r#"{"plan":"free"}"#, "a"),
        ("{}", "a"),
        (r#"{"plan":"trial","_user":"u"}"#, "b"),
    ] {
        let response = two.ask(&config, &[("x-portkey-metadata", metadata)]).await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "x-portkey-provider"), provider, "{metadata}");
    }
}

#[tokio::test]
async fn parameters_and_the_path_choose_the_target() {
    let two = Two::good().await;
    for (query, provider) in [
        (json!({ "params.model": "m" }), "b"),
        (json!({ "params.model": { "$regex": "^gpt" } }), "a"),
        (json!({ "params.temperature": { "$gte": 0.5, "$lt": 1 } }), "b"),
        (json!({ "url.pathname": "/v1/chat/completions" }), "b"),
        (json!({ "$or": [{ "params.model": "x" }, { "$and": [{ "params.temperature": 0.5 }] }] }), "b"),
    ] {
        let mut request = OPENAI.request("m");
        request["temperature"] = json!(0.5);
        let response = two.send(&request, &conditional(&query).to_string(), &[]).await;
        assert_eq!(header(&response, "x-portkey-provider"), provider, "{query}");
    }
}

#[tokio::test]
async fn where_no_condition_holds_and_there_is_no_default_the_client_is_told() {
    let two = Two::good().await;
    let mut config = conditional(&json!({ "metadata.plan": "paid" }));
    config["strategy"].as_object_mut().unwrap().remove("default");
    let response = two.ask(&config, &[]).await;
    assert_eq!(response.status(), 400);
    assert!(response.text().await.unwrap().contains("no condition holds"));
}

#[tokio::test]
async fn weights_share_the_load_out() {
    let two = Two::good().await;
    let config = |a: f64, b: f64| {
        json!({
            "strategy": { "mode": "loadbalance" },
            "targets": [{ "provider": "a", "weight": a }, { "provider": "b", "weight": b }],
        })
    };
    for _ in 0..20 {
        assert_eq!(header(&two.ask(&config(0.0, 1.0), &[]).await, "x-portkey-provider"), "b");
    }
    let mut chosen = 0;
    for _ in 0..200 {
        chosen += usize::from(header(&two.ask(&config(3.0, 1.0), &[]).await, "x-portkey-provider") == "a");
    }
    // 150 are expected; so far off it is once in a billion.
    assert!((110..=185).contains(&chosen), "{chosen}");
}

#[tokio::test]
async fn a_nested_tree_tells_where_in_it_the_answer_came_from() {
    let two = Two::new(vec![jackfield_e2e::Reply::json(500, "{}")], vec![OPENAI.reply("b")], "").await;
    let config = json!({
        "strategy": { "mode": "loadbalance" },
        "targets": [{
            "weight": 1, "strategy": { "mode": "fallback" },
            "targets": [{ "provider": "a" }, { "strategy": { "mode": "single" }, "targets": [{ "provider": "b" }] }],
        }],
    });
    let response = two.ask(&config, &[]).await;
    assert_eq!(
        header(&response, "x-portkey-last-used-option-index"),
        "config.targets[0].targets[1].targets[0]"
    );
}
