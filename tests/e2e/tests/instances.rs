//! Instances: kept warm or fresh, never shared between tenants, never entered
//! again after a failure, limited in time and memory, ended with their callers.

use std::time::Duration;

use futures_util::StreamExt;
use jackfield_e2e::guests::builder;
use jackfield_e2e::{Reply, Script, Step, bind, chat, guest, host, text_of};
use jackfield_runtime::api::types::ErrorKind;
use jackfield_runtime::error::Phase;
use jackfield_runtime::{CallContext, CallError, Host, Provider};

async fn probe(extra: &str) -> (Host, Provider) {
    let host = host();
    host.load_file(guest("probe")).unwrap();
    let provider = bind(&host, "p", &format!("plugin = \"probe\"\nconfig.base-url = \"https://api.example\"\ngrant.origins = [\"https://api.example\"]\n{extra}")).await;
    (host, provider)
}

async fn count(provider: &Provider, context: &CallContext) -> String {
    text_of(&provider.chat(context, chat("count", "")).await.unwrap())
}

#[tokio::test]
async fn a_warm_instance_serves_the_next_call_of_the_same_tenant_only() {
    let (_host, provider) = probe("").await;
    let (a, b) = (CallContext::of_tenant("a"), CallContext::of_tenant("b"));
    assert_eq!(count(&provider, &a).await, "1");
    assert_eq!(count(&provider, &a).await, "2");
    assert_eq!(count(&provider, &b).await, "1", "another tenant's instance is another one");
    assert_eq!(count(&provider, &CallContext::default()).await, "1");
    assert_eq!(count(&provider, &a).await, "3");
}

#[tokio::test]
async fn with_isolation_by_call_every_call_has_a_fresh_instance() {
    let (_host, provider) = probe("isolation = \"call\"").await;
    for _ in 0..3 {
        assert_eq!(count(&provider, &CallContext::default()).await, "1");
    }
    assert_eq!(provider.idle_instances(), 0);
}

#[tokio::test]
async fn two_providers_of_one_plugin_share_no_instance() {
    let (host, first) = probe("").await;
    let second = bind(&host, "q", "plugin = \"probe\"\nconfig.base-url = \"https://api.example\"\ngrant.origins = [\"https://api.example\"]").await;
    let context = CallContext::default();
    assert_eq!(count(&first, &context).await, "1");
    assert_eq!(count(&second, &context).await, "1");
}

#[tokio::test]
async fn an_instance_that_trapped_is_never_entered_again_and_says_what_happened() {
    let (_host, provider) = probe("").await;
    let context = CallContext::default();
    assert_eq!(count(&provider, &context).await, "1");
    let error = provider.chat(&context, chat("assert", "on purpose")).await.unwrap_err();
    let CallError::Trap { message, sent: false, .. } = &error else { panic!("{error:?}") };
    assert!(message.contains("the probe was told to fail: on purpose"), "{message}");
    assert_eq!(error.kind(), ErrorKind::Internal);
    assert_eq!(count(&provider, &context).await, "1", "a new instance");
}

#[tokio::test]
async fn an_error_of_the_contract_leaves_the_instance_in_service() {
    let (_host, provider) = probe("").await;
    let context = CallContext::default();
    count(&provider, &context).await;
    let error = provider.chat(&context, chat("fail", "slow down")).await.unwrap_err();
    let record = error.to_record();
    assert_eq!(
        (record.kind, record.status, record.retry_after_ms),
        (ErrorKind::RateLimited, Some(429), Some(1500))
    );
    assert!(error.to_string().contains("slow down"));
    assert_eq!(count(&provider, &context).await, "3");
}

#[tokio::test]
async fn a_guest_that_spins_is_ended_at_its_deadline() {
    let (_host, provider) = probe("timeouts.total = \"200ms\"").await;
    let started = std::time::Instant::now();
    let error = provider.chat(&CallContext::default(), chat("spin", "")).await.unwrap_err();
    assert!(matches!(error, CallError::Timeout { phase: Phase::Total, sent: false, .. }), "{error:?}");
    assert!(error.to_string().contains("timeouts.total"), "{error}");
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(count(&provider, &CallContext::default()).await, "1");
}

#[tokio::test]
async fn a_spinning_guest_does_not_hold_up_others() {
    let (_host, provider) = probe("timeouts.total = \"1s\"").await;
    let context = CallContext::default();
    let spins: Vec<_> = (0..8)
        .map(|_| {
            let provider = provider.clone();
            tokio::spawn(async move { provider.chat(&CallContext::default(), chat("spin", "")).await })
        })
        .collect();
    tokio::time::timeout(Duration::from_millis(900), async {
        assert_eq!(text_of(&provider.chat(&context, chat("echo", "hello")).await.unwrap()), "hello");
    })
    .await
    .expect("the others go on");
    for spin in spins {
        assert!(spin.await.unwrap().is_err());
    }
}

