//! Bodies beside the official descriptions: for each API and each feature what
//! is written here must be what the description takes, with nothing in it that
//! it doesn't know.

use jackfield_sdk::embedding::{EmbedRequest, Input};
use jackfield_sdk::llm::{AudioOptions, ChatRequest, Message, Role, Tool, ToolChoice};
use jackfield_sdk::rerank::RerankRequest;
use jackfield_spec::{Check, OpenApi, Unknown};
use serde_json::{Value, json};

use super::request::Delivery;
use super::{completions, embedding, request, rerank, responses};
use crate::settings::tests::Table;
use crate::settings::{Apis, EmbeddingSettings, RerankSettings};

mod matrix;

use matrix::{image, matrix, openai_only};

fn check(file: &str, path: &str) -> Option<Check> {
    Some(OpenApi::load(file)?.request("post", path, Unknown::Refused).unwrap())
}

fn chat(table: &Table, delivery: Delivery, request: &ChatRequest) -> Value {
    serde_json::to_value(&request::prepare(request, &request.model, delivery, &table.chat()).unwrap().body)
        .unwrap()
}

fn of_responses(table: &Table, delivery: Delivery, request: &ChatRequest) -> Value {
    let (chat, apis) = (table.chat(), Apis::read(table).unwrap());
    let prepared =
        responses::request::prepare(request, &request.model, delivery, &chat, &apis.responses).unwrap();
    serde_json::to_value(&prepared.body).unwrap()
}

fn all_fit(check: &Check, cases: &[(&str, ChatRequest)], written: impl Fn(Delivery, &ChatRequest) -> Value) {
    for (case, request) in cases {
        check.assert(case, &written(Delivery::Whole, request));
        check.assert(&format!("{case}, streamed"), &written(Delivery::Streamed, request));
    }
}

#[test]
fn chats_are_what_openai_takes() {
    let Some(check) = check("openai/openapi.yaml", "/chat/completions") else { return };
    let table = Table::new();
    all_fit(&check, &matrix("gpt-4o"), |delivery, request| chat(&table, delivery, request));
    all_fit(&check, &openai_only(), |delivery, request| chat(&table, delivery, request));
    let spoken = ChatRequest {
        modalities: vec!["text".to_owned(), "audio".to_owned()],
        audio: Some(AudioOptions { voice: "alloy".to_owned(), format: "wav".to_owned() }),
        choices: Some(2),
        ..ChatRequest::new("gpt-4o-audio-preview", vec![Message::text(Role::User, "Hi")])
    };
    check.assert("audio", &chat(&table, Delivery::Whole, &spoken));
    assert!(!check.flaws(&json!({"model":"m","messages":[],"max_tokns":1})).is_empty(), "it takes anything");
}

