//! Streams that break in their middle: never a clean end, and the client has
//! everything that came before.

use jackfield_e2e::{Reply, Step};

use crate::Json;
use crate::wire::{ANTHROPIC, OPENAI, WIRES, Wire, data, event};
use crate::{Bench, Pair, header};
use serde_json::json;

const TEXTS: [&str; 9] = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];

/// A reply that ends behind these bytes: as if all were well, within a chunk
/// that was announced, or by a reset.
fn cut(bytes: &[u8], how: usize) -> Reply {
    match how {
        0 => Reply::events().send(bytes),
        1 => {
            let head = Reply::head(200, "content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n");
            let chunk = [format!("{:x}\r\n", bytes.len() + 10).as_bytes(), bytes].concat();
            head.send(chunk).then(Step::Close)
        }
        _ => Reply::head(200, "content-type: text/event-stream\r\ncontent-length: 100000\r\n")
            .send(bytes)
            .then(Step::Close),
    }
}

/// What the client of a broken stream must find.
fn is_broken(wire: Wire, body: &str, what: &str) {
    assert!(wire.stream_error(body).is_some(), "{what}: no error at the end of {body}");
    assert!(!wire.is_finished(body), "{what}: a clean end in {body}");
}

#[tokio::test]
async fn a_cut_behind_each_of_the_first_ten_events_is_a_fallback_or_an_error_and_never_an_end() {
    for wire in WIRES {
        let events = wire.events(&TEXTS);
        for how in 0..3 {
            let replies = (0..=10).map(|count| cut(events[..count].concat().as_bytes(), how)).collect();
            let pair = Pair::new(wire, true, replies).await;
            for count in 0..=10 {
                let what = format!("{wire:?} cut behind event {count}, {how}");
                // The first event says nothing.
                if count < 2 {
                    pair.falls_back(&what).await;
                    continue;
                }
                let response = pair.ask().await;
                assert_eq!(response.status(), 200);
                assert_eq!(header(&response, "x-jackfield-attempts"), "1", "{what}");
                let body = response.text().await.unwrap();
                assert!(body.starts_with(&events[..count].concat()), "{what}: {body}");
                is_broken(wire, &body, &what);
            }
        }
    }
}

/// Half an event can't be made whole: the error must not be glued to it.
#[tokio::test]
async fn a_cut_within_an_event_is_an_error_that_a_client_can_read() {
    for wire in WIRES {
        let events = wire.events(&TEXTS);
        let whole = events[..4].concat();
        for size in [1, 6, 20, events[4].len() - 1, events[4].len() - 2] {
            let bytes = format!("{whole}{}", &events[4][..size]);
            let bench = Bench::new(wire, vec![cut(bytes.as_bytes(), size % 3)]).await;
            let body = bench.stream().await.text().await.unwrap();
            assert!(body.starts_with(&whole), "{body}");
            is_broken(wire, &body, &format!("{wire:?} after {size} bytes"));
        }
    }
}

#[tokio::test]
async fn silence_in_the_middle_is_an_error_by_the_idle_timeout() {
    for wire in WIRES {
        let reply = Reply::events().send(wire.events(&TEXTS)[..5].concat()).then(Step::Hang);
        let bench = Bench::with(wire, vec![reply], "timeouts.idle = \"200ms\"", "").await;
        let body = bench.stream().await.text().await.unwrap();
        is_broken(wire, &body, "silence");
        let error = wire.stream_error(&body).unwrap();
        assert!(error["message"].as_str().unwrap().contains("timeouts.idle"), "{error}");
        bench.upstream.until("no connection is left", |upstream| upstream.open() == 0).await;
    }
}

