//! What people ask and are answered: in no log, unless the operator asks for it.
//! Errors that quote a request aren't asked for either.

use jackfield_e2e::gateway::provider;
use jackfield_e2e::{Reply, Script, Served};
use serde_json::{Value, json};

use crate::log;

fn answer(text: &str) -> Value {
    json!({
        "id": "c-1", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{ "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }],
        "usage": { "prompt_tokens": 3, "completion_tokens": 4 },
    })
}

/// Asks in each dialect, so that it is passed on once and decoded once.
async fn ask(prompt: &str, said: &str, server: &str) {
    let replies = vec![Reply::json(200, &answer(said).to_string())];
    let upstream = Script::start(replies).await;
    let served =
        Served::start(&format!("{}{server}", provider("up", "openai", &upstream.origin(), ""))).await;
    let body =
        json!({ "model": "up/m", "max_tokens": 9, "messages": [{ "role": "user", "content": prompt }] });
    for path in ["/v1/chat/completions", "/v1/messages"] {
        let response = served.post(path, &body).await;
        assert_eq!(response.status(), 200, "{path}");
        assert!(response.text().await.unwrap().contains(said), "{path}");
    }
    let wrong = json!({ "model": "up/m", "messages": prompt });
    assert_eq!(served.post("/v1/messages", &wrong).await.status(), 400);
}

#[tokio::test]
async fn prompts_and_answers_are_logged_only_where_that_is_asked_for() {
    log::keep();
    ask("a-private-question", "a-private-answer", "").await;
    let quiet = log::all();
    let usage =
        quiet.lines().find(|line| line.contains("provider=\"up\"") && line.contains("output_tokens=4"));
    assert!(usage.is_some_and(|line| line.contains("trace=")), "what was used is logged");
    assert!(quiet.contains("status=200"), "that somebody asked is logged");
    for private in ["a-private-question", "a-private-answer"] {
        let line = quiet.lines().find(|line| line.contains(private));
        assert!(line.is_none(), "{line:?}");
    }
    ask("a-public-question", "a-public-answer", "[server]\nlog-bodies = true\n").await;
    let told = log::all();
    assert!(told.contains("a-public-question") && told.contains("a-public-answer"));
}

#[tokio::test]
async fn a_client_can_keep_its_request_out_of_the_log_and_name_its_step() {
    log::keep();
    let replies = vec![Reply::json(200, &answer("a-hidden-answer").to_string())];
    let upstream = Script::start(replies).await;
    let provider = provider("up", "openai", &upstream.origin(), "");
    let served = Served::start(&format!("{provider}[server]\nlog-bodies = true\n")).await;
    let body = |text: &str| json!({ "model": "up/m", "messages": [{ "role": "user", "content": text }] });
    let ask = |text: &str| {
        served
            .ask("/v1/chat/completions", &body(text))
            .header("x-portkey-span-id", "span-of-a-client")
            .header("x-portkey-span-name", "a step of a client")
            .header("x-portkey-parent-span-id", "parent-of-a-client")
            .header("x-secret-thing", "what-a-header-hides")
            .header("x-portkey-sensitive-headers", "x-secret-thing")
    };
    let hidden = ask("a-hidden-question").header("x-portkey-debug", "false").send().await.unwrap();
    assert_eq!(hidden.status(), 200);
    let quiet = log::all();
    for private in ["a-hidden-question", "a-hidden-answer", "what-a-header-hides"] {
        let line = quiet.lines().find(|line| line.contains(private));
        assert!(line.is_none(), "{line:?}");
    }
    let line = quiet.lines().find(|line| line.contains("span-of-a-client") && line.contains("status=200"));
    let line = line.expect("the step is in the log");
    assert!(line.contains("a step of a client") && line.contains("parent-of-a-client"), "{line}");
    assert_eq!(ask("a-shown-question").header("x-portkey-debug", "true").send().await.unwrap().status(), 200);
    let told = log::all();
    assert!(told.contains("a-shown-question") && told.contains("a-hidden-answer"));
}
