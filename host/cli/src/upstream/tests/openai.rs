use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Upstream, chat, joined};

const CHAT: &str = "/v1/chat/completions";

fn weather() -> Value {
    let parameters = json!({ "type": "object", "properties": { "city": { "type": "string" } } });
    json!([{ "type": "function", "function": { "name": "weather", "parameters": parameters } }])
}

#[tokio::test]
async fn a_stream_says_what_the_plain_answer_says() {
    let upstream = Upstream::start().await;
    let plain = upstream.post(CHAT, chat("m", "grün 🦀")).await.json();
    let text = plain["choices"][0]["message"]["content"].as_str().unwrap();
    assert!(text.starts_with("You said: grün 🦀"), "{text}");
    let mut request = chat("m", "grün 🦀");
    request["stream"] = true.into();
    request["stream_options"] = json!({ "include_usage": true });
    let answer = upstream.post(CHAT, request).await;
    assert_eq!(answer.header("content-type"), "text/event-stream; charset=utf-8");
    let events = answer.events();
    assert_eq!(joined(&events, "/choices/0/delta/content"), text);
    let [.., finish, usage, done] = &events[..] else { panic!("{events:?}") };
    assert_eq!(finish["choices"][0]["finish_reason"], "stop");
    assert_eq!((&usage["usage"], &usage["choices"]), (&plain["usage"], &json!([])));
    assert_eq!(done, "[DONE]");
    assert_eq!(events.len(), 1 + 50 + 3);
}

#[tokio::test]
async fn a_request_that_forces_a_tool_gets_a_call_of_it() {
    let upstream = Upstream::start().await;
    let mut request = chat("m", "hello");
    request["tools"] = weather();
    request["tool_choice"] = json!({ "type": "function", "function": { "name": "weather" } });
    let plain = upstream.post(CHAT, request.clone()).await.json();
    let call = &plain["choices"][0]["message"]["tool_calls"][0];
    assert_eq!(call["function"], json!({ "name": "weather", "arguments": "{\"city\":\"sample\"}" }));
    assert_eq!(plain["choices"][0]["finish_reason"], "tool_calls");
    request["stream"] = true.into();
    let events = upstream.post(CHAT, request).await.events();
    assert_eq!(joined(&events, "/choices/0/delta/tool_calls/0/function/arguments"), "{\"city\":\"sample\"}");
    assert_eq!(joined(&events, "/choices/0/delta/tool_calls/0/function/name"), "weather");
    assert_eq!(joined(&events, "/choices/0/delta/tool_calls/0/id"), call["id"].as_str().unwrap());
}

#[tokio::test]
async fn a_request_for_json_gets_json_that_fits() {
    let upstream = Upstream::start().await;
    let mut request = chat("m", "hello");
    let schema = json!({ "type": "object", "properties": { "n": { "type": "integer" } } });
    request["response_format"] =
        json!({ "type": "json_schema", "json_schema": { "name": "a", "schema": schema } });
    let plain = upstream.post(CHAT, request).await.json();
    assert_eq!(plain["choices"][0]["message"]["content"], "{\"n\":1}");
}

#[tokio::test]
async fn a_request_that_asks_for_reasoning_gets_some() {
    let upstream = Upstream::start().await;
    let mut request = chat("m", "hello");
    request["reasoning_effort"] = "low".into();
    let plain = upstream.post(CHAT, request.clone()).await.json();
    let thought = plain["choices"][0]["message"]["reasoning_content"].as_str().unwrap();
    assert_eq!(plain["usage"]["completion_tokens_details"]["reasoning_tokens"], 6);
    request["stream"] = true.into();
    let events = upstream.post(CHAT, request).await.events();
    assert_eq!(joined(&events, "/choices/0/delta/reasoning_content"), thought);
}

#[tokio::test]
async fn older_completions_continue_each_prompt() {
    let upstream = Upstream::start().await;
    let request = json!({ "model": "m", "prompt": ["a", "b"], "max_tokens": 2, "echo": true });
    let plain = upstream.post("/v1/completions", request).await.json();
    assert_eq!(plain["choices"][1]["text"], "bYou said: b cord");
    assert_eq!(plain["choices"][1]["finish_reason"], "length");
    let request = json!({ "model": "m", "prompt": "a", "stream": true });
    let events = upstream.post("/v1/completions", request).await.events();
    assert!(joined(&events, "/choices/0/text").starts_with("You said: a cord"));
    assert_eq!(events.last().unwrap(), "[DONE]");
}

#[tokio::test]
async fn events_of_a_response_are_numbered_and_end_with_all_of_it() {
    let upstream = Upstream::start().await;
    let request = json!({ "model": "m", "input": "hi", "reasoning": { "effort": "low" } });
    let plain = upstream.post("/v1/responses", request.clone()).await.json();
    let mut request = request;
    request["stream"] = true.into();
    let answer = upstream.post("/v1/responses", request).await;
    let names: Vec<_> = answer.text().lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    let events = answer.events();
    for (number, (event, name)) in events.iter().zip(names).enumerate() {
        assert_eq!((&event["sequence_number"], &event["type"]), (&json!(number), &json!(name)));
    }
    let last = events.last().unwrap();
    assert_eq!((&last["type"], &last["response"]), (&json!("response.completed"), &plain));
    let deltas: Vec<_> =
        events.iter().filter(|event| event["type"] == "response.output_text.delta").cloned().collect();
    assert_eq!(joined(&deltas, "/delta"), plain["output"][1]["content"][0]["text"].as_str().unwrap());
}

