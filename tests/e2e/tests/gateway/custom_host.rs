//! Hosts that requests name: a question of what the operator grants, and never
//! a way for the operator's keys to leave.

use std::net::IpAddr;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use jackfield_e2e::Script;
use jackfield_e2e::guests::builder;
use jackfield_runtime::egress::resolve::{ResolveError, Resolver};
use serde_json::json;

use crate::own::{ALL, CLIENT, FEW, KEYS, OPERATORS, Own, refusal};
use crate::wire::{ANTHROPIC, OPENAI, WIRES};

const BEARER: &str = "Bearer sk-client-0123456789";

/// A gateway that grants requests one host, and that host.
async fn granted(lines: &str) -> (Own, Script) {
    let host = Script::start(vec![OPENAI.reply("from the host")]).await;
    let grant = format!("[server]\ncustom-hosts = [\"{}\"]\n{lines}", host.origin());
    (Own::with(&grant).await, host)
}

fn config(name: &str, host: &str) -> String {
    json!({ "provider": name, "custom_host": host }).to_string()
}

#[tokio::test]
async fn a_host_that_is_not_granted_is_refused_with_the_line_that_grants_it() {
    let own = Own::open().await;
    let elsewhere = Script::start(vec![OPENAI.reply("x")]).await;
    let url = format!("{}/v1", elsewhere.origin());
    let config = config("a", &url);
    let group =
        json!({ "strategy": { "mode": "single" }, "custom_host": url, "targets": [{ "provider": "a" }] });
    let group = group.to_string();
    for headers in [
        &[("x-portkey-provider", "a"), ("x-portkey-custom-host", &*url)][..],
        &[("x-portkey-provider", "a"), ("x-portkey-custom-host", &*url), ("authorization", BEARER)],
        &[("x-portkey-config", &*config)],
        &[("x-portkey-config", &*group)],
        &[("x-portkey-config", "{\"provider\":\"a\"}"), ("x-portkey-custom-host", &*url)],
        // Even where a provider is bound to the very same host: that grant is that provider's.
        &[("x-portkey-provider", "a"), ("x-portkey-custom-host", &*format!("{}/v1", own.b.origin()))],
    ] {
        let told = refusal(own.ask(OPENAI, "m", headers).await, 400).await;
        assert!(told.contains("custom-hosts = [") && told.contains("under [server]"), "{told}");
        assert!(told.contains("custom_host"), "{told}");
    }
    assert_eq!((elsewhere.accepted(), own.a.accepted(), own.b.accepted()), (0, 0, 0));
}

#[tokio::test]
async fn to_a_granted_host_goes_the_clients_key_or_none() {
    let (own, host) = granted("").await;
    let url = format!("{}/v1", host.origin());
    let keyed = json!({ "provider": "a", "custom_host": url, "api_key": CLIENT }).to_string();
    let plain = config("a", &url);
    for (headers, key) in [
        (&[("x-portkey-provider", "a"), ("x-portkey-custom-host", &*url)][..], None),
        (&[("x-portkey-provider", "@a"), ("x-portkey-custom-host", &*url), ("authorization", BEARER)], None),
        (
            &[("x-portkey-virtual-key", "a"), ("x-portkey-custom-host", &*url), ("authorization", BEARER)],
            None,
        ),
        (&[("x-portkey-config", &*plain)], None),
        (&[("x-portkey-config", &*plain), ("authorization", "Bearer dummy")], None),
        (
            &[("x-portkey-provider", "a"), ("x-portkey-custom-host", &*url), ("authorization", BEARER)],
            Some(CLIENT),
        ),
        (&[("x-portkey-config", &*plain), ("authorization", BEARER)], Some(CLIENT)),
        (&[("x-portkey-config", &*keyed)], Some(CLIENT)),
    ] {
        let response = own.ask(OPENAI, "m", headers).await;
        assert_eq!(response.status(), 200, "{headers:?}");
        let request = Own::last(&host);
        assert!(request.starts_with("post /v1/chat/completions "), "{request}");
        assert_eq!(request.contains(CLIENT), key.is_some(), "{headers:?} {request}");
        assert_eq!(request.contains("authorization"), key.is_some(), "{headers:?} {request}");
    }
    assert!(OPERATORS.iter().all(|key| !host.requests().concat().contains(key)));
    assert_eq!(
        (own.a.accepted(), own.b.accepted()),
        (0, 0),
        "the provider's own host is none of its business"
    );
    // What was bound for it touches nothing of the operator's.
    assert_eq!(own.ask(OPENAI, "a/m", &[]).await.status(), 200);
    assert!(Own::last(&own.a).contains(OPERATORS[0]));
}

