//! `/v1/audio/speech`: the sound reaches the client byte for byte and as it
//! comes, and one that breaks off looks like that.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use jackfield_e2e::Reply;
use jackfield_e2e::script::Step;
use serde_json::{Value, json};

use crate::{Bench, error, header};

fn request(model: &str, more: Value) -> Value {
    let mut body = json!({ "model": model, "input": "Hello", "voice": "alloy" });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// The head of a sound that ends when the connection closes.
fn sound() -> Reply {
    Reply::head(200, "content-type: audio/mpeg\r\nconnection: close\r\n")
}

#[tokio::test]
async fn a_sound_is_the_upstreams_byte_for_byte() {
    let bench = Bench::new().await;
    for (format, mime) in [("wav", "audio/wav"), ("mp3", "audio/mpeg")] {
        let format = json!({ "response_format": format });
        let answer = bench.served.post("/v1/audio/speech", &request("up/dev-speech", format.clone())).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(header(&answer, "content-type"), mime);
        assert_eq!(header(&answer, "x-portkey-provider"), "up");
        let direct = bench.direct("/v1/audio/speech", &request("dev-speech", format)).await;
        assert_eq!(answer.bytes().await.unwrap(), direct.bytes().await.unwrap());
    }
}

#[tokio::test]
async fn sound_is_passed_on_as_it_comes_and_a_client_that_leaves_ends_it() {
    let bench = Bench::with(vec![sound().send("first").then(Step::Hang)], "").await;
    let answer = bench.served.post("/v1/audio/speech", &request("script/m", json!({}))).await;
    let mut pieces = answer.bytes_stream();
    let first =
        tokio::time::timeout(Duration::from_secs(5), pieces.next()).await.expect("no wait for the rest");
    assert_eq!(first.unwrap().unwrap(), "first");
    drop(pieces);
    bench.script.until("the upstream connection is closed", |script| script.hung_up() == 1).await;
}

#[tokio::test]
async fn a_sound_that_breaks_off_is_never_taken_for_whole() {
    let head = "content-type: audio/mpeg\r\ncontent-length: 1000\r\n";
    let cut = Reply::head(200, head).send("begin").then(Step::Close);
    let bench = Bench::with(vec![cut], "").await;
    let answer = bench.served.post("/v1/audio/speech", &request("script/m", json!({}))).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.bytes().await.is_err(), "the connection is cut as well");
    let events = request("script/m", json!({ "stream_format": "sse" }));
    let text = bench.served.post("/v1/audio/speech", &events).await.text().await.unwrap();
    let last = text.trim_end().rsplit("data: ").next().unwrap();
    let last: Value = serde_json::from_str(last).unwrap();
    assert!(last["error"]["message"].is_string(), "{text}");
    assert!(!text.contains("speech.audio.done"), "{text}");
}

#[tokio::test]
async fn until_the_first_byte_another_target_can_answer() {
    let head = "content-type: audio/mpeg\r\ncontent-length: 1000\r\n";
    let silent = Reply::head(200, head).then(Step::Close);
    let config = "[routes.voice]\nstrategy = \"fallback\"\n\
                  targets = [{ model = \"script/m\" }, { model = \"up/dev-speech\" }]\n";
    let empty = Reply::of(200, "audio/mpeg", "");
    let bench = Bench::with(vec![silent, empty], config).await;
    for _ in 0..2 {
        let answer = bench.served.post("/v1/audio/speech", &request("voice", json!({}))).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(header(&answer, "x-jackfield-provider"), "up");
        assert_eq!(header(&answer, "x-jackfield-attempts"), "2");
        assert!(answer.bytes().await.unwrap().starts_with(b"ID3"));
    }
}

#[tokio::test]
async fn sound_as_events_is_the_same_sound() {
    let bench = Bench::new().await;
    let wav = json!({ "response_format": "wav" });
    let whole =
        bench.served.post("/v1/audio/speech", &request("up/dev-speech", wav)).await.bytes().await.unwrap();
    let events = json!({ "response_format": "wav", "stream_format": "sse" });
    let answer = bench.served.post("/v1/audio/speech", &request("up/dev-speech", events)).await;
    assert_eq!(header(&answer, "content-type"), "text/event-stream");
    let text = answer.text().await.unwrap();
    let events: Vec<Value> = text
        .split("\n\n")
        .filter_map(|event| serde_json::from_str(event.strip_prefix("data: ")?).ok())
        .collect();
    let (done, deltas) = events.split_last().unwrap();
    assert_eq!(done["type"], "speech.audio.done");
    let decoded: Vec<u8> =
        deltas.iter().flat_map(|event| STANDARD.decode(event["audio"].as_str().unwrap()).unwrap()).collect();
    assert_eq!(decoded, whole);
}

#[tokio::test]
async fn a_rate_that_the_format_does_not_tell_is_told_in_a_header() {
    let bench = Bench::new().await;
    let answer = bench.served.post("/v1/audio/speech", &request("every/m", json!({ "input": "abcd" }))).await;
    assert_eq!(header(&answer, "x-jackfield-sample-rate"), "8000");
    assert_eq!(answer.bytes().await.unwrap(), [4_u8, 3, 2, 1].as_slice());
}

#[tokio::test]
async fn what_can_not_be_spoken_is_an_error() {
    let bench = Bench::new().await;
    let body = json!({ "model": "up/dev-speech", "input": "x" });
    let (status, message, _) = error(bench.served.post("/v1/audio/speech", &body).await).await;
    assert!(status == 400 && message.contains("`voice`"), "{status} {message}");
    let body = request("up/dev-speech+status-503", json!({}));
    assert_eq!(error(bench.served.post("/v1/audio/speech", &body).await).await.0, 503);
}
