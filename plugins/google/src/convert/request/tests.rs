mod generation;
mod messages;
mod tools;

use jackfield_sdk::llm::{ChatRequest, Message, Part, ReasoningPart, ResultPart, Role, ToolCall, ToolResult};
use jackfield_sdk::types::{ErrorKind, Source};
use serde_json::{Value, json};

use super::*;
use crate::settings::tests::chat;

/// A question.
pub(crate) fn hello(model: &str) -> ChatRequest {
    ChatRequest::new(model, vec![Message::text(Role::User, "hello")])
}

/// The body for a request, and what its caller is told.
pub(crate) fn written_for(request: &ChatRequest, settings: &ChatSettings) -> (Value, Vec<String>) {
    let prepared = prepare(request, settings).unwrap_or_else(|error| panic!("{error:?}"));
    (serde_json::from_slice(&prepared.body).unwrap(), prepared.warnings)
}

fn written(request: &ChatRequest) -> Value {
    written_for(request, &chat(Platform::Gemini)).0
}

fn warnings(request: &ChatRequest) -> Vec<String> {
    written_for(request, &chat(Platform::Gemini)).1
}

fn refused(request: &ChatRequest) -> Error {
    prepare(request, &chat(Platform::Gemini)).unwrap_err()
}

fn call(id: &str, name: &str, arguments: &str, signature: Option<&str>) -> Part {
    Part::ToolCall(ToolCall {
        id: id.to_owned(),
        name: name.to_owned(),
        arguments: arguments.to_owned(),
        signature: signature.map(str::to_owned),
    })
}

fn result(call_id: &str, content: Vec<ResultPart>) -> Part {
    Part::ToolResult(ToolResult { call_id: call_id.to_owned(), name: None, content, is_error: false })
}

fn thought(text: &str, signature: Option<&str>, id: Option<&str>) -> Part {
    Part::Reasoning(ReasoningPart {
        text: text.to_owned(),
        signature: signature.map(str::to_owned),
        redacted: None,
        id: id.map(str::to_owned),
    })
}

#[test]
fn a_plain_question_is_nothing_but_its_contents() {
    let request = hello("m");
    assert_eq!(written(&request), json!({"contents": [{"role": "user", "parts": [{"text": "hello"}]}]}));
    assert!(warnings(&request).is_empty());
}

#[test]
fn extra_is_merged_over_the_body_and_into_the_generation_config() {
    let mut request = hello("m");
    request.temperature = Some(0.5);
    request.top_k = Some(3);
    request.extra = Some(
        r#"{"cachedContent":"c","generationConfig":{"mediaResolution":"MEDIA_RESOLUTION_LOW","topK":null,"temperature":1}}"#
            .to_owned(),
    );
    let body = written(&request);
    assert_eq!(body["cachedContent"], "c");
    assert_eq!(
        body["generationConfig"],
        json!({"mediaResolution": "MEDIA_RESOLUTION_LOW", "temperature": 1})
    );
    request.extra = Some("[]".to_owned());
    assert_eq!(refused(&request).kind, ErrorKind::InvalidRequest);
}

#[test]
fn safety_settings_of_the_configuration_go_with_every_request_and_extra_replaces_them() {
    let mut settings = chat(Platform::Gemini);
    settings.safety = vec![("HARM_CATEGORY_HARASSMENT".to_owned(), "OFF".to_owned())];
    let mut request = hello("m");
    let (body, _) = written_for(&request, &settings);
    assert_eq!(body["safetySettings"], json!([{"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}]));
    request.extra = Some(r#"{"safetySettings":[]}"#.to_owned());
    assert_eq!(written_for(&request, &settings).0["safetySettings"], json!([]));
}

#[test]
fn labels_are_of_vertex_and_tiers_of_gemini() {
    let mut request = hello("m");
    request.metadata = vec![("team".to_owned(), "a".to_owned())];
    request.service_tier = Some("flex".to_owned());
    let (body, warnings) = written_for(&request, &chat(Platform::Vertex));
    assert_eq!((&body["labels"], body.get("serviceTier")), (&json!({"team": "a"}), None));
    assert!(warnings.len() == 1 && warnings[0].contains("service-tier"), "{warnings:?}");
    let (body, warnings) = written_for(&request, &chat(Platform::Gemini));
    assert_eq!((body.get("labels"), &body["serviceTier"]), (None, &json!("flex")));
    assert!(warnings.len() == 1 && warnings[0].contains("metadata"), "{warnings:?}");
    request.service_tier = Some("default".to_owned());
    assert_eq!(written(&request).get("serviceTier"), None);
}

#[test]
fn tokens_are_counted_of_what_the_prompt_is_made_of() {
    let mut request = hello("m");
    request.messages.insert(0, Message::text(Role::System, "be"));
    request.temperature = Some(1.0);
    let gemini = count(&request, &chat(Platform::Gemini)).unwrap();
    let counted = &gemini["generateContentRequest"];
    assert_eq!(counted["model"], "models/m");
    assert_eq!(counted["systemInstruction"]["parts"][0]["text"], "be");
    assert!(counted.get("generationConfig").is_none());
    let vertex = count(&request, &chat(Platform::Vertex)).unwrap();
    assert_eq!(vertex.as_object().unwrap().len(), 2);
    assert_eq!(vertex["contents"], counted["contents"]);
}

#[test]
fn a_user_s_id_is_left_out_with_a_warning() {
    let mut request = hello("m");
    request.user = Some("u".to_owned());
    assert!(warnings(&request)[0].contains("`user`"));
}

fn source_url(url: &str) -> Source {
    Source::Url(url.to_owned())
}
