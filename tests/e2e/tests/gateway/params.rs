//! Parameters that a config changes, as the upstream sees them; passed on and
//! decoded alike.

use jackfield_e2e::gateway::provider;
use jackfield_e2e::{Script, Served};
use serde_json::{Value, json};

use crate::Json;
use crate::body_of;
use crate::wire::{ANTHROPIC, OPENAI, Wire, sse};

/// What arrives upstream of a request under a config.
async fn arrives(client: Wire, upstream: Wire, request: &Value, config: &Value) -> Value {
    let script = Script::start(vec![upstream.reply("a")]).await;
    let served = Served::start(&provider("up", upstream.plugin, &script.origin(), "")).await;
    let ask = served.ask(client.path, request).header("x-portkey-config", config.to_string());
    let response = ask.send().await.unwrap();
    let (status, body) = (response.status(), response.text().await.unwrap());
    assert_eq!(status, 200, "{body}");
    body_of(&script.requests()[0])
}

#[tokio::test]
async fn overriding_defaults_and_drops_take_effect_in_this_order() {
    let config = json!({
        "provider": "up",
        "override_params": { "temperature": 0.5, "invented": { "a": 1 } },
        "default_params": { "temperature": 0.9, "top_p": 0.7, "seed": 3 },
        "drop_params": ["user", "nothing", "deep.er"],
    });
    let mut request = OPENAI.request("m");
    for (name, value) in [
        ("temperature", json!(0.1)),
        ("seed", json!(4)),
        ("user", json!("u")),
        ("deep", json!({ "er": 1, "other": 2 })),
    ] {
        request[name] = value;
    }
    let arrived = arrives(OPENAI, OPENAI, &request, &config).await;
    let mut expected = request.clone();
    expected["temperature"] = json!(0.5);
    expected["invented"] = json!({ "a": 1 });
    expected["top_p"] = json!(0.7);
    expected["deep"] = json!({ "other": 2 });
    expected.as_object_mut().unwrap().remove("user");
    assert_eq!(arrived, expected);
}

#[tokio::test]
async fn a_model_that_a_config_names_replaces_the_requests_and_a_default_one_fills_in() {
    let overriding = json!({ "provider": "up", "override_params": { "model": "large" } });
    assert_eq!(arrives(OPENAI, OPENAI, &OPENAI.request("m"), &overriding).await["model"], "large");
    let default = json!({ "provider": "up", "default_params": { "model": "usual" } });
    assert_eq!(arrives(OPENAI, OPENAI, &OPENAI.request("m"), &default).await["model"], "m");
    let mut nameless = OPENAI.request("m");
    nameless.as_object_mut().unwrap().remove("model");
    assert_eq!(arrives(OPENAI, OPENAI, &nameless, &default).await["model"], "usual");
    assert_eq!(arrives(OPENAI, ANTHROPIC, &nameless, &default).await["model"], "usual");
}

#[tokio::test]
async fn what_is_decoded_is_changed_before_it_is_read() {
    let config = json!({
        "provider": "up", "override_params": { "temperature": 0.25, "max_tokens": 17 }, "drop_params": ["top_p"],
    });
    let mut request = OPENAI.request("m");
    request["top_p"] = json!(0.3);
    let arrived = arrives(OPENAI, ANTHROPIC, &request, &config).await;
    assert_eq!((&arrived["temperature"], &arrived["max_tokens"]), (&json!(0.25), &json!(17)), "{arrived}");
    assert!(arrived.get("top_p").is_none(), "{arrived}");
}

/// A rule can ask for a stream where the client didn't, or the reverse: then
/// the client gets what the rule says.
#[tokio::test]
async fn a_rule_can_switch_streaming() {
    for upstream in [OPENAI, ANTHROPIC] {
        let script = Script::start(vec![sse(&upstream.events(&["one"])), upstream.reply("whole")]).await;
        let served = Served::start(&provider("up", upstream.plugin, &script.origin(), "")).await;
        let ask = |stream: bool, rule: bool| {
            let request = if stream { OPENAI.streamed("m") } else { OPENAI.request("m") };
            let config = json!({ "provider": "up", "override_params": { "stream": rule } });
            served.ask(OPENAI.path, &request).header("x-portkey-config", config.to_string()).send()
        };
        let body = ask(false, true).await.unwrap().text().await.unwrap();
        assert_eq!(OPENAI.streamed_text(&body), "one");
        let body: Value = ask(true, false).await.unwrap().json().await.unwrap();
        assert_eq!(OPENAI.text(&body), "whole");
    }
}
