//! A plugin whose manifest says `singleton = true` holds data: it has one
//! instance for all calls and tenants, and calls come to it one after another.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use jackfield_e2e::{Reply, Step, chat};
use jackfield_runtime::{CallContext, CallError};

use crate::vector_store::{collection, dense};
use crate::{Bench, MANIFEST};

/// With room for one instance alone: a second one could not even start.
async fn singleton(lines: &str) -> Bench {
    with_upstream(vec![], lines).await
}

async fn with_upstream(replies: Vec<Reply>, lines: &str) -> Bench {
    let manifest = MANIFEST.replace("[plugin]\n", "[plugin]\nsingleton = true\n");
    Bench::with(replies, &manifest, lines, 1).await
}

/// How many collections it still has, once the calls before this have ended.
async fn collections(bench: &Bench) -> usize {
    bench.provider.list_collections(&bench.context).await.unwrap().len()
}

const SLOW: Duration = Duration::from_millis(400);

/// An answer that takes its time.
fn slow() -> Reply {
    Reply::default().then(Step::Pause(SLOW)).send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi")
}

#[tokio::test]
async fn a_singleton_keeps_its_data_over_calls_and_tenants() {
    let bench = singleton("isolation = \"call\"").await;
    let provider = &bench.provider;
    provider.create_collection(&CallContext::of_tenant("a"), collection("c")).await.unwrap();
    provider.upsert(&CallContext::of_tenant("b"), "c", vec![dense("x", [1.0, 0.0])]).await.unwrap();
    assert_eq!(provider.count(&CallContext::default(), "c", None).await.unwrap(), 1);
}

#[tokio::test]
async fn another_plugin_keeps_nothing_from_one_tenant_to_the_next() {
    let bench = Bench::alone().await;
    let provider = &bench.provider;
    provider.create_collection(&CallContext::of_tenant("a"), collection("c")).await.unwrap();
    let found = provider.list_collections(&CallContext::of_tenant("b")).await.unwrap();
    assert!(found.is_empty(), "{found:?}");
}

