//! Ranking in the shape of Cohere's and Jina's, with the differences between
//! its servers in the catalog.

use jackfield_e2e::Reply;
use jackfield_runtime::api::rerank::RerankRequest;
use serde_json::json;

use crate::bench::Bench;

fn ask() -> RerankRequest {
    RerankRequest {
        model: "m".to_owned(),
        query: "q".to_owned(),
        documents: ["a", "b", "c"].map(str::to_owned).to_vec(),
        top_n: Some(2),
        max_tokens_per_document: None,
        extra: None,
    }
}

#[tokio::test]
async fn each_server_is_asked_in_its_words_and_read_in_its_shape() {
    let results = json!([{"index": 0, "relevance_score": 0.1}, {"index": 2, "relevance_score": 0.9}, {"index": 1, "relevance_score": 0.2}]);
    let usual = json!({"model": "m", "query": "q", "documents": ["a", "b", "c"], "top_n": 2, "return_documents": false});
    let voyage = json!({"model": "m", "query": "q", "documents": ["a", "b", "c"], "top_k": 2, "return_documents": false});
    let bare = json!({"model": "m", "query": "q", "documents": ["a", "b", "c"], "top_n": 2});
    for (preset, list, expected) in [
        ("jina", "results", &usual),
        ("together", "results", &usual),
        ("voyage", "data", &voyage),
        ("vllm", "results", &bare),
        ("llama-server", "results", &bare),
    ] {
        let body = json!({list: results, "usage": {"total_tokens": 9}});
        let it = Bench::preset(preset, "/v1", "", vec![Reply::json(200, &body.to_string())]).await;
        let told = it.provider.rerank(&it.context, ask()).await.unwrap();
        let order: Vec<u32> = told.results.iter().map(|ranked| ranked.index).collect();
        assert_eq!(order, [2, 1], "{preset}: sorted, and cut where the server doesn't");
        assert_eq!(told.usage.unwrap().input_tokens, Some(9), "{preset}");
        let (head, body) = it.sent(0);
        assert!(head.starts_with("post /v1/rerank "), "{preset}: {head}");
        assert_eq!(&body, expected, "{preset}");
    }
}
