use jackfield_sdk::llm::*;
use jackfield_sdk::types::{Document, ErrorKind, Media, Source};
use serde_json::{Value, json};

use super::*;
use crate::convert::PLAN;
use crate::settings::tests::{settings, settings_with};

mod options;

const THINKS: &str = "command-a-reasoning-08-2025";

fn asking(messages: Vec<Message>) -> ChatRequest {
    ChatRequest::new("command-a", messages)
}

fn hello() -> ChatRequest {
    asking(vec![Message::text(Role::User, "hello")])
}

fn sent(request: &ChatRequest) -> (Value, Vec<String>) {
    let prepared = prepare(request, false, &settings()).unwrap();
    (serde_json::from_slice(&prepared.body).unwrap(), prepared.warnings)
}

fn refused(request: &ChatRequest) -> ErrorKind {
    let error = prepare(request, false, &settings()).unwrap_err();
    assert!(!error.sent);
    error.kind
}

fn thought(text: &str, id: Option<&str>) -> Part {
    let (text, id) = (text.to_owned(), id.map(str::to_owned));
    Part::Reasoning(ReasoningPart { text, signature: None, redacted: None, id })
}

fn call(id: &str, arguments: &str) -> Part {
    let (id, arguments) = (id.to_owned(), arguments.to_owned());
    Part::ToolCall(ToolCall { id, name: "look".to_owned(), arguments, signature: None })
}

fn result(id: &str, content: Vec<ResultPart>, is_error: bool) -> Part {
    Part::ToolResult(ToolResult { call_id: id.to_owned(), name: None, content, is_error })
}

fn document(text: &str, mime_type: &str, citations: bool) -> Document {
    Document {
        source: Source::Data(text.into()),
        mime_type: Some(mime_type.to_owned()),
        name: Some("Title".to_owned()),
        context: None,
        citations,
    }
}