#[test]
fn responses_are_what_openai_takes() {
    let Some(check) = check("openai/openapi.yaml", "/responses") else { return };
    let table = Table::new().flag("store", false);
    all_fit(&check, &matrix("gpt-4o"), |delivery, request| of_responses(&table, delivery, request));
    all_fit(&check, &openai_only(), |delivery, request| of_responses(&table, delivery, request));
    let state = ChatRequest {
        extra: Some(
            r#"{"previous_response_id":"resp_1","truncation":"auto","verbosity":"low","store":true}"#
                .to_owned(),
        ),
        tools: vec![Tool::Native(r#"{"type":"web_search"}"#.to_owned())],
        ..ChatRequest::new("m", vec![Message::text(Role::User, "go on")])
    };
    check.assert("state", &of_responses(&table, Delivery::Whole, &state));
    assert!(!check.flaws(&json!({"model":"m","input":[{"type":"mesage"}]})).is_empty(), "it takes anything");
}

#[test]
fn completions_are_what_openai_takes() {
    let Some(check) = check("openai/openapi.yaml", "/completions") else { return };
    let settings = Table::new().chat();
    let cases: Vec<_> = matrix("davinci-002")
        .into_iter()
        .filter(|(case, _)| ["plain", "system", "schema", "sampling"].contains(case))
        .collect();
    all_fit(&check, &cases, |delivery, request| {
        serde_json::to_value(&completions::prepare(request, "m", delivery, &settings).unwrap().body).unwrap()
    });
}

#[test]
fn embeddings_are_what_openai_takes() {
    let Some(check) = check("openai/openapi.yaml", "/embeddings") else { return };
    let settings = EmbeddingSettings::read(&Table::new()).unwrap();
    for input in [Input::Text("a".to_owned()), Input::Tokens(vec![1, 2])] {
        let request = EmbedRequest {
            dimensions: Some(8),
            user: Some("u".to_owned()),
            ..EmbedRequest::new("m", vec![input])
        };
        let (body, _) = embedding::prepare(&request, "m", &settings).unwrap();
        check.assert("embeddings", &serde_json::to_value(&body).unwrap());
    }
}

#[test]
fn chats_are_what_mistral_takes() {
    let Some(check) = check("mistral/openapi.yaml", "/v1/chat/completions") else { return };
    let table = Table::new()
        .text("developer-role", "system")
        .text("max-tokens-field", "max_tokens")
        .text("seed-field", "random_seed")
        .text("tool-choice-required", "any")
        .integer("tool-id-length", 9)
        .text("reasoning-input", "thinking")
        .text("document-part", "document_url")
        .flag("stream-usage", false);
    all_fit(&check, &matrix("mistral-large-latest"), |delivery, request| chat(&table, delivery, request));
}

#[test]
fn chats_are_what_groq_takes() {
    let Some(api) = OpenApi::load("groq/CompletionCreateParams.request.schema.json") else { return };
    let check = api.whole(Unknown::Refused).unwrap();
    // Its library doesn't know `stream_options`, which its API takes.
    let table = Table::new().text("developer-role", "system").flag("stream-usage", false);
    let mut cases = matrix("openai/gpt-oss-120b");
    cases.retain(|(case, _)| *case != "document");
    all_fit(&check, &cases, |delivery, request| chat(&table, delivery, request));
}

#[test]
fn chats_and_rankings_are_what_together_takes() {
    let table = Table::new()
        .text("developer-role", "system")
        .text("max-tokens-field", "max_tokens")
        .flag("tool-strict", false)
        .texts("drop", &["parallel_tool_calls"])
        .flag("stream-usage", false);
    if let Some(check) = check("together/openapi.yaml", "/chat/completions") {
        let mut cases = matrix("meta-llama/Llama-3.3-70B-Instruct-Turbo");
        // Calls in its description have an index, which only its streams have.
        cases.retain(|(case, _)| !["document", "image", "tool results"].contains(case));
        // Its description has a certain tool only as the record of a call.
        for (_, request) in &mut cases {
            request.tool_choice = request.tool_choice.take().map(|_| ToolChoice::Required);
        }
        all_fit(&check, &cases, |delivery, request| chat(&table, delivery, request));
    }
    let Some(check) = check("together/openapi.yaml", "/rerank") else { return };
    let settings = RerankSettings::read(&table).unwrap();
    let request = RerankRequest { top_n: Some(2), ..RerankRequest::new("m", "q", vec!["a".to_owned()]) };
    let (body, _) = rerank::prepare(&request, "m", &settings).unwrap();
    check.assert("rerank", &serde_json::to_value(&body).unwrap());
}

#[test]
fn chats_and_embeddings_are_what_azures_deployments_take() {
    let file = "azure/AzureOpenAI.json";
    let Some(check_chat) = check(file, "/deployments/{deployment-id}/chat/completions") else { return };
    let table = Table::new();
    // The deployment stands in the path; that the body names it too is what
    // the official library does as well, and the description leaves out.
    let without_model = |mut body: Value| {
        body.as_object_mut().unwrap().remove("model");
        body
    };
    let mut cases = matrix("gpt-4o");
    cases.retain(|(case, _)| *case != "document");
    all_fit(&check_chat, &cases, |delivery, request| without_model(chat(&table, delivery, request)));
    let check = check(file, "/deployments/{deployment-id}/embeddings").unwrap();
    let settings = EmbeddingSettings::read(&table).unwrap();
    let request = EmbedRequest::new("m", vec![Input::Text("a".to_owned())]);
    let (body, _) = embedding::prepare(&request, "m", &settings).unwrap();
    check.assert("embeddings", &without_model(serde_json::to_value(&body).unwrap()));
}

#[test]
fn chats_and_embeddings_are_what_azure_ai_inference_takes() {
    let file = "azure/AzureAIModelInference.json";
    let Some(check_chat) = check(file, "/chat/completions") else { return };
    let table = Table::new()
        .text("max-tokens-field", "max_tokens")
        .text("developer-role", "system")
        .flag("tool-strict", false)
        .text("image-embeddings-path", "/images/embeddings");
    let mut cases = matrix("phi-4");
    // It takes no documents; its description is older than schemas, which the
    // official library sends to the same version of the API.
    cases.retain(|(case, _)| !["document", "schema"].contains(case));
    all_fit(&check_chat, &cases, |delivery, request| chat(&table, delivery, request));
    let settings = EmbeddingSettings::read(&table).unwrap();
    for (path, input) in
        [("/embeddings", Input::Text("a".to_owned())), ("/images/embeddings", Input::Image(image()))]
    {
        let check = check(file, path).unwrap();
        let request = EmbedRequest { dimensions: Some(8), ..EmbedRequest::new("m", vec![input]) };
        let (body, _) = embedding::prepare(&request, "m", &settings).unwrap();
        check.assert(path, &serde_json::to_value(&body).unwrap());
    }
}
