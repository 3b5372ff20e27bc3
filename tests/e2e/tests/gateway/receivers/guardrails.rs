//! Guardrails of the request's route judge its result when it is delivered.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

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

/// A service with this verdict, and a gateway whose route `r` asks it about results.
async fn asking(replies: Vec<Reply>, verdict: bool) -> (Script, Bench) {
    let verdict = json!({ "verdict": verdict }).to_string();
    let service = Script::start(vec![Reply::json(200, &verdict)]).await;
    let origin = service.origin();
    let file = format!(
        "[server.hooks]\norigins = [\"{origin}\"]\n[routes.r]\nmodel = \"up/ab12\"\n\
         output-guardrails = [{{ deny = true, webhook = {{ webhookURL = \"{origin}/v\" }} }}]\n"
    );
    (service, Bench::over(replies, "text = \"/output\"", &file, builder(64)).await)
}

/// Services that are asked are told of the request and of the result.
#[tokio::test]
async fn a_webhook_is_asked_about_a_result() {
    let (service, bench) = asking(vec![queued("r1")], false).await;
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

/// What waits for days must not be as long as a client likes. The service queues no more either, of what is
/// left when the spaces are gone.
#[tokio::test]
async fn a_webhook_is_not_told_of_a_long_request() {
    let (service, bench) = asking(["r1", "r2"].map(queued).to_vec(), true).await;
    for (id, length, told) in [("r1", 256 << 10, true), ("r2", (256 << 10) + 1, false)] {
        let text = json!({ "model": "r", "messages": [{ "role": "user", "content": "hello" }] }).to_string();
        let body = format!("{text}{}", " ".repeat(length - text.len()));
        let asking = bench.served.ask("/v1/chat/completions", &json!({})).bearer_auth(KEY).body(body);
        assert_eq!(asking.send().await.unwrap().status(), 200);
        bench.deliver(&said(id, "it is cod")).await;
        assert_eq!(judged(&bench, id).await.0, 200);
        let asked = body_of(service.requests().last().unwrap());
        assert_eq!(asked["response"]["text"], "it is cod");
        assert_eq!(asked["request"]["json"].is_object(), told, "a request of {length} bytes");
    }
}

/// A log that breaks down over the first guardrail that it is told of.
#[derive(Clone, Default)]
struct Breaking(Arc<AtomicBool>);

impl Write for Breaking {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let first = String::from_utf8_lossy(line).contains("jackfield::guardrail")
            && !self.0.swap(true, Ordering::SeqCst);
        assert!(!first, "the log breaks down");
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// No guardrail is known that panics, so the log does that it tells of its verdict.
#[tokio::test]
async fn a_result_over_which_guardrails_break_down_is_denied() {
    let log = Breaking::default();
    let broken = Arc::clone(&log.0);
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || log.clone()).finish();
    let _logged = tracing_subscriber::util::SubscriberInitExt::set_default(subscriber);
    let bench = routed(vec![queued("r1")], "text = \"/output\"", NO_FISH).await;
    bench.submit_to("r").await;
    assert_eq!(bench.deliver(&said("r1", "it is cod")).await.status(), 200);
    for _ in 0..2 {
        let (code, told) = judged(&bench, "r1").await;
        assert_eq!(code, 500, "{told}");
        assert!(told.to_string().contains("guardrails broke down"), "{told}");
        assert!(!told.to_string().contains("it is cod"), "{told}");
    }
    assert!(broken.load(Ordering::SeqCst), "they never told of anything");
    assert_eq!(bench.counted("denied").await, 1);
}
