//! Requests by what the API's service model says of them, where a checkout has
//! it beside the repository, and by what they must say in any case.

mod matrix;

use jackfield_sdk::llm::{
    CachePoint, FunctionTool, Message, Part, ReasoningOptions, ReasoningPart, ResponseFormat, ResultPart,
    Role, SchemaFormat, Tool, ToolCall, ToolChoice, ToolResult,
};
use jackfield_sdk::types::{Document, Media, Source};

use self::matrix::matrix;
use super::*;
use crate::settings::tests::settings;
use crate::wire::request::GuardrailConfig;

const CLAUDE: &str = "us.anthropic.claude-sonnet-4-20250514-v1:0";
const NOVA: &str = "amazon.nova-lite-v1:0";

pub(crate) fn hello() -> ChatRequest {
    ChatRequest::new(CLAUDE, vec![Message::text(Role::User, "hello")])
}

fn made(request: &ChatRequest, stream: bool) -> Prepared {
    let extra = Extra::read(request.extra.as_deref()).unwrap();
    prepare(request, extra, stream, &settings()).unwrap()
}

fn body(request: &ChatRequest) -> Value {
    Value::Object(made(request, false).body)
}

fn tool(name: &str) -> Tool {
    Tool::Function(FunctionTool {
        name: name.to_owned(),
        description: Some("d".to_owned()),
        parameters: r#"{"type":"object","properties":{}}"#.to_owned(),
        strict: Some(true),
        cache: Some(CachePoint { ttl: Some("1h".to_owned()) }),
    })
}

