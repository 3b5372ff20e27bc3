//! Who says what, and in which parts.

use jackfield_sdk::llm::{CachePoint, TextPart};
use jackfield_sdk::types::{Document, Media};

use super::*;
use crate::convert::signature::{NOT_OURS, OF_PART_BEFORE};

fn media(source: Source, mime_type: Option<&str>) -> Media {
    Media { source, mime_type: mime_type.map(str::to_owned), detail: None, transcript: None, id: None }
}

fn parts_of(content: Vec<Part>, platform: Platform) -> Value {
    let request = ChatRequest::new("m", vec![Message::new(Role::User, content)]);
    written_for(&request, &chat(platform)).0["contents"][0]["parts"].clone()
}

#[test]
fn what_operators_say_stands_apart_and_speakers_take_turns() {
    let messages = vec![
        Message::text(Role::System, "a"),
        Message::text(Role::Developer, "b"),
        Message::text(Role::User, "c"),
        Message::text(Role::User, "d"),
        Message::text(Role::Assistant, "e"),
        Message::text(Role::System, "late"),
        Message::text(Role::User, "f"),
    ];
    let request = ChatRequest::new("m", messages);
    let body = written(&request);
    let text = |text: &str| json!({"text": text});
    assert_eq!(body["systemInstruction"]["parts"], json!([text("a"), text("b"), text("late")]));
    let expected = json!([
        {"role": "user", "parts": [text("c"), text("d")]},
        {"role": "model", "parts": [text("e")]},
        {"role": "user", "parts": [text("f")]},
    ]);
    assert_eq!(body["contents"], expected);
    assert!(warnings(&request)[0].contains("middle of the conversation"));
}

#[test]
fn media_go_as_bytes_or_as_addresses() {
    let parts = parts_of(
        vec![
            Part::Image(media(Source::Data(vec![1, 2, 3]), Some("image/png"))),
            Part::Image(media(source_url("data:image/gif;base64,AAAA"), None)),
            Part::Image(media(source_url("https://a.example/b.JPG?x=1"), None)),
            Part::Audio(media(source_url("gs://bucket/c.mp3"), None)),
            Part::Document(Document {
                source: Source::FileId("files/abc".to_owned()),
                mime_type: Some("application/pdf".to_owned()),
                name: None,
                context: None,
                citations: false,
            }),
            Part::Image(media(source_url("https://www.youtube.com/watch?v=1"), None)),
        ],
        Platform::Gemini,
    );
    let expected = json!([
        {"inlineData": {"mimeType": "image/png", "data": "AQID"}},
        {"inlineData": {"mimeType": "image/gif", "data": "AAAA"}},
        {"fileData": {"mimeType": "image/jpeg", "fileUri": "https://a.example/b.JPG?x=1"}},
        {"fileData": {"mimeType": "audio/mp3", "fileUri": "gs://bucket/c.mp3"}},
        {"fileData": {"mimeType": "application/pdf", "fileUri": "https://generativelanguage.googleapis.com/v1beta/files/abc"}},
        {"fileData": {"fileUri": "https://www.youtube.com/watch?v=1"}},
    ]);
    assert_eq!(parts, expected);
}

#[test]
fn documents_that_are_text_are_told_to_be() {
    for (mime_type, expected) in [
        ("application/json", "text/plain"),
        ("application/yaml", "text/plain"),
        ("text/csv", "text/csv"),
        ("application/pdf", "application/pdf"),
    ] {
        let document = Document {
            source: Source::Data(b"{}".to_vec()),
            mime_type: Some(mime_type.to_owned()),
            name: None,
            context: None,
            citations: false,
        };
        let parts = parts_of(vec![Part::Document(document)], Platform::Gemini);
        assert_eq!(parts[0]["inlineData"]["mimeType"], expected, "{mime_type}");
    }
}

#[test]
fn media_of_an_unknown_type_are_refused_where_the_type_is_needed() {
    let untyped = media(Source::Data(vec![1]), None);
    let request = ChatRequest::new("m", vec![Message::new(Role::User, vec![Part::Image(untyped)])]);
    assert!(refused(&request).message.contains("mime-type"));
    let address = media(source_url("https://a.example/thing"), None);
    let request = ChatRequest::new("m", vec![Message::new(Role::User, vec![Part::Image(address)])]);
    assert!(prepare(&request, &chat(Platform::Gemini)).is_ok());
    let error = prepare(&request, &chat(Platform::Vertex)).unwrap_err();
    assert!(error.kind == ErrorKind::InvalidRequest && error.message.contains("https://a.example/thing"));
}

