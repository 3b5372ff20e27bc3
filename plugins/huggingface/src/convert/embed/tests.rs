use jackfield_sdk::embedding::{Encoding, Purpose};
use jackfield_sdk::types::ErrorKind;

use super::*;
use crate::settings::tests::settings;

pub(crate) fn request(texts: &[&str]) -> EmbedRequest {
    EmbedRequest::new("m", texts.iter().map(|text| Input::Text((*text).to_owned())).collect())
}

fn body(request: &EmbedRequest, settings: &Settings) -> Value {
    prepare(request, settings).unwrap().body
}

#[test]
fn a_plain_request_has_nothing_but_its_inputs() {
    for api in [Api::Hosted, Api::Tei] {
        assert_eq!(body(&request(&["a", "b"]), &settings(api)), json!({ "inputs": ["a", "b"] }));
    }
}

#[test]
fn what_the_request_and_the_provider_say_reaches_the_body() {
    let settings = Settings {
        normalize: Some(false),
        prompts: vec![(Purpose::Query, "query".to_owned()), (Purpose::Document, "passage".to_owned())],
        ..settings(Api::Tei)
    };
    let request = EmbedRequest {
        purpose: Some(Purpose::Document),
        dimensions: Some(2),
        truncation: Some(Truncation::Start),
        extra: Some(r#"{"prompt_name":"other","more":1}"#.to_owned()),
        ..request(&["a"])
    };
    assert_eq!(
        body(&request, &settings),
        json!({
            "inputs": ["a"], "normalize": false, "prompt_name": "other", "truncate": true,
            "truncation_direction": "Left", "dimensions": 2, "more": 1,
        })
    );
    let request = EmbedRequest { extra: None, ..request };
    assert_eq!(body(&request, &settings)["prompt_name"], "passage");
    let request = EmbedRequest { purpose: Some(Purpose::Clustering), ..request };
    assert_eq!(body(&request, &settings).get("prompt_name"), None);
}

#[test]
fn truncation_is_the_requests_and_else_the_providers() {
    let cut = Settings { truncate: Some(true), ..settings(Api::Hosted) };
    for (asked, settings, truncate, direction) in [
        (None, &settings(Api::Hosted), None, None),
        (None, &cut, Some(true), None),
        (Some(Truncation::None), &cut, Some(false), None),
        (Some(Truncation::End), &settings(Api::Hosted), Some(true), None),
        (Some(Truncation::Start), &settings(Api::Hosted), Some(true), Some("left")),
    ] {
        let body = body(&EmbedRequest { truncation: asked, ..request(&["a"]) }, settings);
        assert_eq!(body.get("truncate").and_then(Value::as_bool), truncate, "{asked:?}");
        assert_eq!(body.get("truncation_direction").and_then(Value::as_str), direction, "{asked:?}");
    }
}

#[test]
fn tokens_go_to_a_server_and_not_to_the_hosted_api() {
    let mixed =
        EmbedRequest { inputs: vec![Input::Tokens(vec![1, 2]), Input::Text("a".to_owned())], ..request(&[]) };
    assert_eq!(body(&mixed, &settings(Api::Tei)), json!({ "inputs": [[1, 2], "a"] }));
    assert_eq!(prepare(&mixed, &settings(Api::Hosted)).unwrap_err().kind, ErrorKind::Unsupported);
}

#[test]
fn what_can_not_be_asked_is_refused_or_said() {
    let numbers = EmbedRequest { encoding: Some(Encoding::Int8), ..request(&["a"]) };
    assert_eq!(prepare(&numbers, &settings(Api::Tei)).unwrap_err().kind, ErrorKind::Unsupported);
    let user = EmbedRequest { user: Some("u".to_owned()), ..request(&["a"]) };
    let warnings = prepare(&user, &settings(Api::Tei)).unwrap().notes.into_warnings();
    assert!(warnings.len() == 1 && warnings[0].contains("`user`"));
}

#[test]
fn one_request_can_ask_for_other_vectors_than_the_provider_gives() {
    let ask = |extra: &str, api| {
        let request = EmbedRequest { extra: Some(extra.to_owned()), dimensions: Some(8), ..request(&["a"]) };
        prepare(&request, &settings(api))
    };
    let sparse = ask(r#"{"vectors":"sparse"}"#, Api::Tei).unwrap();
    assert_eq!((sparse.vectors, sparse.body), (Vectors::Sparse, json!({ "inputs": ["a"] })));
    let warnings = sparse.notes.into_warnings();
    assert!(warnings.len() == 1 && warnings[0].contains("`dimensions`"));
    let pooled = ask(r#"{"pooling":"none"}"#, Api::Hosted).unwrap();
    assert_eq!((pooled.pooling, pooled.body.get("pooling")), (Pooling::None, None));

    assert_eq!(ask(r#"{"vectors":"sparse"}"#, Api::Hosted).unwrap_err().kind, ErrorKind::Unsupported);
    for extra in [r#"{"vectors":"thick"}"#, r#"{"pooling":1}"#] {
        let error = ask(extra, Api::Tei).unwrap_err();
        assert!(
            error.kind == ErrorKind::InvalidRequest && error.message.contains("`extra."),
            "{}",
            error.message
        );
    }
}

fn answer(request: &EmbedRequest, settings: &Settings, text: &str) -> EmbedResponse {
    let prepared = prepare(request, settings).unwrap();
    response(text, "m".to_owned(), request.inputs.len(), prepared, None).unwrap()
}

#[test]
fn pooled_vectors_get_the_length_one_where_that_is_wanted() {
    let settings = Settings { normalize: Some(true), pooling: Pooling::Cls, ..settings(Api::Hosted) };
    let answer = answer(&request(&["a"]), &settings, "[[[3,4],[0,1]]]");
    assert_eq!(format!("{:?}", answer.vectors), "[Vector::Float32([0.6, 0.8])]");
}

#[test]
fn each_kind_of_vector_is_read_as_what_it_is() {
    for (vectors, text, expected) in [
        (Vectors::Dense, "[[1]]", "[Vector::Float32([1.0])]"),
        (Vectors::Tokens, "[[[1],[2]]]", "[Vector::PerToken([[1.0], [2.0]])]"),
        (Vectors::Sparse, r#"[[{"index":5,"value":1}]]"#, "[Vector::Sparse([(5, 1.0)])]"),
    ] {
        let settings = Settings { vectors, ..settings(Api::Tei) };
        assert_eq!(format!("{:?}", answer(&request(&["a"]), &settings, text).vectors), expected);
    }
}

#[test]
fn vectors_that_could_not_be_shortened_are_told_once() {
    let request = EmbedRequest { dimensions: Some(1), ..request(&["a", "b"]) };
    let answer = answer(&request, &settings(Api::Tei), "[[1,2],[3,4]]");
    assert_eq!(answer.warnings, ["the vectors have 2 dimensions, not 1: the model can't shorten them"]);
}

#[test]
fn the_size_of_a_request_is_read_from_the_servers_headers() {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let told = usage(&[header("x-compute-tokens", "12"), header("x-compute-characters", "40")]).unwrap();
    assert_eq!((told.input_tokens, told.units), (Some(12), vec![("characters".to_owned(), 40.0)]));
    assert!(usage(&[header("x-compute-tokens", "many")]).is_none());
}
