//! `/v1/audio/transcriptions` and `/v1/audio/translations`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::recording::{ask, content_type, form};
use crate::{Bench, error, header, read};

const PATH: &str = "/v1/audio/transcriptions";

/// What the upstream hears in it.
const HEARD: &str = "The recording a.wav has 7 bytes.";
const RECORDING: &[u8] = b"RIFF\r\n\x00";

#[tokio::test]
async fn a_recording_arrives_whole_with_its_name_and_all_fields() {
    let bench = Bench::new().await;
    let fields = [
        ("model", "up/dev-transcription"),
        ("language", "de"),
        ("prompt", "Zürich"),
        ("include[]", "logprobs"),
    ];
    let answer = ask(&bench.served, PATH, &fields, RECORDING).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "content-type"), "application/json");
    assert_eq!(header(&answer, "x-jackfield-provider"), "up");
    assert_eq!(header(&answer, "x-jackfield-model"), "dev-transcription");
    assert_eq!(read(answer).await["text"], HEARD);
    let last = bench.last().await;
    let sent = match last["body_base64"].as_str() {
        Some(base64) => String::from_utf8_lossy(&STANDARD.decode(base64).unwrap()).into_owned(),
        None => last["body"].as_str().unwrap().to_owned(),
    };
    for (name, value) in [("model", "dev-transcription"), ("language", "de"), ("prompt", "Zürich")] {
        assert!(sent.contains(&format!("name=\"{name}\"\r\n\r\n{value}\r\n")), "{name}: {sent}");
    }
    assert!(sent.contains("logprobs"), "{sent}");
}

#[tokio::test]
async fn a_transcript_has_the_shape_that_was_asked_for() {
    let bench = Bench::new().await;
    let shaped = async |shape: &str| {
        let fields = [("model", "up/whisper-1"), ("response_format", shape)];
        let answer = ask(&bench.served, PATH, &fields, RECORDING).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{shape}");
        let content_type = header(&answer, "content-type").to_owned();
        (content_type, answer.text().await.unwrap())
    };
    let plain = "text/plain; charset=utf-8".to_owned();
    assert_eq!(shaped("text").await, (plain.clone(), format!("{HEARD}\n")));
    let (kind, text) = shaped("srt").await;
    assert!(kind == plain && text.starts_with("1\n00:00:00,000 --> ") && text.contains(HEARD), "{text}");
    let (kind, text) = shaped("vtt").await;
    assert!(kind == plain && text.starts_with("WEBVTT\n\n") && text.contains(HEARD), "{text}");
    let (kind, text) = shaped("verbose_json").await;
    let verbose: Value = serde_json::from_str(&text).unwrap();
    assert!(kind == "application/json" && verbose["segments"][0]["text"] == HEARD, "{text}");
}

#[tokio::test]
async fn a_streamed_transcript_comes_in_events_and_ends_with_the_whole() {
    let bench = Bench::new().await;
    let fields = [("model", "up/dev-transcription"), ("stream", "true")];
    let answer = ask(&bench.served, PATH, &fields, RECORDING).send().await.unwrap();
    assert_eq!(header(&answer, "content-type"), "text/event-stream");
    let text = answer.text().await.unwrap();
    let events: Vec<Value> = text
        .split("\n\n")
        .filter_map(|event| serde_json::from_str(event.strip_prefix("data: ")?).ok())
        .collect();
    let (done, deltas) = events.split_last().unwrap();
    let heard: String = deltas.iter().map(|event| event["delta"].as_str().unwrap()).collect();
    assert_eq!(heard, HEARD);
    assert_eq!((&done["type"], &done["text"]), (&"transcript.text.done".into(), &HEARD.into()));
    assert_eq!(done["usage"]["input_tokens"], 1);
}

#[tokio::test]
async fn a_streamed_transcript_that_breaks_off_ends_with_an_error() {
    let bench = Bench::new().await;
    for model in ["up/dev+cut-after-3", "up/dev+end-after-3"] {
        let fields = [("model", model), ("stream", "true")];
        let text = ask(&bench.served, PATH, &fields, RECORDING).send().await.unwrap().text().await.unwrap();
        let last: Value = serde_json::from_str(text.trim_end().rsplit("data: ").next().unwrap()).unwrap();
        assert!(last["error"]["message"].is_string(), "{model}: {text}");
    }
}

#[tokio::test]
async fn a_translation_is_another_task_at_another_path() {
    let bench = Bench::new().await;
    let path = "/v1/audio/translations";
    let fields = [("model", "every/m"), ("response_format", "verbose_json")];
    let answer = read(ask(&bench.served, path, &fields, RECORDING).send().await.unwrap()).await;
    assert_eq!((&answer["task"], &answer["text"]), (&"translate".into(), &"7 bytes".into()));
    let fields = [("model", "up/dev-transcription"), ("language", "de")];
    let answer = ask(&bench.served, path, &fields, RECORDING).send().await.unwrap();
    assert!(header(&answer, "x-jackfield-warning").contains("language"), "what is left out is told");
    assert_eq!(read(answer).await["text"], HEARD);
}

#[tokio::test]
async fn a_target_that_fails_hands_the_recording_over_to_the_next() {
    let config = "[routes.ears]\nstrategy = \"fallback\"\n\
                  targets = [{ model = \"up/dev+status-500\" }, { model = \"every/error-overloaded\" }, { model = \"up/dev\" }]\n";
    let bench = Bench::with(vec![], config).await;
    let answer = ask(&bench.served, PATH, &[("model", "ears")], RECORDING).send().await.unwrap();
    assert_eq!(header(&answer, "x-jackfield-attempts"), "3");
    assert_eq!(read(answer).await["text"], HEARD);
}

#[tokio::test]
async fn a_form_that_is_none_or_too_large_is_an_error_with_its_place() {
    let bench = Bench::with(vec![], "[server]\nbody = \"4 KiB\"\n").await;
    let ask = |fields: &[(&str, &str)], recording: &[u8]| ask(&bench.served, PATH, fields, recording);
    let model = ("model", "up/dev-transcription");
    let (status, message, _) = error(ask(&[model], &[0; 5000]).send().await.unwrap()).await;
    assert!(status == 413 && message.contains("4096 bytes"), "{status} {message}");
    for (fields, wrong) in [
        (&[][..], "model"),
        (&[model, ("temperature", "hot")], "temperature"),
        (&[model, ("response_format", "pdf")], "response_format"),
        (&[model, model], "model"),
    ] {
        let (status, message, param) = error(ask(fields, RECORDING).send().await.unwrap()).await;
        assert!(status == 400 && param == wrong, "{wrong}: {status} {message} {param}");
    }
    let (status, message, _) = error(bench.served.post(PATH, &Value::Null).await).await;
    assert!(status == 400 && message.contains("multipart/form-data"), "{status} {message}");
    let whole = form(&[model], RECORDING);
    let torn = bench.served.client().post(bench.served.url(PATH)).header("content-type", content_type());
    let (status, message, _) =
        error(torn.body(whole[..whole.len() - 30].to_vec()).send().await.unwrap()).await;
    assert!(status == 400 && message.contains("form"), "{status} {message}");
}
