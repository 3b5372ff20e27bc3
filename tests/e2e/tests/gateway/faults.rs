//! Upstreams that show signs of life and never answer, streams of garbage that
//! are decoded, and bodies of gigabytes in both directions.

use std::time::{Duration, Instant};

use jackfield_e2e::{Reply, Step};

use crate::Json;
use crate::raw::{send, to_end};
use crate::wire::{ANTHROPIC, OPENAI, WIRES, Wire, data, event};
use crate::{Bench, Pair};
use serde_json::json;

/// What an upstream of this format can say for ever without saying anything.
fn signs_of_life(wire: Wire) -> Vec<String> {
    let head = wire.events(&[])[0].clone();
    let mut signs = vec![": ping\n\n".to_owned(), "\n".to_owned(), head];
    if wire == ANTHROPIC {
        signs.push(event(&json!({ "type": "ping" })));
    } else {
        signs.push(data(&json!({ "choices": [{ "index": 0, "delta": {}, "finish_reason": null }] })));
    }
    signs
}

/// `timeouts.first-token` is for the first event that says something, whatever
/// comes before it.
#[tokio::test]
async fn an_upstream_that_only_shows_signs_of_life_is_given_up_by_the_first_token_timeout() {
    let lines = "timeouts = { first-token = \"300ms\", idle = \"200ms\", total = \"20s\" }";
    for upstream in WIRES {
        for client in WIRES {
            let signs = signs_of_life(upstream);
            let replies = signs.iter().map(|sign| {
                Reply::events().then(Step::Drip(sign.clone().into_bytes(), Duration::from_millis(20)))
            });
            let bench = Bench::with(upstream, replies.collect(), lines, "").await;
            for sign in &signs {
                let began = Instant::now();
                let response = bench.served.post(client.path, &client.streamed("up/m")).await;
                let (took, what) = (began.elapsed(), format!("{client:?} over {upstream:?}, {sign:?}"));
                assert_eq!(response.status(), 504, "{what} after {took:?}");
                assert!((290..2_500).contains(&took.as_millis()), "{what} took {took:?}");
                let body = response.json().await.unwrap();
                assert!(client.error_message(&body).contains("timeouts.first-token"), "{what}: {body}");
            }
            bench.upstream.until("no connection is left", |upstream| upstream.open() == 0).await;
        }
    }
}

#[tokio::test]
async fn signs_of_life_hold_no_fallback_up() {
    for wire in WIRES {
        let drip = Reply::events().then(Step::Drip(b": ping\n\n".to_vec(), Duration::from_millis(20)));
        let lines = "timeouts = { first-token = \"200ms\", total = \"20s\" }";
        let pair = Pair::with(wire, true, vec![drip], lines).await;
        let began = Instant::now();
        pair.falls_back("nothing but comments").await;
        assert!(began.elapsed() < Duration::from_secs(3), "{wire:?}: {:?}", began.elapsed());
    }
}

/// Once something was said, the gap between two events is what counts, however
/// long the whole answer takes.
#[tokio::test]
async fn behind_the_first_event_the_first_token_timeout_is_over() {
    for upstream in WIRES {
        for client in WIRES {
            let events = upstream.events(&["a", "b", "c", "d", "e", "f"]);
            let mut reply = Reply::events().send(events[..4].concat());
            for event in &events[4..] {
                reply = reply.then(Step::Pause(Duration::from_millis(150))).send(event.clone());
            }
            let lines = "timeouts = { first-token = \"300ms\", idle = \"2s\" }";
            let bench = Bench::with(upstream, vec![reply], lines, "").await;
            let body = bench.served.post(client.path, &client.streamed("up/m")).await.text().await.unwrap();
            let what = format!("{client:?} over {upstream:?}: {body}");
            assert_eq!(client.streamed_text(&body), "abcdef", "{what}");
            assert!(client.is_finished(&body) && client.stream_error(&body).is_none(), "{what}");
        }
    }
}

/// What can't be read can't be encoded again: the client is told, and never sees
/// a clean end behind it.
#[tokio::test]
async fn garbage_within_a_decoded_stream_is_an_error_and_never_a_clean_end() {
    for (client, upstream) in [(OPENAI, ANTHROPIC), (ANTHROPIC, OPENAI)] {
        let events = upstream.events(&["a", "b", "c"]);
        for garbage in [
            &b"data: {\"choices\":[{\n\n"[..],
            b"data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":\n\n",
            b"data: \xff\xfe\x00\n\n",
            b"event: content_block_delta\ndata: []\n\n",
            b"data: <html>\n\n",
        ] {
            let bytes = [events[..4].concat().as_bytes(), garbage].concat();
            let bench = Bench::new(upstream, vec![Reply::events().send(bytes)]).await;
            let response = bench.served.post(client.path, &client.streamed("up/m")).await;
            let body = response.text().await.unwrap();
            let what =
                format!("{client:?} over {upstream:?}, {:?}: {body}", String::from_utf8_lossy(garbage));
            assert!(client.stream_error(&body).is_some(), "{what}");
            assert!(!client.is_finished(&body), "{what}");
            assert_eq!(bench.served.get("/health").await.status(), 200);
        }
    }
}

const TWO_GIB: u64 = 2 << 30;

/// The most memory that this process has had, and forgets it.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    // Only the kernel's own count of the peak is reset.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    kib << 10
}

/// The trials beside this one have their share in what is measured, and none of
/// them has a quarter of what would be taken here.
const BOUND: u64 = 900 << 20;