fn function(name: &str, strict: Option<bool>) -> Tool {
    let (name, parameters) = (name.to_owned(), r#"{"type":"object"}"#.to_owned());
    Tool::Function(FunctionTool { name, description: None, parameters, strict, cache: None })
}

#[test]
fn a_plain_question_has_only_what_the_api_needs() {
    let (body, warnings) = sent(&hello());
    let expected =
        json!({"model": "command-a", "messages": [{"role": "user", "content": "hello"}], "stream": false});
    assert_eq!(body, expected);
    assert!(warnings.is_empty());
    let streamed = prepare(&hello(), true, &settings()).unwrap();
    assert!(String::from_utf8(streamed.body).unwrap().contains(r#""stream":true"#));
}

#[test]
fn every_role_has_its_message() {
    let image = Media {
        source: Source::Data(vec![0, 0, 0]),
        mime_type: Some("image/png".to_owned()),
        detail: Some("low".to_owned()),
        transcript: None,
        id: None,
    };
    let (body, warnings) = sent(&asking(vec![
        Message::text(Role::System, "rules"),
        Message::new(
            Role::Developer,
            vec![Part::text("more"), Part::CachePoint(CachePoint { ttl: None }), Part::text("rules")],
        ),
        Message::new(Role::User, vec![Part::text("what is it?"), Part::Image(image)]),
        Message::new(Role::Assistant, vec![Part::text(""), call("1", ""), call("2", r#"{"q":1}"#)]),
        Message::new(
            Role::Tool,
            vec![
                result("1", vec![ResultPart::Text("one".to_owned())], false),
                result("2", vec![ResultPart::Text("gone".to_owned())], true),
            ],
        ),
    ]));
    let expected = json!([
        {"role": "system", "content": "rules"},
        {"role": "system", "content": [{"type": "text", "text": "more"}, {"type": "text", "text": "rules"}]},
        {"role": "user", "content": [{"type": "text", "text": "what is it?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA", "detail": "low"}}]},
        {"role": "assistant", "tool_calls": [
            {"id": "1", "type": "function", "function": {"name": "look", "arguments": "{}"}},
            {"id": "2", "type": "function", "function": {"name": "look", "arguments": "{\"q\":1}"}}]},
        {"role": "tool", "tool_call_id": "1", "content": "one"},
        {"role": "tool", "tool_call_id": "2", "content": "{\"error\":\"gone\"}"},
    ]);
    assert_eq!(body["messages"], expected);
    assert_eq!(warnings, ["cache points were left out: Cohere's API caches by itself"]);
}

#[test]
fn thoughts_go_back_to_models_that_think_and_plans_to_all() {
    let content = vec![
        thought("I will", Some(PLAN)),
        thought(" look", Some(PLAN)),
        thought("hm", None),
        Part::text("so"),
        call("1", "{}"),
    ];
    let messages = vec![Message::text(Role::User, "q"), Message::new(Role::Assistant, content)];
    let (body, warnings) = sent(&ChatRequest { model: THINKS.to_owned(), ..asking(messages.clone()) });
    let turn = &body["messages"][1];
    assert_eq!(turn["tool_plan"], "I will look");
    assert_eq!(
        turn["content"],
        json!([{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "so"}])
    );
    assert!(warnings.is_empty());
    let (body, warnings) = sent(&asking(messages));
    assert_eq!(
        (&body["messages"][1]["content"], &body["messages"][1]["tool_plan"]),
        (&json!("so"), &json!("I will look"))
    );
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
    let own = r#"{"start":0,"end":1,"text":"t","sources":[]}"#;
    let citations = vec![cited(Some(own)), cited(Some(r#"{"type":"page_location"}"#)), cited(None)];
    let part = Part::Text(TextPart { text: "t".to_owned(), citations });
    let (body, warnings) =
        sent(&asking(vec![Message::text(Role::User, "q"), Message::new(Role::Assistant, vec![part])]));
    assert_eq!(body["messages"][1]["citations"], json!([{"start": 0, "end": 1, "text": "t", "sources": []}]));
    assert_eq!(warnings.len(), 1);
}

#[test]
fn documents_stand_beside_the_conversation_and_are_cited_only_where_wanted() {
    let with = |citations| {
        let plain = document("long text", "text/plain", false);
        let object = document(r#"{"body":"b","title":"own"}"#, "application/json", citations);
        let content = vec![Part::Document(plain), Part::text("q"), Part::Document(object)];
        sent(&asking(vec![Message::new(Role::User, content)]))
    };
    let (body, warnings) = with(true);
    assert_eq!(
        body["documents"],
        json!([{"data": {"text": "long text", "title": "Title"}}, {"data": {"body": "b", "title": "own"}}])
    );
    assert_eq!(body["messages"], json!([{"role": "user", "content": "q"}]));
    assert!(body.get("citation_options").is_none() && warnings.is_empty());
    assert_eq!(with(false).0["citation_options"], json!({"mode": "OFF"}));
    let pdf = Part::Document(document("%PDF", "application/pdf", true));
    assert_eq!(refused(&asking(vec![Message::new(Role::User, vec![pdf])])), ErrorKind::Unsupported);
}

#[test]
fn results_in_several_pieces_can_be_cited_piece_by_piece() {
    let pieces = vec![
        ResultPart::Text("a".to_owned()),
        ResultPart::Json(r#"{"b":1}"#.to_owned()),
        ResultPart::Json("[2]".to_owned()),
        ResultPart::Document(document("c", "text/plain", false)),
    ];
    let messages = vec![
        Message::text(Role::User, "q"),
        Message::new(Role::Assistant, vec![call("1", "{}")]),
        Message::new(Role::Tool, vec![result("1", pieces, false)]),
    ];
    let expected = json!([
        {"type": "text", "text": "a"},
        {"type": "document", "document": {"data": {"b": 1}}},
        {"type": "text", "text": "[2]"},
        {"type": "document", "document": {"data": {"text": "c", "title": "Title"}}},
    ]);
    assert_eq!(sent(&asking(messages)).0["messages"][2]["content"], expected);
}

#[test]
fn what_the_api_does_not_take_is_refused() {
    let media = |source| Media { source, mime_type: None, detail: None, transcript: None, id: None };
    let url = || Source::Url("https://a.example/b".to_owned());
    for (role, part, kind) in [
        (Role::User, Part::Audio(media(url())), ErrorKind::Unsupported),
        (Role::User, Part::Image(media(Source::FileId("f".to_owned()))), ErrorKind::Unsupported),
        (Role::User, Part::Image(media(Source::Data(vec![1]))), ErrorKind::InvalidRequest),
        (Role::User, thought("hm", None), ErrorKind::InvalidRequest),
        (Role::User, Part::Native("[1]".to_owned()), ErrorKind::InvalidRequest),
        (Role::System, Part::Image(media(url())), ErrorKind::Unsupported),
        (Role::Assistant, Part::Image(media(url())), ErrorKind::Unsupported),
        (Role::Assistant, result("1", Vec::new(), false), ErrorKind::InvalidRequest),
        (Role::Tool, result("1", vec![ResultPart::Image(media(url()))], false), ErrorKind::Unsupported),
    ] {
        let messages = vec![Message::text(Role::User, "q"), Message::new(role, vec![part.clone()])];
        assert_eq!(refused(&asking(messages)), kind, "{part:?}");
    }
    assert_eq!(refused(&asking(Vec::new())), ErrorKind::InvalidRequest);
    assert_eq!(refused(&ChatRequest { choices: Some(2), ..hello() }), ErrorKind::Unsupported);
    assert_eq!(
        refused(&ChatRequest { modalities: vec!["audio".to_owned()], ..hello() }),
        ErrorKind::Unsupported
    );
}