/// Nothing in a stream of bytes is interpreted further than is needed: what a
/// client can't read either stays, and the end is an honest one.
#[tokio::test]
async fn garbage_within_a_stream_crashes_nothing_and_a_lost_end_is_told() {
    for wire in WIRES {
        let events = wire.events(&TEXTS);
        for garbage in [
            &b"data: {\"choices\":[{\n\n"[..],
            b"data: \xff\xfe\x00\n\n",
            b"\x00\x01\x02\n\n",
            b"data\n\ndata:\n\n\n\n:\n\n",
            b"data: []\n\ndata: null\n\ndata: 7\n\n",
            b"event: message_stopped\ndata: x\n\n",
        ] {
            let bytes = [events[..4].concat().as_bytes(), garbage, events[4..6].concat().as_bytes()].concat();
            let bench = Bench::new(wire, vec![cut(&bytes, 0)]).await;
            let response = bench.stream().await;
            let body = response.bytes().await.unwrap();
            assert!(body.starts_with(&bytes), "{body:?}");
            let rest = std::str::from_utf8(&body[bytes.len()..]).unwrap();
            is_broken(wire, rest, "garbage");
        }
    }
}

#[tokio::test]
async fn an_error_event_of_the_upstreams_own_is_the_end() {
    let errors = [
        (OPENAI, data(&json!({ "error": { "message": "busy today", "type": "server_error" } }))),
        (
            ANTHROPIC,
            event(
                &json!({ "type": "error", "error": { "type": "overloaded_error", "message": "busy today" } }),
            ),
        ),
    ];
    for (wire, error) in errors {
        let bytes = format!("{}{error}", wire.events(&TEXTS)[..4].concat());
        let bench = Bench::new(wire, vec![cut(bytes.as_bytes(), 0)]).await;
        let body = bench.stream().await.text().await.unwrap();
        is_broken(wire, &body, "the upstream's error");
        assert_eq!(body, bytes, "one error is enough");
    }
}

/// Decoded streams are honest in the same way, whatever the client speaks.
#[tokio::test]
async fn a_cut_of_a_decoded_stream_is_a_fallback_or_an_error_too() {
    for (client, upstream) in [(OPENAI, ANTHROPIC), (ANTHROPIC, OPENAI)] {
        let events = upstream.events(&TEXTS);
        let replies = (0..=10).map(|count| cut(events[..count].concat().as_bytes(), count % 3)).collect();
        let bench = Bench::new(upstream, replies).await;
        for count in 0..=10 {
            let response = bench.served.post(client.path, &client.streamed("up/m")).await;
            let what = format!("{client:?} over {upstream:?}, cut behind event {count}");
            if response.status() != 200 {
                assert!(count <= 2, "{what}");
                let body = response.json().await.unwrap();
                client.error_message(&body);
                continue;
            }
            let body = response.text().await.unwrap();
            let silent = if upstream == ANTHROPIC { 2 } else { 1 };
            assert_eq!(client.streamed_text(&body), TEXTS[..count - silent].concat(), "{what}");
            is_broken(client, &body, &what);
        }
    }
}

/// Neither are the other dialects of OpenAI's fooled, whose streams end in other
/// words.
#[tokio::test]
async fn a_cut_is_told_to_clients_of_completions_and_of_responses() {
    for upstream in WIRES {
        for (path, asks, end) in [
            ("/v1/completions", json!({ "prompt": "hi" }), "[DONE]"),
            ("/v1/responses", json!({ "input": "hi" }), "response.completed"),
        ] {
            let events = upstream.events(&TEXTS);
            let (cut_off, whole) =
                (cut(events[..6].concat().as_bytes(), 1), cut(events.concat().as_bytes(), 0));
            let bench = Bench::new(upstream, vec![cut_off, whole]).await;
            let mut request = asks;
            request["model"] = json!("up/m");
            request["stream"] = json!(true);
            request["max_tokens"] = json!(100);
            if path.ends_with("responses") {
                request["max_output_tokens"] = request["max_tokens"].take();
                request.as_object_mut().unwrap().remove("max_tokens");
            }
            for finished in [false, true] {
                let response = bench.served.post(path, &request).await;
                assert_eq!(response.status(), 200, "{path}");
                let body = response.text().await.unwrap();
                assert_eq!(body.contains(end), finished, "{path} over {upstream:?}: {body}");
                let told = body.contains("\"error\":{") || body.contains("event: error");
                assert_eq!(told, !finished, "{path} over {upstream:?}: {body}");
                if path.ends_with("responses") {
                    let told = body.contains("event: error\ndata: {\"type\":\"error\",");
                    assert_eq!(told, !finished, "{path} over {upstream:?}: {body}");
                }
            }
        }
    }
}