/// A path, another port or another spelling are other hosts or the same one, as
/// the URL's parser has it, and nothing in between.
#[tokio::test]
async fn only_the_granted_origin_is_reached() {
    let (own, host) = granted("").await;
    let (origin, port) = (host.origin(), host.port());
    for same in [format!("http://127.1:{port}/x/y"), format!("http://2130706433:{port}"), origin.clone()] {
        let headers = [("x-portkey-provider", "a"), ("x-portkey-custom-host", &*same)];
        assert_eq!(own.ask(OPENAI, "m", &headers).await.status(), 200, "{same}");
    }
    let before = host.accepted();
    for other in [
        format!("https://127.0.0.1:{port}/v1"),
        format!("http://127.0.0.2:{port}/v1"),
        format!("http://localhost:{port}/v1"),
        format!("http://[::1]:{port}/v1"),
        format!("http://[::ffff:127.0.0.1]:{port}/v1"),
        "http://169.254.169.254/latest/meta-data".to_owned(),
        "http://2852039166/latest".to_owned(),
        "http://[::ffff:a9fe:a9fe]/".to_owned(),
        "http://metadata.google.internal/".to_owned(),
        format!("http://x@127.0.0.1:{port}/v1"),
        format!("http://127.0.0.1:{port}@evil.example/v1"),
        format!("{origin}/v1?a=b"),
        "ftp://llm.example".to_owned(),
        "file:///etc/passwd".to_owned(),
        "nonsense".to_owned(),
    ] {
        for headers in [
            &[("x-portkey-provider", "a"), ("x-portkey-custom-host", &*other)][..],
            &[("x-portkey-config", &*config("a", &other))],
        ] {
            refusal(own.ask(OPENAI, "m", headers).await, 400).await;
        }
    }
    assert_eq!(host.accepted(), before);
}

/// The names that resolve to somewhere they shouldn't.
#[derive(Debug)]
struct Rebound;

impl Resolver for Rebound {
    fn resolve<'a>(&'a self, host: &'a str) -> BoxFuture<'a, Result<Vec<IpAddr>, ResolveError>> {
        let ip = match host {
            "metadata.test" => [169, 254, 169, 254],
            "loopback.test" => [127, 0, 0, 1],
            _ => [10, 0, 0, 1],
        };
        Box::pin(async move { Ok(vec![IpAddr::from(ip)]) })
    }
}

#[tokio::test]
async fn a_granted_name_that_resolves_to_what_it_must_not_is_refused() {
    let (a, b) = (Script::start(vec![OPENAI.reply("a")]).await, Script::start(vec![]).await);
    let port = a.port();
    let hosts: Vec<String> =
        ["metadata", "loopback", "private"].map(|name| format!("http://{name}.test:{port}")).into();
    let lines = format!("[server]\ncustom-hosts = {hosts:?}\n");
    let own = Own::over(a, b, &lines, builder(16).resolver(Arc::new(Rebound))).await;
    for host in &hosts {
        let headers = [("x-portkey-provider", "a"), ("x-portkey-custom-host", &**host)];
        let response = own.ask(OPENAI, "m", &headers).await;
        assert!(response.status().is_client_error() || response.status().is_server_error(), "{host}");
        let told = response.text().await.unwrap();
        assert!(told.contains("may not be connected to"), "{told}");
    }
    assert_eq!(own.a.accepted(), 0);
}

/// A preset of the catalog knows the protocol; the host is the operator's grant.
#[tokio::test]
async fn a_provider_that_nobody_bound_is_had_at_a_granted_host() {
    let (own, host) = granted("").await;
    let url = format!("{}/v1", host.origin());
    for (name, key) in
        [("groq", Some(BEARER)), ("ollama", None), ("vllm", Some(BEARER)), ("azure", Some(BEARER))]
    {
        let mut headers = vec![("x-portkey-provider", name), ("x-portkey-custom-host", &*url)];
        headers.extend(key.map(|key| ("authorization", key)));
        let response = own.ask(OPENAI, "m", &headers).await;
        assert_eq!(response.status(), 200, "{name}");
        assert_eq!(Own::last(&host).contains(CLIENT), key.is_some(), "{name}");
    }
}

#[tokio::test]
async fn other_rules_hold_at_another_host_too() {
    let (own, host) = granted(KEYS).await;
    let url = format!("{}/v1", host.origin());
    let asked = [("x-portkey-provider", "a"), ("x-portkey-custom-host", &*url)];
    let told = refusal(own.ask(OPENAI, "m", &asked).await, 401).await;
    assert!(told.contains("API key"), "{told}");
    let few = [&asked[..], &[("x-portkey-api-key", FEW)]].concat();
    refusal(own.ask(OPENAI, "large", &few).await, 403).await;
    // Keys of clients aren't granted here; so one in the headers goes nowhere.
    let all = [&asked[..], &[("x-portkey-api-key", ALL), ("authorization", BEARER)]].concat();
    assert_eq!(own.ask(OPENAI, "m", &all).await.status(), 200);
    let request = Own::last(&host);
    assert!(!request.contains(CLIENT) && !request.contains("gateway-") && !request.contains("sk-operator"));
}

#[tokio::test]
async fn each_wire_format_goes_there_in_the_plugins_own() {
    let host = Script::start(vec![ANTHROPIC.reply("from the host")]).await;
    let own = Own::with(&format!("[server]\ncustom-hosts = [\"{}\"]\n", host.origin())).await;
    let url = format!("{}/v1", host.origin());
    for wire in WIRES {
        let headers =
            [("x-portkey-provider", "b"), ("x-portkey-custom-host", &*url), ("authorization", BEARER)];
        assert_eq!(own.ask(wire, "m", &headers).await.status(), 200);
        let request = Own::last(&host);
        assert!(request.starts_with("post /v1/messages "), "{request}");
        assert!(request.contains(&format!("x-api-key: {CLIENT}\r\n")), "{request}");
    }
}
