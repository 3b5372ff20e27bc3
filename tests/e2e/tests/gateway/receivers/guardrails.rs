//! Guardrails of the request's route judge its result when it is delivered.

use super::*;

const NO_FISH: &str =
    "output-guardrails = [{ deny = true, contains = { words = [\"swordfish\"], operator = \"none\" } }]";

/// A gateway whose route `r` has these guardrails and mutators.
async fn routed(replies: Vec<Reply>, lines: &str, hooks: &str) -> Bench {
    let route = format!("[routes.r]\nmodel = \"up/ab12\"\n{hooks}\n");
    Bench::over(replies, lines, &route, builder(64)).await
}

fn said(id: &str, text: &str) -> Value {
    delivery(id, SystemTime::now(), json!({ "output": text }))
}

/// Waits until it was judged.
async fn judged(bench: &Bench, id: &str) -> (u16, Value) {
    let (code, told) = bench.fetch(&format!("up/{id}?wait=20s")).await;
    (code.as_u16(), told)
}

#[tokio::test]
async fn a_result_that_is_denied_reaches_nobody() {
    let bench = routed(["r1", "r2", "r3"].map(queued).to_vec(), "text = \"/output\"", NO_FISH).await;
    // Also who waits for it already.
    assert_eq!(bench.submit_to("r").await, "r1");
    let (waited, ()) = tokio::join!(bench.fetch("up/r1?wait=20s"), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert_eq!(bench.deliver(&said("r1", "it is swordfish")).await.status(), 200);
    });
    assert_eq!(waited.0.as_u16(), 446);
    for told in [waited.1, judged(&bench, "r1").await.1] {
        assert_eq!(told["error"]["type"], "hooks_failed");
        assert_eq!(told["hook_results"]["after_request_hooks"][0]["deny"], true);
        assert!(!told.to_string().contains("it is swordfish"), "{told}");
    }
    assert_eq!(bench.counted("denied").await, 1);
    let again = bench.deliver(&said("r1", "something else")).await;
    assert_eq!((again.status().as_u16(), judged(&bench, "r1").await.0), (200, 446));

    assert_eq!(bench.submit_to("r").await, "r2");
    bench.deliver(&said("r2", "it is cod")).await;
    let (code, told) = judged(&bench, "r2").await;
    assert_eq!((code, &told["text"]), (200, &json!("it is cod")));
    assert_eq!(told["hook_results"]["after_request_hooks"][0]["verdict"], true);

    assert_eq!(bench.submit().await, "r3");
    bench.deliver(&said("r3", "it is swordfish")).await;
    assert_eq!(bench.fetch("up/r3").await.0, 200, "by another way than that route");
}

#[tokio::test]
async fn guardrails_of_the_whole_gateway_and_of_the_request_hold_as_well() {
    let file = format!("[server]\n{NO_FISH}\n");
    let bench = Bench::over(vec![queued("r1")], "text = \"/output\"", &file, builder(64)).await;
    bench.submit().await;
    bench.deliver(&said("r1", "it is swordfish")).await;
    assert_eq!(judged(&bench, "r1").await.0, 446);

    let bench = Bench::with(vec![queued("r1")], "text = \"/output\"").await;
    let chat = json!({ "model": "up/ab12", "messages": [{ "role": "user", "content": "hello" }] });
    let config = json!({ "output_guardrails": [crate::guardrails::no("swordfish")] }).to_string();
    let ask = bench.served.ask("/v1/chat/completions", &chat).bearer_auth(KEY);
    assert_eq!(ask.header("x-portkey-config", config).send().await.unwrap().status(), 200);
    bench.deliver(&said("r1", "it is swordfish")).await;
    assert_eq!(judged(&bench, "r1").await.0, 446);
}

#[tokio::test]
async fn one_that_comes_before_its_id_is_told_is_judged_as_well() {
    let replies = vec![queued("r1").after(Duration::from_millis(300))];
    let bench = routed(replies, "text = \"/output\"", NO_FISH).await;
    let (_, ()) = tokio::join!(bench.submit_to("r"), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(bench.deliver(&said("r1", "it is swordfish")).await.status(), 200);
    });
    assert_eq!(judged(&bench, "r1").await.0, 446);
}