#[tokio::test]
async fn embeddings_of_both_encodings_are_the_same_and_near_for_texts_that_share_words() {
    let upstream = Upstream::start().await;
    let mut request =
        json!({ "model": "m", "input": ["a cat sat", "the cat sat", "rust"], "dimensions": 48 });
    let floats = upstream.post("/v1/embeddings", request.clone()).await.json();
    request["encoding_format"] = "base64".into();
    let encoded = upstream.post("/v1/embeddings", request).await.json();
    let mut vectors = Vec::new();
    for index in 0..3 {
        let vector: Vec<f32> = serde_json::from_value(floats["data"][index]["embedding"].clone()).unwrap();
        let bytes = STANDARD.decode(encoded["data"][index]["embedding"].as_str().unwrap()).unwrap();
        let decoded: Vec<_> =
            bytes.chunks(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect();
        assert_eq!((vector.len(), &vector), (48, &decoded));
        vectors.push(vector);
    }
    let near = |a: usize, b: usize| vectors[a].iter().zip(&vectors[b]).map(|(x, y)| x * y).sum::<f32>();
    assert!((near(0, 0) - 1.0).abs() < 1e-4);
    assert!(near(0, 1) > near(0, 2) + 0.2, "{} {}", near(0, 1), near(0, 2));
}

#[tokio::test]
async fn speech_is_sound_and_a_transcript_names_the_recording() {
    let upstream = Upstream::start().await;
    let request = json!({ "model": "m", "voice": "v", "input": "hello", "response_format": "wav" });
    let sound = upstream.post("/v1/audio/speech", request).await;
    assert_eq!((sound.header("content-type"), &sound.body[..4]), ("audio/wav", &b"RIFF"[..]));
    assert_eq!(sound.body.len(), 44 + 5 * 480);
    let mut form = b"--b\r\ncontent-disposition: form-data; name=\"model\"\r\n\r\nm\r\n--b\r\n\
        content-disposition: form-data; name=\"file\"; filename=\"a.wav\"\r\n\r\n"
        .to_vec();
    form.extend(&sound.body);
    form.extend(b"\r\n--b--\r\n");
    let request = upstream.client.post(format!("{}/v1/audio/transcriptions", upstream.base));
    let request = request.header("content-type", "multipart/form-data; boundary=b").body(form);
    let transcript = super::finish(request.send().await.unwrap()).await.unwrap().json();
    assert_eq!(transcript["text"], "The recording a.wav has 2444 bytes.");
}

#[tokio::test]
async fn every_form_of_text_is_judged_by_its_words() {
    let upstream = Upstream::start().await;
    let image = json!({ "type": "image_url", "image_url": { "url": "https://images.example/a.png" } });
    for (input, flagged) in [
        (json!("I will attack"), vec![true]),
        (json!(["good day", "I \u{e4} HATE \"it\""]), vec![false, true]),
        (json!([{ "type": "text", "text": "an idiot" }, image]), vec![true]),
    ] {
        let answer = upstream.post("/v1/moderations", json!({ "input": input })).await.json();
        assert_eq!(answer["model"], "omni-moderation-latest");
        let results = answer["results"].as_array().unwrap();
        let got: Vec<_> = results.iter().map(|result| result["flagged"].as_bool().unwrap()).collect();
        assert_eq!(got, flagged, "{input}");
        for (result, flagged) in results.iter().zip(flagged) {
            let categories = result["categories"].as_object().unwrap();
            assert_eq!(categories.values().any(|value| value == true), flagged);
            assert!(result["category_scores"].as_object().unwrap().keys().eq(categories.keys()));
        }
    }
}

#[tokio::test]
async fn bad_requests_are_refused_in_the_protocols_shape() {
    let upstream = Upstream::start().await;
    for (path, body, status, param) in [
        (CHAT, json!({ "messages": [] }), 400, "model"),
        (CHAT, json!({ "model": "m" }), 400, "messages"),
        (CHAT, json!({ "model": "m", "messages": [] }), 400, "messages"),
        (
            CHAT,
            json!({ "model": "m", "messages": [{ "role": "robot", "content": "" }] }),
            400,
            "messages.role",
        ),
        (
            CHAT,
            json!({ "model": "m", "messages": [{ "role": "tool", "content": "" }] }),
            400,
            "messages.tool_call_id",
        ),
        (CHAT, json!({ "model": "m+oops", "messages": [{ "role": "user", "content": "" }] }), 400, "model"),
        ("/v1/embeddings", json!({ "model": "m", "input": [""] }), 400, "input"),
        ("/v1/moderations", json!({ "model": "m" }), 400, "input"),
        ("/v1/moderations", json!({ "input": [] }), 400, "input"),
        ("/v1/audio/speech", json!({ "model": "m", "input": "x" }), 400, "voice"),
    ] {
        let answer = upstream.post(path, body.clone()).await;
        let error = &answer.json()["error"];
        assert_eq!((answer.status, &error["param"]), (status, &json!(param)), "{path} {body}");
        assert!(error["message"].is_string() && error["type"] == "invalid_request_error", "{error}");
    }
}
