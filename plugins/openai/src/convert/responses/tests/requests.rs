use jackfield_sdk::llm::{
    ChatRequest, FunctionTool, Message, Part, ReasoningOptions, ReasoningPart, ResponseFormat, ResultPart,
    Role, SchemaFormat, TextPart, Tool, ToolCall, ToolChoice, ToolResult,
};
use jackfield_sdk::types::{Document, Media, Source};
use serde_json::{Value, json};

use crate::convert::request::Delivery;
use crate::convert::responses::request::prepare;
use crate::settings::Apis;
use crate::settings::tests::Table;

fn written(table: &Table, request: &ChatRequest) -> (Value, Vec<String>) {
    let (chat, apis) = (table.chat(), Apis::read(table).unwrap());
    let prepared = prepare(request, &request.model, Delivery::Whole, &chat, &apis.responses).unwrap();
    (serde_json::to_value(&prepared.body).unwrap(), prepared.warnings)
}

fn ask(text: &str) -> ChatRequest {
    ChatRequest::new("m", vec![Message::text(Role::User, text)])
}

fn media(source: Source, mime: &str) -> Media {
    Media { source, mime_type: Some(mime.to_owned()), detail: None, transcript: None, id: None }
}

#[test]
fn a_plain_request_is_one_message() {
    let (body, warnings) = written(&Table::new(), &ask("Hi"));
    assert_eq!(body, json!({"model":"m","input":[{"type":"message","role":"user","content":"Hi"}]}));
    assert!(warnings.is_empty());
}

