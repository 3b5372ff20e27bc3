use jackfield_runtime::api::embedding::Vector;
use jackfield_runtime::api::types::{Media, Source};
use serde_json::{Value, json};

use super::*;
use crate::dialect::said::used;

fn path() -> PathFacts {
    PathFacts { model: Some("openai/small".to_owned()), ..PathFacts::default() }
}

fn one(body: &Value) -> Result<Decoded, DecodeError> {
    decode(body.to_string().as_bytes(), &path(), Method::One)
}

fn batch(requests: &Value) -> Result<Decoded, DecodeError> {
    decode(json!({ "requests": requests }).to_string().as_bytes(), &path(), Method::Batch)
}

fn text(text: &str) -> Value {
    json!({ "role": "user", "parts": [{ "text": text }] })
}

#[test]
fn one_content_is_one_input_and_every_parameter_finds_its_field() {
    let body = json!({
        "model": "models/openai/small", "content": text("a"), "taskType": "RETRIEVAL_DOCUMENT",
        "outputDimensionality": 8, "somethingNew": [1],
    });
    let Decoded { request, warnings } = one(&body).unwrap();
    assert_eq!((request.model.as_str(), request.inputs), ("openai/small", vec![Input::Text("a".to_owned())]));
    assert_eq!((request.purpose, request.dimensions), (Some(Purpose::Document), Some(8)));
    assert_eq!((request.extra.as_deref(), warnings.len()), (Some(r#"{"somethingNew":[1]}"#), 0));
}

#[test]
fn a_batch_is_one_request_where_it_says_the_same_of_all() {
    let item = |content: &str| json!({ "model": "models/openai/small", "content": text(content), "task_type": "CLUSTERING" });
    let Decoded { request, warnings } = batch(&json!([item("a"), item("b")])).unwrap();
    assert_eq!(request.inputs, [Input::Text("a".to_owned()), Input::Text("b".to_owned())]);
    assert_eq!((request.purpose, warnings.len()), (Some(Purpose::Clustering), 0));
    for (name, value, place) in [
        ("taskType", json!("RETRIEVAL_QUERY"), "requests[1].taskType"),
        ("outputDimensionality", json!(4), "requests[1].outputDimensionality"),
        ("model", json!("models/openai/large"), "requests[1].model"),
    ] {
        let mut other = json!({ "content": text("b") });
        other[name] = value;
        assert_eq!(batch(&json!([{ "content": text("a") }, other])).unwrap_err().path, place);
    }
}

#[test]
fn texts_of_one_content_become_one_and_an_image_stays_one() {
    let parts = json!({ "parts": [{ "text": "a" }, { "text": "b" }] });
    let Decoded { request, warnings } = one(&json!({ "content": parts })).unwrap();
    assert_eq!(request.inputs, [Input::Text("a\nb".to_owned())]);
    assert!(warnings[0].contains("`content.parts`"), "{warnings:?}");
    let image = json!({ "inlineData": { "mimeType": "image/png", "data": "AQID" } });
    let told = one(&json!({ "content": { "parts": [image] } })).unwrap().request.inputs;
    let [Input::Image(Media { source: Source::Data(bytes), mime_type, .. })] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!((bytes.as_slice(), mime_type.as_deref()), (&[1, 2, 3][..], Some("image/png")));
}

#[test]
fn what_other_apis_have_nothing_like_is_told() {
    let body = json!([{ "content": text("a"), "title": "t", "taskType": "FACT_VERIFICATION", "x": 1 }]);
    let Decoded { request, warnings } = batch(&body).unwrap();
    assert_eq!((request.purpose, request.extra), (Some(Purpose::Query), None));
    for part in ["`requests[0].title`", "`requests[0].taskType` FACT_VERIFICATION", "`requests[0].x`"] {
        assert!(warnings.iter().any(|warning| warning.contains(part)), "{part}: {warnings:?}");
    }
}

#[test]
fn errors_name_the_place() {
    let image = json!({ "inlineData": { "mimeType": "image/png", "data": "AQID" } });
    for (body, place) in [
        (json!({}), "content"),
        (json!({ "content": { "parts": [] } }), "content.parts"),
        (json!({ "content": { "parts": [image, { "text": "a" }] } }), "content.parts"),
        (json!({ "content": { "parts": [{ "text": 5 }] } }), "content.parts[0].text"),
        (json!({ "content": text("a"), "taskType": "GUESSING" }), "taskType"),
        (json!({ "content": text("a"), "model": "models/openai/large" }), "model"),
        (json!({ "content": text("a"), "outputDimensionality": -1 }), "outputDimensionality"),
    ] {
        assert_eq!(one(&body).unwrap_err().path, place, "{body}");
    }
    assert_eq!(batch(&json!([])).unwrap_err().path, "requests");
    assert_eq!(batch(&json!([{ "content": text("a") }, {}])).unwrap_err().path, "requests[1].content");
    assert_eq!(decode(b"{}", &path(), Method::Batch).unwrap_err().path, "requests");
}

#[test]
fn an_answer_is_written_in_the_form_of_its_method() {
    let usage = used(Some(3), None);
    let vectors = vec![Vector::Float32(vec![0.5, -1.0]), Vector::Float32(vec![2.0])];
    let answer = EmbedResponse { model: "m".to_owned(), vectors, usage: Some(usage), warnings: Vec::new() };
    let told =
        |answer: &EmbedResponse, method| serde_json::from_slice::<Value>(&encode(answer, method)).unwrap();
    let usage = json!({ "promptTokenCount": 3, "totalTokenCount": 3 });
    assert_eq!(
        told(&answer, Method::Batch),
        json!({ "embeddings": [{ "values": [0.5, -1.0] }, { "values": [2.0] }], "usageMetadata": usage })
    );
    let one = json!({ "embedding": { "values": [0.5, -1.0] } });
    assert_eq!(told(&EmbedResponse { usage: None, ..answer }, Method::One), one);
}
