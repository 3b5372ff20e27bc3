//! What the host keeps for a guest outside of the guest's own memory has limits
//! of its own, and nothing of it outlives the call.

use jackfield_e2e::{Reply, Step};
use serde_json::{Value, json};

use crate::{Bench, log};

#[tokio::test]
async fn an_answer_that_the_guest_forgot_is_closed_with_its_instance() {
    let half = Reply::head(200, "content-length: 10\r\n").send("12345").then(Step::Hang);
    let bench = Bench::new("leak", vec![half], "").await;
    let report = &bench.send(json!({ "url": bench.url("/"), "read": "leak" })).await[0];
    assert_eq!(report.status(), Some(200), "{report:?}");
    assert_eq!(bench.provider.idle_instances(), 0, "it isn't used again");
    bench.upstream.until("the client hangs up", |upstream| upstream.hung_up() == 1).await;
}

#[tokio::test]
async fn a_request_whose_answer_the_guest_never_asked_for_ends_with_its_instance() {
    let bench = Bench::new("unanswered", vec![Reply::default().then(Step::Hang)], "").await;
    bench.send(json!({ "url": bench.url("/"), "read": "leak-unanswered" })).await;
    assert_eq!(bench.provider.idle_instances(), 0, "it isn't used again");
    bench.upstream.until("no connection is left", |upstream| upstream.open() == 0).await;
}

#[tokio::test]
async fn header_lists_beyond_any_use_end_the_guest_and_not_the_host() {
    let bench = Bench::new("header-lists", vec![], "").await;
    let few: Value = serde_json::from_str(&bench.ask("hoard-headers", "100").await.unwrap()).unwrap();
    assert_eq!(few["held"], 100, "{few}");
    let many = bench.ask("hoard-headers", "20000").await;
    assert!(many.is_err(), "1.2 GB of headers: {many:?}");
    assert_eq!(bench.ask("count", "").await.unwrap(), "1", "a new instance");
}

#[tokio::test]
async fn requests_whose_bodies_never_end_are_limited_like_open_connections() {
    let bench = Bench::new(
        "unfinished",
        vec![Reply::json(200, "{}")],
        "limits.connections = 2\ntimeouts.total = \"10s\"",
    )
    .await;
    let order = json!({ "url": bench.url("/"), "method": "post", "times": 5 });
    let held: Value =
        serde_json::from_str(&bench.ask("hoard-requests", &order.to_string()).await.unwrap()).unwrap();
    assert_eq!(held, json!({ "held": 5, "refused": 3 }));
    let lines = log::of("unfinished").concat();
    assert!(lines.contains("`call-budget`") && lines.contains("limits.connections"), "{lines}");
    assert_eq!(bench.upstream.accepted(), 0);
}