fn call(id: &str) -> Part {
    let (name, arguments) = ("f".to_owned(), r#"{"a":1}"#.to_owned());
    Part::ToolCall(ToolCall { id: id.to_owned(), name, arguments, signature: None })
}

fn result(id: &str, content: Vec<ResultPart>) -> Message {
    let result = ToolResult { call_id: id.to_owned(), name: None, content, is_error: true };
    Message::new(Role::Tool, vec![Part::ToolResult(result)])
}

fn media(source: Source, mime_type: &str) -> Media {
    Media { source, mime_type: Some(mime_type.to_owned()), detail: None, transcript: None, id: None }
}

fn document(mime_type: &str, source: Source) -> Part {
    Part::Document(Document {
        source,
        mime_type: Some(mime_type.to_owned()),
        name: Some("a_b.c".to_owned()),
        context: Some("c".to_owned()),
        citations: true,
    })
}

fn schema_format(strict: Option<bool>) -> ResponseFormat {
    ResponseFormat::JsonSchema(SchemaFormat {
        name: "city".to_owned(),
        description: Some("d".to_owned()),
        schema: r#"{"type":"object","properties":{"a":{"type":"string"}}}"#.to_owned(),
        strict,
    })
}

#[test]
fn requests_are_as_the_service_model_says() {
    let Some(service) = jackfield_spec::AwsService::load("aws/bedrock-runtime.service-2.json") else {
        return;
    };
    let whole = service.request("Converse").unwrap();
    let streamed = service.request("ConverseStream").unwrap();
    let counting = service.request("CountTokens").unwrap();
    for (case, request) in matrix() {
        whole.assert(case, &body(&request));
        streamed.assert(case, &Value::Object(made(&request, true).body));
        counting.assert(case, &counted(made(&request, false)));
    }
}

#[test]
fn a_configured_guardrail_is_in_every_request() {
    let mut settings = settings();
    settings.guardrail = Some(GuardrailConfig {
        guardrail_identifier: "abc".to_owned(),
        guardrail_version: "2".to_owned(),
        trace: "enabled".to_owned(),
        stream_processing_mode: Some("async".to_owned()),
    });
    let made = |stream| prepare(&hello(), Extra::default(), stream, &settings).unwrap().body;
    let expected = json!({"guardrailIdentifier": "abc", "guardrailVersion": "2", "trace": "enabled"});
    assert_eq!(made(false)["guardrailConfig"], expected);
    assert_eq!(made(true)["guardrailConfig"]["streamProcessingMode"], "async");
}

#[test]
fn results_follow_calls_in_one_turn_of_the_users() {
    let (_, request) = matrix().into_iter().find(|(case, _)| *case == "results of tools").unwrap();
    let body = body(&request);
    let turns = body["messages"].as_array().unwrap();
    assert_eq!(turns.len(), 3);
    assert_eq!(turns[1]["content"][0]["toolUse"]["input"], json!({"a": 1}));
    let results = &turns[2]["content"];
    assert_eq!(results[0]["toolResult"]["status"], "error");
    assert_eq!(results[0]["toolResult"]["content"], json!([{"json": {"x": 1}}, {"text": "[1]"}]));
    assert_eq!(results[1]["toolResult"]["toolUseId"], "t-2");
}

#[test]
fn top_k_and_thinking_go_where_the_model_takes_them() {
    let fields = |model: &str, request: ChatRequest| {
        body(&ChatRequest { model: model.to_owned(), ..request })["additionalModelRequestFields"].clone()
    };
    let top_k = || ChatRequest { top_k: Some(5), ..hello() };
    assert_eq!(fields(CLAUDE, top_k()), json!({"top_k": 5}));
    assert_eq!(fields(NOVA, top_k()), json!({"inferenceConfig": {"topK": 5}}));
    assert_eq!(fields("meta.llama3-70b-instruct-v1:0", top_k()), Value::Null);
    let think = |effort: Option<&str>, budget: Option<u32>| ChatRequest {
        reasoning: Some(ReasoningOptions {
            effort: effort.map(str::to_owned),
            budget_tokens: budget,
            summary: None,
        }),
        ..hello()
    };
    let enabled = |tokens: u32| json!({"thinking": {"type": "enabled", "budget_tokens": tokens}});
    assert_eq!(fields(CLAUDE, think(Some("low"), None)), enabled(2048));
    assert_eq!(fields(CLAUDE, think(None, Some(9))), enabled(1024), "the smallest there is");
    assert_eq!(fields(CLAUDE, think(Some("none"), None)), Value::Null);
    let adaptive = json!({"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}});
    assert_eq!(fields("us.anthropic.claude-sonnet-4-6", think(None, Some(16000))), adaptive);
    let nova = json!({"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}});
    assert_eq!(fields("amazon.nova-2-lite-v1:0", think(Some("minimal"), None)), nova);
    assert_eq!(
        fields("openai.gpt-oss-120b-1:0", think(Some("max"), None)),
        json!({"reasoning_effort": "high"})
    );
}

#[test]
fn a_budget_leaves_room_for_an_answer_and_sampling_is_left_out_beside_it() {
    let reasoning = ReasoningOptions { effort: Some("max".to_owned()), budget_tokens: None, summary: None };
    let mut request = ChatRequest {
        reasoning: Some(reasoning),
        max_output_tokens: Some(4000),
        temperature: Some(0.2),
        top_k: Some(3),
        ..hello()
    };
    let thinking = made(&request, false);
    let fields = &thinking.body["additionalModelRequestFields"];
    assert_eq!(fields, &json!({"thinking": {"type": "enabled", "budget_tokens": 3999}}));
    assert_eq!(thinking.body["inferenceConfig"], json!({"maxTokens": 4000}));
    assert_eq!(thinking.warnings.len(), 2, "{:?}", thinking.warnings);
    request.max_output_tokens = Some(500);
    let plain = made(&request, false);
    assert_eq!(plain.body["additionalModelRequestFields"], json!({"top_k": 3}));
    assert!(plain.warnings[0].contains("no room"), "{:?}", plain.warnings);
}

#[test]
fn tools_are_left_out_where_none_may_be_called() {
    let mut request = ChatRequest { tools: vec![tool("f")], tool_choice: Some(ToolChoice::None), ..hello() };
    assert_eq!(body(&request).get("toolConfig"), None);
    request.messages.push(Message::new(Role::Assistant, vec![call("t")]));
    request.messages.push(result("t", vec![]));
    let with_calls = made(&request, false);
    assert!(with_calls.body.contains_key("toolConfig"));
    assert!(with_calls.warnings[0].contains("tool-choice"), "{:?}", with_calls.warnings);
}

#[test]
fn an_answer_in_json_takes_a_tool_or_the_models_own_format() {
    let by_tool = made(&ChatRequest { response_format: Some(schema_format(None)), ..hello() }, false);
    assert_eq!(by_tool.answer_tool.as_deref(), Some("json_answer"));
    assert_eq!(by_tool.body["toolConfig"]["toolChoice"], json!({"tool": {"name": "json_answer"}}));
    let mut native = ChatRequest { response_format: Some(schema_format(None)), ..hello() };
    native.model = "google.gemma-3-27b-it".to_owned();
    let native = made(&native, false);
    assert_eq!(native.answer_tool, None);
    let text_format = &native.body["outputConfig"]["textFormat"];
    assert_eq!(text_format["type"], "json_schema");
    let schema: Value =
        serde_json::from_str(text_format["structure"]["jsonSchema"]["schema"].as_str().unwrap()).unwrap();
    assert_eq!(schema["additionalProperties"], false);
}

#[test]
fn what_would_change_the_answer_is_refused_and_the_rest_is_told() {
    for request in [
        ChatRequest { choices: Some(2), ..hello() },
        ChatRequest { modalities: vec!["audio".to_owned()], ..hello() },
        ChatRequest { tool_choice: Some(ToolChoice::Required), ..hello() },
        ChatRequest::new(CLAUDE, vec![Message::text(Role::System, "x")]),
        ChatRequest::new(
            CLAUDE,
            vec![Message::new(
                Role::User,
                vec![Part::Image(media(Source::Url("https://a.example/b.png".to_owned()), "image/png"))],
            )],
        ),
        ChatRequest::new(
            CLAUDE,
            vec![Message::new(Role::User, vec![Part::Image(media(Source::Data(vec![1]), "image/tiff"))])],
        ),
    ] {
        let error = prepare(&request, Extra::default(), false, &settings()).unwrap_err();
        assert!(!error.sent, "{error}");
    }
    let request = ChatRequest {
        seed: Some(1),
        logprobs: Some(1),
        frequency_penalty: Some(1.0),
        presence_penalty: Some(1.0),
        user: Some("u".to_owned()),
        parallel_tool_calls: Some(false),
        metadata: vec![("a".to_owned(), "ä".to_owned())],
        service_tier: Some("scale".to_owned()),
        modalities: vec!["text".to_owned(), "image".to_owned()],
        ..hello()
    };
    assert_eq!(made(&request, false).warnings.len(), 9);
}

#[test]
fn thoughts_that_claude_did_not_have_are_left_out() {
    let thought = |signature: Option<&str>, redacted: Option<&str>| {
        Part::Reasoning(ReasoningPart {
            text: "hm".to_owned(),
            signature: signature.map(str::to_owned),
            redacted: redacted.map(str::to_owned),
            id: None,
        })
    };
    let thoughts = vec![
        thought(None, None),
        thought(Some(""), None),
        thought(Some("c2ln"), None),
        thought(None, Some("aGlk")),
        Part::text("so"),
    ];
    for (model, kept, warnings) in [(CLAUDE, 3, 1), (NOVA, 5, 0)] {
        let messages =
            vec![Message::text(Role::User, "hello"), Message::new(Role::Assistant, thoughts.clone())];
        let made = made(&ChatRequest::new(model, messages), false);
        assert_eq!(made.body["messages"][1]["content"].as_array().unwrap().len(), kept, "{model}");
        assert_eq!(made.warnings.len(), warnings, "{:?}", made.warnings);
    }
}

#[test]
fn an_address_is_refused_for_what_it_is_whatever_its_type() {
    for mime_type in [None, Some("image/png".to_owned()), Some("image/tiff".to_owned())] {
        let image = Media { mime_type, ..media(Source::Url("https://a.example/b.png".to_owned()), "") };
        let request = ChatRequest::new(CLAUDE, vec![Message::new(Role::User, vec![Part::Image(image)])]);
        let error = prepare(&request, Extra::default(), false, &settings()).unwrap_err();
        assert!(error.message.contains("fetches nothing from an address"), "{error}");
    }
}
