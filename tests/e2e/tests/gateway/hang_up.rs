//! Clients that hang up: what was begun for them ends at once, upstream and in
//! the sandbox, and nothing of it stays.

use std::time::{Duration, Instant};

use jackfield::upstream::UpstreamOptions;
use jackfield_e2e::gateway::{provider, upstream};
use jackfield_e2e::{Reply, Served, Step};
use serde_json::{Value, json};

use crate::Json;
use crate::raw::{request, send, until};
use crate::wire::{ANTHROPIC, OPENAI, WIRES, Wire};
use crate::{Bench, Script};

/// How long an upstream may wait for the news.
const SOON: Duration = Duration::from_millis(100);

/// Waits for the upstream to be hung up on, and says how long that took.
async fn hung_up(upstream: &Script, since: Instant) -> Duration {
    for _ in 0..2_000 {
        if upstream.hung_up() == 1 && upstream.open() == 0 {
            return since.elapsed();
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("the upstream still waits: {upstream:?}");
}

async fn client_leaves(client: Wire, upstream: Wire, stream: bool, reply: Reply, behind: &str) {
    let bench = Bench::new(upstream, vec![reply]).await;
    let request_body = if stream { client.streamed("up/m") } else { client.request("up/m") };
    let mut connection = bench.served.connect().await;
    assert!(send(&mut connection, &request(client.path, &request_body.to_string())).await);
    bench.upstream.until("the request is there", |upstream| upstream.requests().len() == 1).await;
    if behind.is_empty() {
        // The answer, if there were one, could have come by then.
        tokio::time::sleep(Duration::from_millis(30)).await;
    } else {
        until(&mut connection, behind).await;
    }
    let since = Instant::now();
    drop(connection);
    let took = hung_up(&bench.upstream, since).await;
    assert!(took < SOON, "{client:?} over {upstream:?}, stream {stream}, behind {behind:?}: {took:?}");
}

#[tokio::test]
async fn a_client_that_leaves_while_it_waits_ends_the_upstreams_work_within_a_tenth_of_a_second() {
    for client in WIRES {
        for upstream in WIRES {
            for stream in [false, true] {
                client_leaves(client, upstream, stream, Reply(vec![Step::Hang]), "").await;
            }
        }
    }
}

#[tokio::test]
async fn a_client_that_leaves_within_an_answer_ends_it_within_a_tenth_of_a_second() {
    for client in WIRES {
        for upstream in WIRES {
            let begun = upstream.events(&["one ", "two"])[..4].concat();
            let reply = Reply::events().send(begun).then(Step::Hang);
            client_leaves(client, upstream, true, reply, "two").await;
            let body = upstream.answer("lost").to_string();
            let head = format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len());
            let reply = Reply::head(200, &head).send(&body.as_bytes()[..20]).then(Step::Hang);
            client_leaves(client, upstream, false, reply, "").await;
        }
    }
}

/// Over HTTP/2 the connection stays and only the one answer is given up.
#[tokio::test]
async fn a_client_of_http2_that_gives_an_answer_up_ends_the_upstreams_work_too() {
    let reply = Reply::events().send(OPENAI.events(&["one ", "two"])[..3].concat()).then(Step::Hang);
    let bench = Bench::new(OPENAI, vec![reply]).await;
    let client = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    let ask = client.post(bench.served.url(OPENAI.path)).body(OPENAI.streamed("up/m").to_string());
    let mut response = ask.send().await.unwrap();
    assert!(response.chunk().await.unwrap().is_some());
    let since = Instant::now();
    drop(response);
    let took = hung_up(&bench.upstream, since).await;
    assert!(took < SOON, "{took:?}");
    assert_eq!(client.get(bench.served.url("/health")).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_client_that_leaves_between_two_tries_ends_them() {
    let config = "[routes.again]\nstrategy = \"fallback\"\ntargets = [{ model = \"up/m\", retry = { attempts = 5 } }]\n";
    let bench = Bench::with(OPENAI, vec![Reply::json(500, "{}")], "", config).await;
    let mut connection = bench.served.connect().await;
    assert!(send(&mut connection, &request(OPENAI.path, &OPENAI.request("again").to_string())).await);
    bench.upstream.until("the first try", |upstream| !upstream.requests().is_empty()).await;
    drop(connection);
    tokio::time::sleep(Duration::from_millis(50)).await;
    let tries = bench.upstream.requests().len();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(bench.upstream.requests().len(), tries, "nobody waits for more");
}

async fn stats(origin: &str) -> Value {
    reqwest::get(format!("{origin}/stats")).await.unwrap().json().await.unwrap()
}

/// A small generator of numbers, so that a failure can be repeated.
fn numbers(mut seed: u64) -> impl FnMut(u64) -> u64 {
    move |below| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_clients_that_hang_up_at_random_leave_nothing_behind() {
    const CLIENTS: usize = 200;
    const INSTANCES: u32 = 24;
    let origin =
        upstream(UpstreamOptions { slow: Duration::from_millis(5), ..UpstreamOptions::default() }).await;
    let config = [provider("o", "openai", &origin, ""), provider("a", "anthropic", &origin, "")].concat();
    let served = std::sync::Arc::new(Served::sized(&config, INSTANCES).await);
    let mut number = numbers(7);
    let mut clients = Vec::new();
    for place in 0..CLIENTS {
        let (client, target) = (WIRES[place % 2], ["o/m", "a/m"][place / 2 % 2]);
        let body = if place % 3 == 0 { client.request(target) } else { client.streamed(target) };
        let (bytes, wait) = (request(client.path, &body.to_string()), Duration::from_millis(number(120)));
        let served = std::sync::Arc::clone(&served);
        clients.push(tokio::spawn(async move {
            // As many at once as the pool has room for; a full one is an answer too.
            tokio::time::sleep(Duration::from_millis(20 * place as u64 / 4)).await;
            let mut connection = served.connect().await;
            let _ = send(&mut connection, &bytes).await;
            tokio::time::sleep(wait).await;
        }));
    }
    for client in clients {
        client.await.unwrap();
    }
    let mut left = Value::Null;
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        left = stats(&origin).await;
        if left["open_streams"] == 0 {
            break;
        }
    }
    assert_eq!(left["open_streams"], 0, "{left}");
    assert!(left["hang_ups"].as_u64().unwrap() > 20, "most clients leave in the middle: {left}");
    // Every place of the pool is free again: as many streams as it has room for run at once.
    let streams = (0..INSTANCES).map(|_| async {
        let request = json!({ "model": "o/m+chunks-20", "stream": true, "max_tokens": 100,
            "messages": [{ "role": "user", "content": "hi" }] });
        let response = served.post(ANTHROPIC.path, &request).await;
        (response.status().as_u16(), response.text().await.unwrap())
    });
    for (status, body) in futures_util::future::join_all(streams).await {
        assert_eq!(status, 200, "{body}");
        assert!(ANTHROPIC.is_finished(&body), "{body}");
    }
    let idle = served.provider("o").await.idle_instances();
    assert!(idle > 0 && idle <= INSTANCES as usize, "{idle}");
}
