//! Rankings. Text Embeddings Inference reads query and document together; the
//! hosted API compares the vectors of both (its task sentence similarity).
//! Either scores each document on its own, so many of them can be sent in
//! several requests, and the scores compare.

use jackfield_sdk::json::merge_extra;
use jackfield_sdk::notes::Notes;
use jackfield_sdk::rerank::{Ranked, RerankRequest, RerankResponse};
use jackfield_sdk::types::Error;
use jackfield_sdk::vectors::in_order;
use serde::Deserialize;
use serde_json::{Value, json};

use super::read;
use crate::settings::{Api, Settings};

/// The body that asks for the scores of these documents.
pub(crate) fn body(
    request: &RerankRequest,
    documents: &[String],
    settings: &Settings,
) -> Result<Value, Error> {
    let mut body = match settings.api {
        Api::Tei => {
            let mut body =
                json!({ "query": request.query, "texts": documents, "raw_scores": settings.raw_scores });
            if let Some(truncate) = settings.truncate {
                body["truncate"] = truncate.into();
            }
            body
        }
        Api::Hosted => json!({ "inputs": { "source_sentence": request.query, "sentences": documents } }),
    };
    merge_extra(&mut body, request.extra.as_deref())?;
    Ok(body)
}

/// A document's score, with its index or by its place.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Scored {
    Ranked { index: u64, score: f64 },
    Plain(f64),
}

/// The scores of `expected` documents, in the order of the documents.
pub(crate) fn scores(text: &str, expected: usize) -> Result<Vec<f64>, Error> {
    let scored: Vec<Scored> = read(text, "a list of scores")?;
    let pair = |scored| match scored {
        Scored::Ranked { index, score } => (Some(index), score),
        Scored::Plain(score) => (None, score),
    };
    in_order(scored.into_iter().map(pair), expected)
}

/// The documents of a request in the order of their scores.
pub(crate) fn response(request: RerankRequest, scores: &[f64]) -> RerankResponse {
    let mut results: Vec<Ranked> =
        (0..).zip(scores).map(|(index, score)| Ranked { index, score: *score }).collect();
    results.sort_by(|a, b| b.score.total_cmp(&a.score));
    results.truncate(request.top_n.map_or(usize::MAX, |count| count as usize));
    let mut notes = Notes::default();
    let because = "this API cuts documents at the model's own limit";
    notes.left_out(request.max_tokens_per_document.is_some(), "max_tokens_per_document", because);
    let warnings = notes.into_warnings();
    RerankResponse { id: None, model: request.model, results, usage: None, warnings }
}

#[cfg(test)]
pub(crate) mod tests {
    use jackfield_sdk::types::ErrorKind;

    use super::*;
    use crate::settings::tests::settings;

    pub(crate) fn request() -> RerankRequest {
        RerankRequest::new("m", "q", ["a", "b", "c"].map(str::to_owned).to_vec())
    }

    #[test]
    fn each_api_is_asked_in_its_own_words() {
        let request = request();
        let documents = &request.documents[..2];
        let tei = Settings { truncate: Some(true), raw_scores: true, ..settings(Api::Tei) };
        assert_eq!(
            body(&request, documents, &tei).unwrap(),
            json!({ "query": "q", "texts": ["a", "b"], "raw_scores": true, "truncate": true })
        );
        assert_eq!(
            body(&request, documents, &settings(Api::Hosted)).unwrap(),
            json!({ "inputs": { "source_sentence": "q", "sentences": ["a", "b"] } })
        );
    }

    #[test]
    fn extra_reaches_the_body() {
        let request = RerankRequest { extra: Some(r#"{"truncate":true}"#.to_owned()), ..request() };
        assert_eq!(body(&request, &[], &settings(Api::Tei)).unwrap()["truncate"], true);
    }

    #[test]
    fn scores_are_put_back_to_their_documents() {
        let text = r#"[{"index":2,"score":0.9,"text":"c"},{"index":0,"score":0.1},{"index":1,"score":-3}]"#;
        assert_eq!(scores(text, 3).unwrap(), [0.1, -3.0, 0.9]);
        assert_eq!(scores("[0.5,1]", 2).unwrap(), [0.5, 1.0]);
    }

    #[test]
    fn the_best_come_first_and_no_more_than_asked_for() {
        let response = response(RerankRequest { top_n: Some(2), ..request() }, &[0.1, 0.9, 0.1]);
        let order: Vec<_> = response.results.iter().map(|ranked| (ranked.index, ranked.score)).collect();
        assert_eq!(order, [(1, 0.9), (0, 0.1)]);
        assert!(response.warnings.is_empty());
    }

    #[test]
    fn what_can_not_be_asked_is_said() {
        let request = RerankRequest { max_tokens_per_document: Some(9), ..request() };
        let warnings = response(request, &[1.0, 2.0, 3.0]).warnings;
        assert!(warnings.len() == 1 && warnings[0].contains("max_tokens_per_document"));
    }

    #[test]
    fn scores_that_do_not_fit_the_documents_are_refused() {
        for text in
            ["[]", "[1]", "{}", r#"[{"index":0,"score":1},{"index":0,"score":2}]"#, r#"[{"score":1},{}]"#]
        {
            assert_eq!(scores(text, 2).unwrap_err().kind, ErrorKind::BadUpstreamAnswer, "{text}");
        }
    }
}
