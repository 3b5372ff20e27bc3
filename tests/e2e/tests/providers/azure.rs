//! Azure's three addresses: deployments in the path, `/openai/v1`, and models
//! of many makers.

use jackfield_e2e::{Reply, chat, text_of};
use jackfield_runtime::api::embedding::{EmbedRequest, Input};
use jackfield_runtime::api::llm::{ChatEvent, ChatRequest};
use jackfield_runtime::api::types::{ErrorKind, Media, Source};
use serde_json::json;

use crate::bench::{Bench, KEY};

fn answer() -> Reply {
    let body = json!({"id": "c", "model": "gpt-4o-2024", "choices": [{"index": 0, "finish_reason": "stop",
        "content_filter_results": {"hate": {"filtered": false, "severity": "safe"}},
        "message": {"role": "assistant", "content": "Hi"}}],
        "prompt_filter_results": [{"prompt_index": 0, "content_filter_results": {}}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}});
    Reply::json(200, &body.to_string())
}

#[tokio::test]
async fn a_deployment_stands_in_the_path_and_the_version_in_the_query() {
    let azure = Bench::preset("azure-deployments", "/openai", "", vec![answer()]).await;
    let told = azure.provider.chat(&azure.context, chat("my gpt", "hello")).await.unwrap();
    assert_eq!(text_of(&told), "Hi");
    assert!(told.extra.unwrap().contains("prompt_filter_results"));
    let (head, _) = azure.sent(0);
    assert!(
        head.starts_with("post /openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21 "),
        "{head}"
    );
    assert!(head.contains(&format!("api-key: {KEY}")) && !head.contains("authorization"), "{head}");
}

#[tokio::test]
async fn a_deployment_has_any_name_and_its_model_tells_what_it_takes() {
    let lines = "config.deployment = \"mine\"\nconfig.api-version = \"2025-04-01-preview\"";
    for (preset, path) in [("azure-deployments", "/openai"), ("azure", "/openai/v1")] {
        let azure = Bench::preset(preset, path, lines, vec![answer()]).await;
        let request = ChatRequest { max_output_tokens: Some(5), ..chat("o3-mini", "hello") };
        azure.provider.chat(&azure.context, request).await.unwrap();
        let (head, body) = azure.sent(0);
        let line = "post /openai/deployments/mine/chat/completions?api-version=2025-04-01-preview ";
        assert!(head.starts_with(line), "{head}");
        assert_eq!((&body["model"], &body["max_completion_tokens"]), (&json!("mine"), &json!(5)));
    }
}

#[tokio::test]
async fn a_verdict_on_the_prompt_before_the_first_chunk_is_told_behind_the_head() {
    let stream = Reply::events()
        .send("data: {\"choices\":[],\"created\":0,\"id\":\"\",\"model\":\"\",\"prompt_filter_results\":[{\"prompt_index\":0}]}\n\n")
        .send("data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\n")
        .send("data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n");
    let azure = Bench::preset("azure", "/openai/v1", "", vec![stream]).await;
    let events = azure.stream(chat("gpt", "hello")).await.unwrap();
    assert!(matches!(&events[0], ChatEvent::Start(start) if start.id.as_deref() == Some("c")), "{events:?}");
    assert!(matches!(&events[1], ChatEvent::Extra(json) if json.contains("prompt_filter_results")));
    assert!(azure.sent(0).0.starts_with("post /openai/v1/chat/completions "));
}

#[tokio::test]
async fn a_refused_prompt_names_the_filter() {
    let body = r#"{"error":{"message":"filtered","type":null,"param":"prompt","code":"content_filter","status":400,
        "innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"violence":{"filtered":true,"severity":"medium"}}}}}"#;
    let missing = r#"{"error":{"code":"DeploymentNotFound","message":"no such deployment"}}"#;
    let denied = r#"{"error":{"code":"401","message":"Access denied"}}"#;
    let replies = vec![Reply::json(400, body), Reply::json(404, missing), Reply::json(401, denied)];
    let azure = Bench::preset("azure-deployments", "/openai", "", replies).await;
    for (kind, code, said) in [
        (ErrorKind::ContentFilter, "content_filter", "violence: medium"),
        (ErrorKind::NotFound, "DeploymentNotFound", "no such deployment"),
        (ErrorKind::Authentication, "401", "Access denied"),
    ] {
        let error = azure.provider.chat(&azure.context, chat("gpt", "hello")).await.unwrap_err().to_record();
        assert_eq!((error.kind, error.code.as_deref()), (kind, Some(code)));
        assert!(error.message.contains(said), "{}", error.message);
    }
}

#[tokio::test]
async fn members_that_a_model_may_know_are_passed_through_only_where_there_are_any() {
    let azure = Bench::preset("azure-inference", "/models", "", vec![answer(), answer()]).await;
    azure.provider.chat(&azure.context, chat("phi-4", "hello")).await.unwrap();
    let extra = Some(r#"{"safe_mode":true}"#.to_owned());
    let request = ChatRequest { extra, ..chat("phi-4", "hello") };
    azure.provider.chat(&azure.context, request).await.unwrap();
    let (plain, _) = azure.sent(0);
    let (with, body) = azure.sent(1);
    assert!(plain.starts_with("post /models/chat/completions?api-version=2024-05-01-preview "), "{plain}");
    assert!(!plain.contains("extra-parameters"));
    assert!(with.contains("extra-parameters: pass-through"), "{with}");
    assert_eq!(body["safe_mode"], true);
}

#[tokio::test]
async fn images_are_embedded_at_a_path_of_their_own() {
    let vectors = json!({"data": [{"index": 0, "embedding": [0.5, 1.0]}], "usage": {"prompt_tokens": 3}});
    let azure =
        Bench::preset("azure-inference", "/models", "", vec![Reply::json(200, &vectors.to_string())]).await;
    let image = Media {
        source: Source::Data(vec![1, 2, 3]),
        mime_type: Some("image/png".to_owned()),
        detail: None,
        transcript: None,
        id: None,
    };
    let request = EmbedRequest::new("clip", vec![Input::Image(image)]);
    let told = azure.provider.embed(&azure.context, request).await.unwrap();
    assert_eq!(told.vectors.len(), 1);
    let (head, body) = azure.sent(0);
    assert!(head.starts_with("post /models/images/embeddings?"), "{head}");
    assert_eq!(body["input"], json!([{"image": "data:image/png;base64,AQID"}]));
}