#[tokio::test]
async fn calls_to_a_singleton_at_the_same_time_all_succeed_in_turn() {
    let bench = singleton("").await;
    bench.provider.create_collection(&bench.context, collection("c")).await.unwrap();
    let calls = (0..50).map(|number| {
        let provider = bench.provider.clone();
        tokio::spawn(async move {
            let context = CallContext::of_tenant(format!("tenant-{}", number % 7));
            provider.upsert(&context, "c", vec![dense(&format!("id-{number}"), [1.0, 0.0])]).await
        })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(bench.provider.count(&bench.context, "c", None).await.unwrap(), 50);
    assert_eq!(bench.provider.idle_instances(), 1);
}

#[tokio::test]
async fn a_call_waits_until_the_stream_before_it_is_read_to_its_end() {
    let bench = singleton("").await;
    let mut stream = bench.provider.stream_chat(&bench.context, chat("echo", "one two")).await.unwrap();
    let waiting = bench.provider.count_tokens(&bench.context, chat("echo", "x"));
    let reading = async { while stream.next().await.is_some() {} };
    let (counted, ()) = tokio::join!(waiting, reading);
    assert_eq!(counted.unwrap(), 1);
}

#[tokio::test]
async fn a_queue_that_is_full_refuses_at_once_and_names_the_limit() {
    let bench = singleton("limits.queue = 0").await;
    let _stream = bench.provider.stream_chat(&bench.context, chat("echo", "x")).await.unwrap();
    let error = bench.provider.count_tokens(&bench.context, chat("echo", "x")).await.unwrap_err();
    assert!(matches!(error, CallError::Busy { .. }), "{error:?}");
    assert!(error.to_string().contains("limits.queue"), "{error}");
}

#[tokio::test]
async fn a_singleton_that_crashed_starts_anew() {
    let bench = singleton("").await;
    bench.provider.create_collection(&bench.context, collection("c")).await.unwrap();
    assert!(bench.provider.chat(&bench.context, chat("trap", "x")).await.is_err());
    assert!(bench.provider.list_collections(&bench.context).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_caller_that_hangs_up_does_not_take_the_data_along() {
    let bench = with_upstream(vec![slow()], "").await;
    bench.provider.create_collection(&bench.context, collection("c")).await.unwrap();
    let begun = Instant::now();
    let call = bench.provider.chat(&bench.context, chat("upstream", "x"));
    assert!(tokio::time::timeout(Duration::from_millis(50), call).await.is_err());
    assert_eq!(collections(&bench).await, 1);
    assert!(begun.elapsed() >= SLOW, "the next call waits for its turn");
    assert_eq!(bench.upstream.hung_up(), 0, "the call was made to its end");
}

#[tokio::test]
async fn a_callers_deadline_ends_its_waiting_and_not_the_call() {
    let bench = with_upstream(vec![slow()], "").await;
    bench.provider.create_collection(&bench.context, collection("c")).await.unwrap();
    let deadline = Some(Instant::now() + Duration::from_millis(50));
    let context = CallContext { deadline, ..CallContext::default() };
    let error = bench.provider.chat(&context, chat("upstream", "x")).await.unwrap_err();
    assert!(matches!(error, CallError::Timeout { sent: true, .. }), "{error:?}");
    assert_eq!(collections(&bench).await, 1);
}

#[tokio::test]
async fn a_call_without_end_is_ended_by_the_total_timeout_and_the_singleton_starts_anew() {
    let bench = with_upstream(vec![Reply::default().then(Step::Hang)], "timeouts.total = \"300ms\"").await;
    bench.provider.create_collection(&bench.context, collection("c")).await.unwrap();
    let call = bench.provider.chat(&bench.context, chat("upstream", "x"));
    assert!(tokio::time::timeout(Duration::from_millis(50), call).await.is_err());
    bench.upstream.until("the connection is closed", |upstream| upstream.open() == 0).await;
    assert_eq!(collections(&bench).await, 0);
}

#[tokio::test]
async fn a_stream_that_is_dropped_is_closed_and_the_data_stays() {
    let events = || Reply::events().send("data: one\n\n").then(Step::Hang);
    let bench = with_upstream(vec![events()], "").await;
    bench.provider.create_collection(&bench.context, collection("c")).await.unwrap();
    // Between two batches, before the first, and while its caller waits for the next one.
    let mut stream = bench.provider.stream_chat(&bench.context, chat("echo", "one two")).await.unwrap();
    assert!(stream.next_batch().await.unwrap().is_ok());
    drop(stream);
    assert_eq!(collections(&bench).await, 1);
    drop(bench.provider.stream_chat(&bench.context, chat("echo", "one two")).await.unwrap());
    assert_eq!(collections(&bench).await, 1);
    let stream = bench.provider.stream_chat(&bench.context, chat("upstream", "x")).await.unwrap();
    drop(stream);
    assert_eq!(collections(&bench).await, 1);
    bench.upstream.until("the upstream's stream is closed", |upstream| upstream.open() == 0).await;
}

#[tokio::test]
async fn a_stream_that_is_dropped_while_it_is_read_keeps_its_turn_until_the_next_batch() {
    let reply = Reply::events().then(Step::Pause(SLOW)).send("data: one\n\ndata: [DONE]\n\n");
    let bench = with_upstream(vec![reply], "").await;
    bench.provider.create_collection(&bench.context, collection("c")).await.unwrap();
    let mut stream = bench.provider.stream_chat(&bench.context, chat("upstream", "x")).await.unwrap();
    let waiting = stream.next_batch();
    assert!(tokio::time::timeout(Duration::from_millis(50), waiting).await.is_err());
    drop(stream);
    assert_eq!(collections(&bench).await, 1);
}

#[tokio::test]
async fn a_caller_that_hangs_up_before_its_stream_begins_leaves_nothing_open() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n";
    let reply = Reply::default().then(Step::Pause(SLOW)).send(head).then(Step::Hang);
    let bench = with_upstream(vec![reply], "").await;
    bench.provider.create_collection(&bench.context, collection("c")).await.unwrap();
    let opening = bench.provider.stream_chat(&bench.context, chat("upstream", "x"));
    assert!(tokio::time::timeout(Duration::from_millis(50), opening).await.is_err());
    assert_eq!(collections(&bench).await, 1);
    bench.upstream.until("the upstream's stream is closed", |upstream| upstream.open() == 0).await;
}

#[tokio::test]
async fn a_broken_contract_does_not_cost_the_data() {
    let bench = singleton("").await;
    bench.provider.create_collection(&bench.context, collection("c")).await.unwrap();
    let mut stream = bench.provider.stream_chat(&bench.context, chat("no-start", "x")).await.unwrap();
    assert!(stream.next_batch().await.unwrap().is_err());
    drop(stream);
    assert_eq!(collections(&bench).await, 1);
}
