//! `passthrough`, downwards: the upstream's bytes pass the plugin by, as they
//! come, and its connection ends with whoever reads them.

use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use jackfield_e2e::{Reply, Step};
use jackfield_runtime::api::passthrough::{Dialect, Framing};
use jackfield_runtime::error::Phase;
use jackfield_runtime::{CallError, Forwarded};

use crate::passthrough::request;
use crate::{Bench, KEY, MANIFEST};

async fn forward(bench: &Bench) -> Forwarded {
    let request = request(Dialect::OpenaiChat);
    bench.provider.forward(&bench.context, request, Bytes::from_static(b"{}")).await.unwrap()
}

#[tokio::test]
async fn every_byte_comes_down_as_the_upstream_sent_it_whatever_it_is() {
    let mut odd = b": comment\r\n\r\ndata: {\"a\" : 1.00}\n\n\n\nevent:x\rdata:\xff\xfe\0 \n\n".to_vec();
    odd.extend((0..=255).cycle().take(70_000));
    for (kind, framing) in [
        ("text/event-stream; charset=utf-8", Framing::ServerSentEvents),
        ("application/x-ndjson", Framing::Ndjson),
        ("application/json", Framing::Whole),
    ] {
        let head = format!("content-type: {kind}\r\ncontent-length: {}\r\n", odd.len());
        let bench = Bench::new(vec![Reply::head(200, &head).send(odd.clone())]).await;
        let answer = forward(&bench).await;
        assert_eq!(answer.framing, framing);
        assert_eq!(answer.body.read_all(1 << 20).await.unwrap(), odd, "{kind}");
    }
}

#[tokio::test]
async fn bytes_come_down_while_the_upstream_is_still_writing_and_the_plugin_is_free() {
    let reply = Reply::events().send("data: half").then(Step::Hang);
    let bench = Bench::new(vec![reply]).await;
    let mut answer = forward(&bench).await;
    assert_eq!(answer.body.next().await.unwrap().unwrap(), "data: half");
    assert_eq!(bench.upstream.open(), 1);
    assert_eq!(bench.provider.idle_instances(), 1, "the plugin is done");
    assert_eq!(bench.provider.dialects(&bench.context).await.unwrap().len(), 2, "and serves the next call");
    drop(answer);
    bench.upstream.until("the client hangs up", |upstream| upstream.hung_up() == 1).await;
}

#[tokio::test]
async fn a_body_that_nobody_reads_closes_the_connection_too() {
    let bench = Bench::new(vec![Reply::events().then(Step::Endless(vec![b'x'; 65536]))]).await;
    drop(forward(&bench).await);
    bench.upstream.until("the client hangs up", |upstream| upstream.hung_up() == 1).await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_an_error_behind_its_bytes() {
    let reply = Reply::head(200, "content-length: 100\r\n").send("only this").then(Step::Close);
    let bench = Bench::new(vec![reply]).await;
    let mut answer = forward(&bench).await;
    assert_eq!(answer.body.next().await.unwrap().unwrap(), "only this");
    let error = answer.body.next().await.unwrap().unwrap_err();
    assert!(error.sent(), "{error:?}");
    assert!(answer.body.next().await.is_none());
}

#[tokio::test]
async fn an_answer_without_end_is_cut_at_the_limit() {
    let reply = Reply::events().then(Step::Endless(vec![b'x'; 65536]));
    let bench = Bench::with(vec![reply], MANIFEST, "limits.response = \"1 MiB\"", 4).await;
    let error = forward(&bench).await.body.read_all(usize::MAX).await.unwrap_err();
    assert!(error.to_string().contains("limits.response"), "{error}");
    bench.upstream.until("the connection is closed", |upstream| upstream.open() == 0).await;
}

#[tokio::test]
async fn a_secret_that_the_upstream_echoes_never_comes_down() {
    let body = format!("data: your key is {KEY}, isn't it?\n\n");
    let bench = Bench::new(vec![Reply::of(200, "text/event-stream", &body)]).await;
    let answer = forward(&bench).await.body.read_all(1 << 20).await.unwrap();
    let text = String::from_utf8(answer.to_vec()).unwrap();
    assert!(!text.contains(KEY) && text.contains("isn't it?"), "{text}");
}

#[tokio::test]
async fn an_upstream_that_falls_silent_ends_by_the_idle_timeout_and_is_hung_up_on() {
    let reply = Reply::events().send("data: one\n\n").then(Step::Hang);
    let bench = Bench::with(vec![reply], MANIFEST, "timeouts.idle = \"200ms\"", 4).await;
    let mut answer = forward(&bench).await;
    assert!(answer.body.next().await.unwrap().is_ok());
    let error = answer.body.next().await.unwrap().unwrap_err();
    assert!(matches!(error, CallError::Timeout { phase: Phase::Idle, sent: true, .. }), "{error:?}");
    bench.upstream.until("the client hangs up", |upstream| upstream.hung_up() == 1).await;
}

#[tokio::test]
async fn a_reader_that_is_slow_is_not_mistaken_for_a_silent_upstream() {
    let reply = Reply::events().send("data: one\n\n").then(Step::Pause(Duration::from_millis(20)));
    let reply = reply.send("data: two\n\n");
    let bench = Bench::with(vec![reply], MANIFEST, "timeouts.idle = \"200ms\"", 4).await;
    let mut answer = forward(&bench).await;
    assert_eq!(answer.body.next().await.unwrap().unwrap(), "data: one\n\n");
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(answer.body.next().await.unwrap().unwrap(), "data: two\n\n");
}
