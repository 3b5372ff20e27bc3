//! Ranking by InvokeModel
//! (<https://docs.aws.amazon.com/bedrock/latest/userguide/rerank-supported.html>).

use jackfield_sdk::notes::Notes;
use jackfield_sdk::rerank::{Ranked, RerankRequest, RerankResponse};
use jackfield_sdk::types::Error;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::convert::route::Extra;
use crate::convert::usage;
use crate::settings::model::Family;

/// The version of Cohere's API that its models on Bedrock speak.
const API_VERSION: u32 = 2;

#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    results: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
struct Entry {
    index: u32,
    relevance_score: f64,
}

/// The body for a model of this family, and warnings.
pub(crate) fn body(
    request: &RerankRequest,
    family: Family,
    extra: Extra,
) -> Result<(Map<String, Value>, Vec<String>), Error> {
    let mut notes = Notes::default();
    let mut body = Map::new();
    let mut put = |name: &str, value: Value| drop(body.insert(name.to_owned(), value));
    put("query", Value::from(request.query.as_str()));
    put("documents", Value::from(request.documents.clone()));
    if let Some(top_n) = request.top_n {
        put("top_n", Value::from(top_n));
    }
    match family {
        Family::CohereRerank => {
            put("api_version", Value::from(API_VERSION));
            if let Some(tokens) = request.max_tokens_per_document {
                put("max_tokens_per_doc", Value::from(tokens));
            }
        }
        Family::Rerank => {
            let given = request.max_tokens_per_document.is_some();
            notes.left_out(given, "max-tokens-per-document", "this model has nothing like it");
        }
        other => {
            return Err(Error::invalid_request(format!(
                "a model of the family {other:?} doesn't rank: correct config.families or `modelFamily`"
            )));
        }
    }
    extra.merge(&mut body);
    Ok((body, notes.into_warnings()))
}

/// The answer, best first.
pub(crate) fn response(
    answer: Answer,
    request: RerankRequest,
    headers: &[(String, String)],
    warnings: Vec<String>,
) -> RerankResponse {
    let entries = answer.results.into_iter();
    let mut results: Vec<Ranked> =
        entries.map(|entry| Ranked { index: entry.index, score: entry.relevance_score }).collect();
    results.sort_by(|a, b| b.score.total_cmp(&a.score));
    results.truncate(request.top_n.map_or(usize::MAX, |most| most as usize));
    let id = headers.iter().find(|(name, _)| name == "x-amzn-requestid").map(|(_, id)| id.clone());
    RerankResponse { id, model: request.model, results, usage: usage::of_headers(headers), warnings }
}

#[cfg(test)]
mod tests {
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
        let expected = json!({"query": "q", "documents": ["a", "b"], "top_n": 1, "api_version": 2, "max_tokens_per_doc": 9});
        assert_eq!((Value::Object(cohere), warnings.len()), (expected, 0));
        let (amazon, warnings) = body(&request(), Family::Rerank, Extra::default()).unwrap();
        assert_eq!(Value::Object(amazon), json!({"query": "q", "documents": ["a", "b"], "top_n": 1}));
        assert!(warnings[0].contains("max-tokens-per-document"));
        assert!(body(&request(), Family::Titan, Extra::default()).is_err());
    }

    #[test]
    fn the_best_come_first_and_no_more_than_asked_for() {
        let answer = r#"{"results":[{"index":0,"relevance_score":0.1},{"index":1,"relevance_score":0.9}]}"#;
        let headers = [("x-amzn-bedrock-input-token-count".to_owned(), "7".to_owned())];
        let told = response(serde_json::from_str(answer).unwrap(), request(), &headers, Vec::new());
        assert_eq!(told.results.iter().map(|ranked| ranked.index).collect::<Vec<_>>(), [1]);
        assert_eq!(told.usage.unwrap().input_tokens, Some(7));
    }
}
