use serde_json::json;

use super::*;

fn request() -> RerankRequest {
    let documents = vec!["a".to_owned(), "b".to_owned()];
    RerankRequest {
        top_n: Some(1),
        max_tokens_per_document: Some(9),
        ..RerankRequest::new("cohere.rerank-v3-5:0", "q", documents)
    }
}

#[test]
fn each_family_has_its_body() {
    let (cohere, warnings) = body(&request(), Family::CohereRerank, Extra::default()).unwrap();
    let expected =
        json!({"query": "q", "documents": ["a", "b"], "top_n": 1, "api_version": 2, "max_tokens_per_doc": 9});
    assert_eq!((Value::Object(cohere), warnings.len()), (expected, 0));
    let (amazon, warnings) = body(&request(), Family::Rerank, Extra::default()).unwrap();
    assert_eq!(Value::Object(amazon), json!({"query": "q", "documents": ["a", "b"], "top_n": 1}));
    assert!(warnings[0].contains("max-tokens-per-document"));
    assert!(body(&request(), Family::Titan, Extra::default()).is_err());
}

#[test]
fn the_best_come_first_and_no_more_than_asked_for() {
    let headers = [("x-amzn-bedrock-input-token-count".to_owned(), "7".to_owned())];
    for answer in [
        r#"{"results":[{"index":0,"relevance_score":0.1},{"index":1,"relevance_score":0.9}]}"#,
        r#"{"results":[{"index":0,"relevanceScore":0.1},{"index":1,"relevanceScore":0.9}],"nextToken":"t"}"#,
    ] {
        let answer: Answer = serde_json::from_str(answer).unwrap();
        let told = response(answer.results, request(), &headers, Vec::new());
        assert_eq!(told.results.iter().map(|ranked| ranked.index).collect::<Vec<_>>(), [1]);
        assert_eq!(told.usage.unwrap().input_tokens, Some(7));
    }
}
