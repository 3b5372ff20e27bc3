//! Ranks: the body of `POST /v2/rerank` and its answer.

use std::collections::HashSet;

use jackfield_sdk::rerank::{Ranked, RerankRequest, RerankResponse};
use jackfield_sdk::types::Error;

use super::{usage, written};
use crate::settings::Counts;
use crate::wire::embed::{Rerank, Reranked};

/// More documents than this the API advises against; far more it refuses.
const ADVISED: usize = 1000;

/// Writes the body.
pub(crate) fn prepare(request: &RerankRequest) -> Result<(Vec<u8>, Vec<String>), Error> {
    if request.top_n == Some(0) {
        return Err(Error::invalid_request("`top-n` must be 1 or more"));
    }
    let mut warnings = Vec::new();
    if request.documents.len() > ADVISED {
        warnings.push(format!(
            "{} documents were ranked at once: Cohere advises against more than {ADVISED}",
            request.documents.len()
        ));
    }
    let body = Rerank {
        model: &request.model,
        query: &request.query,
        documents: &request.documents,
        top_n: request.top_n,
        max_tokens_per_doc: request.max_tokens_per_document,
    };
    Ok((written(&body, request.extra.as_deref())?, warnings))
}

/// Reads the answer.
pub(crate) fn convert(
    answer: Reranked,
    request: &RerankRequest,
    counts: Counts,
    mut warnings: Vec<String>,
) -> Result<RerankResponse, Error> {
    let Some(places) = answer.results else {
        return Err(Error::bad_answer("Cohere's answer has no `results` in it"));
    };
    let mut seen = HashSet::new();
    let mut results = Vec::with_capacity(places.len());
    for place in places {
        if place.index as usize >= request.documents.len() || !seen.insert(place.index) {
            return Err(Error::bad_answer(format!(
                "Cohere ranked document {} of {}, which isn't there or was ranked before",
                place.index,
                request.documents.len()
            )));
        }
        results.push(Ranked { index: place.index, score: place.relevance_score });
    }
    results.sort_by(|a, b| b.score.total_cmp(&a.score));
    results.truncate(request.top_n.map_or(usize::MAX, |n| n as usize));
    let usage = usage::of_meta(answer.meta.as_deref(), counts, &mut warnings);
    Ok(RerankResponse { id: answer.id, model: request.model.clone(), results, usage, warnings })
}

#[cfg(test)]
mod tests {
    use jackfield_sdk::types::ErrorKind;
    use serde_json::{Value, json};

    use super::*;

    fn request(count: usize, top_n: Option<u32>) -> RerankRequest {
        RerankRequest { top_n, ..RerankRequest::new("rerank-1", "q", vec!["d".to_owned(); count]) }
    }

    fn read(answer: &Value, request: &RerankRequest) -> Result<RerankResponse, Error> {
        convert(serde_json::from_str(&answer.to_string()).unwrap(), request, Counts::All, Vec::new())
    }

    #[test]
    fn the_body_has_what_was_asked_for_and_no_more() {
        let (body, warnings) = prepare(&request(1, None)).unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body, json!({"model": "rerank-1", "query": "q", "documents": ["d"]}));
        assert!(warnings.is_empty());
        let full = RerankRequest {
            max_tokens_per_document: Some(512),
            extra: Some(r#"{"priority":3}"#.to_owned()),
            ..request(1, Some(1))
        };
        let body: Value = serde_json::from_slice(&prepare(&full).unwrap().0).unwrap();
        assert_eq!(
            (&body["top_n"], &body["max_tokens_per_doc"], &body["priority"]),
            (&json!(1), &json!(512), &json!(3))
        );
    }

    #[test]
    fn very_many_documents_are_warned_of_and_none_at_all_refused() {
        assert!(prepare(&request(1000, None)).unwrap().1.is_empty());
        assert_eq!(prepare(&request(1001, None)).unwrap().1.len(), 1);
        assert_eq!(prepare(&request(1, Some(0))).unwrap_err().kind, ErrorKind::InvalidRequest);
    }

    #[test]
    fn the_best_come_first_and_no_more_than_asked_for() {
        let answer = json!({"id": "r", "meta": {"billed_units": {"search_units": 1}, "warnings": ["old model"]},
            "results": [{"index": 2, "relevance_score": 0.1}, {"index": 0, "relevance_score": 0.9}, {"index": 1, "relevance_score": 0.5}]});
        let ranked = read(&answer, &request(3, Some(2))).unwrap();
        assert_eq!(ranked.results.iter().map(|place| place.index).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(
            (ranked.id.as_deref(), ranked.warnings.as_slice()),
            (Some("r"), &["old model".to_owned()][..])
        );
        assert_eq!(ranked.usage.unwrap().units, [("search_units".to_owned(), 1.0)]);
    }

    #[test]
    fn a_place_that_is_not_there_or_comes_twice_is_the_upstreams_fault() {
        for places in [
            json!([{"index": 3, "relevance_score": 1}]),
            json!([{"index": 0, "relevance_score": 1}, {"index": 0, "relevance_score": 2}]),
        ] {
            let error = read(&json!({"results": places}), &request(3, None)).unwrap_err();
            assert_eq!(error.kind, ErrorKind::BadUpstreamAnswer);
        }
        assert_eq!(read(&json!({}), &request(3, None)).unwrap_err().kind, ErrorKind::BadUpstreamAnswer);
    }
}
