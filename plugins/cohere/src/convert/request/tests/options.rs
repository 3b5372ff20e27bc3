//! Tools, formats, sampling and thinking.

use super::*;

fn with_tools(tools: Vec<Tool>, choice: ToolChoice) -> ChatRequest {
    ChatRequest { tools, tool_choice: Some(choice), ..hello() }
}

#[test]
fn a_choice_of_tools_is_required_none_or_the_only_one_left() {
    let both = || vec![function("a", None), function("b", None)];
    for (choice, word, count, warned) in [
        (ToolChoice::Auto, Value::Null, 2, 0),
        (ToolChoice::None, json!("NONE"), 2, 0),
        (ToolChoice::Required, json!("REQUIRED"), 2, 0),
        (ToolChoice::Named("b".to_owned()), json!("REQUIRED"), 1, 1),
    ] {
        let (body, warnings) = sent(&with_tools(both(), choice.clone()));
        assert_eq!(body.get("tool_choice").cloned().unwrap_or_default(), word, "{choice:?}");
        let tools = body["tools"].as_array().unwrap();
        assert_eq!((tools.len(), warnings.len()), (count, warned), "{choice:?}");
        let last = json!({"type": "function", "function": {"name": "b", "parameters": {"type": "object"}}});
        assert_eq!(tools.last().unwrap(), &last);
    }
    assert_eq!(refused(&with_tools(both(), ToolChoice::Named("c".to_owned()))), ErrorKind::InvalidRequest);
    assert_eq!(refused(&with_tools(Vec::new(), ToolChoice::Required)), ErrorKind::InvalidRequest);
    assert!(sent(&with_tools(Vec::new(), ToolChoice::None)).0.get("tool_choice").is_none());
}

#[test]
fn tools_are_strict_together_or_not_at_all() {
    let strict = |flags: [Option<bool>; 2]| {
        let tools = flags.iter().map(|flag| function("a", *flag)).collect();
        let (body, warnings) = sent(&ChatRequest { tools, ..hello() });
        (body.get("strict_tools").is_some(), warnings.len())
    };
    assert_eq!(strict([Some(true), Some(true)]), (true, 0));
    assert_eq!(strict([Some(true), Some(false)]), (false, 1));
    assert_eq!(strict([None, Some(false)]), (false, 0));
}

