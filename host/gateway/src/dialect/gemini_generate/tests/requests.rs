//! Requests, read.

use jackfield_runtime::api::llm::{ChatRequest, Part, ResultPart, Role};
use jackfield_runtime::api::types::{ErrorKind, Source};
use serde_json::{Value, json};

use super::super::carried::Carried;
use super::super::{decode, decode_count};
use crate::dialect::{DecodeError, Decoded};
use crate::endpoint::PathFacts;

pub(super) fn path() -> PathFacts {
    PathFacts { model: Some("up/m".to_owned()), stream: true, list: true }
}

pub(super) fn read(body: &Value) -> Result<Decoded, DecodeError> {
    decode(body.to_string().as_bytes(), &path())
}

#[track_caller]
pub(super) fn request(body: &Value) -> ChatRequest {
    let decoded = read(body).unwrap();
    assert_eq!(decoded.warnings, Vec::<String>::new());
    decoded.request
}

#[track_caller]
pub(super) fn refused(body: &Value) -> DecodeError {
    read(body).map(|decoded| decoded.request).unwrap_err()
}

pub(super) fn with(member: &str, value: Value) -> Value {
    let mut body = json!({ "contents": [{ "role": "user", "parts": [{ "text": "hi" }] }] });
    body[member] = value;
    body
}

#[test]
fn the_model_and_the_stream_are_the_paths() {
    let body = json!({ "model": "models/other", "stream": false, "contents": { "parts": { "text": "hi" } } });
    let decoded = read(&body).unwrap();
    assert_eq!((decoded.request.model.as_str(), decoded.stream), ("up/m", true));
    assert_eq!(decoded.request.messages[0].role, Role::User);
    assert_eq!(decoded.request.messages[0].content, [Part::text("hi")]);
    assert_eq!(decoded.request.extra, None);
}

#[test]
fn both_spellings_of_a_member_are_read_and_one_of_them_may_come() {
    let body = json!({
        "system_instruction": { "parts": [{ "text": "be brief" }] },
        "contents": [{ "parts": [{ "inline_data": { "mime_type": "image/png", "data": "AAEC" } }] }],
        "generation_config": { "max_output_tokens": 7, "stop_sequences": ["x"], "top_k": 40.0 },
    });
    let request = request(&body);
    assert_eq!(request.messages[0].role, Role::System);
    assert!(
        matches!(&request.messages[1].content[0], Part::Image(image) if image.source == Source::Data(vec![0, 1, 2]))
    );
    assert_eq!((request.max_output_tokens, request.top_k), (Some(7), Some(40)));
    let twice = r#"{"contents":[{"parts":[{"text":"a"}]}],"systemInstruction":{},"system_instruction":{}}"#;
    let error = decode(twice.as_bytes(), &path()).unwrap_err();
    assert!(error.message.contains("duplicate"), "{error}");
}

