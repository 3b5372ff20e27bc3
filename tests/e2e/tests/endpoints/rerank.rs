//! `/v1/rerank`, in the shape that Cohere and Jina share.

use jackfield_e2e::gateway::provider;
use serde_json::{Value, json};

use crate::{Bench, error, header, read};

const DOCUMENTS: [&str; 3] = ["aa", "bbbb", "c"];

#[tokio::test]
async fn documents_come_best_first_at_each_of_the_paths() {
    let bench = Bench::new().await;
    for path in ["/v1/rerank", "/v2/rerank", "/rerank"] {
        let body = json!({ "model": "every/length", "query": "q", "documents": DOCUMENTS, "top_n": 2 });
        let answer = bench.served.post(path, &body).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(header(&answer, "x-jackfield-provider"), "every");
        assert_eq!(header(&answer, "x-jackfield-mode"), "decoded");
        let answer = read(answer).await;
        assert_eq!(answer["id"], "rerank-1");
        let results = json!([{ "index": 1, "relevance_score": 4.0 }, { "index": 0, "relevance_score": 2.0 }]);
        assert_eq!(answer["results"], results);
    }
}

#[tokio::test]
async fn documents_are_in_the_answer_where_they_are_asked_for() {
    let bench = Bench::new().await;
    let body = json!({
        "model": "every/length", "query": "q", "documents": ["a", { "text": "bb" }], "return_documents": true
    });
    let answer = read(bench.served.post("/v1/rerank", &body).await).await;
    assert_eq!(answer["results"][0]["document"], json!({ "text": "bb" }));
    assert_eq!(answer["results"][1]["document"], json!({ "text": "a" }));
}

#[tokio::test]
async fn a_route_falls_over_and_changes_parameters_here_too() {
    let bench = Bench::new().await;
    let config = json!({
        "strategy": { "mode": "fallback" },
        "targets": [
            { "provider": "every", "override_params": { "model": "error-overloaded" } },
            { "provider": "every", "override_params": { "model": "length", "top_n": 1 } },
        ],
    });
    let body = json!({ "model": "any", "query": "q", "documents": DOCUMENTS });
    let request = bench.served.ask("/v1/rerank", &body).header("x-portkey-config", config.to_string());
    let answer = request.send().await.unwrap();
    assert_eq!(header(&answer, "x-portkey-last-used-option-index"), "config.targets[1]");
    assert_eq!(header(&answer, "x-jackfield-model"), "length");
    assert_eq!(read(answer).await["results"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn what_can_not_be_ranked_is_an_error() {
    let mute = provider("mute", "anthropic", "http://127.0.0.1:9", "");
    let bench = Bench::with(vec![], &mute).await;
    let ask = async |body: Value| error(bench.served.post("/v1/rerank", &body).await).await;
    let (status, message, _) = ask(json!({ "model": "every/length", "query": "q", "documents": [] })).await;
    assert!(status == 400 && message.contains("`documents`"), "{status} {message}");
    let (status, message, _) = ask(json!({ "model": "every/length", "documents": ["a"] })).await;
    assert!(status == 400 && message.contains("`query`"), "{status} {message}");
    let (status, message, _) = ask(json!({ "model": "mute/m", "query": "q", "documents": ["a"] })).await;
    assert!(status == 400 && message.contains("rerank"), "no interface for it: {status} {message}");
    let (status, message, _) = ask(json!({ "model": "every/twice", "query": "q", "documents": ["a"] })).await;
    assert!(status == 500 && message.contains("twice"), "a ranking that is none: {status} {message}");
}
