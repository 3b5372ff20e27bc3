use jackfield_sdk::embedding::{EmbedRequest, Encoding, Input, Purpose, Truncation, Vector};
use jackfield_sdk::types::{Media, Source};
use serde_json::{Value, json};

use super::*;
use crate::convert::route::Extra;
use crate::settings::model::Family;

fn texts(texts: &[&str]) -> EmbedRequest {
    EmbedRequest::new("m", texts.iter().map(|text| Input::Text((*text).to_owned())).collect())
}

fn bodies(request: &EmbedRequest, family: Family) -> (Vec<Value>, Vec<String>) {
    let plan = plan(request, family, Extra::default()).unwrap();
    let bodies = plan.bodies.iter().map(|(body, _)| serde_json::from_slice(body).unwrap()).collect();
    (bodies, plan.warnings)
}

fn image() -> Input {
    Input::Image(Media {
        source: Source::Data(vec![0, 0, 0]),
        mime_type: Some("image/png".to_owned()),
        detail: None,
        transcript: None,
        id: None,
    })
}

#[test]
fn titan_and_nova_take_one_input_a_body() {
    let request = EmbedRequest { dimensions: Some(256), ..texts(&["a", "b"]) };
    let (titan, warnings) = bodies(&request, Family::TitanEmbed2);
    assert_eq!(
        titan,
        [json!({"inputText": "a", "dimensions": 256}), json!({"inputText": "b", "dimensions": 256})]
    );
    assert!(warnings.is_empty());
    let (first, warnings) = bodies(&request, Family::TitanEmbed1);
    assert_eq!((first[0].clone(), warnings.len()), (json!({"inputText": "a"}), 1));

    let mut both = request.clone();
    both.inputs.push(image());
    let (multimodal, _) = bodies(&both, Family::TitanEmbedImage);
    assert_eq!(
        multimodal[2],
        json!({"inputImage": "AAAA", "embeddingConfig": {"outputEmbeddingLength": 256}})
    );

    both.purpose = Some(Purpose::Query);
    let (nova, _) = bodies(&both, Family::NovaEmbed);
    let params = &nova[0]["singleEmbeddingParams"];
    assert_eq!(params["embeddingPurpose"], "GENERIC_RETRIEVAL");
    assert_eq!(params["text"], json!({"truncationMode": "END", "value": "a"}));
    let expected = json!({"format": "png", "source": {"bytes": "AAAA"}});
    assert_eq!(nova[2]["singleEmbeddingParams"]["image"], expected);
}

#[test]
fn cohere_takes_many_texts_and_images_one_by_one() {
    let mut request = texts(&["a", "b"]);
    request.inputs.push(image());
    request.inputs.push(Input::Text("c".to_owned()));
    request.dimensions = Some(512);
    let (bodies, _) = bodies(&request, Family::CohereEmbed4);
    assert_eq!(
        bodies[0],
        json!({"texts": ["a", "b"], "input_type": "search_document", "output_dimension": 512})
    );
    assert_eq!(bodies[1]["images"], json!(["data:image/png;base64,AAAA"]));
    assert_eq!(bodies[2]["texts"], json!(["c"]));
}

#[test]
fn long_texts_are_cut_where_that_was_asked_for() {
    let long = format!("{}é", "x".repeat(2048));
    let mut request = texts(&[&long]);
    let (untouched, _) = bodies(&request, Family::CohereEmbed);
    assert_eq!(untouched[0]["texts"][0], long);
    for (way, expected) in [(Truncation::Start, &long[1..]), (Truncation::End, &long[..2048])] {
        request.truncation = Some(way);
        let (cut, warnings) = bodies(&request, Family::CohereEmbed);
        assert_eq!((cut[0]["texts"][0].as_str(), warnings.len()), (Some(expected), 1));
    }
}

#[test]
fn what_a_model_can_not_embed_is_refused() {
    let tokens = EmbedRequest::new("m", vec![Input::Tokens(vec![1])]);
    for family in [Family::TitanEmbed2, Family::NovaEmbed, Family::CohereEmbed] {
        assert!(plan(&tokens, family, Extra::default()).is_err());
    }
    let picture = EmbedRequest::new("m", vec![image()]);
    assert!(plan(&picture, Family::TitanEmbed2, Extra::default()).is_err());
    let int8 = EmbedRequest { encoding: Some(Encoding::Int8), ..texts(&["a"]) };
    assert!(plan(&int8, Family::TitanEmbed2, Extra::default()).is_err());
    assert!(plan(&int8, Family::Llama3, Extra::default()).is_err());
}

fn read(
    request: &EmbedRequest,
    family: Family,
    answers: &[&str],
) -> Result<jackfield_sdk::embedding::EmbedResponse, jackfield_sdk::types::Error> {
    let plan = plan(request, family, Extra::default()).unwrap();
    let headers = vec![("x-amzn-bedrock-input-token-count".to_owned(), "3".to_owned())];
    let told: Vec<Told> = answers
        .iter()
        .map(|body| Told { body: body.as_bytes().to_vec(), headers: headers.clone() })
        .collect();
    response(plan, "m".to_owned(), &told)
}

#[test]
fn vectors_come_in_order_and_tokens_are_added_up() {
    let answers = [r#"{"embedding":[1.0],"inputTextTokenCount":3}"#, r#"{"embedding":[2.0]}"#];
    let told = read(&texts(&["a", "b"]), Family::TitanEmbed2, &answers).unwrap();
    assert_eq!(told.vectors, [Vector::Float32(vec![1.0]), Vector::Float32(vec![2.0])]);
    assert_eq!(told.usage.unwrap().input_tokens, Some(6));

    for body in [r#"{"embeddings":[[1.0],[2.0]]}"#, r#"{"embeddings":{"float":[[1.0],[2.0]]}}"#] {
        let told = read(&texts(&["a", "b"]), Family::CohereEmbed, &[body]).unwrap();
        assert_eq!(told.vectors.len(), 2);
    }
    let int8 = EmbedRequest { encoding: Some(Encoding::Int8), ..texts(&["a"]) };
    let told = read(&int8, Family::CohereEmbed4, &[r#"{"embeddings":{"int8":[[-1]]}}"#]).unwrap();
    assert_eq!(told.vectors, [Vector::Int8(vec![-1])]);
    assert!(read(&int8, Family::CohereEmbed4, &[r#"{"embeddings":{"float":[[1.0]]}}"#]).is_err());
    assert!(read(&texts(&["a", "b"]), Family::CohereEmbed, &[r#"{"embeddings":[[1.0]]}"#]).is_err());
    assert!(read(&texts(&["a"]), Family::TitanEmbed2, &["<html>"]).is_err());
}
