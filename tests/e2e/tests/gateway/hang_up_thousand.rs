//! A thousand clients that hang up at random moments, and what is left of them:
//! connections upstream, tasks, instances.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jackfield::upstream::UpstreamOptions;
use jackfield_e2e::gateway::{provider, upstream};
use jackfield_e2e::{Reply, Script, Served, Step};
use tokio::io::AsyncReadExt;

use crate::raw::{request, send};
use crate::wire::{ANTHROPIC, OPENAI, WIRES, Wire};

const CLIENTS: usize = 1_000;
const INSTANCES: u32 = 48;

/// A small generator of numbers, so that a failure can be repeated.
fn numbers(mut seed: u64) -> impl FnMut(u64) -> u64 {
    move |below| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    }
}

/// Replies of an upstream that take their time in every way. None leaves a
/// connection for the next request, so that each one that stays open is a leak.
fn replies(wire: Wire) -> Vec<Reply> {
    let pause = |millis| Step::Pause(Duration::from_millis(millis));
    let events = wire.events(&["a", "b", "c", "d", "e", "f", "g", "h"]);
    let mut slow = Reply::events();
    for event in &events {
        slow = slow.then(pause(7)).send(event.clone());
    }
    let body = wire.answer("late").to_string();
    let whole = |status| {
        let headers = format!(
            "content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n",
            body.len()
        );
        Reply::head(status, &headers)
    };
    let (one, two) = body.split_at(body.len() / 2);
    vec![
        slow,
        whole(200).then(pause(15)).send(one).then(pause(15)).send(two),
        Reply(vec![Step::Hang]),
        Reply::events().send(events[..4].concat()).then(Step::Hang),
        whole(500).then(pause(25)).send(body.clone()),
        Reply::events().then(Step::Drip(b": ping\n\n".to_vec(), Duration::from_millis(5))),
    ]
}

/// Waits until a number is at most this, for ten seconds at most.
async fn falls_to(what: &str, most: usize, number: impl AsyncFn() -> usize) -> Duration {
    let began = Instant::now();
    loop {
        let left = number().await;
        if left <= most {
            return began.elapsed();
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{what}: {left} are left, not {most}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Plugin instances in this state, as operators see them.
async fn gauge(served: &Served, state: &str) -> usize {
    let text = served.get("/metrics").await.text().await.unwrap();
    let line = format!("jackfield_plugin_instances{{state=\"{state}\"}} ");
    let count = text.lines().find_map(|text| text.strip_prefix(&line)?.parse().ok());
    count.unwrap_or_else(|| panic!("no {line} in {text}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_clients_that_hang_up_at_random_leave_nothing_behind() {
    // Every request gets the next of the replies, over and over.
    let script = |wire| async move {
        let all = replies(wire);
        Script::start((0..CLIENTS * 2).map(|place| all[place % all.len()].clone()).collect()).await
    };
    let (openai, anthropic) = (script(OPENAI).await, script(ANTHROPIC).await);
    let good =
        upstream(UpstreamOptions { slow: Duration::from_millis(5), ..UpstreamOptions::default() }).await;
    let config = [
        provider("o", "openai", &openai.origin(), ""),
        provider("a", "anthropic", &anthropic.origin(), ""),
        provider("good", "openai", &good, ""),
        "[routes.both]\nstrategy = \"fallback\"\ntargets = [{ model = \"o/m\", retry = 2 }, { model = \"a/m\" }]\n"
            .to_owned(),
    ];
    let served = Arc::new(Served::sized(&config.concat(), INSTANCES).await);
    // What there is when all is warm and nothing runs.
    for wire in WIRES {
        let mut connection = served.connect().await;
        send(&mut connection, &request(wire.path, &wire.request("o/m").to_string())).await;
        tokio::time::sleep(Duration::from_millis(80)).await;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let metrics = tokio::runtime::Handle::current().metrics();
    let before = metrics.num_alive_tasks();

    let mut number = numbers(1_000);
    let mut clients = Vec::new();
    for place in 0..CLIENTS {
        let (client, target) = (WIRES[place % 2], ["o/m", "a/m", "both"][number(3) as usize]);
        let body = if number(3) == 0 { client.request(target) } else { client.streamed(target) };
        let mut bytes = request(client.path, &body.to_string());
        // Some leave in the middle of what they ask.
        if number(10) == 0 {
            bytes.truncate(number(bytes.len() as u64) as usize);
        }
        let (begins, stays) = (Duration::from_millis(number(6_000)), Duration::from_millis(number(90)));
        let served = Arc::clone(&served);
        clients.push(tokio::spawn(async move {
            tokio::time::sleep(begins).await;
            let mut connection = served.connect().await;
            let _ = send(&mut connection, &bytes).await;
            let mut piece = [0; 512];
            let read = async { while let Ok(1..) = connection.read(&mut piece).await {} };
            let _ = tokio::time::timeout(stays, read).await;
        }));
    }
    for client in clients {
        client.await.unwrap();
    }
    let upstreams = falls_to("connections upstream", 0, async || openai.open() + anthropic.open()).await;
    let tasks = falls_to("tasks", before + IDLE, async || metrics.num_alive_tasks()).await;
    // What is busy would be a call that nobody waits for; what waits is warm, and in the bounds of the pool.
    let busy = falls_to("busy instances", 0, async || gauge(&served, "busy").await).await;
    let idle = gauge(&served, "idle").await;
    assert!((1..=INSTANCES as usize).contains(&idle), "{idle} are idle");
    let hung_up = openai.hung_up() + anthropic.hung_up();
    println!(
        "{CLIENTS} clients, {} requests upstream, {hung_up} given up in their middle; the last connection \
         upstream closed after {upstreams:?}, the last instance was free after {busy:?}; {before} tasks before, {} behind, after {tasks:?}",
        openai.requests().len() + anthropic.requests().len(),
        metrics.num_alive_tasks(),
    );
    assert!(hung_up > CLIENTS / 4, "most clients are to leave in the middle: {hung_up}");

    // Every place of the pool is free again: as many streams as it has room for run at once.
    let streams = (0..INSTANCES).map(|_| async {
        let mut request = ANTHROPIC.streamed("good/m+chunks-20");
        request["messages"][0]["content"] = serde_json::json!("twenty words, one at a time");
        let response = served.post(ANTHROPIC.path, &request).await;
        (response.status().as_u16(), response.text().await.unwrap())
    });
    for (status, body) in futures_util::future::join_all(streams).await {
        assert_eq!(status, 200, "{body}");
        assert!(ANTHROPIC.is_finished(&body), "{body}");
    }
    for name in ["o", "a", "good"] {
        let idle = served.provider(name).await.idle_instances();
        assert!(idle <= INSTANCES as usize, "{name}: {idle}");
    }
}

/// Tasks of the machinery itself that come and go, such as one that closes a
/// connection.
const IDLE: usize = 8;
