//! Functions, calls of them, and what those gave.

use jackfield_sdk::llm::{FunctionTool, Tool, ToolChoice};
use jackfield_sdk::types::Media;

use super::*;
use crate::settings::Schemas;

pub(super) fn function(name: &str, parameters: &str, strict: Option<bool>) -> Tool {
    Tool::Function(FunctionTool {
        name: name.to_owned(),
        description: Some("does".to_owned()),
        parameters: parameters.to_owned(),
        strict,
        cache: None,
    })
}

fn asked(tools: Vec<Tool>, choice: Option<ToolChoice>) -> ChatRequest {
    ChatRequest { tools, tool_choice: choice, ..hello("m") }
}

fn steps(results: Vec<Part>) -> ChatRequest {
    let mut request = hello("m");
    let calls = vec![call("call_0", "a", r#"{"x":1}"#, None), call("id-b", "b", "", None)];
    request.messages.push(Message::new(Role::Assistant, calls));
    request.messages.push(Message::new(Role::Tool, results));
    request
}

fn text(text: &str) -> Vec<ResultPart> {
    vec![ResultPart::Text(text.to_owned())]
}

#[test]
fn functions_are_one_tool_and_googles_own_stand_beside_it() {
    let schema = r#"{"type":"object","properties":{"q":{"type":"string"}},"additionalProperties":false}"#;
    let native = Tool::Native(r#"{"googleSearch":{}}"#.to_owned());
    let body = written(&asked(vec![function("a", schema, None), native, function("b", "{}", None)], None));
    let declared = |name: &str, schema: Value| json!({"name": name, "description": "does", "parametersJsonSchema": schema});
    let expected = json!([
        {"functionDeclarations": [declared("a", serde_json::from_str(schema).unwrap()), declared("b", json!({}))]},
        {"googleSearch": {}},
    ]);
    assert_eq!(body["tools"], expected);
    assert_eq!(body.get("toolConfig"), None);
}

#[test]
fn every_choice_has_its_mode() {
    for (strict, choice, expected) in [
        (None, None, None),
        (None, Some(ToolChoice::Auto), Some(json!({"mode": "AUTO"}))),
        (None, Some(ToolChoice::None), Some(json!({"mode": "NONE"}))),
        (None, Some(ToolChoice::Required), Some(json!({"mode": "ANY"}))),
        (
            None,
            Some(ToolChoice::Named("a".to_owned())),
            Some(json!({"mode": "ANY", "allowedFunctionNames": ["a"]})),
        ),
        (Some(true), None, Some(json!({"mode": "VALIDATED"}))),
        (Some(true), Some(ToolChoice::Auto), Some(json!({"mode": "VALIDATED"}))),
    ] {
        let body = written(&asked(vec![function("a", "{}", strict)], choice.clone()));
        let config = body.get("toolConfig").map(|config| config["functionCallingConfig"].clone());
        assert_eq!(config, expected, "{strict:?} {choice:?}");
    }
    for choice in [ToolChoice::Required, ToolChoice::Named("a".to_owned())] {
        assert_eq!(refused(&asked(Vec::new(), Some(choice))).kind, ErrorKind::InvalidRequest);
    }
    let other = asked(vec![function("a", "{}", None)], Some(ToolChoice::Named("b".to_owned())));
    assert!(refused(&other).message.contains("`b`"));
    assert_eq!(written(&asked(Vec::new(), Some(ToolChoice::None))).get("toolConfig"), None);
}

#[test]
fn calls_in_parallel_can_not_be_forbidden() {
    let mut request = asked(vec![function("a", "{}", None)], None);
    request.parallel_tool_calls = Some(false);
    assert!(warnings(&request)[0].contains("parallel-tool-calls"));
    request.parallel_tool_calls = Some(true);
    assert!(warnings(&request).is_empty());
}

#[test]
fn made_ids_stay_here_and_results_come_in_the_order_of_their_calls() {
    let body = written(&steps(vec![result("id-b", text("two")), result("call_0", text("one"))]));
    let expected = json!([
        {"functionCall": {"name": "a", "args": {"x": 1}}},
        {"functionCall": {"id": "id-b", "name": "b", "args": {}}},
    ]);
    assert_eq!(body["contents"][1]["parts"], expected);
    let expected = json!([
        {"functionResponse": {"name": "a", "response": {"output": "one"}}},
        {"functionResponse": {"id": "id-b", "name": "b", "response": {"output": "two"}}},
    ]);
    assert_eq!(body["contents"][2], json!({"role": "user", "parts": expected}));
}

#[test]
fn a_result_is_an_object_whatever_the_tool_gave() {
    let response = |content: Vec<ResultPart>, is_error: bool| {
        let mut part = result("call_0", content);
        if let Part::ToolResult(result) = &mut part {
            result.is_error = is_error;
        }
        written(&steps(vec![part]))["contents"][2]["parts"][0]["functionResponse"]["response"].clone()
    };
    let json_part = |json: &str| vec![ResultPart::Json(json.to_owned())];
    assert_eq!(response(json_part(r#"{"deg":21}"#), false), json!({"deg": 21}));
    assert_eq!(response(text(r#" {"deg":21} "#), false), json!({"deg": 21}));
    assert_eq!(response(json_part("[1]"), false), json!({"output": "[1]"}));
    assert_eq!(response(text("{cut"), false), json!({"output": "{cut"}));
    assert_eq!(response(text(""), false), json!({"output": ""}));
    assert_eq!(response(vec![], false), json!({"output": ""}));
    assert_eq!(response([text("a"), text("b")].concat(), false), json!({"output": "a\nb"}));
    assert_eq!(response(text(r#"{"why":1}"#), true), json!({"error": r#"{"why":1}"#}));
}

#[test]
fn media_of_a_result_stand_in_it_or_behind_it() {
    let image = Media {
        source: Source::Data(vec![0, 0, 0]),
        mime_type: Some("image/png".to_owned()),
        detail: None,
        transcript: None,
        id: None,
    };
    let content = vec![ResultPart::Text("see".to_owned()), ResultPart::Image(image)];
    let mut request = steps(vec![result("call_0", content), result("id-b", text("x"))]);
    let blob = json!({"inlineData": {"mimeType": "image/png", "data": "AAAA"}});
    let parts = written(&request)["contents"][2]["parts"].clone();
    assert_eq!(parts.as_array().unwrap().len(), 3);
    assert_eq!((&parts[1]["functionResponse"]["name"], &parts[2]), (&json!("b"), &blob));
    request.model = "gemini-3-flash".to_owned();
    let parts = written(&request)["contents"][2]["parts"].clone();
    assert_eq!(parts.as_array().unwrap().len(), 2);
    assert_eq!(parts[0]["functionResponse"]["parts"], json!([blob]));
}

#[test]
fn a_result_may_know_its_tool_itself() {
    let mut part = result("gone", text("x"));
    if let Part::ToolResult(result) = &mut part {
        result.name = Some("c".to_owned());
    }
    let parts = written(&steps(vec![part]))["contents"][2]["parts"].clone();
    assert_eq!(parts[0]["functionResponse"]["name"], "c");
}

#[test]
fn arguments_that_are_no_object_are_sent_as_a_member_of_one() {
    let mut request = hello("m");
    request.messages.push(Message::new(Role::Assistant, vec![call("c", "a", "{\"cut", None)]));
    assert_eq!(
        written(&request)["contents"][1]["parts"][0]["functionCall"]["args"],
        json!({"INVALID_JSON": "{\"cut"})
    );
    assert!(warnings(&request)[0].contains("INVALID_JSON"));
}

#[test]
fn schemas_can_be_sent_in_the_form_that_older_models_take() {
    let schema = r##"{"$schema":"x","type":"object","required":["kind"],"additionalProperties":false,
        "$defs":{"Kind":{"type":"string","enum":["a",null]},"Tree":{"type":"object","properties":{"below":{"$ref":"#/$defs/Tree"}}}},
        "properties":{"kind":{"$ref":"#/$defs/Kind"},"count":{"type":["integer","null"],"minItems":2},
            "either":{"anyOf":[{"type":"string"},{"type":"null"}]},"both":{"oneOf":[{"type":"string"},{"const":7}]},
            "tree":{"$ref":"#/$defs/Tree"},"odd":{"type":"array","items":{"type":"number"},"uniqueItems":true}}}"##;
    let mut settings = chat(Platform::Gemini);
    settings.schemas = Schemas::OpenApi;
    let request = asked(vec![function("a", schema, None)], None);
    let (body, warnings) = written_for(&request, &settings);
    let mut sent = body["tools"][0]["functionDeclarations"][0]["parameters"].clone();
    let tree = sent["properties"].as_object_mut().unwrap().remove("tree").unwrap();
    let expected = json!({"type": "OBJECT", "required": ["kind"], "properties": {
        "kind": {"type": "STRING", "enum": ["a"], "nullable": true},
        "count": {"type": "INTEGER", "nullable": true, "minItems": "2"},
        "either": {"type": "STRING", "nullable": true},
        "both": {"anyOf": [{"type": "STRING"}, {"enum": ["7"]}]},
        "odd": {"type": "ARRAY", "items": {"type": "NUMBER"}},
    }});
    assert_eq!(sent, expected);
    assert_eq!(tree["properties"]["below"]["properties"]["below"]["type"], "OBJECT");
    assert!(!tree.to_string().contains("$ref"));
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(warnings.iter().any(|text| text.contains("uniqueItems")));
}
