//! Clients that take their answers slowly, or not at all.

use std::time::Duration;

use jackfield_e2e::{Reply, Step};

use crate::Bench;
use crate::raw::{request, send, until};
use crate::wire::{WIRES, data, event};
use serde_json::json;

/// A client that takes nothing loses its answer, and the upstream is let go:
/// neither is kept for as long as it likes.
#[tokio::test]
async fn a_client_that_takes_nothing_of_an_endless_stream_is_given_up() {
    for wire in WIRES {
        let text = "x".repeat(8_000);
        let more = match wire.plugin {
            "openai" => data(&json!({ "choices": [{ "index": 0, "delta": { "content": text } }] })),
            _ => event(&json!({
                "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": text },
            })),
        };
        let reply =
            Reply::events().send(wire.events(&["one"])[..3].concat()).then(Step::Endless(more.into_bytes()));
        let bench = Bench::with(
            wire,
            vec![reply],
            "limits.response = \"1 GiB\"",
            "[server]\ntimeouts = { body = \"400ms\" }\n",
        )
        .await;
        let mut stream = bench.served.connect().await;
        assert!(send(&mut stream, &request(wire.path, &wire.streamed("up/m").to_string())).await);
        until(&mut stream, "HTTP/1.1 200").await;
        bench.upstream.until("the upstream is let go", |upstream| upstream.open() == 0).await;
        assert_eq!(bench.upstream.hung_up(), 1);
        drop(stream);
    }
}

/// While a client doesn't read, what the gateway keeps for it is bounded: the
/// upstream is read no faster than the client.
#[tokio::test]
async fn a_client_that_reads_slowly_slows_the_upstream_down_and_gets_everything() {
    let wire = crate::wire::OPENAI;
    let texts: Vec<String> = (0..400).map(|number| format!("{number:05}{}", "x".repeat(20_000))).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let whole = wire.events(&texts).concat();
    let bench = Bench::with(
        wire,
        vec![Reply::events().send(whole.clone())],
        "limits.response = \"1 GiB\"",
        "[server]\ntimeouts = { body = \"2s\" }\n",
    )
    .await;
    let mut response = bench.stream().await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    let mut got = Vec::new();
    while let Some(piece) = response.chunk().await.unwrap() {
        got.extend_from_slice(&piece);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(got.len(), whole.len());
    assert!(got == whole.as_bytes(), "it is the same");
}
