//! Tools, formats, runtime options and thinking.

use super::*;

fn function(name: &str, strict: Option<bool>) -> Tool {
    let (name, parameters) = (name.to_owned(), r#"{"type":"object"}"#.to_owned());
    Tool::Function(FunctionTool { name, description: Some("d".to_owned()), parameters, strict, cache: None })
}

#[test]
fn tools_are_offered_and_nobody_is_made_to_call_one() {
    for (choice, count, warned) in [
        (ToolChoice::Auto, 2, 0),
        (ToolChoice::None, 0, 0),
        (ToolChoice::Required, 2, 1),
        (ToolChoice::Named("b".to_owned()), 1, 1),
    ] {
        let tools = vec![function("a", None), function("b", None)];
        let (body, warnings) = sent(&ChatRequest { tools, tool_choice: Some(choice.clone()), ..hello() });
        let offered = body["tools"].as_array().map_or(0, Vec::len);
        assert_eq!((offered, warnings.len()), (count, warned), "{choice:?}");
    }
    let (body, _) = sent(&ChatRequest { tools: vec![function("a", None)], ..hello() });
    let expected = json!([{"type": "function", "function": {"name": "a", "description": "d", "parameters": {"type": "object"}}}]);
    assert_eq!(body["tools"], expected);
    let named = Some(ToolChoice::Named("c".to_owned()));
    assert_eq!(
        refused(&ChatRequest { tools: vec![function("a", None)], tool_choice: named, ..hello() }),
        ErrorKind::InvalidRequest
    );
    let one =
        ChatRequest { tools: vec![function("a", Some(true))], parallel_tool_calls: Some(false), ..hello() };
    assert_eq!(sent(&one).1.len(), 2);
}

#[test]
fn a_format_is_json_or_a_schema() {
    let schema = |schema: &str| {
        ResponseFormat::JsonSchema(SchemaFormat {
            name: "n".to_owned(),
            description: None,
            schema: schema.to_owned(),
            strict: None,
        })
    };
    for (format, expected) in [
        (ResponseFormat::Text, Value::Null),
        (ResponseFormat::JsonObject, json!("json")),
        (schema(r#"{"type":"object"}"#), json!({"type": "object"})),
    ] {
        let (body, _) = sent(&ChatRequest { response_format: Some(format), ..hello() });
        assert_eq!(body.get("format").cloned().unwrap_or_default(), expected);
    }
    assert_eq!(
        refused(&ChatRequest { response_format: Some(schema("7")), ..hello() }),
        ErrorKind::InvalidRequest
    );
}

#[test]
fn parameters_are_options_over_the_operators() {
    let settings = settings_with(&[
        ("options", json!(["num_ctx=9", "seed=1"])),
        ("keep-alive", json!("-1")),
        ("think", json!("low")),
    ]);
    let request = ChatRequest {
        max_output_tokens: Some(10),
        temperature: Some(1.5),
        top_p: Some(0.5),
        top_k: Some(40),
        frequency_penalty: Some(-0.5),
        presence_penalty: Some(0.5),
        seed: Some(-7),
        stop: vec!["END".to_owned()],
        logprobs: Some(3),
        extra: Some(r#"{"options":{"min_p":0.1,"top_k":null},"shift":false,"stream":true}"#.to_owned()),
        ..hello()
    };
    let body: Value = serde_json::from_slice(&prepare(&request, false, &settings).unwrap().body).unwrap();
    let options = json!({"num_ctx": 9, "num_predict": 10, "temperature": 1.5, "top_p": 0.5, "frequency_penalty": -0.5,
        "presence_penalty": 0.5, "seed": -7, "stop": ["END"], "min_p": 0.1});
    assert_eq!(body["options"], options);
    assert_eq!(
        (&body["keep_alive"], &body["think"], &body["shift"]),
        (&json!(-1), &json!("low"), &json!(false))
    );
    assert_eq!(
        (&body["logprobs"], &body["top_logprobs"], &body["stream"]),
        (&json!(true), &json!(3), &json!(false))
    );
    assert!(sent(&ChatRequest { logprobs: Some(0), ..hello() }).0.get("top_logprobs").is_none());
}

#[test]
fn thinking_is_yes_no_or_a_level() {
    let think = |effort: Option<&str>, budget_tokens| {
        let reasoning = ReasoningOptions { effort: effort.map(str::to_owned), budget_tokens, summary: None };
        let (body, warnings) = sent(&ChatRequest { reasoning: Some(reasoning), ..hello() });
        (body.get("think").cloned().unwrap_or_default(), warnings.len())
    };
    assert_eq!(think(Some("none"), None), (json!(false), 0));
    assert_eq!(think(Some("high"), Some(0)), (json!(false), 0));
    assert_eq!(think(Some("high"), Some(9)), (json!("high"), 0));
    assert_eq!(think(Some("minimal"), None), (json!("low"), 1));
    assert_eq!(think(Some("xhigh"), None), (json!("max"), 1));
    assert_eq!(think(Some("new"), None), (json!("new"), 0));
    assert_eq!(think(None, Some(9)), (json!(true), 1));
    assert_eq!(think(None, None), (Value::Null, 0));
    let hidden = ReasoningOptions { effort: None, budget_tokens: None, summary: Some("none".to_owned()) };
    assert_eq!(sent(&ChatRequest { reasoning: Some(hidden), ..hello() }).1.len(), 1);
}

#[test]
fn what_is_left_out_is_said() {
    let speaker = Message { name: Some("ann".to_owned()), ..Message::text(Role::User, "hi") };
    let (_, warnings) = sent(&ChatRequest {
        user: Some("u".to_owned()),
        metadata: vec![("a".to_owned(), "b".to_owned())],
        service_tier: Some("flex".to_owned()),
        ..asking(vec![speaker])
    });
    assert_eq!(warnings.len(), 4, "{warnings:?}");
    let redacted = Part::Reasoning(ReasoningPart {
        text: String::new(),
        signature: None,
        redacted: Some("x".to_owned()),
        id: None,
    });
    let messages =
        vec![Message::text(Role::User, "q"), Message::new(Role::Assistant, vec![redacted, Part::text("a")])];
    assert_eq!(sent(&asking(messages)).1.len(), 1);
}