#[test]
fn calls_and_what_they_gave_keep_their_ids_and_order() {
    let body = json!({ "contents": [
        { "role": "user", "parts": [{ "text": "weather?" }] },
        { "role": "model", "parts": [
            { "functionCall": { "id": "a1", "name": "f", "args": { "x": 1.50 } } },
            { "functionCall": { "name": "f" } },
        ] },
        { "role": "user", "parts": [
            { "functionResponse": { "id": "a1", "name": "f", "response": { "result": "warm" } } },
            { "functionResponse": { "name": "f", "response": { "error": "no such place" } } },
            { "text": "go on" },
        ] },
    ] });
    let messages = request(&body).messages;
    let roles: Vec<Role> = messages.iter().map(|turn| turn.role).collect();
    assert_eq!(roles, [Role::User, Role::Assistant, Role::Tool, Role::User]);
    let [Part::ToolCall(first), Part::ToolCall(second)] = &messages[1].content[..] else { panic!() };
    assert_eq!((first.id.as_str(), second.id.as_str()), ("a1", "call_0"));
    assert_eq!((first.arguments.as_str(), second.arguments.as_str()), (r#"{"x":1.5}"#, "{}"));
    let [Part::ToolResult(first), Part::ToolResult(second)] = &messages[2].content[..] else { panic!() };
    assert_eq!((first.call_id.as_str(), first.is_error), ("a1", false));
    assert_eq!(first.content, [ResultPart::Text("warm".to_owned())]);
    assert_eq!((second.call_id.as_str(), second.is_error), ("call_0", true));
}

#[test]
fn what_a_function_gave_is_an_object_unless_it_was_wrapped_in_one() {
    let call = json!({ "role": "model", "parts": [{ "functionCall": { "name": "f" } }] });
    for (response, expected) in [
        (json!({ "degrees": 7 }), ResultPart::Json(r#"{"degrees":7}"#.to_owned())),
        (json!({ "output": { "a": 1 } }), ResultPart::Json(r#"{"a":1}"#.to_owned())),
        (json!({ "output": "x", "b": 1 }), ResultPart::Json(r#"{"b":1,"output":"x"}"#.to_owned())),
        (json!({}), ResultPart::Json("{}".to_owned())),
    ] {
        let given = json!({ "role": "user", "parts": [{ "functionResponse": {
            "name": "f", "response": response, "parts": [{ "inlineData": { "mimeType": "image/png", "data": "AA==" } }] } }] });
        let messages = request(&json!({ "contents": [call, given] })).messages;
        let Part::ToolResult(result) = &messages[1].content[0] else { panic!() };
        let same = |a: &ResultPart, b: &ResultPart| match (a, b) {
            (ResultPart::Json(a), ResultPart::Json(b)) => {
                serde_json::from_str::<Value>(a).unwrap() == serde_json::from_str::<Value>(b).unwrap()
            }
            _ => false,
        };
        assert!(same(&result.content[0], &expected), "{:?}", result.content);
        assert!(matches!(result.content[1], ResultPart::Image(_)));
    }
}

#[test]
fn a_turn_that_was_streamed_and_kept_in_pieces_is_one_again() {
    let piece = |part: Value| json!({ "role": "model", "parts": [part] });
    let body = json!({ "contents": [
        { "role": "user", "parts": [{ "text": "hi" }] },
        piece(json!({ "text": "th", "thought": true })), piece(json!({ "text": "ink", "thought": true })),
        piece(json!({ "text": "he" })), piece(json!({ "text": "llo" })), piece(json!({ "text": "" })),
        { "role": "user", "parts": [{ "text": "and?" }] },
    ] });
    let messages = request(&body).messages;
    assert_eq!(messages.len(), 3);
    let [Part::Reasoning(thought), Part::Text(text)] = &messages[1].content[..] else {
        panic!("{:?}", messages[1].content)
    };
    assert_eq!((thought.text.as_str(), text.text.as_str()), ("think", "hello"));
}

#[test]
fn a_thought_whose_hidden_half_was_streamed_behind_it_is_one_again() {
    let hidden =
        Carried { redacted: Some("enc".to_owned()), id: Some("rs_1".to_owned()), ..Carried::default() };
    let thought = json!({ "text": "think", "thought": true });
    let hidden = json!({ "text": "", "thought": true, "thoughtSignature": hidden.write() });
    let user = json!({ "role": "user", "parts": [{ "text": "hi" }] });
    let model = |parts: &[&Value]| json!({ "role": "model", "parts": parts });
    for contents in
        [json!([user, model(&[&thought, &hidden])]), json!([user, model(&[&thought]), model(&[&hidden])])]
    {
        let messages = request(&json!({ "contents": contents })).messages;
        let [Part::Reasoning(thought)] = &messages[1].content[..] else { panic!("{messages:?}") };
        assert_eq!((thought.text.as_str(), thought.redacted.as_deref()), ("think", Some("enc")));
        assert_eq!(thought.id.as_deref(), Some("rs_1"));
    }
}

#[test]
fn media_are_told_apart_by_their_type_and_read_in_either_alphabet() {
    let parts = json!([
        { "inlineData": { "mimeType": "image/png", "data": "-_8=" } },
        { "inlineData": { "mimeType": "audio/wav", "data": "AAEC" } },
        { "inlineData": { "mimeType": "application/pdf", "data": "AAEC", "displayName": "a.pdf" } },
        { "fileData": { "fileUri": "https://example.com/a.PNG?x" } },
        { "fileData": { "fileUri": "https://example.com/a", "mimeType": "application/pdf" } },
    ]);
    let request = request(&json!({ "contents": [{ "parts": parts }] }));
    let [Part::Image(image), Part::Audio(_), Part::Document(file), Part::Image(linked), Part::Document(_)] =
        &request.messages[0].content[..]
    else {
        panic!("{:?}", request.messages[0].content)
    };
    assert_eq!(image.source, Source::Data(vec![0xfb, 0xff]));
    assert_eq!(file.name.as_deref(), Some("a.pdf"));
    assert_eq!(linked.source, Source::Url("https://example.com/a.PNG?x".to_owned()));
    let stored = json!({ "contents": [{ "parts": [{ "fileData": { "fileUri": "gs://b/a" } }] }] });
    let error = refused(&stored);
    assert_eq!(error.path, "contents[0].parts[0].fileData.fileUri");
    assert_eq!(error.kind, ErrorKind::Unsupported);
}

#[test]
fn what_only_google_knows_is_left_out_with_a_word_or_refused() {
    for (member, value, place) in [
        ("safetySettings", json!([{ "category": "X" }]), "safetySettings"),
        ("generationConfig", json!({ "mediaResolution": "LOW" }), "generationConfig.mediaResolution"),
        ("toolConfig", json!({ "retrievalConfig": {} }), "toolConfig.retrievalConfig"),
    ] {
        let decoded = read(&with(member, value)).unwrap();
        assert!(decoded.warnings.iter().any(|warning| warning.contains(place)), "{:?}", decoded.warnings);
    }
    let signed =
        json!([{ "role": "model", "parts": [{ "text": "t", "thought": true, "thoughtSignature": "AAEC" }] }]);
    let decoded = read(&json!({ "contents": signed })).unwrap();
    assert!(decoded.warnings[0].contains("contents[0].parts[0].thoughtSignature"));
    assert_eq!(refused(&with("cachedContent", json!("cachedContents/x"))).kind, ErrorKind::Unsupported);
    let new = request(&with("new", json!({ "a": 1.0 })));
    assert_eq!(new.extra.as_deref(), Some(r#"{"new":{"a":1.0}}"#));
}

#[test]
fn a_request_that_cannot_be_read_names_the_place() {
    for (body, place) in [
        (json!({}), "contents"),
        (json!({ "contents": [] }), "contents"),
        (json!({ "contents": [{ "role": "system", "parts": [] }] }), "contents[0].role"),
        (json!({ "contents": [{ "parts": [{ "text": 5 }] }] }), "contents[0].parts[0].text"),
        (
            json!({ "contents": [{ "parts": [{ "inlineData": { "mimeType": "a/b", "data": "*" } }] }] }),
            "contents[0].parts[0].inlineData.data",
        ),
        (
            json!({ "contents": [{ "parts": [{ "functionResponse": { "name": "f", "response": {} } }] }] }),
            "contents[0].parts[0].functionResponse",
        ),
        (
            json!({ "contents": [{ "parts": [{ "functionCall": { "name": "f", "args": [] } }] }] }),
            "contents[0].parts[0].functionCall.args",
        ),
        (with("generationConfig", json!({ "topK": 1.5 })), "generationConfig.topK"),
    ] {
        assert_eq!(refused(&body).path, place, "{body}");
    }
    let no_model = decode(b"{\"contents\":[{}]}", &PathFacts::default()).unwrap_err();
    assert_eq!(no_model.path, "model");
}

#[test]
fn what_is_counted_is_a_body_or_a_whole_request() {
    let contents = json!([{ "parts": [{ "text": "hi" }] }]);
    for body in [
        json!({ "contents": contents }),
        json!({ "generateContentRequest": { "model": "models/m", "contents": contents } }),
    ] {
        let request = decode_count(body.to_string().as_bytes(), &path()).unwrap();
        assert_eq!((request.model.as_str(), request.messages.len()), ("up/m", 1));
    }
    let both = json!({ "contents": contents, "generateContentRequest": { "contents": contents } });
    assert!(decode_count(both.to_string().as_bytes(), &path()).is_err());
}
