use jackfield_sdk::types::ErrorKind;
use serde_json::{Value, json};

use super::*;
use crate::settings::tests::Table;

fn ask(top_n: Option<u32>) -> RerankRequest {
    let documents = ["a", "b", "c"].map(str::to_owned).to_vec();
    RerankRequest { top_n, ..RerankRequest::new("m", "q", documents) }
}

fn written(table: &Table, request: &RerankRequest) -> (Value, Vec<String>) {
    let settings = RerankSettings::read(table).unwrap();
    let (body, warnings) = prepare(request, "p/m", &settings).unwrap();
    (serde_json::to_value(&body).unwrap(), warnings)
}

fn read(body: &str, top_n: Option<u32>) -> Result<RerankResponse, Error> {
    convert(Whole { status: 200, headers: &[], body: body.as_bytes() }, "m", 3, top_n, Vec::new())
}

fn order(answer: &RerankResponse) -> Vec<u32> {
    answer.results.iter().map(|ranked| ranked.index).collect()
}

#[test]
fn the_usual_body_leaves_the_documents_out_of_the_answer() {
    let (body, warnings) = written(&Table::new(), &ask(Some(2)));
    assert_eq!(
        body,
        json!({"model":"p/m","query":"q","documents":["a","b","c"],"top_n":2,"return_documents":false})
    );
    assert!(warnings.is_empty());
}

#[test]
fn another_shape_is_a_matter_of_configuration() {
    let table = Table::new()
        .text("rerank-top-field", "top_k")
        .text("rerank-max-tokens-field", "max_tokens_per_doc")
        .flag("rerank-return-documents", false);
    let request = RerankRequest { max_tokens_per_document: Some(512), ..ask(Some(2)) };
    let (body, warnings) = written(&table, &request);
    assert_eq!(
        body,
        json!({"model":"p/m","query":"q","documents":["a","b","c"],"top_k":2,"max_tokens_per_doc":512})
    );
    assert!(warnings.is_empty());
    let (body, warnings) = written(&Table::new().text("rerank-top-field", "none"), &request);
    assert!(body.get("top_n").is_none());
    assert!(warnings[0].contains("max_tokens_per_document"));
}

#[test]
fn results_are_sorted_and_cut_here_where_the_server_does_neither() {
    let body = r#"{"id":"r","model":"x","results":[{"index":0,"relevance_score":0.1},{"index":2,"relevance_score":0.9,"document":{"text":"c"}},{"index":1,"relevance_score":-3}],
        "usage":{"total_tokens":12}}"#;
    let answer = read(body, Some(2)).unwrap();
    assert_eq!((order(&answer), answer.model.as_str()), (vec![2, 0], "x"));
    assert_eq!(answer.usage.unwrap().input_tokens, Some(12));
    assert_eq!(order(&read(body, None).unwrap()), [2, 0, 1]);
}

#[test]
fn the_list_is_found_under_either_name_and_the_score_too() {
    let voyage = r#"{"object":"list","data":[{"relevance_score":0.5,"index":1}],"model":"rerank-2","usage":{"total_tokens":3}}"#;
    assert_eq!(order(&read(voyage, None).unwrap()), [1]);
    assert_eq!(order(&read(r#"{"results":[{"index":1,"score":0.5}]}"#, None).unwrap()), [1]);
    let meta = r#"{"results":[],"meta":{"api_version":{},"billed_units":{"search_units":1,"x":null},"tokens":{"input_tokens":7,"output_tokens":0}}}"#;
    let usage = read(meta, None).unwrap().usage.unwrap();
    assert_eq!((usage.input_tokens, usage.units), (Some(7), vec![("search_units".to_owned(), 1.0)]));
}

#[test]
fn a_ranking_of_what_was_not_asked_about_is_a_bad_answer() {
    for body in [
        r#"{"results":[{"index":3,"relevance_score":1}]}"#,
        r#"{"results":[{"index":1,"relevance_score":1},{"index":1,"relevance_score":2}]}"#,
        r#"{"results":[{"index":1}]}"#,
        r#"{"results":[{"relevance_score":1}]}"#,
        "{}",
        "<html>",
    ] {
        assert_eq!(read(body, None).unwrap_err().kind, ErrorKind::BadUpstreamAnswer, "{body}");
    }
    let error = read(r#"{"error":{"code":"rate_limit_exceeded","message":"slow"}}"#, None).unwrap_err();
    assert_eq!(error.kind, ErrorKind::RateLimited);
}
