//! Embeddings of Gemini's clients: decoded whoever is asked, and looked at by
//! the same guardrails as those of OpenAI's.

use serde_json::{Value, json};

use crate::{Bench, header, read};

fn content(text: &str) -> Value {
    json!({ "content": { "role": "user", "parts": [{ "text": text }] } })
}

fn path(model: &str, method: &str) -> String {
    format!("/v1beta/models/{model}:{method}")
}

/// As the numbers that they are: the provider writes more digits than an `f32` has.
fn numbers(vector: &Value) -> Vec<f32> {
    vector.as_array().unwrap().iter().map(|number| number.as_f64().unwrap() as f32).collect()
}

#[tokio::test]
async fn contents_have_the_vectors_of_their_texts() {
    let bench = Bench::new().await;
    let direct = json!({ "model": "dev-embedding", "input": ["red apple", "green apple"], "encoding_format": "float" });
    let direct = read(bench.direct("/v1/embeddings", &direct).await).await;
    let vector = |place: usize| numbers(&direct["data"][place]["embedding"]);
    for name in ["up", "typed"] {
        let model = format!("{name}/dev-embedding");
        let mut named = content("red apple");
        named["model"] = json!(format!("models/{model}"));
        let batch = json!({ "requests": [named, content("green apple")] });
        let answer = bench.served.post(&path(&model, "batchEmbedContents"), &batch).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(
            (header(&answer, "x-jackfield-mode"), header(&answer, "x-jackfield-provider")),
            ("decoded", name)
        );
        let told = read(answer).await;
        assert_eq!(told["embeddings"].as_array().unwrap().len(), 2);
        for place in 0..2 {
            assert_eq!(numbers(&told["embeddings"][place]["values"]), vector(place));
        }
        assert_eq!(told["usageMetadata"]["promptTokenCount"], direct["usage"]["prompt_tokens"]);
        let answer = bench.served.post(&path(&model, "embedContent"), &content("green apple")).await;
        assert_eq!(numbers(&read(answer).await["embedding"]["values"]), vector(1));
    }
}

#[tokio::test]
async fn an_error_has_googles_shape_and_names_its_place() {
    let bench = Bench::new().await;
    let mut other = content("b");
    other["taskType"] = json!("CLUSTERING");
    for (method, body, place) in [
        ("batchEmbedContents", json!({ "requests": [content("a"), other] }), "requests[1].taskType"),
        ("embedContent", json!({}), "content"),
    ] {
        let answer = bench.served.post(&path("up/dev-embedding", method), &body).await;
        assert_eq!(answer.status(), 400);
        let told = read(answer).await;
        assert_eq!(
            (&told["error"]["code"], &told["error"]["status"]),
            (&json!(400), &json!("INVALID_ARGUMENT"))
        );
        let field = &told["error"]["details"][0]["fieldViolations"][0]["field"];
        assert_eq!(field, place, "{told}");
    }
    let answer = bench.served.post(&path("nobody/m", "embedContent"), &content("a")).await;
    assert_eq!(answer.status(), 404);
    assert_eq!(read(answer).await["error"]["status"], "NOT_FOUND");
}

#[tokio::test]
async fn a_guardrail_looks_at_every_content_of_a_batch() {
    let bench = Bench::new().await;
    let check = json!({ "default.contains": { "words": ["forbidden"], "operator": "none" }, "deny": true });
    let config = json!({ "provider": "typed", "input_guardrails": [check] }).to_string();
    let ask = async |texts: [&str; 2]| {
        let body = json!({ "requests": texts.map(content) });
        let ask = bench.served.ask(&path("dev-embedding", "batchEmbedContents"), &body);
        ask.header("x-portkey-config", &config).send().await.unwrap()
    };
    assert_eq!(ask(["fine", "too"]).await.status(), 200);
    for texts in [["forbidden", "fine"], ["fine", "forbidden"]] {
        let answer = ask(texts).await;
        assert_eq!(answer.status(), 446, "{texts:?}");
        let told = read(answer).await;
        assert!(told["error"]["message"].is_string() && told["hook_results"].is_object(), "{told}");
    }
}
