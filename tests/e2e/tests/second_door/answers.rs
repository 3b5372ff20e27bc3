//! What comes back: redirects, answers without end, answers that break off.

use jackfield_e2e::{Reply, Script, Step};
use serde_json::json;

use crate::{Bench, log};

fn redirect(location: &str) -> Reply {
    Reply::head(302, &format!("location: {location}\r\ncontent-length: 0\r\n"))
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let target = Script::start(vec![Reply::json(200, "{}")]).await;
    let bench = Bench::new("redirect", vec![redirect(&target.origin())], "").await;
    let reports = bench.send(json!({ "url": bench.url("/") })).await;
    assert_eq!(reports[0].status(), Some(302), "{reports:?}");
    assert_eq!(target.accepted(), 0);
}

#[tokio::test]
async fn a_redirect_to_an_origin_that_nobody_granted_is_refused_even_where_redirects_are_followed() {
    let target = Script::start(vec![Reply::json(200, "{}")]).await;
    let bench = Bench::new("followed", vec![redirect(&target.origin())], "grant.redirects = true").await;
    let reports = bench.send(json!({ "url": bench.url("/") })).await;
    assert!(reports[0].error().unwrap().contains("HttpRequestDenied"), "{reports:?}");
    let lines = log::of("followed").concat();
    assert!(lines.contains("refused by egress rule `asked`"), "{lines}");
    assert_eq!(target.accepted(), 0);
}

#[tokio::test]
async fn an_answer_without_end_is_cut_at_the_limit_and_its_connection_closed() {
    let endless = Reply::head(200, "connection: close\r\n").then(Step::Endless(vec![b'x'; 65536]));
    let bench = Bench::new("endless-answer", vec![endless], "limits.response = \"1 MiB\"").await;
    let reports = bench.send(json!({ "url": bench.url("/") })).await;
    assert!(reports[0].error().is_some(), "{reports:?}");
    let lines = log::of("endless-answer").concat();
    assert!(lines.contains("limits.response"), "{lines}");
    bench.upstream.until("the connection is closed", |upstream| upstream.open() == 0).await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_an_error_for_the_guest() {
    let broken = Reply::head(200, "content-length: 100\r\n").send("only this").then(Step::Close);
    let bench = Bench::new("broken", vec![broken], "").await;
    let reports = bench.send(json!({ "url": bench.url("/") })).await;
    assert!(reports[0].error().unwrap().contains("incomplete"), "{reports:?}");
}
