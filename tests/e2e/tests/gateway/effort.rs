//! How much to think, between clients that say it in tokens and targets that
//! take words, and the other way round.

use serde_json::{Value, json};

use crate::Bench;
use crate::wire::{ANTHROPIC, OPENAI, Wire};

/// What arrives at an upstream, and of what its client is warned.
async fn crossed(client: Wire, upstream: Wire, model: &str, wishes: Value) -> (Value, String) {
    let bench = Bench::new(upstream, vec![upstream.reply("fine")]).await;
    let mut request = client.request(&format!("up/{model}"));
    for (name, value) in wishes.as_object().unwrap() {
        request[name] = value.clone();
    }
    let response = bench.served.post(client.path, &request).await;
    assert_eq!(response.status(), 200, "{request}");
    let told = response.headers().get_all("x-jackfield-warning").iter();
    let told: Vec<&str> = told.map(|value| value.to_str().unwrap()).collect();
    (bench.arrived(), told.join("\n"))
}

#[tokio::test]
async fn a_budget_becomes_a_word_for_a_model_that_thinks_and_the_client_is_told() {
    for (tokens, word) in [(2_000, "low"), (9_000, "medium"), (16_384, "high")] {
        let wishes =
            json!({ "thinking": { "type": "enabled", "budget_tokens": tokens }, "max_tokens": 30_000 });
        let (body, told) = crossed(ANTHROPIC, OPENAI, "o3", wishes).await;
        assert_eq!(body["reasoning_effort"], word, "{body}");
        assert!(told.contains(&format!("{tokens} reasoning tokens became effort `{word}`")), "{told}");
    }
    let off = json!({ "thinking": { "type": "disabled" } });
    let (body, told) = crossed(ANTHROPIC, OPENAI, "o3", off).await;
    assert_eq!((&body["reasoning_effort"], told.as_str()), (&json!("none"), ""));
}

#[tokio::test]
async fn a_budget_is_left_out_for_a_model_that_does_not_think_and_the_client_is_told() {
    let wishes = json!({ "thinking": { "type": "enabled", "budget_tokens": 2_000 }, "max_tokens": 4_000 });
    let (body, told) = crossed(ANTHROPIC, OPENAI, "gpt-4o", wishes).await;
    assert!(body.get("reasoning_effort").is_none(), "{body}");
    assert!(told.contains("2000 reasoning tokens was left out"), "{told}");
}

#[tokio::test]
async fn a_word_becomes_a_budget_and_the_client_is_told() {
    let wishes = json!({ "reasoning_effort": "low" });
    let (body, told) = crossed(OPENAI, ANTHROPIC, "claude-sonnet-4-5", wishes).await;
    assert_eq!(body["thinking"], json!({ "type": "enabled", "budget_tokens": 2_048 }), "{body}");
    assert!(body["max_tokens"].as_u64() > Some(2_048), "the answer has room: {body}");
    assert!(told.contains("`low` became a budget of 2048 tokens"), "{told}");
}
