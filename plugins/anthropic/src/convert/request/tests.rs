mod media;
mod options;

use jackfield_sdk::llm::*;
use jackfield_sdk::types::{Error, ErrorKind, Media, Source};
use serde_json::json;

use super::*;
use crate::settings::tests::settings;

fn message(role: Role, content: Vec<Part>) -> Message {
    Message { role, name: None, content }
}

fn text(text: &str) -> Part {
    Part::Text(TextPart { text: text.to_owned(), citations: Vec::new() })
}

fn call(id: &str, arguments: &str) -> Part {
    Part::ToolCall(ToolCall {
        id: id.to_owned(),
        name: "look".to_owned(),
        arguments: arguments.to_owned(),
        signature: None,
    })
}

fn result(id: &str, content: &str) -> Part {
    let content = vec![ResultPart::Text(content.to_owned())];
    Part::ToolResult(ToolResult { call_id: id.to_owned(), name: None, content, is_error: false })
}

fn cache(ttl: Option<&str>) -> Part {
    Part::CachePoint(CachePoint { ttl: ttl.map(str::to_owned) })
}

fn thought(text: &str, signature: Option<&str>) -> Part {
    let signature = signature.map(str::to_owned);
    Part::Reasoning(ReasoningPart { text: text.to_owned(), signature, redacted: None, id: None })
}

fn function(name: &str, parameters: &str) -> Tool {
    let (name, parameters) = (name.to_owned(), parameters.to_owned());
    Tool::Function(FunctionTool { name, description: None, parameters, strict: None, cache: None })
}

fn asking(messages: Vec<Message>) -> ChatRequest {
    ChatRequest::new("claude-old-1", messages)
}

/// The smallest request.
pub(in crate::convert) fn hello() -> ChatRequest {
    asking(vec![message(Role::User, vec![text("hello")])])
}

fn sent(request: &ChatRequest) -> (Value, Vec<String>) {
    let prepared = prepare(request, Purpose::Answer, &settings()).unwrap();
    (serde_json::from_slice(&prepared.body).unwrap(), prepared.warnings)
}

fn refused(request: &ChatRequest) -> Error {
    let error = prepare(request, Purpose::Answer, &settings()).unwrap_err();
    assert!(!error.sent);
    error
}

#[test]
fn a_plain_question_has_only_what_the_api_needs() {
    let (body, warnings) = sent(&hello());
    assert_eq!(
        body,
        json!({"model": "claude-old-1", "max_tokens": 8192, "messages": [{"role": "user", "content": "hello"}]})
    );
    assert!(warnings.is_empty());
}

#[test]
fn the_operators_words_go_to_the_top_with_their_cache_points() {
    let (body, warnings) = sent(&asking(vec![
        message(Role::System, vec![text("rules"), cache(Some("1h"))]),
        message(Role::Developer, vec![text("more")]),
        message(Role::User, vec![text("hi")]),
    ]));
    let expected = json!([{"type": "text", "text": "rules", "cache_control": {"type": "ephemeral", "ttl": "1h"}}, {"type": "text", "text": "more"}]);
    assert_eq!(body["system"], expected);
    assert!(warnings.is_empty());
    let (body, warnings) =
        sent(&asking(vec![message(Role::User, vec![text("hi")]), message(Role::System, vec![text("late")])]));
    assert_eq!(body["system"], "late");
    assert_eq!(warnings.len(), 1);
}

