//! A model's name looked up in the service's list before the service is asked.

use bytes::Bytes;
use jackfield_e2e::{Reply, chat, text_of};
use jackfield_runtime::api::embedding::{EmbedRequest, Input};
use jackfield_runtime::api::passthrough::{Dialect, ForwardRequest};
use jackfield_runtime::api::types::ErrorKind;
use serde_json::json;

use crate::bench::Bench;

fn list() -> Reply {
    let models = ["openai/gpt-oss-120b", "zai-org/GLM-5.3"].map(|id| json!({ "id": id, "object": "model" }));
    Reply::json(200, &json!({ "object": "list", "data": models }).to_string())
}

fn answer() -> Reply {
    let body = json!({
        "id": "c", "model": "m", "usage": { "prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2 },
        "choices": [{ "index": 0, "finish_reason": "stop", "message": { "role": "assistant", "content": "Hi" } }],
    });
    Reply::json(200, &body.to_string())
}

/// The lines of all requests that came up.
fn lines(bench: &Bench) -> Vec<String> {
    let requests = bench.upstream.requests();
    requests.iter().map(|request| request.split(" HTTP/").next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn one_list_serves_the_calls_and_a_wrong_name_never_goes_up() {
    let baseten = Bench::preset("baseten", "/v1", "", vec![list(), answer()]).await;
    for _ in 0..3 {
        let told = baseten.provider.chat(&baseten.context, chat("zai-org/GLM-5.3", "hello")).await.unwrap();
        assert_eq!((text_of(&told).as_str(), told.warnings.len()), ("Hi", 0));
    }
    let error = baseten.provider.chat(&baseten.context, chat("gpt-oss-120b", "hello")).await.unwrap_err();
    let error = error.to_record();
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::NotFound, Some("model_not_found")));
    for part in ["`gpt-oss-120b`", "`openai/gpt-oss-120b`", "its list of models"] {
        assert!(error.message.contains(part), "{}", error.message);
    }
    let request = EmbedRequest::new("no-such", vec![Input::Text("a".to_owned())]);
    let error = baseten.provider.embed(&baseten.context, request).await.unwrap_err().to_record();
    assert_eq!(error.kind, ErrorKind::NotFound);
    let request = ForwardRequest {
        dialect: Dialect::OpenaiChat,
        model: "no-such".to_owned(),
        stream: false,
        headers: Vec::new(),
    };
    let body = Bytes::from_static(br#"{"model":"no-such","messages":[]}"#);
    let error = baseten.provider.forward(&baseten.context, request, body).await.unwrap_err().to_record();
    assert_eq!(error.kind, ErrorKind::NotFound, "bytes that are passed on no less");
    assert_eq!(
        lines(&baseten),
        [
            "GET /v1/models",
            "POST /v1/chat/completions",
            "POST /v1/chat/completions",
            "POST /v1/chat/completions"
        ]
    );
}

#[tokio::test]
async fn a_list_that_cannot_be_had_blocks_no_call() {
    let replies = vec![Reply::of(503, "text/html", "<title>down</title>"), answer()];
    let baseten = Bench::preset("baseten", "/v1", "", replies).await;
    for _ in 0..2 {
        let told = baseten.provider.chat(&baseten.context, chat("any", "hello")).await.unwrap();
        assert_eq!(text_of(&told), "Hi");
        assert!(told.warnings[0].contains("wasn't looked up"), "{:?}", told.warnings);
    }
    assert_eq!(lines(&baseten), ["GET /v1/models", "POST /v1/chat/completions", "POST /v1/chat/completions"]);
}

/// Its pages count as requests of the call, which still has its own to send.
#[tokio::test]
async fn a_list_without_an_end_is_given_up_after_eight_pages_and_blocks_no_call() {
    let page = |number: usize| {
        let models = [json!({ "id": format!("m{number}"), "object": "model" })];
        Reply::json(200, &json!({ "object": "list", "data": models, "has_more": true }).to_string())
    };
    let replies = (0..8).map(page).chain([answer()]).collect();
    let baseten = Bench::preset("baseten", "/v1", "", replies).await;
    let told = baseten.provider.chat(&baseten.context, chat("any", "hello")).await.unwrap();
    assert_eq!(text_of(&told), "Hi");
    assert!(told.warnings[0].contains("doesn't end after 8 pages"), "{:?}", told.warnings);
    let mut expected = vec!["GET /v1/models".to_owned()];
    expected.extend((0..7).map(|number| format!("GET /v1/models?after=m{number}")));
    expected.push("POST /v1/chat/completions".to_owned());
    assert_eq!(lines(&baseten), expected);
}

#[tokio::test]
async fn nothing_is_looked_up_unless_the_provider_is_set_to() {
    let own = Bench::preset("baseten", "/v1", "config.check-models = false", vec![answer()]).await;
    let dedicated =
        Bench::preset("baseten-sync", "/environments/production/sync/v1", "", vec![answer()]).await;
    for (bench, path) in [(&own, "/v1"), (&dedicated, "/environments/production/sync/v1")] {
        bench.provider.chat(&bench.context, chat("any", "hello")).await.unwrap();
        assert_eq!(lines(bench), [format!("POST {path}/chat/completions")]);
    }
}
