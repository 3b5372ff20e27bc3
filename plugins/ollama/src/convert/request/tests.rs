use jackfield_sdk::llm::*;
use jackfield_sdk::types::{Document, ErrorKind, Media, Source};
use serde_json::{Value, json};

use super::*;
use crate::settings::tests::{settings, settings_with};

mod options;

fn asking(messages: Vec<Message>) -> ChatRequest {
    ChatRequest::new("tiny:1b", messages)
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

fn media(source: Source) -> Media {
    Media { source, mime_type: None, detail: None, transcript: None, id: None }
}

fn thought(text: &str) -> Part {
    Part::Reasoning(ReasoningPart { text: text.to_owned(), signature: None, redacted: None, id: None })
}

fn call(id: &str, arguments: &str) -> Part {
    let (id, arguments) = (id.to_owned(), arguments.to_owned());
    Part::ToolCall(ToolCall { id, name: "look".to_owned(), arguments, signature: None })
}

fn result(id: &str, content: Vec<ResultPart>, is_error: bool) -> Part {
    Part::ToolResult(ToolResult { call_id: id.to_owned(), name: None, content, is_error })
}

#[test]
fn a_plain_question_says_whether_it_streams() {
    let (body, warnings) = sent(&hello());
    let expected =
        json!({"model": "tiny:1b", "messages": [{"role": "user", "content": "hello"}], "stream": false});
    assert_eq!(body, expected);
    assert!(warnings.is_empty());
    let streamed = prepare(&hello(), true, &settings()).unwrap();
    assert!(String::from_utf8(streamed.body).unwrap().contains(r#""stream":true"#));
}

#[test]
fn every_role_has_its_message() {
    let url = Source::Url("data:image/png;base64,BBBB".to_owned());
    let images = vec![
        Part::text("a"),
        Part::Image(media(Source::Data(vec![0, 0, 0]))),
        Part::text("b"),
        Part::Image(media(url)),
    ];
    let (body, warnings) = sent(&asking(vec![
        Message::text(Role::Developer, "rules"),
        Message::new(Role::User, images),
        Message::new(
            Role::Assistant,
            vec![
                thought("hm"),
                Part::text("I "),
                Part::text("look"),
                call("1", r#"{"b":1.0,"a":2}"#),
                call("2", ""),
            ],
        ),
        Message::new(
            Role::Tool,
            vec![
                result(
                    "1",
                    vec![
                        ResultPart::Text("one".to_owned()),
                        ResultPart::Image(media(Source::Data(vec![0, 0, 0]))),
                    ],
                    false,
                ),
                result("2", vec![ResultPart::Json("{}".to_owned())], true),
            ],
        ),
    ]));
    let expected = json!([
        {"role": "system", "content": "rules"},
        {"role": "user", "content": "a\nb", "images": ["AAAA", "BBBB"]},
        {"role": "assistant", "content": "I look", "thinking": "hm", "tool_calls": [
            {"id": "1", "function": {"name": "look", "arguments": {"b": 1.0, "a": 2}}},
            {"id": "2", "function": {"name": "look", "arguments": {}}}]},
        {"role": "tool", "content": "one", "images": ["AAAA"], "tool_name": "look", "tool_call_id": "1"},
        {"role": "tool", "content": "{\"error\":\"{}\"}", "tool_name": "look", "tool_call_id": "2"},
    ]);
    assert_eq!(body["messages"], expected);
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn results_between_words_of_the_user_keep_their_place() {
    let content =
        vec![Part::text("a"), result("1", vec![ResultPart::Text("r".to_owned())], false), Part::text("b")];
    let (body, _) = sent(&asking(vec![Message::new(Role::User, content)]));
    let roles: Vec<_> =
        body["messages"].as_array().unwrap().iter().map(|message| message["role"].clone()).collect();
    assert_eq!(roles, ["user", "tool", "user"]);
    assert!(body["messages"][1].get("tool_name").is_none(), "nobody knows whose it is");
}

#[test]
fn arguments_that_are_no_object_are_wrapped() {
    let messages = vec![
        Message::text(Role::User, "q"),
        Message::new(Role::Assistant, vec![call("1", r#"{"cut": "of"#)]),
    ];
    let (body, warnings) = sent(&asking(messages));
    let arguments = &body["messages"][1]["tool_calls"][0]["function"]["arguments"];
    assert_eq!(arguments, &json!({"INVALID_JSON": r#"{"cut": "of"#}));
    assert_eq!(warnings.len(), 1);
}

#[test]
fn documents_that_are_text_become_words_of_the_user() {
    let document = |mime_type: &str| Document {
        source: Source::Data("long text".into()),
        mime_type: Some(mime_type.to_owned()),
        name: Some("Title".to_owned()),
        context: None,
        citations: false,
    };
    let message = |part| asking(vec![Message::new(Role::User, vec![Part::text("q"), part])]);
    let (body, warnings) = sent(&message(Part::Document(document("text/plain"))));
    assert_eq!(body["messages"][0]["content"], "q\nTitle\n\nlong text");
    assert_eq!(warnings.len(), 1);
    assert_eq!(refused(&message(Part::Document(document("application/pdf")))), ErrorKind::Unsupported);
}

#[test]
fn what_the_api_does_not_take_is_refused() {
    let url = || Source::Url("https://a.example/b.png".to_owned());
    for (role, part, kind) in [
        (Role::User, Part::Image(media(url())), ErrorKind::Unsupported),
        (Role::User, Part::Image(media(Source::FileId("f".to_owned()))), ErrorKind::Unsupported),
        (Role::User, Part::Audio(media(url())), ErrorKind::Unsupported),
        (Role::User, Part::Native("{}".to_owned()), ErrorKind::Unsupported),
        (Role::User, thought("hm"), ErrorKind::InvalidRequest),
        (Role::User, call("1", "{}"), ErrorKind::InvalidRequest),
        (Role::System, Part::Image(media(Source::Data(vec![1]))), ErrorKind::Unsupported),
        (Role::Assistant, Part::Image(media(Source::Data(vec![1]))), ErrorKind::Unsupported),
        (Role::Assistant, result("1", Vec::new(), false), ErrorKind::InvalidRequest),
    ] {
        let messages = vec![Message::text(Role::User, "q"), Message::new(role, vec![part.clone()])];
        assert_eq!(refused(&asking(messages)), kind, "{part:?}");
    }
    // To Ollama an empty conversation means to load the model.
    assert_eq!(refused(&asking(Vec::new())), ErrorKind::InvalidRequest);
    assert_eq!(refused(&asking(vec![Message::text(Role::User, "")])), ErrorKind::InvalidRequest);
    assert_eq!(refused(&ChatRequest { choices: Some(2), ..hello() }), ErrorKind::Unsupported);
    assert_eq!(
        refused(&ChatRequest { modalities: vec!["image".to_owned()], ..hello() }),
        ErrorKind::Unsupported
    );
}