/// With the limits that hold where nothing is written.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_of_two_gigabytes_is_refused_and_was_never_in_memory() {
    let bench = Bench::new(OPENAI, vec![OPENAI.reply("a")]).await;
    let before = peak();
    let head = |headers: &str| {
        format!("POST {} HTTP/1.1\r\nhost: g\r\ncontent-type: application/json\r\n{headers}\r\n", OPENAI.path)
    };
    let mut stream = bench.served.connect().await;
    assert!(send(&mut stream, head(&format!("content-length: {TWO_GIB}\r\n")).as_bytes()).await);
    let answer = to_end(&mut stream).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");

    let mut stream = bench.served.connect().await;
    assert!(send(&mut stream, head("transfer-encoding: chunked\r\n").as_bytes()).await);
    let chunk = [b"100000\r\n".as_slice(), &[b' '; 0x10_0000], b"\r\n"].concat();
    let mut sent = 0;
    while sent < TWO_GIB && send(&mut stream, &chunk).await {
        sent += 0x10_0000;
    }
    assert!(sent < 256 << 20, "{} MiB were taken", sent >> 20);
    let grown = peak().saturating_sub(before);
    assert!(grown < BOUND, "{} MiB more", grown >> 20);
    assert_eq!(bench.upstream.accepted(), 0);
    assert_eq!(bench.whole().await.status(), 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_of_two_gigabytes_is_an_error_and_was_never_in_memory() {
    let piece = vec![b' '; 1 << 20];
    let json = "content-type: application/json\r\n";
    for upstream in WIRES {
        let announced = Reply::head(200, &format!("{json}content-length: {TWO_GIB}\r\n"));
        let replies = vec![
            announced.then(Step::Endless(piece.clone())),
            Reply::head(200, &format!("{json}connection: close\r\n")).then(Step::Endless(piece.clone())),
        ];
        for client in WIRES {
            let bench = Bench::new(upstream, replies.clone()).await;
            let before = peak();
            for how in ["announced", "endless"] {
                let response = bench.served.post(client.path, &client.request("up/m")).await;
                let what = format!("{client:?} over {upstream:?}, {how}");
                assert!(response.status().is_server_error(), "{what}: {response:?}");
                client.error_message(&response.json().await.unwrap());
            }
            let grown = peak().saturating_sub(before);
            assert!(grown < BOUND, "{client:?} over {upstream:?}: {} MiB more", grown >> 20);
            bench.upstream.until("no connection is left", |upstream| upstream.open() == 0).await;
        }
    }
}

/// An event that never ends is no stream: neither is it kept for ever, nor does
/// anybody wait for its end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_without_end_is_an_error_and_was_never_in_memory() {
    for upstream in WIRES {
        let begun = upstream.events(&["a"])[..3].concat();
        let endless =
            Reply::events().send(format!("{begun}data: \"")).then(Step::Endless(vec![b'x'; 1 << 20]));
        for client in WIRES {
            let bench = Bench::new(upstream, vec![endless.clone()]).await;
            let before = peak();
            let response = bench.served.post(client.path, &client.streamed("up/m")).await;
            let (mut got, mut response) = (Vec::new(), response);
            while let Ok(Some(piece)) = response.chunk().await {
                got.extend_from_slice(&piece);
                assert!(got.len() < 256 << 20, "{client:?} over {upstream:?}: it goes on");
            }
            let body = String::from_utf8_lossy(&got);
            let tail = &body[body.len().saturating_sub(500)..];
            let what = format!("{client:?} over {upstream:?}: {tail}");
            assert!(!client.is_finished(tail) && tail.contains("error"), "{what}");
            let grown = peak().saturating_sub(before);
            assert!(grown < BOUND, "{what}: {} MiB more", grown >> 20);
            bench.upstream.until("no connection is left", |upstream| upstream.open() == 0).await;
        }
    }
}

/// Clients that read one byte a second cost next to nothing, hold nobody else up,
/// and are given up when nothing has moved for as long as the settings say.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_that_read_one_byte_a_second_hold_nothing_and_nobody_up() {
    const CLIENTS: usize = 20;
    for upstream in WIRES {
        let text = "x".repeat(8_000);
        let more = match upstream == OPENAI {
            true => data(&json!({ "choices": [{ "index": 0, "delta": { "content": text } }] })),
            false => event(&json!({
                "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": text },
            })),
        };
        let begun = upstream.events(&["one"])[..3].concat();
        let mut replies = vec![Reply::events().send(begun).then(Step::Endless(more.into_bytes())); CLIENTS];
        replies.push(upstream.reply("quick"));
        let server = "[server]\ntimeouts = { body = \"2s\" }\n";
        let bench = Bench::with(upstream, replies, "limits.response = \"4 GiB\"", server).await;
        let before = peak();
        let mut slow = Vec::new();
        for _ in 0..CLIENTS {
            let mut stream = bench.served.connect().await;
            let body = upstream.streamed("up/m").to_string();
            assert!(send(&mut stream, &crate::raw::request(upstream.path, &body)).await);
            slow.push(tokio::spawn(async move {
                let mut byte = [0; 1];
                while let Ok(1) = tokio::io::AsyncReadExt::read(&mut stream, &mut byte).await {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }));
        }
        bench.upstream.until("all are asked", |upstream| upstream.requests().len() == CLIENTS).await;
        let began = Instant::now();
        assert_eq!(bench.whole().await.status(), 200);
        assert!(began.elapsed() < Duration::from_secs(2), "{upstream:?}: {:?}", began.elapsed());
        bench.upstream.until("the upstreams are let go", |upstream| upstream.hung_up() == CLIENTS).await;
        let grown = peak().saturating_sub(before);
        assert!(grown < BOUND, "{upstream:?}: {} MiB more", grown >> 20);
        slow.iter().for_each(tokio::task::JoinHandle::abort);
    }
}
