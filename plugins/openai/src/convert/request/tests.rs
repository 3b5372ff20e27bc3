use jackfield_sdk::llm::{
    AudioOptions, CachePoint, FunctionTool, Message, Part, ReasoningPart, ResultPart, Role, SchemaFormat,
    TextPart, ToolCall, ToolResult,
};
use jackfield_sdk::types::{Document, ErrorKind, Media, Source};
use serde_json::{Value, json};

use super::*;
use crate::settings::tests::Table;

fn request(messages: Vec<Message>) -> ChatRequest {
    ChatRequest {
        model: "m".to_owned(),
        messages,
        tools: Vec::new(),
        tool_choice: None,
        parallel_tool_calls: None,
        response_format: None,
        max_output_tokens: None,
        temperature: None,
        top_p: None,
        top_k: None,
        frequency_penalty: None,
        presence_penalty: None,
        seed: None,
        stop: Vec::new(),
        choices: None,
        logprobs: None,
        reasoning: None,
        modalities: Vec::new(),
        audio: None,
        user: None,
        metadata: Vec::new(),
        service_tier: None,
        extra: None,
    }
}

fn message(role: Role, content: Vec<Part>) -> Message {
    Message { role, name: None, content }
}

fn text(text: &str) -> Part {
    Part::Text(TextPart { text: text.to_owned(), citations: Vec::new() })
}

fn media(source: Source, mime: Option<&str>) -> Media {
    Media { source, mime_type: mime.map(str::to_owned), detail: None, transcript: None, id: None }
}

fn document(source: Source) -> Document {
    Document {
        source,
        mime_type: Some("application/pdf".to_owned()),
        name: None,
        context: None,
        citations: false,
    }
}

fn call(id: &str, arguments: &str) -> Part {
    Part::ToolCall(ToolCall {
        id: id.to_owned(),
        name: "f".to_owned(),
        arguments: arguments.to_owned(),
        signature: None,
    })
}

fn result(id: &str, content: Vec<ResultPart>) -> Part {
    Part::ToolResult(ToolResult { call_id: id.to_owned(), name: None, content, is_error: false })
}

fn written(request: &ChatRequest, table: &Table) -> (Value, Vec<String>) {
    written_as(request, table, Delivery::Whole)
}

fn written_as(request: &ChatRequest, table: &Table, delivery: Delivery) -> (Value, Vec<String>) {
    let settings = table.chat();
    let prepared = prepare(request, &request.model, delivery, &settings).unwrap();
    (serde_json::to_value(&prepared.body).unwrap(), prepared.warnings)
}

/// The messages that come of these, and how many warnings.
fn messages(messages: Vec<Message>, table: &Table) -> (Value, usize) {
    let (mut body, warnings) = written(&request(messages), table);
    (body["messages"].take(), warnings.len())
}

fn refused(messages: Vec<Message>, table: &Table) -> Error {
    prepare(&request(messages), "m", Delivery::Whole, &table.chat()).unwrap_err()
}

