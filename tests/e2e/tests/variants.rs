//! Providers bound once more for callers with keys of their own: what they share
//! with the provider, which is nothing, and when they are forgotten.

use std::sync::Arc;
use std::time::Duration;

use jackfield_e2e::clock::Ahead;
use jackfield_e2e::guests::builder;
use jackfield_e2e::{bind, chat, guest, text_of};
use jackfield_runtime::secret::Secret;
use jackfield_runtime::settings::{ProviderSettings, Settings};
use jackfield_runtime::{CallContext, Host, Provider, Variant, VariantLimits, component_section};

const LINES: &str = "plugin = \"probe@^0.1\"\nconfig.base-url = \"https://api.example\"\n\
                     grant.origins = [\"https://api.example\"]";

/// The settings that these lines mean.
fn settings() -> ProviderSettings {
    let read = Settings::parse(&format!("[providers.p]\n{LINES}\n"), "jackfield.toml", &[]).unwrap();
    let written = read.providers.into_values().next().unwrap();
    jackfield_runtime::catalog::Catalog::default().complete(&"p".parse().unwrap(), written).unwrap()
}

fn of(key: &str) -> Variant {
    Variant { key: Some(Secret::new(key.as_bytes().to_vec()).unwrap()), ..Variant::default() }
}

async fn probe(host: &Host) -> Provider {
    host.load_file(guest("probe")).unwrap();
    bind(host, "p", LINES).await
}

async fn count(provider: &Provider) -> u64 {
    text_of(&provider.chat(&CallContext::default(), chat("count", "")).await.unwrap()).parse().unwrap()
}

#[tokio::test]
async fn an_instance_serves_one_key_only() {
    let host = builder(8).build().unwrap();
    let provider = probe(&host).await;
    let one = host.bind_variant("p", &settings(), &of("sk-client-one")).await.unwrap();
    let two = host.bind_variant("p", &settings(), &of("sk-client-two")).await.unwrap();
    for (provider, calls) in [(&provider, 1), (&one, 1), (&one, 2), (&two, 1), (&provider, 2), (&two, 2)] {
        assert_eq!(count(provider).await, calls, "{provider:?}");
    }
    let again = host.variant("p", &of("sk-client-one")).unwrap();
    assert_eq!(count(&again).await, 3, "it is the same one");
    assert_eq!((again.variant(), again.name()), (one.variant(), "p"));
    assert_ne!(one.variant(), two.variant());
    assert_eq!(provider.variant(), None);
    assert!(host.variant("p", &of("sk-client-three")).is_none());
    assert_eq!(host.provider_names(), ["p"]);
    assert!(!format!("{one:?}{host:?}").contains("sk-client"));
}

#[tokio::test]
async fn crashes_under_one_callers_key_condemn_no_version() {
    let host = builder(8).build().unwrap();
    let newer = include_str!("../../guests/probe/plugin.toml").replace("0.1.0", "0.1.1");
    let bytes = std::fs::read(guest("probe")).unwrap();
    host.load_bytes("probe", &component_section::write(&bytes, &newer).unwrap()).unwrap();
    let provider = probe(&host).await;
    let crash = async |provider: &Provider| {
        for _ in 0..6 {
            assert!(provider.chat(&CallContext::default(), chat("assert", "x")).await.is_err());
        }
    };
    crash(&host.bind_variant("p", &settings(), &of("sk-client-one")).await.unwrap()).await;
    assert_eq!(provider.plugin().version().to_string(), "0.1.1");
    let two = host.bind_variant("p", &settings(), &of("sk-client-two")).await.unwrap();
    assert_eq!(two.plugin().version().to_string(), "0.1.1");
    // The provider's own do, and its variants follow it.
    crash(&provider).await;
    assert_eq!(provider.plugin().version().to_string(), "0.1.0");
    assert!(host.variant("p", &of("sk-client-two")).is_none());
    let two = host.bind_variant("p", &settings(), &of("sk-client-two")).await.unwrap();
    assert_eq!(two.plugin().version().to_string(), "0.1.0");
}

#[tokio::test]
async fn a_provider_that_is_bound_anew_or_unbound_leaves_no_variant_behind() {
    let host = builder(8).build().unwrap();
    probe(&host).await;
    for forget in [true, false] {
        host.bind_variant("p", &settings(), &of("sk-client-one")).await.unwrap();
        assert!(host.variant("p", &of("sk-client-one")).is_some());
        if forget {
            host.rebind("p").await.unwrap();
        } else {
            assert!(host.unbind("p"));
        }
        assert!(host.variant("p", &of("sk-client-one")).is_none());
    }
}

/// The host forgets by itself: no call has to come.
#[tokio::test]
async fn a_key_that_nobody_uses_is_forgotten() {
    let clock = Arc::new(Ahead::default());
    let limits = VariantLimits { most: 8, idle: Duration::from_secs(600) };
    let host = builder(8).clock(clock.clone()).variants(limits).build().unwrap();
    probe(&host).await;
    host.bind_variant("p", &settings(), &of("sk-client-one")).await.unwrap();
    clock.put_forward(590);
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert!(host.variant("p", &of("sk-client-one")).is_some(), "ten seconds are left");
    clock.put_forward(601);
    tokio::time::sleep(Duration::from_millis(5_000)).await;
    assert!(host.variant("p", &of("sk-client-one")).is_none());
}
