//! One deadline, whichever door: it ends a guest that waits for `wasi:http`, and
//! the connection with it.

use std::time::Duration;

use jackfield_e2e::{Reply, Step};
use jackfield_runtime::CallError;
use jackfield_runtime::error::Phase;
use serde_json::json;

use crate::Bench;

#[tokio::test]
async fn the_deadline_ends_a_guest_that_waits_for_an_answer_and_hangs_up() {
    let bench =
        Bench::new("silent", vec![Reply::default().then(Step::Hang)], "timeouts.total = \"300ms\"").await;
    let error = bench.ask("send", &json!({ "url": bench.url("/") }).to_string()).await.unwrap_err();
    assert!(matches!(error, CallError::Timeout { phase: Phase::Total, sent: true, .. }), "{error:?}");
    bench.upstream.until("the client hangs up", |upstream| upstream.hung_up() == 1).await;
    assert_eq!(bench.provider.idle_instances(), 0);
}

#[tokio::test]
async fn the_deadline_ends_a_guest_that_waits_for_the_rest_of_a_body_and_hangs_up() {
    let half = Reply::head(200, "content-length: 10\r\n").send("12345").then(Step::Hang);
    let bench = Bench::new("half", vec![half], "timeouts.total = \"300ms\"").await;
    let error = bench.ask("send", &json!({ "url": bench.url("/") }).to_string()).await.unwrap_err();
    assert!(matches!(error, CallError::Timeout { phase: Phase::Total, sent: true, .. }), "{error:?}");
    bench.upstream.until("the client hangs up", |upstream| upstream.hung_up() == 1).await;
}

#[tokio::test]
async fn a_guest_can_shorten_the_wait_for_the_head_but_not_extend_the_deadline() {
    let bench =
        Bench::new("shorter", vec![Reply::default().then(Step::Hang)], "timeouts.total = \"1s\"").await;
    let report = &bench.send(json!({ "url": bench.url("/"), "first_byte_ms": 50 })).await[0];
    assert!(report.error().unwrap().contains("ConnectionReadTimeout"), "{report:?}");
    bench.upstream.until("the client hangs up", |upstream| upstream.hung_up() == 1).await;
    let long = json!({ "url": bench.url("/"), "first_byte_ms": u64::MAX });
    let error = bench.ask("send", &long.to_string()).await.unwrap_err();
    assert!(matches!(error, CallError::Timeout { phase: Phase::Total, .. }), "{error:?}");
}

#[tokio::test]
async fn dropping_a_call_hangs_up() {
    let bench = Bench::new("dropped", vec![Reply::default().then(Step::Hang)], "").await;
    let order = json!({ "url": bench.url("/") }).to_string();
    let call = bench.ask("send", &order);
    assert!(tokio::time::timeout(Duration::from_millis(300), call).await.is_err());
    bench.upstream.until("the client hangs up", |upstream| upstream.hung_up() == 1).await;
}
