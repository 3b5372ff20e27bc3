//! Instances don't live for ever: they are retired after many calls and when
//! nobody has needed them for a while. And crashes condemn a version only when
//! nothing goes well in between.

use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use jackfield_e2e::clock::Ahead;
use jackfield_e2e::guests::builder;
use jackfield_e2e::{bind, chat, guest, host, text_of};
use jackfield_runtime::{CallContext, Host, Provider, component_section};

const LINES: &str = "plugin = \"probe@^0.1\"\nconfig.base-url = \"https://api.example\"\n\
                     grant.origins = [\"https://api.example\"]";

async fn probe(host: &Host) -> Provider {
    host.load_file(guest("probe")).unwrap();
    bind(host, "p", LINES).await
}

async fn count(provider: &Provider) -> u64 {
    text_of(&provider.chat(&CallContext::default(), chat("count", "")).await.unwrap()).parse().unwrap()
}

#[tokio::test]
async fn an_instance_is_retired_after_ten_thousand_calls() {
    let host = host();
    let provider = probe(&host).await;
    for call in 1..=10_000 {
        assert_eq!(count(&provider).await, call);
    }
    assert_eq!(provider.idle_instances(), 0, "it isn't kept for another call");
    assert_eq!(count(&provider).await, 1);
}

#[tokio::test]
async fn an_instance_that_nobody_needs_for_a_minute_is_ended() {
    let clock = Arc::new(Ahead::default());
    let host = builder(4).clock(clock.clone()).build().unwrap();
    let provider = probe(&host).await;
    count(&provider).await;
    clock.put_forward(50);
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(provider.idle_instances(), 1, "ten seconds are left");
    clock.put_forward(11);
    for _ in 0..500 {
        if provider.idle_instances() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it is still there");
}

#[tokio::test]
async fn crashes_between_calls_that_end_well_condemn_nobody() {
    let host = host();
    let newer = include_str!("../../guests/probe/plugin.toml").replace("0.1.0", "0.1.1");
    let bytes = std::fs::read(guest("probe")).unwrap();
    host.load_bytes("probe", &component_section::write(&bytes, &newer).unwrap()).unwrap();
    let provider = probe(&host).await;
    for _ in 0..6 {
        assert!(provider.chat(&CallContext::default(), chat("assert", "x")).await.is_err());
        count(&provider).await;
    }
    assert_eq!(provider.plugin().version().to_string(), "0.1.1");
}

#[tokio::test]
async fn nothing_of_a_binding_is_kept_once_another_has_taken_its_place() {
    let host = builder(3).build().unwrap();
    let provider = probe(&host).await;
    let context = CallContext::default();
    let mut first = provider.stream_chat(&context, chat("count", "1")).await.unwrap();
    // Keeps the older binding alive.
    let _second = provider.stream_chat(&context, chat("count", "5")).await.unwrap();
    bind(&host, "p", &format!("{LINES}\ntimeouts.total = \"59s\"")).await;
    while let Some(event) = first.next().await {
        event.unwrap();
    }
    let _third = provider.stream_chat(&context, chat("count", "5")).await.unwrap();
    assert_eq!(count(&provider).await, 1, "of the three instances that the pool has, one is free again");
}
