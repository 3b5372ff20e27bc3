//! Requests against Ollama's own description of its API, where it lies beside
//! the repository. It leaves out some members that the server knows
//! (`thinking`, `tool_name`, ids of calls), so unknown ones are allowed within
//! messages; the body around them is checked against its own list.

use jackfield_sdk::embedding::{EmbedRequest, Input, Truncation};
use jackfield_sdk::llm::*;
use jackfield_sdk::types::{Media, Source};
use jackfield_spec::{OpenApi, Unknown};
use serde_json::{Value, json};

use super::{embedding, request};
use crate::settings::tests::settings_with;

fn chats() -> Vec<(&'static str, ChatRequest)> {
    let hello = || ChatRequest::new("tiny:1b", vec![Message::text(Role::User, "hi")]);
    let then = |more: Vec<Message>| {
        let mut request = hello();
        request.messages.extend(more);
        request
    };
    let image = Media {
        source: Source::Data(vec![0, 0, 0]),
        mime_type: Some("image/png".to_owned()),
        detail: None,
        transcript: None,
        id: None,
    };
    let call = ToolCall {
        id: "c".to_owned(),
        name: "f".to_owned(),
        arguments: r#"{"a":1}"#.to_owned(),
        signature: None,
    };
    let content = vec![ResultPart::Text("r".to_owned())];
    let result = ToolResult { call_id: "c".to_owned(), name: None, content, is_error: false };
    let tool = FunctionTool {
        name: "f".to_owned(),
        description: Some("d".to_owned()),
        parameters: r#"{"type":"object","properties":{}}"#.to_owned(),
        strict: None,
        cache: None,
    };
    let schema = SchemaFormat {
        name: "s".to_owned(),
        description: None,
        schema: r#"{"type":"object"}"#.to_owned(),
        strict: None,
    };
    let thinking = |effort: &str| ReasoningOptions {
        effort: Some(effort.to_owned()),
        budget_tokens: None,
        summary: None,
    };
    vec![
        ("plain", hello()),
        (
            "system",
            ChatRequest::new("m", vec![Message::text(Role::System, "s"), Message::text(Role::User, "u")]),
        ),
        ("turns", then(vec![Message::text(Role::Assistant, "a"), Message::text(Role::User, "b")])),
        ("tools", ChatRequest { tools: vec![Tool::Function(tool)], ..hello() }),
        (
            "results",
            then(vec![
                Message::new(Role::Assistant, vec![Part::ToolCall(call)]),
                Message::new(Role::Tool, vec![Part::ToolResult(result)]),
            ]),
        ),
        ("image", then(vec![Message::new(Role::User, vec![Part::text("see"), Part::Image(image)])])),
        ("json", ChatRequest { response_format: Some(ResponseFormat::JsonObject), ..hello() }),
        ("schema", ChatRequest { response_format: Some(ResponseFormat::JsonSchema(schema)), ..hello() }),
        (
            "sampling",
            ChatRequest {
                temperature: Some(0.5),
                top_p: Some(0.9),
                top_k: Some(40),
                seed: Some(1),
                stop: vec!["x".to_owned()],
                max_output_tokens: Some(10),
                logprobs: Some(2),
                ..hello()
            },
        ),
        ("thinking", ChatRequest { reasoning: Some(thinking("xhigh")), ..hello() }),
        ("not thinking", ChatRequest { reasoning: Some(thinking("none")), ..hello() }),
    ]
}

#[test]
fn requests_are_as_the_api_describes_them() {
    let Some(api) = OpenApi::load("ollama/openapi.yaml") else { return };
    let read = |body: &[u8]| serde_json::from_slice::<Value>(body).unwrap();
    let settings = settings_with(&[("keep-alive", json!("5m")), ("options", json!(["num_ctx=8192"]))]);
    let within = api.request("post", "/api/chat", Unknown::Allowed).unwrap();
    let around = api.request("post", "/api/chat", Unknown::Refused).unwrap();
    for (what, asked) in chats() {
        for stream in [false, true] {
            let mut body = read(&request::prepare(&asked, stream, &settings).unwrap().body);
            within.assert(what, &body);
            body["messages"] = json!([{"role": "user", "content": "hi"}]);
            around.assert(what, &body);
        }
    }
    let embed = api.request("post", "/api/embed", Unknown::Refused).unwrap();
    let asked = EmbedRequest {
        dimensions: Some(64),
        truncation: Some(Truncation::None),
        ..EmbedRequest::new("tiny", vec![Input::Text("a".to_owned())])
    };
    embed.assert("embeddings", &read(&embedding::prepare(&asked, &settings).unwrap().0));
}
