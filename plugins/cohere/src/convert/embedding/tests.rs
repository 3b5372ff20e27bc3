use jackfield_sdk::types::{ErrorKind, Source};
use serde_json::{Value, json};

use super::*;
use crate::settings::tests::settings;

fn text(text: &str) -> Input {
    Input::Text(text.to_owned())
}

fn image() -> Input {
    let (source, mime_type) = (Source::Data(vec![0, 0, 0]), Some("image/png".to_owned()));
    Input::Image(Media { source, mime_type, detail: None, transcript: None, id: None })
}

fn bodies(request: &EmbedRequest) -> (Vec<Value>, Vec<String>) {
    let (bodies, warnings) = prepare(request, &settings()).unwrap();
    (bodies.iter().map(|body| serde_json::from_slice(body).unwrap()).collect(), warnings)
}

const URL: &str = "data:image/png;base64,AAAA";

#[test]
fn texts_are_documents_unless_something_else_is_said() {
    let plain = EmbedRequest::new("m", vec![text("a"), text("b")]);
    let (sent, warnings) = bodies(&plain);
    assert_eq!(
        sent,
        [
            json!({"model": "m", "input_type": "search_document", "texts": ["a", "b"], "embedding_types": ["float"]})
        ]
    );
    assert!(warnings.is_empty());
    for (purpose, word) in [
        (Purpose::Document, "search_document"),
        (Purpose::Query, "search_query"),
        (Purpose::Classification, "classification"),
        (Purpose::Clustering, "clustering"),
        (Purpose::Similarity, "clustering"),
    ] {
        let (sent, warnings) = bodies(&EmbedRequest { purpose: Some(purpose), ..plain.clone() });
        assert_eq!(sent[0]["input_type"], word);
        assert_eq!(warnings.len(), usize::from(purpose == Purpose::Similarity));
    }
}

#[test]
fn every_parameter_has_its_member() {
    let request = EmbedRequest {
        dimensions: Some(256),
        truncation: Some(Truncation::Start),
        encoding: Some(Encoding::Ubinary),
        user: Some("u".to_owned()),
        extra: Some(r#"{"priority":1}"#.to_owned()),
        ..EmbedRequest::new("m", vec![text("a")])
    };
    let (sent, warnings) = bodies(&request);
    assert_eq!(
        sent,
        [
            json!({"model": "m", "input_type": "search_document", "texts": ["a"], "embedding_types": ["ubinary"],
            "output_dimension": 256, "truncate": "START", "priority": 1})
        ]
    );
    assert_eq!(warnings.len(), 1);
}

#[test]
fn images_go_alone_or_mixed_with_texts() {
    let (sent, _) = bodies(&EmbedRequest::new("embed-v4.0", vec![image(), image()]));
    assert_eq!((&sent[0]["images"], &sent[0]["input_type"]), (&json!([URL, URL]), &json!("image")));
    let (sent, _) = bodies(&EmbedRequest::new("embed-v4.0", vec![text("a"), image()]));
    let expected = json!([
        {"content": [{"type": "text", "text": "a"}]},
        {"content": [{"type": "image_url", "image_url": {"url": URL}}]},
    ]);
    assert_eq!((&sent[0]["inputs"], &sent[0]["input_type"]), (&expected, &json!("search_document")));
}

#[test]
fn models_of_one_image_a_request_get_one() {
    let (sent, _) = bodies(&EmbedRequest::new("embed-english-v3.0", vec![image(), text("a"), image()]));
    assert_eq!(sent.len(), 3);
    assert_eq!((&sent[0]["images"], &sent[0]["input_type"]), (&json!([URL]), &json!("image")));
    assert_eq!((&sent[1]["texts"], &sent[1]["input_type"]), (&json!(["a"]), &json!("search_document")));
    assert_eq!(bodies(&EmbedRequest::new("embed-english-v3.0", vec![text("a"), text("b")])).0.len(), 1);
}

#[test]
fn what_it_cannot_embed_is_refused() {
    let far = Source::Url("https://a.example/b.png".to_owned());
    let far = Input::Image(Media { source: far, mime_type: None, detail: None, transcript: None, id: None });
    for input in [Input::Tokens(vec![1]), far] {
        let error = prepare(&EmbedRequest::new("m", vec![input]), &settings()).unwrap_err();
        assert_eq!((error.kind, error.sent), (ErrorKind::Unsupported, false));
    }
}

fn read(answers: &[Value], request: &EmbedRequest) -> Result<EmbedResponse, Error> {
    let answers = answers.iter().map(|answer| serde_json::from_str(&answer.to_string()).unwrap()).collect();
    convert(answers, request, Counts::All, Vec::new())
}

#[test]
fn vectors_come_in_the_type_that_was_asked_for() {
    for (encoding, member, numbers, expected) in [
        (None, "float", json!([0.5, -1]), Vector::Float32(vec![0.5, -1.0])),
        (Some(Encoding::Int8), "int8", json!([-128, 127]), Vector::Int8(vec![-128, 127])),
        (Some(Encoding::Uint8), "uint8", json!([0, 255]), Vector::Uint8(vec![0, 255])),
        (Some(Encoding::Binary), "binary", json!([-1]), Vector::Int8(vec![-1])),
        (Some(Encoding::Ubinary), "ubinary", json!([255]), Vector::Uint8(vec![255])),
    ] {
        let request = EmbedRequest { encoding, ..EmbedRequest::new("m", vec![text("a")]) };
        let answer = json!({"embeddings": {member: [numbers]}, "meta": {"billed_units": {"input_tokens": 3}, "warnings": ["old"]}});
        let read = read(&[answer], &request).unwrap();
        assert_eq!(read.vectors, [expected]);
        assert_eq!((read.usage.unwrap().input_tokens, read.warnings), (Some(3), vec!["old".to_owned()]));
    }
}

#[test]
fn answers_to_several_requests_are_one() {
    let request = EmbedRequest::new("m", vec![image(), image()]);
    let answer = |number: f32| json!({"embeddings": {"float": [[number]]}, "meta": {"billed_units": {"images": 1, "input_tokens": 2}}});
    let read = read(&[answer(1.0), answer(2.0)], &request).unwrap();
    assert_eq!(read.vectors, [Vector::Float32(vec![1.0]), Vector::Float32(vec![2.0])]);
    let usage = read.usage.unwrap();
    assert_eq!((usage.input_tokens, usage.units), (Some(4), vec![("images".to_owned(), 2.0)]));
}

#[test]
fn too_few_vectors_or_others_are_the_upstreams_fault() {
    let request = EmbedRequest::new("m", vec![text("a"), text("b")]);
    for answer in
        [json!({"embeddings": {"float": [[1]]}}), json!({"embeddings": {"int8": [[1], [2]]}}), json!({})]
    {
        assert_eq!(read(&[answer], &request).unwrap_err().kind, ErrorKind::BadUpstreamAnswer);
    }
}
