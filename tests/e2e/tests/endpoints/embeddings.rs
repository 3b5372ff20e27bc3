//! `/v1/embeddings`: passed through where the upstream speaks the dialect,
//! decoded where it doesn't; a client sees no difference.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jackfield_e2e::Reply;
use serde_json::{Value, json};

use crate::{Bench, error, header, read};

fn numbers(embedding: &Value) -> Vec<f32> {
    if let Some(text) = embedding.as_str() {
        let bytes = STANDARD.decode(text).unwrap();
        return bytes.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect();
    }
    embedding.as_array().unwrap().iter().map(|number| number.as_f64().unwrap() as f32).collect()
}

#[tokio::test]
async fn vectors_are_the_upstreams_in_each_mode_and_each_encoding() {
    let bench = Bench::new().await;
    let input = json!(["red apple", "green apple"]);
    let direct = json!({ "model": "dev-embedding", "input": input });
    let direct = read(bench.direct("/v1/embeddings", &direct).await).await;
    for (name, mode) in [("up", "passthrough"), ("typed", "decoded")] {
        for format in ["float", "base64"] {
            let model = format!("{name}/dev-embedding");
            let body = json!({ "model": model, "input": input, "encoding_format": format });
            let answer = bench.served.post("/v1/embeddings", &body).await;
            assert_eq!(answer.status(), 200);
            assert_eq!(header(&answer, "content-type"), "application/json");
            assert_eq!(header(&answer, "x-jackfield-mode"), mode);
            assert_eq!(header(&answer, "x-jackfield-provider"), name);
            let answer = read(answer).await;
            assert_eq!(answer["object"], "list");
            assert_eq!(answer["usage"], direct["usage"]);
            for place in 0..2 {
                let (got, wanted) = (&answer["data"][place], &direct["data"][place]);
                assert_eq!(got["embedding"].is_string(), format == "base64", "{mode} {format}");
                assert_eq!(numbers(&got["embedding"]), numbers(&wanted["embedding"]), "{mode} {format}");
                assert_eq!((&got["index"], &got["object"]), (&json!(place), &json!("embedding")));
            }
        }
    }
}

#[tokio::test]
async fn fields_that_nobody_has_heard_of_survive_in_both_directions() {
    let reply = r#"{"object":"list","data":[],"model":"m","usage":{"prompt_tokens":1},"unheard":[1.50]}"#;
    let bench = Bench::with(vec![Reply::json(200, reply)], "").await;
    let body = json!({ "model": "script/m", "input": "x", "invented": { "deep": [1, null] } });
    let answer = bench.served.post("/v1/embeddings", &body).await;
    assert_eq!(answer.text().await.unwrap(), reply);
    let requests = bench.script.requests();
    let sent: Value = serde_json::from_str(requests[0].split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!(sent["invented"], body["invented"]);
    assert_eq!(sent["model"], "m");
}

#[tokio::test]
async fn a_target_that_fails_hands_over_to_the_next() {
    let config = "[routes.safe]\nstrategy = \"fallback\"\n\
                  targets = [{ model = \"up/dev+status-503\" }, { model = \"typed/dev\" }]\n";
    let bench = Bench::with(vec![], config).await;
    let answer = bench.served.post("/v1/embeddings", &json!({ "model": "safe", "input": "x" })).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(header(&answer, "x-portkey-last-used-option-index"), "routes.safe.targets[1]");
    assert_eq!(header(&answer, "x-jackfield-attempts"), "2");
    assert_eq!(header(&answer, "x-jackfield-model"), "dev");
}

#[tokio::test]
async fn an_answer_of_status_200_that_is_none_hands_over_to_the_next() {
    let replies = vec![
        Reply::json(200, r#"{"error":{"message":"busy"}}"#),
        Reply::json(200, "[]"),
        Reply::of(200, "text/html", "<h1>Welcome</h1>"),
    ];
    let count = replies.len();
    let config = "[routes.safe]\nstrategy = \"fallback\"\n\
                  targets = [{ model = \"script/m\" }, { model = \"typed/dev\" }]\n";
    let bench = Bench::with(replies, config).await;
    for number in 0..count {
        let answer = bench.served.post("/v1/embeddings", &json!({ "model": "safe", "input": "x" })).await;
        assert_eq!(header(&answer, "x-jackfield-provider"), "typed", "reply {number}");
        assert_eq!(read(answer).await["data"][0]["object"], "embedding");
    }
    let answer = bench.served.post("/v1/embeddings", &json!({ "model": "script/m", "input": "x" })).await;
    assert_eq!(answer.status(), 502);
    assert_eq!(header(&answer, "x-jackfield-provider"), "script");
}

#[tokio::test]
async fn tokens_and_other_numbers_than_floats_reach_a_provider_that_knows_them() {
    let bench = Bench::new().await;
    let body = json!({ "model": "every/letters", "input": [[1, 2, 3], [4]], "encoding_format": "int8" });
    let answer = read(bench.served.post("/v1/embeddings", &body).await).await;
    assert_eq!(answer["data"][0]["embedding"][0], 3);
    assert_eq!(answer["data"][1]["embedding"][0], 1);
    let many: Vec<String> = (1..=5).map(|length| "x".repeat(length)).collect();
    let body = json!({ "model": "every/batch-1", "input": many });
    let answer = read(bench.served.post("/v1/embeddings", &body).await).await;
    let lengths: Vec<_> =
        answer["data"].as_array().unwrap().iter().map(|item| item["embedding"][0].clone()).collect();
    assert_eq!(json!(lengths), json!([1.0, 2.0, 3.0, 4.0, 5.0]), "batches are put together in order");
}

#[tokio::test]
async fn what_can_not_be_embedded_is_an_error_with_its_place() {
    let bench = Bench::new().await;
    let ask = async |body: Value| error(bench.served.post("/v1/embeddings", &body).await).await;
    let (status, message, _) = ask(json!({ "input": "x" })).await;
    assert!(status == 400 && message.contains("names no model"), "{status} {message}");
    let (status, message, param) = ask(json!({ "model": 5, "input": "x" })).await;
    assert!(status == 400 && param == "model", "{status} {message} {param}");
    let (status, message, _) = ask(json!({ "model": "typed/m" })).await;
    assert!(status == 400 && message.contains("`input`"), "{status} {message}");
    let (status, message, _) = ask(json!({ "model": "nobody/m", "input": "x" })).await;
    assert!(status == 404 && message.contains("nobody"), "{status} {message}");
    let (status, message, _) = ask(json!({ "model": "up/m+status-429", "input": "x" })).await;
    assert_eq!(status, 429, "{message}");
}
