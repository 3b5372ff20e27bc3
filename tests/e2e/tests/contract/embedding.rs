//! `embedding`: every kind of input and of vector, and requests that the host
//! splits to the sizes of the manifest.

use jackfield_runtime::CallError;
use jackfield_runtime::api::embedding::{EmbedRequest, Encoding, Input, Vector};
use jackfield_runtime::api::types::{Media, Source};

use crate::Bench;

fn texts(texts: &[&str]) -> Vec<Input> {
    texts.iter().map(|text| Input::Text((*text).to_owned())).collect()
}

fn image(source: Source) -> Input {
    let mime_type = Some("image/png".to_owned());
    Input::Image(Media { source, mime_type, detail: None, transcript: None, id: None })
}

#[tokio::test]
async fn texts_tokens_and_images_are_embedded_in_the_order_in_which_they_came() {
    let bench = Bench::alone().await;
    let inputs = vec![
        Input::Text("abcd".to_owned()),
        Input::Tokens(vec![1, 2]),
        image(Source::Data(vec![0, 255, 7])),
        image(Source::Url("https://x".to_owned())),
        image(Source::FileId("f".to_owned())),
    ];
    let request = EmbedRequest { dimensions: Some(1), ..EmbedRequest::new("letters", inputs) };
    let answer = bench.provider.embed(&bench.context, request).await.unwrap();
    let expected = [4.0, 2.0, 3.0, 9.0, 1.0].map(|length| Vector::Float32(vec![length]));
    assert_eq!(answer.vectors, expected);
    assert_eq!(answer.usage.unwrap().input_tokens, Some(19));
}

#[tokio::test]
async fn every_kind_of_vector_crosses() {
    let bench = Bench::alone().await;
    // "aab" has 3 bytes; two of them are odd, one is even.
    let floats = vec![3.0, 1.0, 2.0];
    for (model, encoding, expected) in [
        ("letters", None, Vector::Float32(floats.clone())),
        ("letters", Some(Encoding::Float32), Vector::Float32(floats.clone())),
        ("letters", Some(Encoding::Int8), Vector::Int8(vec![3, 1, 2])),
        ("letters", Some(Encoding::Binary), Vector::Int8(vec![3, 1, 2])),
        ("letters", Some(Encoding::Uint8), Vector::Uint8(vec![3, 1, 2])),
        ("letters", Some(Encoding::Ubinary), Vector::Uint8(vec![3, 1, 2])),
        ("per-token", None, Vector::PerToken(vec![floats.clone(), floats])),
        ("sparse", None, Vector::Sparse(vec![(0, 3.0), (1, 1.0), (2, 2.0)])),
    ] {
        let request = EmbedRequest { encoding, ..EmbedRequest::new(model, texts(&["aab"])) };
        let answer = bench.provider.embed(&bench.context, request).await.unwrap();
        assert_eq!(answer.vectors, [expected], "{model} {encoding:?}");
    }
}

#[tokio::test]
async fn a_request_that_is_too_large_for_its_model_is_split_and_put_together_in_order() {
    let bench = Bench::alone().await;
    let inputs = texts(&["a", "bb", "ccc", "dddd", "eeeee", "ffffff", "ggggggg"]);
    for (model, calls) in [("batch-of-two", 4.0), ("letters", 1.0)] {
        let request = EmbedRequest { dimensions: Some(1), ..EmbedRequest::new(model, inputs.clone()) };
        let answer = bench.provider.embed(&bench.context, request).await.unwrap();
        let lengths: Vec<_> = (1..=7).map(|length| Vector::Float32(vec![length as f32])).collect();
        assert_eq!(answer.vectors, lengths, "{model}");
        let usage = answer.usage.unwrap();
        assert_eq!(usage.input_tokens, Some(28), "{model}");
        assert_eq!(usage.units, [("calls".to_owned(), calls)], "{model}");
    }
}

#[tokio::test]
async fn no_inputs_give_no_vectors() {
    let bench = Bench::alone().await;
    let answer = bench.provider.embed(&bench.context, EmbedRequest::new("batch-x", vec![])).await.unwrap();
    assert!(answer.vectors.is_empty());
}

#[tokio::test]
async fn an_answer_with_a_vector_too_few_breaks_the_contract() {
    let bench = Bench::alone().await;
    let request = EmbedRequest::new("too-few", texts(&["a", "b"]));
    let error = bench.provider.embed(&bench.context, request).await.unwrap_err();
    assert!(matches!(error, CallError::Contract { .. }), "{error:?}");
    assert!(error.to_string().contains("1 vectors for 2 inputs"), "{error}");
}