#[test]
fn the_state_that_a_caller_names_travels_in_the_body() {
    let request = ChatRequest {
        extra: Some(r#"{"previous_response_id":"resp_1","store":true,"verbosity":"low"}"#.to_owned()),
        ..ask("go on")
    };
    let (body, _) = written(&Table::new().flag("store", false), &request);
    assert_eq!(body["previous_response_id"], "resp_1");
    assert_eq!(body["store"], true, "the caller's word wins");
    assert_eq!(body["text"], json!({"verbosity":"low"}));
    assert!(body.get("verbosity").is_none());
    assert_eq!(written(&Table::new().flag("store", false), &ask("x")).0["store"], false);
}

#[test]
fn thoughts_calls_and_results_go_back_as_items() {
    let thought = |id: Option<&str>, redacted: Option<&str>| {
        Part::Reasoning(ReasoningPart {
            text: "hm".to_owned(),
            signature: None,
            redacted: redacted.map(str::to_owned),
            id: id.map(str::to_owned),
        })
    };
    let call =
        ToolCall { id: "c1".to_owned(), name: "f".to_owned(), arguments: String::new(), signature: None };
    let result = |content| {
        Part::ToolResult(ToolResult { call_id: "c1".to_owned(), name: None, content, is_error: true })
    };
    let picture = media(Source::Data(vec![1, 2, 3]), "image/png");
    let messages = vec![
        Message::new(
            Role::Assistant,
            vec![
                thought(Some("rs_1"), Some("enc")),
                thought(Some("rs_2"), None),
                thought(Some("of another API"), Some("enc")),
                thought(Some("rs_made_0"), Some("enc")),
                thought(None, None),
                thought(Some("of another API"), None),
                thought(Some("rs_made_0"), None),
                thought(Some("rs_"), None),
                Part::Text(TextPart { text: "Let me see".to_owned(), citations: Vec::new() }),
                Part::Native(r#"{"type":"web_search_call","id":"ws_1"}"#.to_owned()),
                Part::ToolCall(call),
            ],
        ),
        Message::new(Role::Tool, vec![result(vec![ResultPart::Text("broke".to_owned())])]),
        Message::new(Role::Tool, vec![result(vec![ResultPart::Image(picture)])]),
    ];
    let (body, warnings) = written(&Table::new(), &ChatRequest::new("m", messages));
    assert_eq!(
        body["input"],
        json!([
            {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"enc"},
            {"type":"reasoning","id":"rs_2","summary":[{"type":"summary_text","text":"hm"}]},
            {"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"enc"},
            {"type":"reasoning","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"enc"},
            {"type":"message","role":"assistant","content":"Let me see"},
            {"type":"web_search_call","id":"ws_1"},
            {"type":"function_call","call_id":"c1","name":"f","arguments":"{}"},
            {"type":"function_call_output","call_id":"c1","output":"Error: broke"},
            {"type":"function_call_output","call_id":"c1","output":[
                {"type":"input_text","text":"Error"},
                {"type":"input_image","image_url":"data:image/png;base64,AQID","detail":"auto"}]},
        ])
    );
    assert!(warnings.iter().any(|warning| warning.contains("neither an id")), "{warnings:?}");
}

#[test]
fn media_of_every_source_has_its_part() {
    let document = |source| Document {
        source,
        mime_type: Some("application/pdf".to_owned()),
        name: None,
        context: None,
        citations: false,
    };
    let content = vec![
        Part::Image(media(Source::Url("https://e.example/a.png".to_owned()), "image/png")),
        Part::Image(media(Source::FileId("file-1".to_owned()), "image/png")),
        Part::Document(document(Source::Data(vec![1]))),
        Part::Document(document(Source::Url("https://e.example/a.pdf".to_owned()))),
        Part::Document(document(Source::FileId("file-2".to_owned()))),
        Part::Audio(media(Source::Data(vec![1]), "audio/x-wav")),
    ];
    let (body, _) = written(&Table::new(), &ChatRequest::new("m", vec![Message::new(Role::User, content)]));
    assert_eq!(
        body["input"][0]["content"],
        json!([
            {"type":"input_image","image_url":"https://e.example/a.png","detail":"auto"},
            {"type":"input_image","file_id":"file-1","detail":"auto"},
            {"type":"input_file","filename":"document.pdf","file_data":"data:application/pdf;base64,AQ=="},
            {"type":"input_file","file_url":"https://e.example/a.pdf"},
            {"type":"input_file","file_id":"file-2"},
            {"type":"input_audio","input_audio":{"data":"AQ==","format":"wav"}},
        ])
    );
}

#[test]
fn tools_formats_and_thinking_are_flat() {
    let tool = FunctionTool {
        name: "f".to_owned(),
        description: None,
        parameters: r#"{"type":"object"}"#.to_owned(),
        strict: None,
        cache: None,
    };
    let request = ChatRequest {
        tools: vec![Tool::Function(tool), Tool::Native(r#"{"type":"web_search"}"#.to_owned())],
        tool_choice: Some(ToolChoice::Named("f".to_owned())),
        response_format: Some(ResponseFormat::JsonSchema(SchemaFormat {
            name: "s".to_owned(),
            description: None,
            schema: "{}".to_owned(),
            strict: Some(true),
        })),
        reasoning: Some(ReasoningOptions {
            effort: Some("low".to_owned()),
            budget_tokens: None,
            summary: Some("auto".to_owned()),
        }),
        max_output_tokens: Some(9),
        logprobs: Some(3),
        ..ChatRequest::new("o3", vec![Message::text(Role::User, "x")])
    };
    let (body, _) = written(&Table::new(), &request);
    assert_eq!(
        body["tools"],
        json!([{"type":"function","name":"f","parameters":{"type":"object"},"strict":false},{"type":"web_search"}])
    );
    assert_eq!(body["tool_choice"], json!({"type":"function","name":"f"}));
    assert_eq!(body["text"]["format"], json!({"type":"json_schema","name":"s","schema":{},"strict":true}));
    assert_eq!(body["reasoning"], json!({"effort":"low","summary":"auto"}));
    assert_eq!((&body["max_output_tokens"], &body["top_logprobs"]), (&json!(9), &json!(3)));
    assert_eq!(body["include"], json!(["reasoning.encrypted_content", "message.output_text.logprobs"]));
    let budget = ReasoningOptions { effort: None, budget_tokens: Some(10_000), summary: None };
    let budget = ChatRequest { reasoning: Some(budget), ..request.clone() };
    let (body, warnings) = written(&Table::new(), &budget);
    assert_eq!((&body["reasoning"], warnings.len()), (&json!({"effort":"medium"}), 1));
    let plain = ChatRequest { logprobs: None, ..request };
    assert_eq!(written(&Table::new().flag("encrypted-reasoning", false), &plain).0.get("include"), None);
    let other = ChatRequest { model: "gpt-4o".to_owned(), ..plain };
    assert_eq!(written(&Table::new(), &other).0.get("include"), None, "it doesn't think");
}

#[test]
fn what_the_api_has_no_word_for_is_told_or_refused() {
    let request = ChatRequest {
        seed: Some(1),
        stop: vec!["x".to_owned()],
        top_k: Some(3),
        presence_penalty: Some(0.5),
        ..ask("x")
    };
    assert_eq!(written(&Table::new(), &request).1.len(), 4);
    let (chat, apis) = (Table::new().chat(), Apis::read(&Table::new()).unwrap());
    for request in [
        ChatRequest { choices: Some(2), ..ask("x") },
        ChatRequest { modalities: vec!["audio".to_owned()], ..ask("x") },
    ] {
        assert!(prepare(&request, "m", Delivery::Whole, &chat, &apis.responses).is_err());
    }
}
