//! Keys that clients bring to a gateway: in no log, in no metric, in no answer,
//! however the request ends.

use jackfield_e2e::gateway::provider;
use jackfield_e2e::{Reply, Script, Served};
use serde_json::{Value, json};

use crate::{KEY, clean, log};

/// The upstream says everything back that it was sent.
fn echo(status: u16) -> Reply {
    let text = format!("you sent {KEY}");
    Reply::json(
        status,
        &json!({
            "id": "c-1", "object": "chat.completion", "created": 1, "model": KEY,
            "choices": [{ "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop" }],
            "error": if status == 200 { Value::Null } else { json!({ "message": text, "code": KEY }) },
        })
        .to_string(),
    )
}

/// Head and body of an answer.
async fn whole(answer: reqwest::Response) -> String {
    let head = format!("{:?}", answer.headers());
    head + &answer.text().await.unwrap()
}

#[tokio::test]
async fn a_clients_key_is_in_no_log_and_no_answer() {
    log::keep();
    let replies = [200, 401, 400, 500].map(echo);
    let upstream = Script::start([&replies[..], &[Reply::json(200, "no json"), echo(200)]].concat()).await;
    let served = Served::start(&provider("canary-upstream", "openai", &upstream.origin(), "")).await;
    let body = json!({ "model": "m", "messages": [{ "role": "user", "content": "hello" }] });
    let keyed = json!({ "provider": "canary-upstream", "api_key": KEY });
    let elsewhere =
        json!({ "provider": "canary-upstream", "api_key": KEY, "custom_host": "http://127.0.0.1:9" });
    let wrong =
        json!({ "provider": "canary-upstream", "api_key": KEY, "invented": 1, "retry": { "attempts": KEY } });
    let nobody = json!({ "provider": "nobody", "api_key": KEY });
    let bearer = format!("Bearer {KEY}");
    for round in 0..12 {
        for config in [&keyed, &elsewhere, &wrong, &nobody] {
            let ask =
                served.ask("/v1/chat/completions", &body).header("x-portkey-config", config.to_string());
            let answer = ask.header("authorization", &bearer).send().await.unwrap();
            clean(&format!("an answer of round {round}"), &whole(answer).await);
        }
        let ask = served.ask("/v1/chat/completions", &body).header("x-portkey-provider", "canary-upstream");
        let answer = ask.header("x-api-key", KEY).send().await.unwrap();
        clean("an answer", &whole(answer).await);
    }
    assert!(upstream.requests().iter().filter(|request| request.contains(KEY)).count() > 12, "it is used");
    clean("the metrics", &served.get("/metrics").await.text().await.unwrap());
    clean("the gateway's debug output", &format!("{:?}", served.gateway()));
    let log = log::all();
    assert!(log.contains("canary-upstream"), "this log is of something else");
    clean("the log", &log);
}