#[tokio::test]
async fn the_callers_deadline_shortens_the_providers() {
    let (_host, provider) = probe("timeouts.total = \"60s\"").await;
    let context = CallContext::default().by(std::time::Instant::now() + Duration::from_millis(100));
    let error = provider.chat(&context, chat("sleep", "5000")).await.unwrap_err();
    assert!(matches!(error, CallError::Timeout { phase: Phase::Caller, .. }), "{error:?}");
}

#[tokio::test]
async fn memory_is_limited_and_the_error_names_the_limit() {
    let (_host, provider) = probe("limits.memory = \"32 MiB\"").await;
    let context = CallContext::default();
    assert_eq!(
        text_of(&provider.chat(&context, chat("allocate", "8")).await.unwrap()),
        (8 << 20).to_string()
    );
    let error = provider.chat(&context, chat("allocate", "64")).await.unwrap_err();
    assert!(matches!(error, CallError::Memory { limit: 33_554_432, .. }), "{error:?}");
    assert!(error.to_string().contains("limits.memory"), "{error}");
}

#[tokio::test]
async fn endless_recursion_is_a_trap_and_no_crash_of_the_host() {
    let (_host, provider) = probe("").await;
    let error = provider.chat(&CallContext::default(), chat("recurse", "")).await.unwrap_err();
    assert!(matches!(error, CallError::Trap { .. }), "{error:?}");
}

#[tokio::test]
async fn when_all_instances_are_busy_the_error_says_how_many_there_are() {
    let host = builder(2).build().unwrap();
    host.load_file(guest("probe")).unwrap();
    let settings = "plugin = \"probe\"\nconfig.base-url = \"https://api.example\"\ngrant.origins = [\"https://api.example\"]";
    let provider = bind(&host, "p", settings).await;
    let context = CallContext::default();
    let mut first = provider.stream_chat(&context, chat("count", "5")).await.unwrap();
    let _second = provider.stream_chat(&context, chat("count", "5")).await.unwrap();
    let error = provider.chat(&context, chat("count", "")).await.unwrap_err();
    assert!(matches!(error, CallError::Exhausted { limit: 2 }), "{error:?}");
    assert!(error.to_string().contains("[runtime] instances"), "{error}");
    assert_eq!(error.kind(), ErrorKind::Overloaded);
    while first.next().await.is_some() {}
    count(&provider, &context).await;
    assert_eq!(provider.idle_instances(), 1, "a stream that ended gives its instance back");
}

#[tokio::test]
async fn idle_instances_of_others_give_way_to_a_call() {
    let host = builder(1).build().unwrap();
    host.load_file(guest("probe")).unwrap();
    let settings = "plugin = \"probe\"\nconfig.base-url = \"https://api.example\"\ngrant.origins = [\"https://api.example\"]";
    let first = bind(&host, "p", settings).await;
    let context = CallContext::default();
    assert_eq!(count(&first, &context).await, "1");
    let second = bind(&host, "q", settings).await;
    assert_eq!(count(&second, &context).await, "1");
    assert_eq!(count(&first, &context).await, "1");
}

#[tokio::test]
async fn a_stream_gives_its_events_in_order_and_then_ends() {
    let (_host, provider) = probe("").await;
    let stream = provider.stream_chat(&CallContext::default(), chat("count", "4")).await.unwrap();
    let events: Vec<_> = stream.map(Result::unwrap).collect().await;
    assert_eq!(events.len(), 6, "a head, four words and an end: {events:?}");
}

#[tokio::test]
async fn a_crash_in_the_middle_of_a_stream_is_its_last_item() {
    let (_host, provider) = probe("").await;
    let mut stream = provider.stream_chat(&CallContext::default(), chat("assert", "mid")).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    assert!(stream.next().await.unwrap().is_ok());
    assert!(matches!(stream.next().await.unwrap(), Err(CallError::Trap { .. })));
    assert!(stream.next().await.is_none());
}

async fn relay(replies: Vec<Reply>, extra: &str) -> (Script, Host, Provider, String) {
    let upstream = Script::start(replies).await;
    let host = host();
    host.load_file(guest("probe")).unwrap();
    let origin = upstream.origin();
    let provider = bind(
        &host,
        "p",
        &format!(
            "plugin = \"probe\"\nconfig.base-url = \"{origin}\"\ngrant.origins = [\"{origin}\"]\n{extra}"
        ),
    )
    .await;
    let order = format!("{{\"url\": \"{origin}/\"}}");
    (upstream, host, provider, order)
}

#[tokio::test]
async fn dropping_a_stream_closes_the_upstream_connection() {
    let reply = Reply::events().send("data: one\n\n").then(Step::Hang);
    let (upstream, _host, provider, order) = relay(vec![reply], "").await;
    let mut stream = provider.stream_chat(&CallContext::default(), chat("relay", &order)).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    assert_eq!(upstream.open(), 1);
    drop(stream);
    upstream.until("the client hangs up", |upstream| upstream.hung_up() == 1 && upstream.open() == 0).await;
}

