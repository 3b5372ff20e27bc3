//! `openai` and vectors, on llama.cpp's server and on LiteLLM in front of it.

use jackfield_runtime::api::embedding::{EmbedRequest, EmbedResponse, Input, Vector};

use crate::Bench;
use crate::server::Server;

fn texts(texts: &[&str]) -> Vec<Input> {
    texts.iter().map(|text| Input::Text((*text).to_owned())).collect()
}

async fn embed(bench: &Bench, model: &str, inputs: &[&str]) -> EmbedResponse {
    bench.provider.embed(&bench.context, EmbedRequest::new(model, texts(inputs))).await.unwrap()
}

fn floats(answer: &EmbedResponse) -> Vec<&[f32]> {
    let vectors = answer.vectors.iter().map(|vector| match vector {
        Vector::Float32(numbers) => numbers.as_slice(),
        other => panic!("{other:?}"),
    });
    vectors.collect()
}

/// Nearly the same: how many inputs a batch has changes the last digits.
fn alike(one: &[f32], other: &[f32]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| (a - b).abs() < 1e-4)
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn every_input_has_its_vector_alone_or_with_others() {
    let bench = Bench::openai(Server::Llama).await;
    let all = ["one", "two words", "three"];
    let together = embed(&bench, "chat", &all).await;
    let together = floats(&together);
    assert_eq!(together.len(), 3);
    for (input, vector) in all.iter().zip(&together) {
        let alone = embed(&bench, "chat", &[input]).await;
        assert_eq!(vector.len(), 64);
        assert!(alike(floats(&alone)[0], vector), "{input}");
    }
    assert!(!alike(together[0], together[1]), "different texts have different vectors");
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_vector_is_the_one_that_the_server_gave_however_it_travels() {
    let direct = Server::Llama.post("/v1/embeddings", r#"{"model":"chat","input":["one"]}"#).await;
    let direct: serde_json::Value = serde_json::from_str(&direct.body).unwrap();
    let numbers = direct["data"][0]["embedding"].as_array().unwrap();
    let direct: Vec<f32> = numbers.iter().map(|number| number.as_f64().unwrap() as f32).collect();
    for encoding in ["base64", "float", "unsaid"] {
        let lines = format!("config.embedding-encoding = \"{encoding}\"");
        let bench = Bench::bound(Server::Llama, "openai", "api-key", &Server::Llama.key(), &lines).await;
        let answer = embed(&bench, "chat", &["one"]).await;
        assert!(alike(floats(&answer)[0], &direct), "{encoding}");
    }
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn tokens_of_the_inputs_are_counted() {
    let bench = Bench::openai(Server::Llama).await;
    let one = embed(&bench, "chat", &["one"]).await.usage.unwrap().input_tokens.unwrap();
    let two = embed(&bench, "chat", &["one", "one"]).await.usage.unwrap().input_tokens.unwrap();
    assert!(one > 0 && two == 2 * one, "{one} and {two} tokens");
}

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn a_proxy_in_between_gives_the_same_vectors() {
    let (near, far) = (Bench::openai(Server::Llama).await, Bench::openai(Server::Litellm).await);
    let (near, far) =
        (embed(&near, "chat", &["a", "b"]).await, embed(&far, "peer-embedding", &["a", "b"]).await);
    for (near, far) in floats(&near).into_iter().zip(floats(&far)) {
        assert!(alike(near, far));
    }
}