/// A guardrail that denies what it can't see lets nothing pass that it can't read.
#[tokio::test]
async fn what_cannot_be_read_is_denied_where_a_guardrail_denies_or_rewrites() {
    let mark = "output-guardrails = [{ contains = { words = [\"swordfish\"], operator = \"none\" } }]";
    let rewrite = "output-mutators = [{ regexReplace = { rule = \"swordfish\", redactText = \"cod\" } }]";
    for (hooks, status) in [(NO_FISH, 446), (rewrite, 446), (mark, 246)] {
        let bench = routed(["r1", "r2", "r3"].map(queued).to_vec(), "", hooks).await;
        for (id, data) in
            [("r1", json!({ "output": "hidden" })), ("r2", json!(["hidden"])), ("r3", Value::Null)]
        {
            bench.submit_to("r").await;
            assert_eq!(bench.deliver(&delivery(id, SystemTime::now(), data)).await.status(), 200);
            let (code, told) = judged(&bench, id).await;
            assert_eq!(code, status, "{hooks} {id}: {told}");
            assert_eq!(told.to_string().contains("hidden"), status == 246 && id != "r3", "{told}");
            if status == 446 {
                assert!(
                    told["error"]["message"].as_str().unwrap().contains("can't read the result"),
                    "{told}"
                );
            }
        }
    }
}

#[tokio::test]
async fn chat_completions_are_read_and_failures_have_nothing_to_judge() {
    let bench = routed(["r1", "r2"].map(queued).to_vec(), "", NO_FISH).await;
    bench.submit_to("r").await;
    let chat = json!({ "choices": [{ "message": { "role": "assistant", "content": "a" } },
                                    { "message": { "role": "assistant", "content": "swordfish" } }] });
    bench.deliver(&delivery("r1", SystemTime::now(), chat)).await;
    assert_eq!(judged(&bench, "r1").await.0, 446);
    bench.submit_to("r").await;
    let mut failed = delivery("r2", SystemTime::now(), Value::Null);
    failed["errors"] = json!([{ "code": "MODEL_PREDICT_ERROR", "message": "out of memory" }]);
    bench.deliver(&failed).await;
    let (code, told) = judged(&bench, "r2").await;
    assert_eq!((code, &told["status"]), (200, &json!("failed")));
}

#[tokio::test]
async fn mutators_rewrite_a_result_and_others_mark_it() {
    let hooks = "output-mutators = [{ regexReplace = { rule = \"swordfish\", redactText = \"cod\" } }]\n\
                 output-guardrails = [{ contains = { words = [\"it\"], operator = \"none\" } }]";
    let bench = routed(vec![queued("r1")], "text = \"/output\"", hooks).await;
    bench.submit_to("r").await;
    let body = said("r1", "it is swordfish");
    bench.deliver(&body).await;
    let (code, told) = judged(&bench, "r1").await;
    assert_eq!((code, &told["text"]), (246, &json!("it is cod")), "{told}");
    assert!(!told.to_string().contains("it is swordfish"), "{told}");
    assert_eq!(
        (&told["result"]["request_id"], &told["result"]["time"]),
        (&body["request_id"], &body["time"])
    );
}

/// Otherwise one that wants some text would deny every id, and the request would
/// run all the same.
#[tokio::test]
async fn the_answer_with_the_id_is_not_judged_in_the_place_of_the_result() {
    let some = "output-guardrails = [{ deny = true, wordCount = { minWords = 2 } }]";
    let bench = routed(["r1", "r2"].map(queued).to_vec(), "text = \"/output\"", some).await;
    for (id, text, status) in [("r1", "two words", 200), ("r2", "one", 446)] {
        assert_eq!(bench.submit_to("r").await, id);
        bench.deliver(&said(id, text)).await;
        assert_eq!(judged(&bench, id).await.0, status, "{text}");
    }
}

/// Services that are asked are told of the request and of the result.
#[tokio::test]
async fn a_webhook_is_asked_about_a_result() {
    let service = Script::start(vec![Reply::json(200, r#"{"verdict":false}"#)]).await;
    let (origin, hook) = (service.origin(), "deny = true");
    let file = format!(
        "[server.hooks]\norigins = [\"{origin}\"]\n[routes.r]\nmodel = \"up/ab12\"\n\
         output-guardrails = [{{ {hook}, webhook = {{ webhookURL = \"{origin}/v\" }} }}]\n"
    );
    let bench = Bench::over(vec![queued("r1")], "text = \"/output\"", &file, builder(64)).await;
    bench.submit_to("r").await;
    assert!(service.requests().is_empty(), "nothing is there yet to ask about");
    bench.deliver(&said("r1", "it is cod")).await;
    assert_eq!(judged(&bench, "r1").await.0, 446);
    let asked = body_of(&service.requests()[0]);
    assert_eq!(asked["response"]["text"], "it is cod");
    assert_eq!(asked["response"]["json"], json!({ "output": "it is cod" }));
    assert_eq!(asked["request"]["json"]["messages"][0]["content"], "hello");
    let told = service.requests()[0].to_lowercase();
    assert!(!told.contains(KEY) && !told.contains("authorization"), "{told}");
}