#[test]
fn calls_one_at_a_time_cannot_be_asked_for() {
    let request = ChatRequest {
        parallel_tool_calls: Some(false),
        ..with_tools(vec![function("a", None)], ToolChoice::Auto)
    };
    assert_eq!(sent(&request).1.len(), 1);
    let bad = Tool::Function(FunctionTool {
        name: "a".to_owned(),
        description: None,
        parameters: "[]".to_owned(),
        strict: None,
        cache: None,
    });
    assert_eq!(refused(&ChatRequest { tools: vec![bad], ..hello() }), ErrorKind::InvalidRequest);
    let native = Tool::Native(r#"{"type":"function","x":1}"#.to_owned());
    assert_eq!(sent(&ChatRequest { tools: vec![native], ..hello() }).0["tools"][0]["x"], 1);
}

#[test]
fn a_schema_goes_with_the_format() {
    let schema = SchemaFormat {
        name: "n".to_owned(),
        description: None,
        schema: r#"{"type":"object"}"#.to_owned(),
        strict: None,
    };
    for (format, expected) in [
        (ResponseFormat::Text, Value::Null),
        (ResponseFormat::JsonObject, json!({"type": "json_object"})),
        (
            ResponseFormat::JsonSchema(schema),
            json!({"type": "json_object", "json_schema": {"type": "object"}}),
        ),
    ] {
        let (body, _) = sent(&ChatRequest { response_format: Some(format), ..hello() });
        assert_eq!(body.get("response_format").cloned().unwrap_or_default(), expected);
    }
}

#[test]
fn sampling_is_kept_within_what_the_api_takes() {
    let (body, warnings) = sent(&ChatRequest {
        temperature: Some(0.7),
        top_p: Some(0.5),
        top_k: Some(40),
        frequency_penalty: Some(0.25),
        seed: Some(7),
        stop: vec!["END".to_owned()],
        max_output_tokens: Some(9),
        logprobs: Some(0),
        ..hello()
    });
    for (member, value) in [
        ("temperature", json!(0.7)),
        ("p", json!(0.5)),
        ("k", json!(40)),
        ("frequency_penalty", json!(0.25)),
        ("seed", json!(7)),
        ("stop_sequences", json!(["END"])),
        ("max_tokens", json!(9)),
        ("logprobs", json!(true)),
    ] {
        assert_eq!(body[member], value, "{member}");
    }
    assert!(warnings.is_empty());
    let (body, warnings) = sent(&ChatRequest {
        temperature: Some(1.5),
        top_p: Some(1.0),
        top_k: Some(1000),
        presence_penalty: Some(-1.0),
        seed: Some(-1),
        logprobs: Some(3),
        ..hello()
    });
    assert_eq!(
        (&body["temperature"], &body["p"], &body["k"], &body["presence_penalty"]),
        (&json!(1.0), &json!(0.99), &json!(500), &json!(0.0))
    );
    assert!(body.get("seed").is_none());
    assert_eq!(warnings.len(), 5, "all but `top-p`: {warnings:?}");
}

#[test]
fn effort_becomes_a_budget_with_room_for_the_answer() {
    let think = |model: &str, effort: Option<&str>, budget_tokens, max_output_tokens| {
        let reasoning = ReasoningOptions { effort: effort.map(str::to_owned), budget_tokens, summary: None };
        let request =
            ChatRequest { model: model.to_owned(), reasoning: Some(reasoning), max_output_tokens, ..hello() };
        sent(&request).0.get("thinking").cloned().unwrap_or_default()
    };
    let enabled = |budget: u32| json!({"type": "enabled", "token_budget": budget});
    assert_eq!(think(THINKS, Some("medium"), None, None), enabled(8192));
    assert_eq!(think(THINKS, Some("medium"), None, Some(1000)), enabled(500));
    assert_eq!(think(THINKS, Some("low"), Some(77), None), enabled(77));
    for (effort, budget) in [(Some("none"), None), (None, Some(0))] {
        assert_eq!(think(THINKS, effort, budget, None), json!({"type": "disabled"}));
        assert_eq!(think("command-r7b", effort, budget, None), Value::Null);
    }
    assert_eq!(think(THINKS, None, None, None), Value::Null);
    let unknown = ReasoningOptions { effort: Some("extreme".to_owned()), budget_tokens: None, summary: None };
    assert_eq!(refused(&ChatRequest { reasoning: Some(unknown), ..hello() }), ErrorKind::InvalidRequest);
    let hidden = ReasoningOptions { effort: None, budget_tokens: None, summary: Some("none".to_owned()) };
    assert_eq!(sent(&ChatRequest { reasoning: Some(hidden), ..hello() }).1.len(), 1);
}

#[test]
fn the_safety_mode_is_said_where_the_api_takes_it() {
    let settings = settings_with(&[("safety-mode", json!("strict")), ("citations", json!("fast"))]);
    let body = |request: &ChatRequest| {
        serde_json::from_slice::<Value>(&prepare(request, false, &settings).unwrap().body).unwrap()
    };
    assert_eq!(body(&hello())["safety_mode"], "STRICT");
    assert_eq!(body(&hello())["citation_options"]["mode"], "FAST");
    assert!(body(&ChatRequest { tools: vec![function("a", None)], ..hello() }).get("safety_mode").is_none());
    let grounded =
        Message::new(Role::User, vec![Part::text("q"), Part::Document(document("d", "text/plain", true))]);
    assert!(body(&asking(vec![grounded])).get("safety_mode").is_none());
}

#[test]
fn extra_wins_but_does_not_decide_whether_it_streams() {
    let extra = Some(r#"{"safety_mode":"OFF","stream":true,"model":"other","priority":1}"#.to_owned());
    let (body, _) = sent(&ChatRequest { extra, ..hello() });
    assert_eq!(
        (&body["safety_mode"], &body["model"], &body["priority"]),
        (&json!("OFF"), &json!("other"), &json!(1))
    );
    assert_eq!(body["stream"], false);
    assert_eq!(refused(&ChatRequest { extra: Some("[]".to_owned()), ..hello() }), ErrorKind::InvalidRequest);
}

#[test]
fn what_is_left_out_is_said() {
    let speaker = Message { name: Some("ann".to_owned()), ..Message::text(Role::User, "hi") };
    let (_, warnings) = sent(&ChatRequest {
        user: Some("u".to_owned()),
        metadata: vec![("a".to_owned(), "b".to_owned())],
        service_tier: Some("priority".to_owned()),
        ..asking(vec![speaker])
    });
    assert_eq!(warnings.len(), 4, "{warnings:?}");
    assert!(sent(&ChatRequest { service_tier: Some("auto".to_owned()), ..hello() }).1.is_empty());
}

#[test]
fn a_hint_to_anthropics_plugin_takes_no_effort_away() {
    let reasoning = ReasoningOptions { effort: Some("low".to_owned()), budget_tokens: None, summary: None };
    let extra = Some(r#"{"thinking":null,"invented":1}"#.to_owned());
    let request = ChatRequest { model: THINKS.to_owned(), reasoning: Some(reasoning), extra, ..hello() };
    let (body, _) = sent(&request);
    assert_eq!((&body["thinking"]["token_budget"], &body["invented"]), (&json!(2048), &json!(1)));
}