#[test]
fn a_signature_goes_back_on_the_part_that_it_came_with() {
    let said = vec![
        thought("hm", Some("dGhvdWdodA=="), None),
        Part::Text(TextPart { text: "so".to_owned(), citations: Vec::new() }),
        thought("", Some("dGV4dA=="), Some(OF_PART_BEFORE)),
        call("call_0", "look", r#"{"q": 1.50}"#, Some("Y2FsbA==")),
        thought("", Some("ZW1wdHk="), None),
    ];
    let mut request = hello("m");
    request.messages.push(Message::new(Role::Assistant, said));
    let expected = json!([
        {"text": "hm", "thought": true, "thoughtSignature": "dGhvdWdodA=="},
        {"text": "so", "thoughtSignature": "dGV4dA=="},
        {"functionCall": {"name": "look", "args": {"q": 1.50}}, "thoughtSignature": "Y2FsbA=="},
        {"text": "", "thoughtSignature": "ZW1wdHk="},
    ]);
    assert_eq!(written(&request)["contents"][1]["parts"], expected);
    assert!(warnings(&request).is_empty());
}

#[test]
fn a_signature_whose_part_is_gone_goes_as_a_part_of_its_own() {
    let mut request = hello("m");
    let lone = thought("", Some("c2ln"), Some(OF_PART_BEFORE));
    request.messages.push(Message::new(Role::Assistant, vec![lone]));
    let turn = &written(&request)["contents"][1];
    assert_eq!(turn, &json!({"role": "model", "parts": [{"text": "", "thoughtSignature": "c2ln"}]}));
}

#[test]
fn what_another_provider_signed_or_hid_is_left_out_with_a_warning() {
    let hidden =
        ReasoningPart { text: String::new(), signature: None, redacted: Some("x".to_owned()), id: None };
    let said = vec![
        thought("hm", Some("{\"not\":\"ours\"}"), None),
        Part::Reasoning(hidden),
        call("c", "look", "{}", Some("{\"type\":\"caller\"}")),
    ];
    let mut request = hello("m");
    request.messages.push(Message::new(Role::Assistant, said));
    let parts = written(&request)["contents"][1]["parts"].clone();
    assert_eq!(
        parts,
        json!([{"text": "hm", "thought": true}, {"functionCall": {"id": "c", "name": "look", "args": {}}}])
    );
    assert_eq!(warnings(&request).len(), 2);
}

#[test]
fn models_that_insist_get_the_documented_signature_on_the_first_call_of_each_step() {
    let step = |id: &str, signature: Option<&str>| {
        let calls = vec![call(id, "look", "{}", signature), call(&format!("{id}-2"), "look", "{}", None)];
        let results = vec![result(id, vec![]), result(&format!("{id}-2"), vec![])];
        [Message::new(Role::Assistant, calls), Message::new(Role::Tool, results)]
    };
    let mut request = hello("gemini-3-flash");
    request.messages.extend(step("before", None));
    request.messages.push(Message::text(Role::User, "and now"));
    request.messages.extend(step("signed", Some("c2ln")));
    request.messages.extend(step("foreign", None));
    let body = written(&request);
    let signature =
        |turn: usize, part: usize| body["contents"][turn]["parts"][part].get("thoughtSignature").cloned();
    // Turns: hello, before, and its results with "and now", signed, results, foreign, results.
    assert_eq!((signature(3, 0), signature(3, 1)), (Some(json!("c2ln")), None));
    assert_eq!((signature(5, 0), signature(5, 1)), (Some(json!(NOT_OURS)), None));
    assert_eq!(warnings(&request).iter().filter(|text| text.contains("without its signature")).count(), 1);
    request.model = "gemini-2.5-flash".to_owned();
    assert!(!written(&request).to_string().contains(NOT_OURS));
}

#[test]
fn parts_in_the_apis_own_form_pass_unread() {
    let raw = r#"{"executableCode":{"language":"PYTHON","code":"1"},"thoughtSignature":"c2ln","new":[1.0]}"#;
    let mut request = hello("m");
    request.messages.push(Message::new(Role::Assistant, vec![Part::Native(raw.to_owned())]));
    let body = String::from_utf8(prepare(&request, &chat(Platform::Gemini)).unwrap().body).unwrap();
    assert!(body.contains(raw), "{body}");
    request.messages[1].content = vec![Part::Native("[]".to_owned())];
    assert_eq!(refused(&request).kind, ErrorKind::InvalidRequest);
}

#[test]
fn what_has_no_place_is_refused_or_told() {
    for (role, part) in [
        (Role::User, thought("hm", None, None)),
        (Role::User, call("c", "look", "{}", None)),
        (Role::Assistant, result("c", vec![])),
        (Role::Tool, result("nobody-called", vec![])),
        (Role::System, Part::Image(media(Source::Data(vec![1]), Some("image/png")))),
    ] {
        let mut request = hello("m");
        request.messages.push(Message::new(role, vec![part]));
        let error = refused(&request);
        assert!(matches!(error.kind, ErrorKind::InvalidRequest | ErrorKind::Unsupported), "{error:?}");
    }
    assert_eq!(refused(&ChatRequest::new("m", Vec::new())).kind, ErrorKind::InvalidRequest);
    let mut request = hello("m");
    request.messages[0].name = Some("Ada".to_owned());
    request.messages[0].content.push(Part::CachePoint(CachePoint { ttl: None }));
    let detailed =
        Media { detail: Some("high".to_owned()), ..media(Source::Data(vec![1]), Some("image/png")) };
    request.messages[0].content.push(Part::Image(detailed));
    let told = warnings(&request).join("\n");
    assert!(told.contains("`name`") && told.contains("cache points") && told.contains("`detail`"), "{told}");
}