#[test]
fn one_text_goes_out_as_such_and_several_as_parts() {
    let (out, warnings) = messages(
        vec![
            message(Role::System, vec![text("s")]),
            message(Role::Developer, vec![text("d")]),
            Message { name: Some("ann".to_owned()), ..message(Role::User, vec![text("a"), text("b")]) },
            message(Role::Assistant, vec![text("c")]),
        ],
        &Table::new(),
    );
    assert_eq!(
        out,
        json!([
            {"role": "system", "content": "s"},
            {"role": "developer", "content": "d"},
            {"role": "user", "name": "ann", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
            {"role": "assistant", "content": "c"},
        ])
    );
    assert_eq!(warnings, 0);
}

#[test]
fn texts_are_joined_and_roles_renamed_where_the_server_needs_it() {
    let table = Table::new().flag("join-text", true).text("developer-role", "system");
    let (out, _) = messages(vec![message(Role::Developer, vec![text("a"), text("b")])], &table);
    assert_eq!(out, json!([{"role": "system", "content": "a\nb"}]));
    let image = Part::Image(media(Source::Url("https://e.example/a.png".into()), None));
    assert_eq!(
        refused(vec![message(Role::User, vec![text("a"), image])], &table).kind,
        ErrorKind::Unsupported
    );
}

#[test]
fn media_find_their_form() {
    let mut image = media(Source::Data(vec![1, 2, 3]), Some("image/png"));
    image.detail = Some("low".to_owned());
    let (out, warnings) = messages(
        vec![message(
            Role::User,
            vec![
                Part::Image(image),
                Part::Image(media(Source::Url("https://e.example/a.png".into()), None)),
                Part::Image(media(Source::FileId("file-1".into()), None)),
                Part::Audio(media(Source::Data(vec![0]), Some("audio/mpeg"))),
                Part::Audio(media(Source::Data(vec![0]), Some("audio/x-wav; codec=1"))),
                Part::Document(document(Source::Data(vec![1, 2, 3]))),
                Part::Document(document(Source::FileId("file-2".into()))),
                Part::Native(r#"{"type":"new_part","x":[1]}"#.to_owned()),
            ],
        )],
        &Table::new(),
    );
    assert_eq!(
        out[0]["content"],
        json!([
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AQID", "detail": "low"}},
            {"type": "image_url", "image_url": {"url": "https://e.example/a.png"}},
            {"type": "file", "file": {"file_id": "file-1"}},
            {"type": "input_audio", "input_audio": {"data": "AA==", "format": "mp3"}},
            {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
            {"type": "file", "file": {"filename": "document.pdf", "file_data": "data:application/pdf;base64,AQID"}},
            {"type": "file", "file": {"file_id": "file-2"}},
            {"type": "new_part", "x": [1]},
        ])
    );
    assert_eq!(warnings, 0);
}

#[test]
fn media_that_the_api_cannot_take_are_refused_before_anything_is_sent() {
    let image = || Part::Image(media(Source::Url("https://e.example".into()), None));
    let none =
        Table::new().flag("image-input", false).flag("audio-input", false).text("document-part", "none");
    for (part, table, kind) in [
        (image(), &none, ErrorKind::Unsupported),
        (Part::Audio(media(Source::Data(vec![0]), Some("audio/wav"))), &none, ErrorKind::Unsupported),
        (Part::Document(document(Source::Data(vec![0]))), &none, ErrorKind::Unsupported),
        (
            Part::Document(document(Source::Url("https://e.example".into()))),
            &Table::new(),
            ErrorKind::Unsupported,
        ),
        (
            Part::Audio(media(Source::Url("https://e.example".into()), None)),
            &Table::new(),
            ErrorKind::Unsupported,
        ),
        (Part::Image(media(Source::Data(vec![0]), None)), &Table::new(), ErrorKind::InvalidRequest),
        (Part::Native("{".to_owned()), &Table::new(), ErrorKind::InvalidRequest),
        (call("a", "{}"), &Table::new(), ErrorKind::InvalidRequest),
    ] {
        let error = refused(vec![message(Role::User, vec![part])], table);
        assert_eq!((error.kind, error.sent), (kind, false), "{}", error.message);
    }
}

#[test]
fn documents_go_by_address_where_the_upstream_reads_them_so() {
    let table = Table::new().text("document-part", "document_url");
    let mut named = document(Source::Url("https://e.example/a.pdf".into()));
    named.name = Some("A".to_owned());
    named.citations = true;
    let (out, warnings) = messages(
        vec![message(
            Role::User,
            vec![Part::Document(named), Part::Document(document(Source::Data(vec![1])))],
        )],
        &table,
    );
    assert_eq!(
        out[0]["content"],
        json!([
            {"type": "document_url", "document_url": "https://e.example/a.pdf", "document_name": "A"},
            {"type": "document_url", "document_url": "data:application/pdf;base64,AQ=="},
        ])
    );
    assert_eq!(warnings, 1);
}

#[test]
fn calls_and_results_become_messages_of_their_own() {
    let mut failed = ToolResult {
        call_id: "b".into(),
        name: None,
        content: vec![ResultPart::Text("boom".into())],
        is_error: true,
    };
    failed.name = Some("f".to_owned());
    let (out, warnings) = messages(
        vec![
            message(Role::Assistant, vec![call("a", r#"{"x":1}"#), call("b", "")]),
            message(
                Role::Tool,
                vec![
                    result("a", vec![ResultPart::Text("1".into()), ResultPart::Json(r#"{"y":2}"#.into())]),
                    Part::ToolResult(failed),
                ],
            ),
        ],
        &Table::new(),
    );
    assert_eq!(
        out,
        json!([
            {"role": "assistant", "content": null, "tool_calls": [
                {"type": "function", "id": "a", "function": {"name": "f", "arguments": "{\"x\":1}"}},
                {"type": "function", "id": "b", "function": {"name": "f", "arguments": "{}"}},
            ]},
            {"role": "tool", "tool_call_id": "a", "content": "1\n{\"y\":2}"},
            {"role": "tool", "tool_call_id": "b", "content": "Error: boom"},
        ])
    );
    assert_eq!(warnings, 0);
}

#[test]
fn images_of_results_follow_when_all_results_have_been_told() {
    let image = || ResultPart::Image(media(Source::Url("https://e.example/a.png".into()), None));
    let (out, warnings) = messages(
        vec![
            message(Role::Tool, vec![result("a", vec![image()])]),
            message(Role::Tool, vec![result("b", vec![image()])]),
            message(Role::User, vec![text("And?")]),
        ],
        &Table::new(),
    );
    let roles: Vec<_> =
        out.as_array().unwrap().iter().map(|message| message["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["tool", "tool", "user", "user"]);
    assert_eq!(out[2]["content"].as_array().unwrap().len(), 2);
    assert_eq!(warnings, 1);
}

#[test]
fn a_tools_turn_holds_results_only() {
    assert_eq!(
        refused(vec![message(Role::Tool, vec![text("x")])], &Table::new()).kind,
        ErrorKind::InvalidRequest
    );
}

#[test]
fn ids_are_remade_alike_in_call_and_result() {
    let table = Table::new().integer("tool-id-length", 9);
    let (out, _) = messages(
        vec![
            message(Role::Assistant, vec![call("call_long-1", "{}")]),
            message(Role::Tool, vec![result("call_long-1", Vec::new())]),
        ],
        &table,
    );
    let id = out[0]["tool_calls"][0]["id"].as_str().unwrap();
    assert_eq!(id.len(), 9);
    assert_eq!(out[1]["tool_call_id"], id);
}

#[test]
fn earlier_thoughts_go_back_only_where_they_are_taken() {
    let thought = || {
        Part::Reasoning(ReasoningPart {
            text: "hm".into(),
            signature: Some("s".into()),
            redacted: None,
            id: None,
        })
    };
    let turn = || vec![message(Role::Assistant, vec![thought(), text("a")])];
    let (out, warnings) = messages(turn(), &Table::new());
    assert_eq!((out, warnings), (json!([{"role": "assistant", "content": "a"}]), 1));
    for (setting, expected) in [
        ("reasoning_content", json!({"role": "assistant", "reasoning_content": "hm", "content": "a"})),
        ("reasoning", json!({"role": "assistant", "reasoning": "hm", "content": "a"})),
        (
            "thinking",
            json!({"role": "assistant", "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}], "signature": "s"}, {"type": "text", "text": "a"}]}),
        ),
    ] {
        let (out, warnings) = messages(turn(), &Table::new().text("reasoning-input", setting));
        assert_eq!((&out[0], warnings), (&expected, 0));
    }
}

#[test]
fn refusals_and_sounds_of_the_model_go_back() {
    let mut sound = media(Source::Data(vec![0]), Some("audio/wav"));
    sound.transcript = Some("hi".to_owned());
    let mut known = sound.clone();
    known.id = Some("audio_1".to_owned());
    let (out, warnings) = messages(
        vec![
            message(Role::Assistant, vec![Part::Refusal("no".into())]),
            message(Role::Assistant, vec![Part::Audio(known)]),
            message(Role::Assistant, vec![Part::Audio(sound)]),
            message(Role::Assistant, vec![]),
        ],
        &Table::new(),
    );
    assert_eq!(
        out,
        json!([
            {"role": "assistant", "content": null, "refusal": "no"},
            {"role": "assistant", "content": null, "audio": {"id": "audio_1"}},
            {"role": "assistant", "content": "hi"},
            {"role": "assistant", "content": ""},
        ])
    );
    assert_eq!(warnings, 1);
}

#[test]
fn cache_points_mark_the_part_before_them() {
    let turn = || {
        vec![message(
            Role::User,
            vec![text("a"), Part::CachePoint(CachePoint { ttl: Some("1h".into()) }), text("b")],
        )]
    };
    let (out, warnings) = messages(turn(), &Table::new().text("cache-points", "cache_control"));
    assert_eq!(
        out[0]["content"][0],
        json!({"type": "text", "text": "a", "cache_control": {"type": "ephemeral", "ttl": "1h"}})
    );
    assert_eq!(warnings, 0);
    let (out, _) = messages(turn(), &Table::new().text("cache-points", "prompt_cache_breakpoint"));
    assert_eq!(out[0]["content"][0]["prompt_cache_breakpoint"], json!({"mode": "explicit"}));
    let (out, warnings) = messages(turn(), &Table::new());
    assert_eq!(out[0]["content"][0], json!({"type": "text", "text": "a"}));
    assert_eq!(warnings, 1);
}

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
