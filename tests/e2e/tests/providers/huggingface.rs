//! Vectors and rankings of Text Embeddings Inference and of the hosted API.

use jackfield_e2e::Reply;
use jackfield_runtime::api::embedding::{EmbedRequest, Input, Vector};
use jackfield_runtime::api::passthrough::Dialect;
use jackfield_runtime::api::rerank::RerankRequest;
use jackfield_runtime::api::types::ErrorKind;
use serde_json::json;

use crate::bench::{Bench, KEY};

fn request(texts: &[&str]) -> EmbedRequest {
    EmbedRequest::new("owner/name", texts.iter().map(|text| Input::Text((*text).to_owned())).collect())
}

async fn hosted(replies: Vec<Reply>) -> Bench {
    Bench::new("huggingface", "secrets.api-key = KEY", replies).await
}

async fn tei(lines: &str, replies: Vec<Reply>) -> Bench {
    Bench::new("huggingface", &format!("secrets.api-key = KEY\nconfig.api = \"tei\"\n{lines}"), replies).await
}

#[tokio::test]
async fn vectors_of_tokens_are_pooled_and_the_model_stands_in_the_path() {
    let bench = hosted(vec![Reply::json(200, "[[[1,2],[3,4]],[[5,6]]]")]).await;
    let told = bench.provider.embed(&bench.context, request(&["a", "b"])).await.unwrap();
    assert!(
        matches!(told.vectors.as_slice(), [Vector::Float32(a), Vector::Float32(b)] if *a == [2.0, 3.0] && *b == [5.0, 6.0])
    );
    let (head, body) = bench.sent(0);
    assert!(head.starts_with("post /models/owner/name/pipeline/feature-extraction "), "{head}");
    assert!(head.contains(&format!("authorization: bearer {KEY}")), "{head}");
    assert_eq!(body, json!({ "inputs": ["a", "b"] }));
}

#[tokio::test]
async fn many_inputs_are_sent_in_batches_and_come_back_in_order() {
    let numbers = |range: std::ops::Range<u32>| {
        Reply::json(200, &json!(range.map(|number| vec![number]).collect::<Vec<_>>()).to_string())
    };
    let bench = tei("", vec![numbers(0..32), numbers(32..40)]).await;
    let texts: Vec<String> = (0..40).map(|number| number.to_string()).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let told = bench.provider.embed(&bench.context, request(&texts)).await.unwrap();
    assert_eq!((told.vectors.len(), bench.upstream.requests().len()), (40, 2));
    let (head, body) = bench.sent(1);
    assert!(head.starts_with("post /embed "), "{head}");
    assert_eq!(body["inputs"].as_array().unwrap().len(), 8);
}

#[tokio::test]
async fn sparse_vectors_are_made_where_they_are_asked_for() {
    let bench = tei("", vec![Reply::json(200, r#"[[{"index":7,"value":0.5}]]"#)]).await;
    let extra = Some(r#"{"vectors":"sparse"}"#.to_owned());
    let told = bench.provider.embed(&bench.context, EmbedRequest { extra, ..request(&["a"]) }).await.unwrap();
    assert!(matches!(told.vectors.as_slice(), [Vector::Sparse(pairs)] if *pairs == [(7, 0.5)]), "{told:?}");
    assert!(bench.sent(0).0.starts_with("post /embed_sparse "));
}

#[tokio::test]
async fn documents_are_ranked_in_several_requests_and_put_in_order() {
    let replies = vec![
        Reply::json(200, r#"[{"index":1,"score":0.9},{"index":0,"score":0.1}]"#),
        Reply::json(200, r#"[{"index":0,"score":0.5}]"#),
    ];
    let bench = tei("config.rank-batch = 2", replies).await;
    let documents = ["a", "b", "c"].map(str::to_owned).to_vec();
    let ask = RerankRequest {
        model: "m".to_owned(),
        query: "q".to_owned(),
        documents,
        top_n: Some(2),
        max_tokens_per_document: None,
        extra: None,
    };
    let told = bench.provider.rerank(&bench.context, ask).await.unwrap();
    let order: Vec<_> = told.results.iter().map(|ranked| ranked.index).collect();
    assert_eq!((order, bench.upstream.requests().len()), (vec![1, 2], 2));
    assert_eq!(bench.sent(1).1, json!({ "query": "q", "texts": ["c"], "raw_scores": false }));
}

#[tokio::test]
async fn a_model_that_loads_says_how_long_to_wait() {
    let loading = r#"{"error":"Model owner/name is currently loading","estimated_time":20.5}"#;
    let bench = hosted(vec![Reply::json(503, loading)]).await;
    let error = bench.provider.embed(&bench.context, request(&["a"])).await.unwrap_err().to_record();
    assert_eq!((error.kind, error.retry_after_ms), (ErrorKind::Overloaded, Some(20_500)));
}

#[tokio::test]
async fn a_servers_model_is_listed_and_its_other_dialect_known() {
    let info =
        r#"{"model_id":"owner/name","model_type":{"embedding":{"pooling":"cls"}},"max_input_length":512}"#;
    let bench = tei("", vec![Reply::json(200, info)]).await;
    let models = bench.provider.list_models(&bench.context).await.unwrap();
    assert_eq!((models[0].id.as_str(), models[0].context_tokens), ("owner/name", Some(512)));
    assert_eq!(bench.provider.dialects(&bench.context).await.unwrap(), [Dialect::OpenaiEmbeddings]);
    assert!(hosted(vec![]).await.provider.dialects(&bench.context).await.unwrap().is_empty());
}
