//! What becomes of a queued request, from its id to its result.

use super::*;

#[tokio::test]
async fn a_result_is_delivered_to_who_waits_for_it() {
    let status = Reply::json(200, r#"{"request_id":"r1","status":"IN_PROGRESS"}"#);
    let bench = Bench::with(vec![queued("r1"), status], "text = \"/output\"").await;
    assert_eq!(bench.submit().await, "r1");
    assert_eq!(body_of(&bench.upstream.requests()[0])["webhook_endpoint"], HOOK);

    let (code, told) = bench.fetch("up/r1").await;
    assert_eq!(code, 202);
    assert_eq!((&told["status"], &told["upstream"]["status"]), (&json!("pending"), &json!("IN_PROGRESS")));
    let (_, told) = bench.fetch("up/r1").await;
    assert_eq!(told["upstream"]["status"], "IN_PROGRESS");
    assert_eq!(bench.upstream.requests().len(), 2, "the upstream isn't asked each time");
    assert!(bench.upstream.requests()[1].starts_with("GET /async_request/r1 "));

    let body = result("r1");
    let (fetched, ()) = tokio::join!(bench.fetch("up/r1?wait=20s"), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let response = bench.deliver(&body).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.json().await.unwrap(), json!({ "status": "received" }));
    });
    let (code, told) = fetched;
    assert_eq!(code, 200);
    let expected = json!({
        "object": "async.result", "id": "r1", "provider": "up", "status": "succeeded", "text": "Hello there",
        "errors": [], "result": body,
    });
    assert_eq!(told, expected);
    assert_eq!(bench.fetch("up/r1").await.1, expected, "it can be fetched again");

    // A program around the gateway asks without a socket.
    let caller =
        jackfield::gateway::router::access::Caller { tenant: Some("acme".into()), ..Default::default() };
    let collected = bench.served.gateway().collect(&caller, "up", "r1", Duration::ZERO).await.unwrap();
    assert!(
        matches!(&collected, jackfield_gateway::Collected::Result(bytes) if serde_json::from_slice::<Value>(bytes).unwrap() == expected)
    );
}

#[tokio::test]
async fn one_request_of_many_is_queued_by_its_own_word() {
    let bench = Bench::new(vec![Reply::json(200, "\"at once\""), queued("r1")]).await;
    let mut chat = json!({ "model": "up/ab12", "messages": [{ "role": "user", "content": "hello" }], "mode": "predict" });
    let ask = |chat: &Value| bench.served.ask("/v1/chat/completions", chat).bearer_auth(KEY).send();
    let told = ask(&chat).await.unwrap().json().await.unwrap();
    assert_eq!(told["choices"][0]["message"]["content"], "at once");
    chat["mode"] = json!("async");
    let told = ask(&chat).await.unwrap().json().await.unwrap();
    assert_eq!(told["id"], "r1");
    assert_eq!(bench.deliver(&result("r1")).await.status(), 200);
    assert_eq!(bench.fetch("up/r1").await.0, 200);
}

#[tokio::test]
async fn a_result_that_comes_before_the_answer_is_not_lost() {
    let bench = Bench::new(vec![queued("r1").after(Duration::from_millis(300))]).await;
    let (id, ()) = tokio::join!(bench.submit(), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(bench.deliver(&result("r1")).await.status(), 200);
        assert_eq!(bench.fetch("up/r1").await.0, 404, "nobody has asked for it yet");
    });
    assert_eq!(bench.fetch(&format!("up/{id}")).await.0, 200);
}

#[tokio::test]
async fn a_failed_request_is_a_result_as_well() {
    let bench = Bench::new(vec![queued("r1")]).await;
    bench.submit().await;
    let mut body = result("r1");
    body["data"] = Value::Null;
    body["errors"] = json!([{ "code": "MODEL_PREDICT_ERROR", "message": "out of memory" }]);
    bench.deliver(&body).await;
    let (code, told) = bench.fetch("up/r1").await;
    assert_eq!((code.as_u16(), &told["status"], &told["errors"]), (200, &json!("failed"), &body["errors"]));
}

#[tokio::test]
async fn a_request_is_taken_back() {
    let replies = vec![
        queued("r1"),
        Reply::json(200, r#"{"request_id":"r1","canceled":false,"message":"it is running"}"#),
        Reply::json(500, r#"{"error":"no"}"#),
        Reply::json(200, r#"{"request_id":"r1","canceled":true}"#),
    ];
    let bench = Bench::new(replies).await;
    bench.submit().await;
    let cancel = || bench.ask(Method::DELETE, KEY, "up/r1");
    let (code, told) = cancel().await;
    assert_eq!(code, 409);
    assert!(told["error"]["message"].as_str().unwrap().contains("it is running"), "{told}");
    assert_eq!(cancel().await.0, 500);
    let (waited, (code, told)) = tokio::join!(bench.fetch("up/r1?wait=20s"), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        cancel().await
    });
    assert_eq!(
        (code.as_u16(), &told["status"], &told["upstream"]["canceled"]),
        (200, &json!("canceled"), &json!(true))
    );
    assert_eq!(waited.0, 410, "who waits is told at once");
    assert!(bench.upstream.requests()[3].starts_with("DELETE /async_request/r1 "));
    assert_eq!(cancel().await.0, 410);
    // It ran all the same.
    bench.deliver(&result("r1")).await;
    assert_eq!(bench.fetch("up/r1").await.0, 200);
    assert_eq!(cancel().await.0, 409);
}

#[tokio::test]
async fn a_hundred_wait_for_one_result_and_all_get_it() {
    let bench = Bench::new(vec![queued("r1")]).await;
    bench.submit().await;
    let waiting: Vec<_> = (0..100)
        .map(|_| {
            let url = bench.served.url("/v1/async/up/r1?wait=30s");
            let ask = bench.served.client().get(url).bearer_auth(KEY);
            tokio::spawn(async move { ask.send().await.unwrap().bytes().await.unwrap() })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let body = result("r1");
    bench.deliver(&body).await;
    for waiting in waiting {
        let bytes = tokio::time::timeout(crate::HANGS, waiting).await.expect("it hangs").unwrap();
        assert_eq!(serde_json::from_slice::<Value>(&bytes).unwrap()["result"], body);
    }
    assert_eq!(bench.upstream.requests().len(), 1, "nobody had to ask the upstream");
}

/// Else one client's request would be answered with the id of another's, whose
/// result is fetched once.
#[tokio::test]
async fn the_id_of_a_queued_request_is_in_no_cache() {
    let bench = Bench::new(vec![queued("r1"), queued("r2")]).await;
    let chat = json!({ "model": "up/ab12", "messages": [{ "role": "user", "content": "hello" }] });
    for id in ["r1", "r2"] {
        let ask = bench.served.ask("/v1/chat/completions", &chat).bearer_auth(KEY);
        let ask = ask.header("x-portkey-config", r#"{"cache":{"mode":"simple"}}"#);
        let response = ask.send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.json().await.unwrap()["id"], id);
    }
}
