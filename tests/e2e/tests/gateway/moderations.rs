//! Moderations: passed on to a provider that has them, refused by the others.
//! What isn't judged must not look as if it were.

use jackfield::upstream::UpstreamOptions;
use jackfield_e2e::gateway::{provider, upstream};
use jackfield_e2e::{Reply, Script, Served};
use serde_json::{Value, json};

use crate::wire::OPENAI;
use crate::{Bench, Json, body_of, header};

const PATH: &str = "/v1/moderations";

/// What an upstream says of one text.
fn verdict(flagged: bool) -> Value {
    json!({
        "id": "modr-1", "model": "judge-7",
        "results": [{ "flagged": flagged, "categories": { "violence": flagged }, "category_scores": { "violence": 0.5 } }],
    })
}

fn reply(flagged: bool) -> Reply {
    Reply::json(200, &verdict(flagged).to_string())
}

#[tokio::test]
async fn fields_that_nobody_has_heard_of_survive_both_ways() {
    let odd = verdict(true).to_string().replacen('{', "{ \"odd\" :\t1.00e+02,\n \"esc\":\"\\u00e9\\/\",", 1);
    let bench = Bench::new(OPENAI, vec![Reply::json(200, &odd)]).await;
    let mut request = json!({
        "model": "up/some/judge",
        "input": [{ "type": "text", "text": "a", "invented": [null] }, { "type": "smell", "n": 1 }],
        "invented": { "by": "a client" },
    });
    let response = bench.served.post(PATH, &request).await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "content-type"), "application/json");
    assert_eq!(header(&response, "x-jackfield-provider"), "up");
    assert_eq!(header(&response, "x-jackfield-model"), "some/judge");
    assert_eq!(header(&response, "x-jackfield-mode"), "passthrough");
    assert_eq!(response.text().await.unwrap(), odd);
    request["model"] = json!("some/judge");
    assert_eq!(bench.arrived(), request);
    assert!(bench.upstream.requests()[0].starts_with("POST /v1/moderations HTTP/1.1\r\n"));
}

#[tokio::test]
async fn a_request_without_a_model_asks_for_the_usual_one() {
    let route =
        "[routes.omni-moderation-latest]\nstrategy = \"fallback\"\ntargets = [{ model = \"up/judge\" }]\n";
    let bench = Bench::with(OPENAI, vec![reply(false)], "", route).await;
    let response = bench.served.post(PATH, &json!({ "input": "a" })).await;
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "x-jackfield-model"), "judge");
    assert_eq!(bench.arrived(), json!({ "input": "a", "model": "judge" }));

    // A config may say whom to ask and leave the model open as well.
    let bench = Bench::new(OPENAI, vec![reply(false)]).await;
    let ask = bench.served.ask(PATH, &json!({ "input": "a" })).header("x-portkey-provider", "up");
    assert_eq!(ask.send().await.unwrap().status(), 200);
    assert_eq!(bench.arrived(), json!({ "input": "a", "model": "omni-moderation-latest" }));

    let response = bench.served.post(PATH, &json!({ "input": "a" })).await;
    assert_eq!(response.status(), 404);
    let told = response.json().await.unwrap();
    let message = OPENAI.error_message(&told);
    assert!(message.contains("names no model") && message.contains("omni-moderation-latest"), "{message}");
}

#[tokio::test]
async fn a_provider_without_moderations_refuses_by_name_and_is_sent_nothing() {
    for (plugin, lines) in [("anthropic", ""), ("openai", "config.dialects = [\"openai-chat\"]")] {
        let silent = Script::start(vec![reply(false)]).await;
        let served = Served::start(&provider("mute", plugin, &silent.origin(), lines)).await;
        let response = served.post(PATH, &json!({ "model": "mute/m", "input": "a" })).await;
        assert_eq!(response.status(), 400, "{plugin}");
        assert_eq!(header(&response, "x-jackfield-provider"), "mute");
        let told = response.json().await.unwrap();
        let message = OPENAI.error_message(&told);
        assert!(message.contains("\"mute\" has no moderations"), "{message}");
        assert_eq!(silent.accepted(), 0);
    }
}

#[tokio::test]
async fn a_target_that_has_none_or_fails_or_answers_something_else_is_passed_over() {
    let error = json!({ "error": { "message": "no", "type": "server_error" } }).to_string();
    let bad = [
        Reply::json(500, &error),
        Reply::json(429, &error),
        Reply::json(200, &error),
        Reply::of(200, "text/html", "<h1>Welcome</h1>"),
        Reply::json(200, "[]"),
        Reply::events().send("data: {}\n\n"),
    ];
    let count = bad.len();
    let (fails, works) = (Script::start(bad.to_vec()).await, Script::start(vec![reply(true)]).await);
    let silent = Script::start(vec![]).await;
    let config = [
        provider("mute", "anthropic", &silent.origin(), ""),
        provider("fails", "openai", &fails.origin(), ""),
        provider("works", "openai", &works.origin(), ""),
        "[routes.all]\nstrategy = \"fallback\"\n\
         targets = [{ model = \"mute/m\" }, { model = \"fails/m\" }, { model = \"works/judge\" }]\n"
            .to_owned(),
    ];
    let served = Served::start(&config.concat()).await;
    for number in 0..count {
        let response = served.post(PATH, &json!({ "model": "all", "input": "a" })).await;
        assert_eq!(response.status(), 200, "reply {number}");
        assert_eq!(header(&response, "x-jackfield-target"), "routes.all.targets[2]", "reply {number}");
        assert_eq!(response.json().await.unwrap()["results"][0]["flagged"], true);
    }
    assert_eq!(fails.requests().len(), count);
    assert_eq!(silent.accepted(), 0);
    assert_eq!(body_of(&works.requests()[0])["model"], "judge");
}

#[tokio::test]
async fn an_upstreams_own_refusal_comes_through() {
    let refusal =
        json!({ "error": { "message": "too much", "type": "tokens", "param": null, "code": "slow" } });
    let body = refusal.to_string();
    let headers =
        format!("content-type: application/json\r\nretry-after: 7\r\ncontent-length: {}\r\n", body.len());
    let bench = Bench::new(OPENAI, vec![Reply::head(429, &headers).send(body)]).await;
    let response = bench.served.post(PATH, &json!({ "model": "up/m", "input": "a" })).await;
    assert_eq!(response.status(), 429);
    assert_eq!(header(&response, "retry-after"), "7");
    assert_eq!(header(&response, "x-jackfield-provider"), "up");
    assert_eq!(response.json().await.unwrap(), refusal);
}

#[tokio::test]
async fn the_upstream_of_development_judges() {
    let origin = upstream(UpstreamOptions::default()).await;
    let served = Served::start(&provider("dev", "openai", &origin, "")).await;
    let request = json!({ "model": "dev/judge", "input": ["a fine day", "I will attack"] });
    let told = served.post(PATH, &request).await.json().await.unwrap();
    let flags: Vec<_> = told["results"].as_array().unwrap().iter().map(|one| &one["flagged"]).collect();
    assert_eq!(flags, [&json!(false), &json!(true)]);
}
