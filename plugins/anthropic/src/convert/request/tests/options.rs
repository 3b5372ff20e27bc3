//! What isn't the conversation: tools, formats, thinking, parameters.

use super::*;

const SCHEMA: &str = r#"{"type":"object","properties":{"inner":{"type":"object","properties":{"properties":{"type":"string"}}}}}"#;

fn thinking(effort: Option<&str>, budget_tokens: Option<u32>) -> Option<ReasoningOptions> {
    Some(ReasoningOptions { effort: effort.map(str::to_owned), budget_tokens, summary: None })
}

fn schema(strict: Option<bool>, schema: &str) -> Option<ResponseFormat> {
    let (name, description) = ("form".to_owned(), Some("the form".to_owned()));
    Some(ResponseFormat::JsonSchema(SchemaFormat { name, description, schema: schema.to_owned(), strict }))
}

#[test]
fn tools_keep_their_schemas_and_get_the_type_that_is_missing() {
    let mut request = hello();
    let native = r#"{"type":"web_search_1","name":"web_search"}"#;
    request.tools = vec![
        function("a", r#"{"type":"object","properties":{}}"#),
        function("b", "{}"),
        Tool::Native(native.to_owned()),
    ];
    if let Tool::Function(function) = &mut request.tools[0] {
        (function.strict, function.cache) = (Some(true), Some(CachePoint { ttl: None }));
    }
    let (body, _) = sent(&request);
    let expected = json!([
        {"name": "a", "input_schema": {"type": "object", "properties": {}}, "strict": true, "cache_control": {"type": "ephemeral"}},
        {"name": "b", "input_schema": {"type": "object"}},
        {"type": "web_search_1", "name": "web_search"},
    ]);
    assert_eq!(body["tools"], expected);
    request.tools = vec![function("a", "[1]")];
    assert!(refused(&request).message.contains("tool a"));
}

#[test]
fn the_choice_of_tools_says_whether_calls_may_come_together() {
    let mut request = hello();
    request.tools = vec![function("a", "{}")];
    for (choice, parallel, expected) in [
        (None, None, Value::Null),
        (None, Some(true), Value::Null),
        (None, Some(false), json!({"type": "auto", "disable_parallel_tool_use": true})),
        (Some(ToolChoice::Auto), None, json!({"type": "auto"})),
        (Some(ToolChoice::None), Some(false), json!({"type": "none"})),
        (Some(ToolChoice::Required), Some(false), json!({"type": "any", "disable_parallel_tool_use": true})),
        (Some(ToolChoice::Named("a".to_owned())), None, json!({"type": "tool", "name": "a"})),
    ] {
        (request.tool_choice, request.parallel_tool_calls) = (choice, parallel);
        assert_eq!(sent(&request).0.get("tool_choice").cloned().unwrap_or_default(), expected);
    }
    request.tools.clear();
    (request.tool_choice, request.parallel_tool_calls) = (Some(ToolChoice::Auto), None);
    assert_eq!(sent(&request).0.get("tool_choice"), None);
    request.tool_choice = Some(ToolChoice::Required);
    assert_eq!(refused(&request).kind, ErrorKind::InvalidRequest);
}

#[test]
fn a_budget_leaves_room_for_the_answer() {
    let mut request = hello();
    for (options, limit, expected, max_tokens, warned) in [
        (thinking(Some("low"), None), None, Some(2048), 2048 + 8192, 1),
        (thinking(None, Some(3000)), Some(4000), Some(3000), 4000, 0),
        (thinking(None, Some(10)), None, Some(1024), 1024 + 8192, 1),
        (thinking(Some("high"), None), Some(4000), Some(2000), 4000, 2),
        (thinking(Some("high"), None), Some(1500), Some(1024), 1500, 2),
        (thinking(Some("high"), None), Some(1024), None, 1024, 1),
        (thinking(Some("none"), None), None, None, 8192, 0),
        (thinking(None, Some(0)), None, None, 8192, 0),
        (thinking(None, None), None, None, 8192, 0),
        (None, Some(5), None, 5, 0),
    ] {
        (request.reasoning, request.max_output_tokens) = (options, limit);
        let (body, warnings) = sent(&request);
        let thinking =
            expected.map_or(Value::Null, |budget| json!({"type": "enabled", "budget_tokens": budget}));
        assert_eq!(body.get("thinking").cloned().unwrap_or_default(), thinking, "{request:?}");
        assert_eq!((body["max_tokens"].as_u64(), warnings.len()), (Some(max_tokens), warned), "{request:?}");
    }
    (request.reasoning, request.max_output_tokens) = (thinking(Some("low"), None), None);
    let (_, warnings) = sent(&request);
    assert!(warnings[0].contains("`low` became a budget of 2048 tokens"), "{warnings:?}");
    (request.reasoning, request.max_output_tokens) = (thinking(Some("immense"), None), None);
    assert!(refused(&request).message.contains("xhigh"));
}

#[test]
fn models_that_adapt_take_a_word_instead_of_a_budget() {
    let mut request = hello();
    for (model, options, expected, effort, warned) in [
        ("claude-new-1", thinking(Some("high"), None), json!({"type": "adaptive"}), json!("high"), 0),
        ("claude-new-1", thinking(Some("minimal"), None), json!({"type": "adaptive"}), json!("low"), 1),
        ("claude-new-1", thinking(None, Some(10_000)), json!({"type": "adaptive"}), json!("medium"), 1),
        ("claude-new-1", thinking(None, Some(1)), json!({"type": "adaptive"}), json!("low"), 1),
        ("claude-new-1", thinking(None, None), json!({"type": "adaptive"}), Value::Null, 0),
        ("claude-new-1", thinking(Some("none"), None), json!({"type": "disabled"}), Value::Null, 0),
        ("claude-always-1", thinking(Some("none"), None), Value::Null, Value::Null, 1),
    ] {
        (request.model, request.reasoning) = (model.to_owned(), options);
        let (body, warnings) = sent(&request);
        assert_eq!(body.get("thinking").cloned().unwrap_or_default(), expected, "{request:?}");
        assert_eq!(body.pointer("/output_config/effort").cloned().unwrap_or_default(), effort);
        assert_eq!(warnings.len(), warned);
    }
    request.reasoning = Some(ReasoningOptions {
        effort: Some("max".to_owned()),
        budget_tokens: None,
        summary: Some("detailed".to_owned()),
    });
    assert_eq!(sent(&request).0["thinking"], json!({"type": "adaptive", "display": "summarized"}));
}

#[test]
fn where_the_api_allows_no_thinking_it_is_left_out_with_a_warning() {
    let mut request = hello();
    request.reasoning = thinking(Some("low"), None);
    request.tools = vec![function("look", "{}")];
    request.tool_choice = Some(ToolChoice::Required);
    let (body, warnings) = sent(&request);
    assert_eq!((body.get("thinking"), warnings.len()), (None, 1));
    request.tool_choice = None;
    let turns = |first: Part| {
        vec![
            message(Role::User, vec![text("q")]),
            message(Role::Assistant, vec![first, call("1", "{}")]),
            message(Role::Tool, vec![result("1", "r")]),
        ]
    };
    request.messages = turns(text("so"));
    let (body, warnings) = sent(&request);
    assert_eq!((body.get("thinking"), warnings.len()), (None, 1));
    request.messages = turns(thought("hm", Some("sig")));
    assert_eq!(sent(&request).0["thinking"]["budget_tokens"], 2048);
}

#[test]
fn sampling_is_cut_to_what_model_and_thinking_allow() {
    let mut request = hello();
    (request.temperature, request.top_p, request.top_k) = (Some(1.7), Some(0.5), Some(3));
    let (body, warnings) = sent(&request);
    assert_eq!((&body["temperature"], &body["top_p"], &body["top_k"]), (&json!(1.0), &json!(0.5), &json!(3)));
    assert_eq!(warnings.len(), 1);
    request.reasoning = thinking(Some("low"), None);
    let (body, warnings) = sent(&request);
    assert_eq!(
        (body.get("temperature"), body.get("top_p"), body.get("top_k"), warnings.len()),
        (None, None, None, 4)
    );
    request.reasoning = None;
    request.model = "claude-new-1".to_owned();
    let (body, warnings) = sent(&request);
    assert_eq!(
        (body.get("temperature"), body.get("top_p"), body.get("top_k"), warnings.len()),
        (None, None, None, 3)
    );
    (request.temperature, request.top_p, request.top_k) = (Some(1.0), Some(1.0), None);
    assert!(sent(&request).1.is_empty(), "values that mean nothing go without a word");
}

#[test]
fn a_schema_goes_natively_where_the_model_has_it() {
    let mut request = hello();
    request.model = "claude-new-1".to_owned();
    request.response_format = schema(Some(true), SCHEMA);
    let prepared = prepare(&request, Purpose::Answer, &settings()).unwrap();
    let body: Value = serde_json::from_slice(&prepared.body).unwrap();
    let closed = json!({"type": "object", "additionalProperties": false, "properties":
        {"inner": {"type": "object", "additionalProperties": false, "properties": {"properties": {"type": "string"}}}}});
    assert_eq!(body["output_config"], json!({"format": {"type": "json_schema", "schema": closed}}));
    assert_eq!((prepared.answer_tool, prepared.warnings.len(), body.get("tools")), (None, 1, None));
}

#[test]
fn elsewhere_a_schema_is_the_input_of_a_tool_that_must_be_called() {
    let mut request = hello();
    request.reasoning = thinking(Some("low"), None);
    for (format, input_schema) in [
        (schema(Some(true), SCHEMA), serde_json::from_str(SCHEMA).unwrap()),
        (Some(ResponseFormat::JsonObject), json!({"type": "object"})),
    ] {
        request.response_format = format;
        let prepared = prepare(&request, Purpose::Answer, &settings()).unwrap();
        let body: Value = serde_json::from_slice(&prepared.body).unwrap();
        assert_eq!(prepared.answer_tool.as_deref(), Some("json_answer"));
        assert_eq!(body["tools"][0]["input_schema"], input_schema);
        assert_eq!(
            body["tool_choice"],
            json!({"type": "tool", "name": "json_answer", "disable_parallel_tool_use": true})
        );
        assert_eq!((body.get("thinking"), prepared.warnings.len()), (None, 1));
    }
    request.response_format = schema(None, r#"{"type":"array"}"#);
    assert_eq!(refused(&request).kind, ErrorKind::Unsupported);
}

#[test]
fn the_answer_tool_stands_beside_the_callers_own() {
    let mut request = hello();
    request.response_format = schema(None, SCHEMA);
    request.tools = vec![function("json_answer", "{}")];
    let prepared = prepare(&request, Purpose::Answer, &settings()).unwrap();
    let body: Value = serde_json::from_slice(&prepared.body).unwrap();
    assert_eq!(prepared.answer_tool.as_deref(), Some("json_answer_"));
    assert_eq!(body["tool_choice"], json!({"type": "any"}));
    request.tool_choice = Some(ToolChoice::Named("json_answer".to_owned()));
    let prepared = prepare(&request, Purpose::Answer, &settings()).unwrap();
    assert_eq!(prepared.answer_tool, None, "the caller wants a call, not an answer");
    request.tool_choice = Some(ToolChoice::None);
    let (body, _) = sent(&request);
    assert_eq!(body["tool_choice"]["name"], "json_answer_");
}

#[test]
fn what_the_api_lacks_is_warned_of_or_refused() {
    let mut request = hello();
    (request.seed, request.logprobs, request.frequency_penalty, request.presence_penalty) =
        (Some(1), Some(2), Some(0.5), Some(0.0));
    request.audio = Some(AudioOptions { voice: "v".to_owned(), format: "wav".to_owned() });
    request.modalities = vec!["text".to_owned()];
    request.choices = Some(1);
    assert_eq!(sent(&request).1.len(), 4);
    request.choices = Some(2);
    assert_eq!(refused(&request).kind, ErrorKind::Unsupported);
    request.choices = None;
    request.modalities.push("audio".to_owned());
    assert_eq!(refused(&request).kind, ErrorKind::Unsupported);
}

#[test]
fn stops_users_and_tiers_have_their_own_names() {
    let mut request = hello();
    request.stop = vec!["END".to_owned(), "\n".to_owned()];
    request.metadata =
        vec![("user_id".to_owned(), "from metadata".to_owned()), ("team".to_owned(), "x".to_owned())];
    request.service_tier = Some("default".to_owned());
    let (body, warnings) = sent(&request);
    assert_eq!(body["stop_sequences"], json!(["END"]));
    assert_eq!(body["metadata"], json!({"user_id": "from metadata"}));
    assert_eq!(body["service_tier"], "standard_only");
    assert_eq!(warnings.len(), 2);
    (request.user, request.service_tier) = (Some("u".to_owned()), Some("flex".to_owned()));
    let (body, warnings) = sent(&request);
    assert_eq!(
        (&body["metadata"]["user_id"], body.get("service_tier"), warnings.len()),
        (&json!("u"), None, 3)
    );
}

#[test]
fn extra_is_merged_over_the_body_and_names_beta_features() {
    let mut request = hello();
    request.extra = Some(r#"{"container":"c","max_tokens":7,"betas":["x-1"],"stream":true}"#.to_owned());
    let prepared = prepare(&request, Purpose::Answer, &settings()).unwrap();
    let body: Value = serde_json::from_slice(&prepared.body).unwrap();
    assert_eq!((&body["container"], &body["max_tokens"]), (&json!("c"), &json!(7)));
    assert_eq!((body.get("betas"), body.get("stream")), (None, None));
    assert_eq!(prepared.betas, ["x-1"]);
    let prepared = prepare(&request, Purpose::Stream, &settings()).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&prepared.body).unwrap()["stream"], true);
    request.extra = Some(r#"{"betas":"x"}"#.to_owned());
    assert_eq!(refused(&request).kind, ErrorKind::InvalidRequest);
}

#[test]
fn counting_asks_with_what_counts_only() {
    let mut request = hello();
    (request.temperature, request.user) = (Some(0.1), Some("u".to_owned()));
    request.tools = vec![function("a", "{}")];
    let prepared = prepare(&request, Purpose::Count, &settings()).unwrap();
    let body: Value = serde_json::from_slice(&prepared.body).unwrap();
    let names: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["messages", "model", "tools"]);
}

#[test]
fn the_prefix_goes_before_the_model_and_lists_see_past_it() {
    let mut settings = settings();
    settings.model_prefix = "anthropic/".to_owned();
    let mut request = hello();
    (request.model, request.reasoning) = ("claude-new-1".to_owned(), thinking(Some("low"), None));
    let prepared = prepare(&request, Purpose::Answer, &settings).unwrap();
    let body: Value = serde_json::from_slice(&prepared.body).unwrap();
    assert_eq!(
        (&body["model"], &body["thinking"]["type"]),
        (&json!("anthropic/claude-new-1"), &json!("adaptive"))
    );
}
