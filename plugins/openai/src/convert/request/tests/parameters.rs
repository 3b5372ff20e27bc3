//! Everything beside the turns.

use super::*;

fn full() -> ChatRequest {
    ChatRequest {
        tools: vec![
            Tool::Function(FunctionTool {
                name: "f".to_owned(),
                description: Some("does".to_owned()),
                parameters: r#"{"type": "object"}"#.to_owned(),
                strict: Some(true),
                cache: None,
            }),
            Tool::Native(r#"{"type":"web_search"}"#.to_owned()),
        ],
        tool_choice: Some(ToolChoice::Required),
        parallel_tool_calls: Some(false),
        response_format: Some(ResponseFormat::JsonSchema(SchemaFormat {
            name: "s".to_owned(),
            description: None,
            schema: r#"{"type":"object"}"#.to_owned(),
            strict: Some(true),
        })),
        max_output_tokens: Some(9),
        temperature: Some(0.5),
        top_p: Some(0.9),
        frequency_penalty: Some(0.1),
        presence_penalty: Some(-0.1),
        seed: Some(-7),
        stop: vec!["x".to_owned()],
        choices: Some(2),
        logprobs: Some(3),
        reasoning: Some(ReasoningOptions {
            effort: Some("low".to_owned()),
            budget_tokens: None,
            summary: None,
        }),
        modalities: vec!["text".to_owned(), "audio".to_owned()],
        audio: Some(AudioOptions { voice: "v".to_owned(), format: "wav".to_owned() }),
        user: Some("u".to_owned()),
        metadata: vec![("k".to_owned(), "v".to_owned())],
        service_tier: Some("flex".to_owned()),
        extra: Some(r#"{"verbosity":"low","seed":null,"top_p":1}"#.to_owned()),
        ..request(Vec::new())
    }
}

#[test]
fn every_parameter_has_its_member_and_extra_has_the_last_word() {
    let (body, warnings) = written(&full(), &Table::new());
    assert_eq!(
        body,
        json!({
            "model": "m", "messages": [],
            "tools": [
                {"type": "function", "function": {"name": "f", "description": "does", "parameters": {"type": "object"}, "strict": true}},
                {"type": "web_search"},
            ],
            "tool_choice": "required", "parallel_tool_calls": false,
            "response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": {"type": "object"}, "strict": true}},
            "max_tokens": 9, "temperature": 0.5, "top_p": 1, "frequency_penalty": 0.1, "presence_penalty": -0.1,
            "stop": ["x"], "n": 2, "logprobs": true, "top_logprobs": 3, "reasoning_effort": "low",
            "modalities": ["text", "audio"], "audio": {"voice": "v", "format": "wav"},
            "user": "u", "metadata": {"k": "v"}, "service_tier": "flex", "verbosity": "low",
        })
    );
    assert!(warnings.is_empty());
}

#[test]
fn the_words_of_another_upstream_are_configuration() {
    let table = Table::new()
        .text("max-tokens-field", "max_completion_tokens")
        .text("seed-field", "random_seed")
        .text("tool-choice-required", "any")
        .text("schema-format", "json_object")
        .texts("rename", &["user=user_id"])
        .texts("drop", &["service_tier", "temperature@m*", "top_p@other"]);
    let mut request = full();
    request.extra = None;
    let (body, warnings) = written(&request, &table);
    assert_eq!(body["max_completion_tokens"], 9);
    assert_eq!(body["random_seed"], -7);
    assert_eq!(body["tool_choice"], "any");
    assert_eq!(body["response_format"], json!({"type": "json_object"}));
    assert_eq!(body["user_id"], "u");
    assert_eq!(body["top_p"], 0.9);
    for gone in ["max_tokens", "seed", "user", "service_tier", "temperature"] {
        assert!(body.get(gone).is_none(), "{gone}");
    }
    assert_eq!(warnings.len(), 3, "{warnings:?}");
}

#[test]
fn a_stream_asks_for_usage_unless_the_server_refuses_that() {
    let (body, _) = written_as(&request(Vec::new()), &Table::new(), Delivery::Streamed);
    assert_eq!((&body["stream"], &body["stream_options"]), (&json!(true), &json!({"include_usage": true})));
    let (body, _) =
        written_as(&request(Vec::new()), &Table::new().flag("stream-usage", false), Delivery::Streamed);
    assert!(body.get("stream_options").is_none());
}

#[test]
fn what_the_api_has_no_word_for_gives_a_warning() {
    let mut request = request(Vec::new());
    request.top_k = Some(5);
    request.reasoning =
        Some(ReasoningOptions { effort: None, budget_tokens: Some(100), summary: Some("auto".into()) });
    let (body, warnings) = written(&request, &Table::new());
    assert!(body.get("top_k").is_none());
    assert_eq!(warnings.len(), 3);
    let (body, warnings) = written(&request, &Table::new().flag("top-k", true));
    assert_eq!((&body["top_k"], warnings.len()), (&json!(5), 2));
}

#[test]
fn a_budget_becomes_a_word_of_effort_for_a_model_that_thinks() {
    let mut request = request(Vec::new());
    request.reasoning = Some(ReasoningOptions { effort: None, budget_tokens: Some(10_000), summary: None });
    let (body, warnings) = written(&request, &Table::new().texts("reasoning-models", &["m*"]));
    assert_eq!((&body["reasoning_effort"], warnings.len()), (&json!("medium"), 1));
}

#[test]
fn a_budget_of_zero_turns_reasoning_off() {
    let mut request = request(Vec::new());
    request.reasoning = Some(ReasoningOptions { effort: None, budget_tokens: Some(0), summary: None });
    let (body, warnings) = written(&request, &Table::new());
    assert_eq!((&body["reasoning_effort"], warnings.len()), (&json!("none"), 0));
}

#[test]
fn json_that_isnt_is_refused_by_name() {
    let mut bad_schema = full();
    bad_schema.response_format = Some(ResponseFormat::JsonSchema(SchemaFormat {
        name: "s".into(),
        description: None,
        schema: "{".into(),
        strict: None,
    }));
    let mut bad_tool = full();
    bad_tool.tools = vec![Tool::Native("nope".into())];
    let mut bad_extra = full();
    bad_extra.extra = Some("7".into());
    for (request, name) in [(bad_schema, "`schema`"), (bad_tool, "`tools`"), (bad_extra, "`extra`")] {
        let error = prepare(&request, "m", Delivery::Whole, &Table::new().chat()).unwrap_err();
        assert!(error.kind == ErrorKind::InvalidRequest && error.message.contains(name), "{}", error.message);
    }
}

#[test]
fn one_named_tool_is_named() {
    let mut request = request(Vec::new());
    request.tool_choice = Some(ToolChoice::Named("f".into()));
    let (body, _) = written(&request, &Table::new());
    assert_eq!(body["tool_choice"], json!({"type": "function", "function": {"name": "f"}}));
}
