//! Where guardrails come from, and what their verdicts leave behind.

use std::time::{Duration, Instant};

use jackfield_e2e::{Reply, Script};
use serde_json::json;

use crate::Json;
use crate::guardrails::{first, no};
use crate::portkey::Two;
use crate::wire::OPENAI;

#[tokio::test]
async fn a_saved_guardrail_is_found_by_its_name_and_an_unknown_one_is_refused() {
    let saved = "[server.guardrails.no-hello]\ndeny = true\n\"default.contains\" = { words = [\"hello\"], operator = \"none\" }\n\
                 [server.guardrails]\nas-text = '{\"default.notNull\":{\"not\":true},\"deny\":true}'\n";
    let two = Two::new(vec![OPENAI.reply("from a")], vec![OPENAI.reply("from b")], saved).await;
    for (stage, name) in [("input_guardrails", "no-hello"), ("output_guardrails", "as-text")] {
        let response = two.ask(&json!({ "provider": "a", stage: [name] }), &[]).await;
        assert_eq!(response.status(), 446, "{name}");
        let body = response.json().await.unwrap();
        assert!(body.to_string().contains(&format!("\"id\":\"{name}\"")), "{body}");
    }
    let response = two.ask(&json!({ "provider": "a", "input_guardrails": ["nobodys"] }), &[]).await;
    assert_eq!(response.status(), 400);
    let told = response.text().await.unwrap();
    assert!(told.contains("nobodys") && told.contains("[server.guardrails.nobodys]"), "{told}");
}

/// Before anybody asks.
#[tokio::test]
async fn a_saved_guardrail_that_may_not_call_its_service_stops_the_gateway() {
    let plugins = jackfield_e2e::guests::plugin("openai");
    let plugins = plugins.parent().unwrap().display().to_string();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("jackfield.toml");
    let saved = "[server.guardrails.asks]\nwebhook = { webhookURL = \"https://checks.example.com/v\" }\n";
    std::fs::write(&file, format!("[plugins]\ndir = \"{plugins}\"\n\n{saved}")).unwrap();
    let config = jackfield::Config::read(&jackfield::Places::of_process(), &file).unwrap();
    let host = jackfield_e2e::guests::builder(4).build().unwrap();
    let jackfield = jackfield::Jackfield::builder(config).host(host).open().unwrap();
    let error = jackfield::gateway::gateway(&jackfield).await.map(|_| ()).unwrap_err();
    let told = jackfield_e2e::guests::chain(&error);
    assert!(told.contains("[server.guardrails] asks") && told.contains("under [server.hooks]"), "{told}");
}