#[test]
fn neighbours_are_merged_and_results_of_tools_come_first() {
    let (body, _) = sent(&asking(vec![
        message(Role::User, vec![text("a")]),
        message(Role::User, vec![text("b")]),
        message(Role::Assistant, vec![text("thinking"), call("1", r#"{"q":1}"#), call("2", "")]),
        message(Role::User, vec![text("hurry")]),
        message(Role::Tool, vec![result("1", "one")]),
        message(Role::Tool, vec![result("2", "")]),
    ]));
    let turns = body["messages"].as_array().unwrap();
    assert_eq!(turns.len(), 3);
    assert_eq!(turns[0]["content"], json!([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]));
    assert_eq!(
        turns[1]["content"][1],
        json!({"type": "tool_use", "id": "1", "name": "look", "input": {"q": 1}})
    );
    assert_eq!(turns[1]["content"][2]["input"], json!({}));
    let expected = json!([
        {"type": "tool_result", "tool_use_id": "1", "content": [{"type": "text", "text": "one"}]},
        {"type": "tool_result", "tool_use_id": "2"},
        {"type": "text", "text": "hurry"},
    ]);
    assert_eq!(turns[2], json!({"role": "user", "content": expected}));
}

#[test]
fn blank_texts_are_left_out_and_a_blank_conversation_is_refused() {
    let (body, _) = sent(&asking(vec![
        message(Role::User, vec![text(" \n"), text("x")]),
        message(Role::Assistant, vec![text("")]),
    ]));
    assert_eq!(body["messages"], json!([{"role": "user", "content": "x"}]));
    assert_eq!(
        refused(&asking(vec![message(Role::System, vec![text("only rules")])])).kind,
        ErrorKind::InvalidRequest
    );
}

#[test]
fn thoughts_go_back_with_their_signatures_and_strangers_thoughts_do_not() {
    let redacted = Part::Reasoning(ReasoningPart {
        text: String::new(),
        signature: None,
        redacted: Some("xyz".to_owned()),
        id: None,
    });
    let content = vec![thought("hm", Some("sig")), redacted, thought("unsigned", None), text("so")];
    let (body, warnings) =
        sent(&asking(vec![message(Role::User, vec![text("q")]), message(Role::Assistant, content)]));
    let expected = json!([
        {"type": "thinking", "thinking": "hm", "signature": "sig"},
        {"type": "redacted_thinking", "data": "xyz"},
        {"type": "text", "text": "so"},
    ]);
    assert_eq!(body["messages"][1]["content"], expected);
    assert_eq!(warnings.len(), 1);
}

#[test]
fn a_cache_point_marks_the_last_block_that_can_be_marked() {
    let native = Part::Native(r#"{"type":"server_tool_use","id":"s"}"#.to_owned());
    let messages = vec![
        message(Role::User, vec![text("q")]),
        message(
            Role::Assistant,
            vec![text("a"), thought("hm", Some("sig")), cache(None), native, cache(Some("5m"))],
        ),
        message(Role::User, vec![cache(None), text("r")]),
    ];
    let (body, warnings) = sent(&asking(messages));
    let content = &body["messages"][1]["content"];
    assert_eq!(content[0]["cache_control"], json!({"type": "ephemeral"}));
    assert_eq!(content[1].get("cache_control"), None);
    assert_eq!(
        content[2],
        json!({"type": "server_tool_use", "id": "s", "cache_control": {"type": "ephemeral"}})
    );
    assert!(warnings.is_empty());
    let (_, warnings) = sent(&asking(vec![message(Role::User, vec![cache(None), text("r")])]));
    assert_eq!(warnings.len(), 1);
}

#[test]
fn arguments_that_are_no_object_are_wrapped_and_callers_restored() {
    let caller = r#"{"type":"code_execution_1","tool_id":"t"}"#;
    let by_code = Part::ToolCall(ToolCall {
        id: "2".to_owned(),
        name: "look".to_owned(),
        arguments: "{}".to_owned(),
        signature: Some(caller.to_owned()),
    });
    let messages = vec![
        message(Role::User, vec![text("q")]),
        message(Role::Assistant, vec![call("1", r#"{"cut": "of"#), by_code]),
    ];
    let (body, warnings) = sent(&asking(messages));
    let content = &body["messages"][1]["content"];
    assert_eq!(content[0]["input"], json!({"INVALID_JSON": r#"{"cut": "of"#}));
    assert_eq!(content[0].get("caller"), None);
    assert_eq!(content[1]["caller"], json!({"type": "code_execution_1", "tool_id": "t"}));
    assert_eq!(warnings.len(), 1);
}

#[test]
fn only_the_apis_own_citations_go_back() {
    let cited = |raw: Option<&str>| Citation {
        title: None,
        url: None,
        quote: None,
        start: None,
        end: None,
        raw: raw.map(str::to_owned),
    };
    let citations = vec![
        cited(Some(r#"{"type":"page_location","cited_text":"c"}"#)),
        cited(Some(r#"{"type":"url_citation"}"#)),
        cited(None),
    ];
    let part = Part::Text(TextPart { text: "t".to_owned(), citations });
    let (body, warnings) =
        sent(&asking(vec![message(Role::User, vec![text("q")]), message(Role::Assistant, vec![part])]));
    let expected =
        json!([{"type": "text", "text": "t", "citations": [{"type": "page_location", "cited_text": "c"}]}]);
    assert_eq!(body["messages"][1]["content"], expected);
    assert_eq!(warnings.len(), 1);
}

#[test]
fn errors_and_media_of_tools_are_told() {
    let image = Media {
        source: Source::Data(vec![0]),
        mime_type: Some("image/png".to_owned()),
        detail: Some("low".to_owned()),
        transcript: None,
        id: None,
    };
    let content = vec![ResultPart::Json(r#"{"a":1}"#.to_owned()), ResultPart::Image(image)];
    let part = Part::ToolResult(ToolResult { call_id: "1".to_owned(), name: None, content, is_error: true });
    let (body, warnings) = sent(&asking(vec![message(Role::Tool, vec![part])]));
    let block = &body["messages"][0]["content"][0];
    assert_eq!(block["is_error"], true);
    assert_eq!(block["content"][0], json!({"type": "text", "text": r#"{"a":1}"#}));
    assert_eq!(block["content"][1]["type"], "image");
    assert_eq!(warnings.len(), 1, "detail of an image");
}
