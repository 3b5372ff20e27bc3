//! `openai` and ranking, on llama.cpp's server, which ranks at `/v1/rerank`.

use std::io::Write as _;

use jackfield_runtime::Interface;
use jackfield_runtime::api::rerank::RerankRequest;

use crate::Bench;
use crate::server::Server;

#[tokio::test]
#[ignore = "needs the servers of make test-peers"]
async fn documents_are_ranked_as_the_server_ranks_them() {
    let bench = Bench::openai(Server::LlamaRank).await;
    if !bench.provider.has(Interface::Rerank) {
        // Not with a macro, whose words the test harness would keep to itself.
        writeln!(std::io::stderr(), "skipped: ranking, which the plugin `openai` doesn't do").unwrap();
        return;
    }
    let documents = ["one", "two words", "three"];
    let request = RerankRequest {
        model: "rank".to_owned(),
        query: "which?".to_owned(),
        documents: documents.map(str::to_owned).to_vec(),
        top_n: None,
        max_tokens_per_document: None,
        extra: None,
    };
    let answer = bench.provider.rerank(&bench.context, request).await.unwrap();
    let body = serde_json::json!({ "model": "rank", "query": "which?", "documents": documents });
    let direct = Server::LlamaRank.post("/v1/rerank", &body.to_string()).await;
    let direct: serde_json::Value = serde_json::from_str(&direct.body).unwrap();
    let best = direct["results"].as_array().unwrap().iter().map(|ranked| ranked["index"].as_u64().unwrap());
    let ranks: Vec<_> = answer.results.iter().map(|ranked| u64::from(ranked.index)).collect();
    assert_eq!(ranks, best.collect::<Vec<_>>());
}
