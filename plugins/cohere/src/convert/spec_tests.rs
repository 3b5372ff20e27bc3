//! Requests against Cohere's own description of its API, where it lies beside
//! the repository.

use jackfield_sdk::embedding::{EmbedRequest, Encoding, Input, Purpose, Truncation};
use jackfield_sdk::llm::*;
use jackfield_sdk::rerank::RerankRequest;
use jackfield_sdk::types::{Document, Media, Source};
use jackfield_spec::{OpenApi, Unknown};
use serde_json::Value;

use super::{PLAN, embedding, request, rerank};
use crate::settings::tests::settings;

const FILE: &str = "cohere/openapi.yaml";

fn image() -> Media {
    Media {
        source: Source::Data(vec![0, 0, 0]),
        mime_type: Some("image/png".to_owned()),
        detail: Some("high".to_owned()),
        transcript: None,
        id: None,
    }
}

fn document() -> Document {
    Document {
        source: Source::Data("text".into()),
        mime_type: Some("text/plain".to_owned()),
        name: Some("n".to_owned()),
        context: None,
        citations: true,
    }
}

/// A request for each feature.
fn chats() -> Vec<(&'static str, ChatRequest)> {
    let hello = || ChatRequest::new("command-a-reasoning-08-2025", vec![Message::text(Role::User, "hi")]);
    let then = |more: Vec<Message>| {
        let mut request = hello();
        request.messages.extend(more);
        request
    };
    let thought = |id: Option<&str>| {
        Part::Reasoning(ReasoningPart {
            text: "hm".to_owned(),
            signature: None,
            redacted: None,
            id: id.map(str::to_owned),
        })
    };
    let call = Part::ToolCall(ToolCall {
        id: "c".to_owned(),
        name: "f".to_owned(),
        arguments: "{}".to_owned(),
        signature: None,
    });
    let result = |content| {
        Part::ToolResult(ToolResult { call_id: "c".to_owned(), name: None, content, is_error: false })
    };
    let tool = || {
        Tool::Function(FunctionTool {
            name: "f".to_owned(),
            description: Some("d".to_owned()),
            parameters: r#"{"type":"object","properties":{}}"#.to_owned(),
            strict: Some(true),
            cache: None,
        })
    };
    let schema = SchemaFormat {
        name: "s".to_owned(),
        description: None,
        schema: r#"{"type":"object"}"#.to_owned(),
        strict: Some(true),
    };
    let several = vec![
        ResultPart::Text("a".to_owned()),
        ResultPart::Json("{}".to_owned()),
        ResultPart::Document(document()),
    ];
    vec![
        ("plain", hello()),
        (
            "system",
            ChatRequest::new("m", vec![Message::text(Role::System, "s"), Message::text(Role::User, "u")]),
        ),
        (
            "turns",
            then(vec![
                Message::new(Role::Assistant, vec![thought(None), Part::text("a")]),
                Message::text(Role::User, "b"),
            ]),
        ),
        ("tools", ChatRequest { tools: vec![tool()], tool_choice: Some(ToolChoice::Required), ..hello() }),
        (
            "results",
            then(vec![
                Message::new(Role::Assistant, vec![thought(Some(PLAN)), call.clone()]),
                Message::new(Role::Tool, vec![result(vec![ResultPart::Text("r".to_owned())])]),
                Message::new(Role::Assistant, vec![call]),
                Message::new(Role::Tool, vec![result(several)]),
            ]),
        ),
        ("image", then(vec![Message::new(Role::User, vec![Part::text("see"), Part::Image(image())])])),
        (
            "document",
            then(vec![Message::new(Role::User, vec![Part::text("see"), Part::Document(document())])]),
        ),
        ("json", ChatRequest { response_format: Some(ResponseFormat::JsonObject), ..hello() }),
        ("schema", ChatRequest { response_format: Some(ResponseFormat::JsonSchema(schema)), ..hello() }),
        (
            "sampling",
            ChatRequest {
                temperature: Some(2.0),
                top_p: Some(1.0),
                top_k: Some(1000),
                frequency_penalty: Some(0.5),
                presence_penalty: Some(-0.5),
                seed: Some(1),
                stop: vec!["x".to_owned()],
                max_output_tokens: Some(10),
                logprobs: Some(2),
                ..hello()
            },
        ),
        (
            "thinking",
            ChatRequest {
                reasoning: Some(ReasoningOptions {
                    effort: Some("low".to_owned()),
                    budget_tokens: None,
                    summary: None,
                }),
                ..hello()
            },
        ),
        (
            "not thinking",
            ChatRequest {
                reasoning: Some(ReasoningOptions {
                    effort: Some("none".to_owned()),
                    budget_tokens: None,
                    summary: None,
                }),
                ..hello()
            },
        ),
    ]
}

#[test]
fn requests_are_as_the_api_describes_them() {
    let Some(api) = OpenApi::load(FILE) else { return };
    let read = |body: &[u8]| serde_json::from_slice::<Value>(body).unwrap();
    let chat = api.request("post", "/v2/chat", Unknown::Refused).unwrap();
    for (what, asked) in chats() {
        for stream in [false, true] {
            let prepared = request::prepare(&asked, stream, &settings()).unwrap();
            chat.assert(what, &read(&prepared.body));
        }
    }
    let embed = api.request("post", "/v2/embed", Unknown::Refused).unwrap();
    let text = || Input::Text("a".to_owned());
    for (what, inputs) in [
        ("texts", vec![text(), text()]),
        ("images", vec![Input::Image(image())]),
        ("both", vec![text(), Input::Image(image())]),
    ] {
        let asked = EmbedRequest {
            dimensions: Some(512),
            purpose: Some(Purpose::Query),
            encoding: Some(Encoding::Int8),
            truncation: Some(Truncation::End),
            ..EmbedRequest::new("embed-v4.0", inputs)
        };
        for body in embedding::prepare(&asked, &settings()).unwrap().0 {
            embed.assert(what, &read(&body));
        }
    }
    let ranks = api.request("post", "/v2/rerank", Unknown::Refused).unwrap();
    let asked = RerankRequest {
        top_n: Some(1),
        max_tokens_per_document: Some(100),
        ..RerankRequest::new("rerank-v3.5", "q", vec!["d".to_owned()])
    };
    ranks.assert("rerank", &read(&rerank::prepare(&asked).unwrap().0));
}