#[tokio::test]
async fn dropping_a_call_closes_the_upstream_connection() {
    let reply = Reply::head(200, "content-length: 10\r\n").send("12345").then(Step::Hang);
    let (upstream, _host, provider, order) = relay(vec![reply], "").await;
    let context = CallContext::default();
    let call = provider.chat(&context, chat("send", &order));
    assert!(tokio::time::timeout(Duration::from_millis(300), call).await.is_err());
    upstream.until("the client hangs up", |upstream| upstream.hung_up() == 1 && upstream.open() == 0).await;
}

#[tokio::test]
async fn a_stream_without_a_first_event_ends_by_the_first_token_timeout() {
    let (upstream, _host, provider, order) =
        relay(vec![Reply::events().then(Step::Hang)], "timeouts.first-token = \"200ms\"").await;
    let mut stream = provider.stream_chat(&CallContext::default(), chat("relay", &order)).await.unwrap();
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(matches!(error, CallError::Timeout { phase: Phase::FirstToken, sent: true, .. }), "{error:?}");
    upstream.until("the connection is closed", |upstream| upstream.open() == 0).await;
}

#[tokio::test]
async fn a_silent_upstream_ends_a_plain_call_by_the_total_timeout() {
    let (_upstream, _host, provider, order) =
        relay(vec![Reply::default().then(Step::Hang)], "timeouts.total = \"200ms\"").await;
    let error = provider.chat(&CallContext::default(), chat("send", &order)).await.unwrap_err();
    assert!(matches!(error, CallError::Timeout { phase: Phase::Total, sent: true, .. }), "{error:?}");
}

#[tokio::test]
async fn a_stream_that_falls_silent_ends_by_the_idle_timeout() {
    let reply = Reply::events().send("data: one\n\n").then(Step::Hang);
    let (_upstream, _host, provider, order) = relay(vec![reply], "timeouts.idle = \"200ms\"").await;
    let mut stream = provider.stream_chat(&CallContext::default(), chat("relay", &order)).await.unwrap();
    assert!(stream.next_batch().await.unwrap().is_ok());
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(matches!(error, CallError::Timeout { phase: Phase::Idle, sent: true, .. }), "{error:?}");
}

#[tokio::test]
async fn a_guest_can_shorten_its_time_but_not_extend_it() {
    let (_upstream, _host, provider, order) =
        relay(vec![Reply::default().then(Step::Hang)], "timeouts.total = \"500ms\"").await;
    let context = CallContext::default();
    let short = order.replace('}', ", \"timeout_ms\": 50}");
    let answer = text_of(&provider.chat(&context, chat("send", &short)).await.unwrap());
    let report = jackfield_e2e::report::Report::one(&answer);
    assert_eq!(report.error(), Some("ErrorKind::Timeout"), "{answer}");
    let long = order.replace('}', ", \"timeout_ms\": 60000}");
    let error = provider.chat(&context, chat("send", &long)).await.unwrap_err();
    assert!(matches!(error, CallError::Timeout { phase: Phase::Total, .. }), "{error:?}");
}

#[tokio::test]
async fn a_body_that_the_guest_forgot_is_closed_with_its_instance() {
    let reply = Reply::head(200, "content-length: 10\r\n").send("12345").then(Step::Hang);
    let (upstream, _host, provider, order) = relay(vec![reply], "").await;
    let order = order.replace('}', ", \"read\": \"leak\"}");
    provider.chat(&CallContext::default(), chat("send", &order)).await.unwrap();
    upstream.until("the connection is closed", |upstream| upstream.open() == 0).await;
    assert_eq!(provider.idle_instances(), 0, "it isn't used again");
}

#[tokio::test]
async fn a_version_that_crashes_again_and_again_makes_way_for_another() {
    let host = host();
    let crashing = std::fs::read(guest("probe")).unwrap();
    let manifest = include_str!("../../guests/probe/plugin.toml");
    let newer =
        jackfield_runtime::component_section::write(&crashing, &manifest.replace("0.1.0", "0.1.1")).unwrap();
    host.load_bytes("probe", &crashing).unwrap();
    host.load_bytes("probe", &newer).unwrap();
    let provider = bind(&host, "p", "plugin = \"probe@^0.1\"\nconfig.base-url = \"https://api.example\"\ngrant.origins = [\"https://api.example\"]").await;
    assert_eq!(provider.plugin().version().to_string(), "0.1.1");
    for _ in 0..5 {
        assert!(provider.chat(&CallContext::default(), chat("assert", "x")).await.is_err());
    }
    assert_eq!(provider.plugin().version().to_string(), "0.1.0");
}