#[tokio::test]
async fn guardrails_in_headers_hold_with_and_without_a_config() {
    let two = Two::good().await;
    let list = json!([no("hello")]).to_string();
    let headers = [("x-portkey-default-input-guardrails", list.as_str())];
    assert_eq!(two.ask(&json!({ "provider": "a" }), &headers).await.status(), 446);
    let plain = |model: &str, list: &str| {
        let ask = two.served.ask(OPENAI.path, &OPENAI.request(model));
        ask.header("x-portkey-default-output-guardrails", list.to_owned()).send()
    };
    assert_eq!(plain("a/m", &json!([no("from a")]).to_string()).await.unwrap().status(), 446);
    assert_eq!(plain("a/m", &json!([no("other")]).to_string()).await.unwrap().status(), 200);
    let response = plain("a/m", r#"[{"default.contains":{}}]"#).await.unwrap();
    assert_eq!(response.status(), 400);
    let told = response.text().await.unwrap();
    assert!(
        told.contains("x-portkey-default-output-guardrails/0/default.contains: `words` is missing"),
        "{told}"
    );
}

#[tokio::test]
async fn checks_that_are_unknown_or_wrong_stop_the_request_and_name_themselves() {
    let two = Two::good().await;
    for (guard, expected) in [
        (json!({ "default.contain": {} }), "did you mean \\\"default.contains\\\"?"),
        (json!({ "acme.pii": {} }), "this gateway has the built-in ones"),
        (json!({ "default.regexMatch": { "rule": "(?=a)" } }), "look-around"),
        (json!({ "default.wordCount": { "minWord": 1 } }), "did you mean `minWords`?"),
    ] {
        let response = two.ask(&json!({ "provider": "a", "input_guardrails": [guard] }), &[]).await;
        assert_eq!(response.status(), 400, "{guard}");
        let told = response.text().await.unwrap();
        assert!(told.contains(expected), "{told}");
    }
    let late = json!({ "provider": "a", "output_guardrails": [{ "addPrefix": { "prefix": "x" } }] });
    assert_eq!(two.ask(&late, &[]).await.status(), 400);
    assert!(two.a.requests().is_empty());
}

#[tokio::test]
async fn verdicts_leave_feedback_where_other_feedback_goes() {
    let two = Two::good().await;
    let mut guard = no("hello");
    guard["on_fail"] = json!({ "feedback": { "value": -7, "weight": 1, "metadata": { "team": "blue" } } });
    let body =
        two.ask(&json!({ "provider": "a", "input_guardrails": [guard] }), &[]).await.json().await.unwrap();
    let feedback = &first(&body, "before_request_hooks")["feedback"];
    assert_eq!((&feedback["value"], &feedback["metadata"]["team"]), (&json!(-7.0), &json!("blue")));
    assert_eq!(feedback["metadata"]["failedChecks"], "default.contains");
    let metrics = two.served.get("/metrics").await.text().await.unwrap();
    assert!(metrics.contains("jackfield_feedback_total{value=\"-7\"} 1"), "{metrics}");
}

#[tokio::test]
async fn a_guardrail_that_runs_beside_delays_and_changes_nothing() {
    let slow =
        Script::start(vec![Reply::json(200, r#"{"verdict":false}"#).after(Duration::from_millis(800))]).await;
    let grant = format!("[server.hooks]\norigins = [\"{}\"]\n", slow.origin());
    let two = Two::new(vec![OPENAI.reply("from a")], vec![OPENAI.reply("b")], &grant).await;
    let hook = |value: i32| {
        json!({ "default.webhook": { "webhookURL": format!("{}/v", slow.origin()) }, "async": true,
                "on_fail": { "feedback": { "value": value } } })
    };
    let config = json!({ "provider": "a", "input_guardrails": [hook(-1)], "output_guardrails": [hook(-2)] });
    let began = Instant::now();
    let response = two.ask(&config, &[]).await;
    assert_eq!(response.status(), 200);
    assert!(began.elapsed() < Duration::from_millis(700), "{:?}", began.elapsed());
    slow.until("both hooks ran", |slow| slow.requests().len() == 2).await;
    for value in ["-1", "-2"] {
        let counted = format!("jackfield_feedback_total{{value=\"{value}\"}} 1");
        let mut found = false;
        for _ in 0..300 {
            found = two.served.get("/metrics").await.text().await.unwrap().contains(&counted);
            if found {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(found, "{counted}");
    }
}

/// Whatever a client sends or leaves out.
#[tokio::test]
async fn guardrails_of_the_whole_gateway_hold_for_models_routes_and_configs_alike() {
    let config = "[server]\ninput-guardrails = [\"no-hello\"]\n\
                  output-guardrails = [{ deny = true, \"default.contains\" = { words = [\"from b\"], operator = \"none\" } }]\n\
                  [server.guardrails.no-hello]\ndeny = true\n\
                  \"default.contains\" = { words = [\"hello\"], operator = \"none\" }\n\
                  [routes.r]\nmodel = \"a/m\"\n";
    let two = Two::new(vec![OPENAI.reply("from a")], vec![OPENAI.reply("from b")], config).await;
    let none = json!({ "provider": "a", "input_guardrails": [], "default_input_guardrails": [] });
    assert_eq!(two.ask(&none, &[]).await.status(), 446, "a config can't take it away");
    for model in ["a/m", "r"] {
        let hello = two.served.ask(OPENAI.path, &OPENAI.request(model)).send().await.unwrap();
        assert_eq!(hello.status(), 446, "{model}");
    }
}

#[tokio::test]
async fn guardrails_of_a_route_hold_for_it_alone() {
    let no = "{ deny = true, \"default.contains\" = { words = [\"from a\"], operator = \"none\" } }";
    let config = format!("[routes.r]\nmodel = \"a/m\"\noutput-guardrails = [{no}]\n");
    let two = Two::new(vec![OPENAI.reply("from a"); 2], vec![OPENAI.reply("from b")], &config).await;
    for (model, status) in [("r", 446), ("a/m", 200)] {
        let response = two.served.ask(OPENAI.path, &OPENAI.request(model)).send().await.unwrap();
        assert_eq!(response.status(), status, "{model}");
    }
}
