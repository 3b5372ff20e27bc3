//! `rerank`.

use jackfield_runtime::api::rerank::RerankRequest;

use crate::{Bench, broke_the_contract};

pub(crate) fn request(model: &str, documents: &[&str]) -> RerankRequest {
    RerankRequest {
        model: model.to_owned(),
        query: "which is longest?".to_owned(),
        documents: documents.iter().map(|text| (*text).to_owned()).collect(),
        top_n: None,
        max_tokens_per_document: None,
        extra: None,
    }
}

#[tokio::test]
async fn documents_are_ranked_best_first() {
    let bench = Bench::alone().await;
    let documents = ["aa", "bbbb", "c", "dddd"];
    let answer = bench.provider.rerank(&bench.context, request("length", &documents)).await.unwrap();
    let ranks: Vec<_> = answer.results.iter().map(|ranked| (ranked.index, ranked.score)).collect();
    assert_eq!(ranks, [(1, 4.0), (3, 4.0), (0, 2.0), (2, 1.0)]);
    let two = RerankRequest { top_n: Some(2), ..request("length", &documents) };
    assert_eq!(bench.provider.rerank(&bench.context, two).await.unwrap().results.len(), 2);
}

#[tokio::test]
async fn what_is_no_ranking_of_the_documents_breaks_the_contract() {
    let bench = Bench::alone().await;
    for (model, part) in [
        ("out-of-range", "document 2 of 2"),
        ("twice", "document 0 twice"),
        ("all", "2 documents where `top-n` is 1"),
        ("worst-first", "best first"),
    ] {
        let top_n = (model == "all").then_some(1);
        let request = RerankRequest { top_n, ..request(model, &["aa", "b"]) };
        let error = bench.provider.rerank(&bench.context, request).await.unwrap_err();
        broke_the_contract(&error, part);
    }
}
