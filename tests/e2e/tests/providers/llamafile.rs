//! Vectors of llamafile, in the shapes that its servers had.

use jackfield_e2e::Reply;
use jackfield_runtime::api::embedding::{EmbedRequest, Input, Vector};
use jackfield_runtime::api::types::ErrorKind;
use serde_json::json;

use crate::bench::Bench;

fn request(texts: &[&str]) -> EmbedRequest {
    EmbedRequest::new("m", texts.iter().map(|text| Input::Text((*text).to_owned())).collect())
}

fn is(vectors: &[Vector]) -> bool {
    matches!(vectors, [Vector::Float32(a), Vector::Float32(b)] if *a == [1.0, 2.0] && *b == [3.0, 4.0])
}

#[tokio::test]
async fn older_and_newer_servers_are_understood() {
    let replies = vec![
        Reply::json(200, r#"{"results":[{"embedding":[1,2]},{"embedding":[3,4]}]}"#),
        Reply::json(200, r#"[{"index":1,"embedding":[[3,4]]},{"index":0,"embedding":[[1,2]]}]"#),
    ];
    let bench = Bench::new("llamafile", "", replies).await;
    for place in 0..2 {
        let told = bench.provider.embed(&bench.context, request(&["a", "b"])).await.unwrap();
        assert!(is(&told.vectors), "{told:?}");
        let (head, body) = bench.sent(place);
        assert!(head.starts_with("post /embedding ") && !head.contains("authorization"), "{head}");
        assert_eq!(body, json!({ "content": ["a", "b"] }));
    }
}

#[tokio::test]
async fn a_server_of_one_text_is_asked_one_by_one() {
    let replies = vec![
        Reply::json(200, r#"{"tokens_used":3,"embedding":[1,2]}"#),
        Reply::json(200, r#"{"tokens_used":4,"embedding":[3,4]}"#),
    ];
    let bench = Bench::new("llamafile", "config.one-by-one = true", replies).await;
    let told = bench.provider.embed(&bench.context, request(&["a", "b"])).await.unwrap();
    assert!(is(&told.vectors), "{told:?}");
    assert_eq!(told.usage.unwrap().input_tokens, Some(7));
    assert_eq!(bench.sent(1).1, json!({ "content": "b" }));
}

#[tokio::test]
async fn a_server_without_embeddings_says_so() {
    let body = r#"{"error":{"code":501,"message":"This server does not support embeddings.","type":"not_supported_error"}}"#;
    let bench = Bench::new("llamafile", "", vec![Reply::json(501, body)]).await;
    let error = bench.provider.embed(&bench.context, request(&["a"])).await.unwrap_err().to_record();
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::Unsupported, Some("not_supported_error")));
}
