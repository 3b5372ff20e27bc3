//! The features that are asked for, each in a request of its own.

use jackfield_sdk::llm::{
    ChatRequest, FunctionTool, Message, Part, ReasoningOptions, ReasoningPart, ResponseFormat, ResultPart,
    Role, SchemaFormat, TextPart, Tool, ToolCall, ToolChoice, ToolResult,
};
use jackfield_sdk::types::{Document, Media, Source};

pub(super) fn user(content: Vec<Part>) -> Message {
    Message::new(Role::User, content)
}

pub(super) fn image() -> Media {
    Media {
        source: Source::Data(vec![1, 2, 3]),
        mime_type: Some("image/png".to_owned()),
        detail: Some("low".to_owned()),
        transcript: None,
        id: None,
    }
}

pub(super) fn text(text: &str) -> Part {
    Part::Text(TextPart { text: text.to_owned(), citations: Vec::new() })
}

pub(super) fn tool() -> Tool {
    Tool::Function(FunctionTool {
        name: "weather".to_owned(),
        description: Some("Tells the weather".to_owned()),
        parameters: r#"{"type":"object","properties":{"place":{"type":"string"}}}"#.to_owned(),
        strict: Some(false),
        cache: None,
    })
}

/// The features, each in a request of its own. `model` is one that thinks.
pub(super) fn matrix(model: &str) -> Vec<(&'static str, ChatRequest)> {
    let ask = |messages| ChatRequest::new(model, messages);
    let plain = || ask(vec![Message::text(Role::User, "Hi")]);
    let call = ToolCall {
        id: "call12345".to_owned(),
        name: "weather".to_owned(),
        arguments: r#"{"place":"Rome"}"#.to_owned(),
        signature: None,
    };
    let result = ToolResult {
        call_id: "call12345".to_owned(),
        name: Some("weather".to_owned()),
        content: vec![ResultPart::Text("rain".to_owned())],
        is_error: false,
    };
    let document = Document {
        source: Source::Data(vec![1]),
        mime_type: Some("application/pdf".to_owned()),
        name: Some("a.pdf".to_owned()),
        context: None,
        citations: false,
    };
    let schema = SchemaFormat {
        name: "answer".to_owned(),
        description: Some("An answer".to_owned()),
        schema: r#"{"type":"object","properties":{}}"#.to_owned(),
        strict: Some(true),
    };
    let thought = ReasoningPart {
        text: "hm".to_owned(),
        signature: None,
        redacted: Some("enc".to_owned()),
        id: Some("rs_1".to_owned()),
    };
    vec![
        ("plain", plain()),
        ("system", ask(vec![Message::text(Role::System, "Be brief"), Message::text(Role::User, "Hi")])),
        (
            "several turns",
            ask(vec![
                Message::text(Role::User, "Hi"),
                Message::text(Role::Assistant, "Hello"),
                user(vec![text("a"), text("b")]),
            ]),
        ),
        (
            "tools",
            ChatRequest {
                tools: vec![tool()],
                tool_choice: Some(ToolChoice::Named("weather".to_owned())),
                parallel_tool_calls: Some(false),
                ..plain()
            },
        ),
        (
            "a tool demanded",
            ChatRequest { tools: vec![tool()], tool_choice: Some(ToolChoice::Required), ..plain() },
        ),
        (
            "tool results",
            ChatRequest {
                tools: vec![tool()],
                ..ask(vec![
                    Message::text(Role::User, "Weather?"),
                    Message::new(
                        Role::Assistant,
                        vec![Part::Reasoning(thought), text("Let me see"), Part::ToolCall(call)],
                    ),
                    Message::new(Role::Tool, vec![Part::ToolResult(result)]),
                ])
            },
        ),
        ("image", ask(vec![user(vec![text("What is it?"), Part::Image(image())])])),
        ("document", ask(vec![user(vec![text("What is it?"), Part::Document(document)])])),
        ("schema", ChatRequest { response_format: Some(ResponseFormat::JsonSchema(schema)), ..plain() }),
        ("json", ChatRequest { response_format: Some(ResponseFormat::JsonObject), ..plain() }),
        (
            "sampling",
            ChatRequest {
                max_output_tokens: Some(64),
                temperature: Some(0.5),
                top_p: Some(0.5),
                frequency_penalty: Some(0.1),
                presence_penalty: Some(0.1),
                seed: Some(7),
                stop: vec!["END".to_owned()],
                ..plain()
            },
        ),
    ]
}

/// Features that OpenAI has and few others.
pub(super) fn openai_only() -> Vec<(&'static str, ChatRequest)> {
    let plain = || ChatRequest::new("gpt-4o", vec![Message::text(Role::User, "Hi")]);
    vec![
        ("probabilities", ChatRequest { logprobs: Some(2), ..plain() }),
        (
            "reasoning",
            ChatRequest {
                reasoning: Some(ReasoningOptions {
                    effort: Some("low".to_owned()),
                    budget_tokens: None,
                    summary: Some("auto".to_owned()),
                }),
                max_output_tokens: Some(64),
                ..ChatRequest::new(
                    "o3-mini",
                    vec![Message::text(Role::Developer, "x"), Message::text(Role::User, "y")],
                )
            },
        ),
        (
            "labels",
            ChatRequest {
                metadata: vec![("team".to_owned(), "red".to_owned())],
                user: Some("u".to_owned()),
                service_tier: Some("flex".to_owned()),
                ..plain()
            },
        ),
    ]
}
