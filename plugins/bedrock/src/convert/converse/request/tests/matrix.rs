//! Requests of every kind, to be held against the service model.

use super::*;

/// One request for each thing that a request can have.
pub(super) fn matrix() -> Vec<(&'static str, ChatRequest)> {
    let with = |messages: Vec<Message>| ChatRequest::new(CLAUDE, messages);
    let bytes = || Source::Data(vec![1, 2, 3]);
    let thought = |text: &str, redacted: Option<&str>| {
        Part::Reasoning(ReasoningPart {
            text: text.to_owned(),
            signature: Some("s".to_owned()).filter(|_| redacted.is_none()),
            redacted: redacted.map(str::to_owned),
            id: None,
        })
    };
    let s3 = || Source::Url("s3://my-bucket/folder/film.mp4".to_owned());
    vec![
        ("plain", hello()),
        ("system", with(vec![
            Message::new(Role::System, vec![Part::text("be brief"), Part::CachePoint(CachePoint { ttl: None })]),
            Message::text(Role::User, "hello"),
        ])),
        ("several turns", with(vec![
            Message::text(Role::User, "a"),
            Message::new(Role::Assistant, vec![thought("hm", None), thought("", Some("QUI=")), Part::text("b")]),
            Message::text(Role::User, "c"),
        ])),
        ("tools", ChatRequest {
            tools: vec![tool("f"), Tool::Native(r#"{"systemTool":{"name":"nova_code"}}"#.to_owned())],
            tool_choice: Some(ToolChoice::Named("f".to_owned())),
            ..hello()
        }),
        ("results of tools", ChatRequest {
            tools: vec![tool("f")],
            tool_choice: Some(ToolChoice::Required),
            ..with(vec![
                Message::text(Role::User, "a"),
                Message::new(Role::Assistant, vec![call("t-1"), call("t-2")]),
                result("t-1", vec![ResultPart::Json(r#"{"x":1}"#.to_owned()), ResultPart::Json("[1]".to_owned())]),
                result("t-2", vec![ResultPart::Image(media(bytes(), "image/png")), ResultPart::Text("x".to_owned())]),
            ])
        }),
        ("media", with(vec![Message::new(Role::User, vec![
            Part::text("look"),
            Part::Image(media(bytes(), "image/jpeg")),
            Part::Image(media(Source::Url("data:image/gif;base64,AAAA".to_owned()), "image/gif")),
            Part::Audio(media(bytes(), "audio/wav")),
            document("application/pdf", bytes()),
            document("application/json", bytes()),
            document("video/mp4", s3()),
        ])])),
        ("a schema by a tool", ChatRequest { response_format: Some(schema_format(None)), ..hello() }),
        ("a schema natively", ChatRequest {
            response_format: Some(schema_format(Some(true))),
            ..ChatRequest::new("us.anthropic.claude-sonnet-4-5-20250929-v1:0", hello().messages)
        }),
        ("sampling", ChatRequest {
            max_output_tokens: Some(10),
            temperature: Some(0.5),
            top_p: Some(0.9),
            top_k: Some(5),
            stop: vec!["x".to_owned(), String::new()],
            metadata: vec![("team".to_owned(), "a".to_owned())],
            service_tier: Some("priority".to_owned()),
            extra: Some(r#"{"performanceConfig":{"latency":"optimized"}}"#.to_owned()),
            ..hello()
        }),
        ("thinking", ChatRequest {
            reasoning: Some(ReasoningOptions { effort: Some("low".to_owned()), budget_tokens: None, summary: None }),
            ..hello()
        }),
        ("a guardrail of its own", ChatRequest {
            extra: Some(r#"{"guardrailConfig":{"guardrailIdentifier":"abc","guardrailVersion":"1","trace":"enabled_full"}}"#.to_owned()),
            ..hello()
        }),
    ]
}
