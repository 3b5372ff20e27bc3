use jackfield_runtime::api::embedding::{EmbedResponse, Encoding, Input, Vector};
use serde_json::{Value, json};

use super::{Form, decode, encode};
use crate::dialect::media;
use crate::dialect::said::used;

fn inputs(input: &str) -> Result<Vec<Input>, String> {
    let body = format!(r#"{{"model":"m","input":{input}}}"#);
    decode(body.as_bytes()).map(|decoded| decoded.request.inputs).map_err(|error| error.path)
}

fn answer(vectors: Vec<Vector>) -> EmbedResponse {
    let usage = used(Some(3), None);
    EmbedResponse { model: "m-1".to_owned(), vectors, usage: Some(usage), warnings: Vec::new() }
}

fn written(vector: Vector, form: Form) -> Value {
    let told: Value = serde_json::from_slice(&encode(&answer(vec![vector]), form, "m")).unwrap();
    told["data"][0]["embedding"].clone()
}

#[test]
fn each_form_of_input_is_read() {
    let text = |text: &str| Input::Text(text.to_owned());
    assert_eq!(inputs(r#""a\n""#).unwrap(), [text("a\n")]);
    assert_eq!(inputs(r#"["a","b"]"#).unwrap(), [text("a"), text("b")]);
    assert_eq!(inputs("[1,2]").unwrap(), [Input::Tokens(vec![1, 2])]);
    assert_eq!(
        inputs(r#"[[1],[2,3],"a"]"#).unwrap(),
        [Input::Tokens(vec![1]), Input::Tokens(vec![2, 3]), text("a")]
    );
}

#[test]
fn wrong_input_is_an_error_with_its_place() {
    for (input, path) in [
        ("[]", "input"),
        ("null", "input"),
        ("5", "input"),
        (r#"["a",1]"#, "input"),
        (r#"[1,"a"]"#, "input[1]"),
        ("[[1],[-1]]", "input[1][0]"),
        ("[1.5]", "input[0]"),
    ] {
        assert_eq!(inputs(input).unwrap_err(), path, "{input}");
    }
}

#[test]
fn every_parameter_finds_its_field() {
    let decoded = decode(br#"{"model":"m","input":"a","dimensions":8,"user":"u","encoding_format":"base64","input_type":"query"}"#).unwrap();
    let request = decoded.request;
    assert_eq!((request.dimensions, request.user.as_deref(), request.encoding), (Some(8), Some("u"), None));
    assert_eq!((decoded.form, request.extra.as_deref()), (Form::Base64, Some(r#"{"input_type":"query"}"#)));
    let decoded = decode(br#"{"model":"m","input":"a","encoding_format":"int8"}"#).unwrap();
    assert_eq!(decoded.request.encoding, Some(Encoding::Int8));
    assert_eq!(
        decode(br#"{"model":"m","input":"a","encoding_format":"x"}"#).unwrap_err().path,
        "encoding_format"
    );
}

#[test]
fn an_answer_is_written_in_full() {
    let told: Value =
        serde_json::from_slice(&encode(&answer(vec![Vector::Float32(vec![0.1, -2.0])]), Form::Numbers, "m"))
            .unwrap();
    assert_eq!(
        told,
        json!({"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.1, -2.0]}],
            "model": "m-1", "usage": {"prompt_tokens": 3, "total_tokens": 3}})
    );
}

#[test]
fn numbers_survive_both_forms() {
    let numbers = vec![0.1_f32, f32::MIN_POSITIVE, -1e30, 0.333_333_34];
    let as_text: Vec<f32> =
        serde_json::from_value(written(Vector::Float32(numbers.clone()), Form::Numbers)).unwrap();
    assert_eq!(as_text, numbers);
    let told = written(Vector::Float32(numbers.clone()), Form::Base64);
    let bytes = media::decode("", told.as_str().unwrap()).unwrap();
    let floats: Vec<f32> =
        bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect();
    assert_eq!(floats, numbers);
}

#[test]
fn other_vectors_have_forms_too() {
    assert_eq!(written(Vector::Int8(vec![-1, 2]), Form::Base64), json!([-1, 2]));
    assert_eq!(written(Vector::PerToken(vec![vec![1.0], vec![2.0]]), Form::Numbers), json!([[1.0], [2.0]]));
    assert_eq!(
        written(Vector::Sparse(vec![(5, 0.5)]), Form::Numbers),
        json!({"indices": [5], "values": [0.5]})
    );
}
