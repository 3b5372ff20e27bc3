//! A plugin whose manifest says `singleton = true` holds data: it has one
//! instance for all calls and tenants, and calls come to it one after another.

use futures_util::StreamExt;
use jackfield_e2e::chat;
use jackfield_runtime::{CallContext, CallError};

use crate::vector_store::{collection, dense};
use crate::{Bench, MANIFEST};

/// With room for one instance alone: a second one could not even start.
async fn singleton(lines: &str) -> Bench {
    let manifest = MANIFEST.replace("[plugin]\n", "[plugin]\nsingleton = true\n");
    Bench::with(vec![], &manifest, lines, 1).await
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
