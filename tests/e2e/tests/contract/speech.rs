//! `speech`: sound that a plugin decodes, and sound that passes it by.

use futures_util::StreamExt;
use jackfield_e2e::{Reply, Step};
use jackfield_runtime::api::speech::SpeechRequest;
use jackfield_runtime::api::types::ErrorKind;

use crate::{Bench, reported};

pub(crate) fn request(model: &str, voice: &str, input: &str) -> SpeechRequest {
    SpeechRequest {
        model: model.to_owned(),
        input: input.to_owned(),
        voice: voice.to_owned(),
        format: None,
        speed: Some(1.5),
        instructions: None,
        language: None,
        extra: None,
    }
}

#[tokio::test]
async fn sound_that_the_plugin_decodes_comes_in_pieces_and_its_cost_at_the_end() {
    let bench = Bench::alone().await;
    let asked = SpeechRequest { format: Some("wav".to_owned()), ..request("countdown", "any", "seven..") };
    let mut speech = bench.provider.speak(&bench.context, asked).await.unwrap();
    assert_eq!((speech.mime_type.as_str(), speech.sample_rate), ("audio/wav", Some(8000)));
    assert_eq!(speech.audio.usage(), None, "not known yet");
    let mut pieces = Vec::new();
    while let Some(piece) = speech.audio.next().await {
        pieces.push(piece.unwrap().to_vec());
    }
    assert_eq!(pieces, [vec![7, 6, 5], vec![4, 3, 2], vec![1]]);
    assert_eq!(speech.audio.usage().unwrap().units, [("characters".to_owned(), 7.0)]);
    assert_eq!(bench.provider.idle_instances(), 1);
}

#[tokio::test]
async fn sound_that_the_plugin_hands_over_comes_byte_for_byte() {
    let sound: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let head = format!("content-type: audio/mpeg\r\ncontent-length: {}\r\n", sound.len());
    let bench = Bench::new(vec![Reply::head(200, &head).send(sound.clone())]).await;
    let speech = bench.provider.speak(&bench.context, request("any", "upstream", "x")).await.unwrap();
    assert_eq!(speech.mime_type, "audio/mpeg");
    assert_eq!(bench.provider.idle_instances(), 1, "the plugin is done before its upstream is");
    assert_eq!(speech.audio.read_all(1 << 20).await.unwrap(), sound);
}

#[tokio::test]
async fn sound_is_heard_while_the_upstream_still_speaks_and_dropping_it_hangs_up() {
    let reply = Reply::head(200, "content-type: audio/mpeg\r\nconnection: close\r\n");
    let bench = Bench::new(vec![reply.send("first").then(Step::Hang)]).await;
    let mut speech = bench.provider.speak(&bench.context, request("any", "upstream", "x")).await.unwrap();
    assert_eq!(speech.audio.next().await.unwrap().unwrap(), "first");
    assert_eq!(bench.upstream.open(), 1);
    drop(speech);
    bench.upstream.until("the client hangs up", |upstream| upstream.hung_up() == 1).await;
}

#[tokio::test]
async fn a_caller_takes_no_more_sound_than_it_wants() {
    let bench = Bench::new(vec![Reply::of(200, "audio/mpeg", "0123456789")]).await;
    for request in [request("any", "upstream", "x"), request("countdown", "any", "ten bytes.")] {
        let speech = bench.provider.speak(&bench.context, request).await.unwrap();
        let error = speech.audio.read_all(9).await.unwrap_err().to_string();
        assert!(error.contains("9 bytes"), "{error}");
        assert!(error.starts_with("provider everything: "), "{error}");
    }
}

#[tokio::test]
async fn an_upstream_that_does_not_speak_is_a_typed_error() {
    let bench = Bench::new(vec![Reply::json(401, "{\"error\":{\"message\":\"who are you?\"}}")]).await;
    let error = reported(bench.provider.speak(&bench.context, request("any", "upstream", "x")).await);
    assert_eq!((error.kind, error.status), (ErrorKind::Authentication, Some(401)));
    assert!(error.message.contains("who are you?"), "{error:?}");
}
