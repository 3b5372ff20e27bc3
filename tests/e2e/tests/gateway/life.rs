//! Health, readiness, metrics, pages of other origins, and the end.

use std::time::{Duration, Instant};

use jackfield_e2e::{Reply, Step};

use crate::raw::{request, send, to_end, until};
use crate::wire::OPENAI;
use crate::{Bench, HANGS, header};

#[tokio::test]
async fn health_says_yes_and_readiness_says_no_once_the_gateway_is_about_to_end() {
    let bench = Bench::new(OPENAI, vec![]).await;
    for path in ["/health", "/ready"] {
        assert_eq!(bench.served.get(path).await.status(), 200, "{path}");
    }
    bench.served.gateway().leave();
    assert_eq!(bench.served.get("/ready").await.status(), 503);
    assert_eq!(bench.served.get("/health").await.status(), 200);
}

#[tokio::test]
async fn metrics_count_requests_by_endpoint_and_status_unless_they_are_switched_off() {
    let bench = Bench::new(OPENAI, vec![OPENAI.reply("a")]).await;
    for _ in 0..3 {
        bench.whole().await;
    }
    bench.served.post(OPENAI.path, &OPENAI.request("nobody/m")).await;
    let text = bench.served.get("/metrics").await.text().await.unwrap();
    for line in [
        "jackfield_requests_total{endpoint=\"chat_completions\",status=\"200\"} 3",
        "jackfield_requests_total{endpoint=\"chat_completions\",status=\"404\"} 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} isn't in {text}");
    }
    let bench = Bench::with(OPENAI, vec![], "", "[server]\nmetrics = false\n").await;
    assert_eq!(bench.served.get("/metrics").await.status(), 404);
}

#[tokio::test]
async fn pages_of_other_origins_get_nothing_unless_they_are_named() {
    let config = "[server]\ncors = [\"https://app.example\"]\n";
    for (config, origin, allowed) in [
        ("", "https://app.example", false),
        (config, "https://app.example", true),
        (config, "https://evil.example", false),
        (config, "https://app.example.evil.example", false),
        (config, "null", false),
    ] {
        let bench = Bench::with(OPENAI, vec![OPENAI.reply("a")], "", config).await;
        let ask = bench.served.ask(OPENAI.path, &OPENAI.request("up/m")).header("origin", origin);
        let preflight =
            bench.served.client().request("OPTIONS".parse().unwrap(), bench.served.url(OPENAI.path));
        let preflight = preflight
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,x-portkey-config");
        for response in [ask.send().await.unwrap(), preflight.send().await.unwrap()] {
            assert!(response.status().is_success(), "{response:?}");
            let told =
                response.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap());
            assert_eq!(told, allowed.then_some(origin), "{config} {origin}");
            assert_eq!(header(&response, "vary"), "origin");
            assert!(response.headers().get("access-control-allow-credentials").is_none());
        }
    }
}

/// An error must be readable for a page as well, and say that it depends on
/// who asks.
#[tokio::test]
async fn an_allowed_page_reads_errors_too() {
    let bench = Bench::with(OPENAI, vec![], "", "[server]\ncors = [\"https://app.example\"]\n").await;
    let ask =
        bench.served.ask(OPENAI.path, &OPENAI.request("nobody/m")).header("origin", "https://app.example");
    let response = ask.send().await.unwrap();
    assert_eq!(response.status(), 404);
    assert_eq!(header(&response, "access-control-allow-origin"), "https://app.example");
}

fn slow_stream() -> (Reply, String) {
    let events = OPENAI.events(&["one ", "two"]);
    let reply = Reply::events().send(events[..2].concat()).then(Step::Pause(Duration::from_millis(600)));
    (reply.send(events[2..].concat()), events.concat())
}

#[tokio::test]
async fn told_to_end_the_gateway_lets_a_stream_finish_and_takes_nothing_new() {
    let (reply, whole) = slow_stream();
    let mut bench = Bench::new(OPENAI, vec![reply]).await;
    let response = bench.stream().await;
    let mut idle = bench.served.connect().await;
    bench.served.stop();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(bench.served.client().get(bench.served.url("/health")).send().await.is_err(), "nobody listens");
    assert_eq!(response.text().await.unwrap(), whole);
    let ended = tokio::time::timeout(Duration::from_secs(5), bench.served.ended());
    ended.await.expect("with the last answer the gateway ends");
    assert_eq!(to_end(&mut idle).await, "");
}

#[tokio::test]
async fn a_stream_that_does_not_finish_in_time_is_cut_off() {
    let reply = Reply::events().send(OPENAI.events(&["one"])[..2].concat()).then(Step::Hang);
    let config = "[server]\ntimeouts = { shutdown = \"300ms\" }\n";
    let mut bench = Bench::with(OPENAI, vec![reply], "", config).await;
    let mut stream = bench.served.connect().await;
    assert!(send(&mut stream, &request(OPENAI.path, &OPENAI.streamed("up/m").to_string())).await);
    until(&mut stream, "one").await;
    let began = Instant::now();
    bench.served.stop();
    let ended = tokio::time::timeout(HANGS, bench.served.ended());
    ended.await.expect("it ends");
    let took = began.elapsed();
    assert!(took >= Duration::from_millis(300) && took < Duration::from_secs(3), "{took:?}");
    let rest =
        tokio::time::timeout(Duration::from_secs(3), to_end(&mut stream)).await.expect("it is cut off");
    assert!(!rest.ends_with("0\r\n\r\n"), "a cut is no clean end: {rest:?}");
    bench.upstream.until("the upstream is let go", |upstream| upstream.open() == 0).await;
}

#[tokio::test]
async fn more_clients_than_there_are_places_wait_for_one() {
    let bench = Bench::with(OPENAI, vec![], "", "[server]\nconnections = 2\n").await;
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = bench.served.connect().await;
        assert!(send(&mut stream, b"GET /health HTTP/1.1\r\nhost: g\r\n\r\n").await);
        until(&mut stream, "ok\n").await;
        held.push(stream);
    }
    let mut third = bench.served.connect().await;
    assert!(send(&mut third, b"GET /health HTTP/1.1\r\nhost: g\r\n\r\n").await);
    let waits = tokio::time::timeout(Duration::from_millis(300), until(&mut third, "ok\n"));
    assert!(waits.await.is_err(), "there is no place");
    held.pop();
    until(&mut third, "ok\n").await;
}

#[tokio::test]
async fn requests_follow_each_other_on_one_connection_and_a_broken_one_harms_no_other() {
    let bench = Bench::new(OPENAI, vec![OPENAI.reply("a")]).await;
    let mut stream = bench.served.connect().await;
    let good = request(OPENAI.path, &OPENAI.request("up/m").to_string());
    let bad = request(OPENAI.path, "{");
    assert!(send(&mut stream, &[good.clone(), bad, good].concat()).await);
    let mut seen = until(&mut stream, "HTTP/1.1 400").await;
    if seen.matches("HTTP/1.1 200").count() < 2 {
        seen.push_str(&until(&mut stream, "HTTP/1.1 200").await);
    }
    assert_eq!(seen.matches("HTTP/1.1 200").count(), 2, "{seen}");
}
