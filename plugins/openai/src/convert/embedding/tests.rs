use jackfield_sdk::types::{ErrorKind, Media, Source};

use super::*;
use crate::settings::tests::Table;

fn request(inputs: Vec<Input>) -> EmbedRequest {
    EmbedRequest {
        model: "m".to_owned(),
        inputs,
        dimensions: None,
        purpose: None,
        encoding: None,
        truncation: None,
        user: None,
        extra: None,
    }
}

fn texts(texts: &[&str]) -> Vec<Input> {
    texts.iter().map(|text| Input::Text((*text).to_owned())).collect()
}

fn written(request: &EmbedRequest, table: &Table) -> (String, Vec<String>) {
    let settings = EmbeddingSettings::read(table).unwrap();
    let (body, warnings) = prepare(request, &request.model, &settings).unwrap();
    (serde_json::to_string(&body).unwrap(), warnings)
}

fn read(body: &str, expected: usize) -> Result<EmbedResponse, Error> {
    convert(Whole { status: 200, headers: &[], body: body.as_bytes() }, "asked", expected, Vec::new())
}

#[test]
fn texts_go_out_as_a_list_and_come_back_as_base64() {
    let mut request = request(texts(&["a", "b"]));
    request.dimensions = Some(256);
    request.user = Some("u".to_owned());
    request.extra = Some(r#"{"x": 1}"#.to_owned());
    let (body, warnings) = written(&request, &Table::new());
    assert_eq!(
        body,
        r#"{"model":"m","input":["a","b"],"encoding_format":"base64","dimensions":256,"user":"u","x":1}"#
    );
    assert!(warnings.is_empty());
}

#[test]
fn tokens_go_out_as_lists() {
    let request = request(vec![Input::Tokens(vec![1, 2]), Input::Tokens(vec![3])]);
    let (body, _) = written(&request, &Table::new().text("embedding-encoding", "unsaid"));
    assert_eq!(body, r#"{"model":"m","input":[[1,2],[3]]}"#);
}

#[test]
fn purposes_and_truncation_go_by_the_configured_words() {
    let table = Table::new()
        .text("embedding-encoding", "float")
        .texts("embedding-purposes", &["document=passage", "query=query"])
        .text("embedding-truncate-field", "truncate");
    let mut request = request(texts(&["a"]));
    let (body, _) = written(&request, &table);
    assert_eq!(body, r#"{"model":"m","input":["a"],"encoding_format":"float","input_type":"passage"}"#);
    request.purpose = Some(Purpose::Query);
    request.truncation = Some(Truncation::End);
    let (body, warnings) = written(&request, &table);
    assert!(body.ends_with(r#""input_type":"query","truncate":"END"}"#), "{body}");
    assert!(warnings.is_empty());
    request.purpose = Some(Purpose::Clustering);
    assert_eq!(written(&request, &table).1.len(), 1);
    assert_eq!(written(&request, &Table::new()).1.len(), 1, "truncation");
}

#[test]
fn what_the_api_has_no_word_for_is_refused() {
    let image = Media {
        source: Source::Url("https://e.example".into()),
        mime_type: None,
        detail: None,
        transcript: None,
        id: None,
    };
    let mut binary = request(texts(&["a"]));
    binary.encoding = Some(Encoding::Binary);
    for request in [
        request(vec![Input::Image(image)]),
        request(vec![Input::Text("a".into()), Input::Tokens(vec![1])]),
        binary,
    ] {
        let settings = EmbeddingSettings::read(&Table::new()).unwrap();
        let error = prepare(&request, "m", &settings).unwrap_err();
        assert_eq!((error.kind, error.sent), (ErrorKind::Unsupported, false));
    }
}

#[test]
fn vectors_are_read_from_base64_and_from_numbers() {
    let encoded = base64::encode(&[0.5_f32, -2.0].iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<_>>());
    let body = format!(
        r#"{{"object":"list","model":"m-2","data":[{{"index":0,"embedding":"{encoded}"}},{{"index":1,"embedding":[1,-0.25]}}],
            "usage":{{"prompt_tokens":4,"total_tokens":4}}}}"#
    );
    let answer = read(&body, 2).unwrap();
    assert_eq!(answer.vectors, [Vector::Float32(vec![0.5, -2.0]), Vector::Float32(vec![1.0, -0.25])]);
    assert_eq!(answer.model, "m-2");
    assert_eq!(answer.usage.unwrap().input_tokens, Some(4));
}

#[test]
fn vectors_are_put_in_the_order_of_their_inputs() {
    let answer = read(r#"{"data":[{"index":1,"embedding":[2]},{"index":0,"embedding":[1]}]}"#, 2).unwrap();
    assert_eq!(answer.vectors, [Vector::Float32(vec![1.0]), Vector::Float32(vec![2.0])]);
    assert_eq!(answer.model, "asked");
}

#[test]
fn nested_vectors_are_one_a_token_unless_there_is_only_one() {
    let answer = read(r#"{"data":[{"embedding":[[1,2]]},{"embedding":[[1],[2]]}]}"#, 2).unwrap();
    assert_eq!(
        answer.vectors,
        [Vector::Float32(vec![1.0, 2.0]), Vector::PerToken(vec![vec![1.0], vec![2.0]])]
    );
}

#[test]
fn an_answer_that_doesnt_fit_the_request_is_bad() {
    for body in [
        r#"{"data":[]}"#,
        r#"{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]}"#,
        r#"{"data":[{"index":0,"embedding":[1]},{"index":7,"embedding":[1]}]}"#,
        r#"{"data":[{"index":0,"embedding":["a"]},{"index":1,"embedding":[1]}]}"#,
        r#"{"data":[{"index":0,"embedding":"***"},{"index":1,"embedding":[1]}]}"#,
        r#"{"data":[{"index":0},{"index":1,"embedding":[1]}]}"#,
        "<html>",
    ] {
        let error = read(body, 2).unwrap_err();
        assert_eq!((error.kind, error.sent), (ErrorKind::BadUpstreamAnswer, true), "{body}");
    }
}
