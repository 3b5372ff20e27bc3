//! What becomes of each member of a body.

use jackfield_runtime::api::llm::{
    ChatRequest, Message, Part, ReasoningOptions, ResponseFormat, Role, SchemaFormat, Tool, ToolChoice,
};
use jackfield_runtime::api::types::{ErrorKind, Source};

use super::{decode, with};

fn request(members: &str) -> ChatRequest {
    with(members).unwrap().request
}

#[test]
fn every_parameter_finds_its_field() {
    let decoded = with(
        r#","stream":true,"max_tokens":9,"stop_sequences":["END"],"temperature":0.5,"p":0.9,"k":4,
        "frequency_penalty":0.1,"presence_penalty":0.2,"seed":5,"logprobs":true,"tool_choice":"REQUIRED","strict_tools":true,
        "tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"}}},
                 {"type":"function","function":{"name":"g"}},{"type":"search","x":1},
                 {"type":"function","function":{"name":"h","parameters":{},"new":1}}],"invented":{"a":[1]}"#,
    )
    .unwrap();
    let request = decoded.request;
    assert!(decoded.stream && decoded.warnings.is_empty());
    assert_eq!(request.model, "m");
    assert_eq!((request.temperature, request.top_p, request.top_k), (Some(0.5), Some(0.9), Some(4)));
    assert_eq!((request.frequency_penalty, request.presence_penalty), (Some(0.1), Some(0.2)));
    assert_eq!((request.max_output_tokens, request.seed, request.logprobs), (Some(9), Some(5), Some(0)));
    assert_eq!((request.stop, request.tool_choice), (vec!["END".to_owned()], Some(ToolChoice::Required)));
    assert_eq!(request.extra.as_deref(), Some(r#"{"invented":{"a":[1]}}"#));
    let [Tool::Function(f), Tool::Function(g), Tool::Native(search), Tool::Native(h)] = &request.tools[..]
    else {
        panic!("{:?}", request.tools)
    };
    assert_eq!((f.name.as_str(), f.description.as_deref(), f.strict), ("f", Some("d"), Some(true)));
    assert_eq!(g.parameters, r#"{"type":"object","properties":{}}"#);
    assert!(search.contains("search") && h.contains("new"));
}

#[test]
fn what_is_not_said_is_not_asked() {
    let decoded = with(r#","k":0,"logprobs":false,"tool_choice":null"#).unwrap();
    let plain = ChatRequest::new("m", vec![Message::text(Role::User, "hi")]);
    assert_eq!(format!("{:?}", decoded.request), format!("{plain:?}"));
    assert!(!decoded.stream && decoded.warnings.is_empty());
}

#[test]
fn thinking_is_a_budget_a_habit_or_off() {
    for (member, budget) in [
        (r#"{"type":"enabled","token_budget":2000}"#, Some(2000)),
        (r#"{"type":"enabled"}"#, None),
        (r#"{"type":"disabled"}"#, Some(0)),
    ] {
        let expected = ReasoningOptions { effort: None, budget_tokens: budget, summary: None };
        assert_eq!(request(&format!(",\"thinking\":{member}")).reasoning, Some(expected), "{member}");
    }
}

#[test]
fn an_answer_may_have_to_be_json() {
    let schema = SchemaFormat {
        name: "answer".to_owned(),
        description: None,
        schema: r#"{"type":"object"}"#.to_owned(),
        strict: None,
    };
    for (member, format) in [
        (r#"{"type":"text"}"#, ResponseFormat::Text),
        (r#"{"type":"json_object"}"#, ResponseFormat::JsonObject),
        (r#"{"type":"json_object","json_schema":{"type":"object"}}"#, ResponseFormat::JsonSchema(schema)),
    ] {
        let got = request(&format!(",\"response_format\":{member}")).response_format;
        assert_eq!(got, Some(format), "{member}");
    }
}

#[test]
fn documents_come_before_the_users_last_words() {
    let body = r#"{"model":"m","messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"user","content":"c"}],
        "documents":["plain",{"data":{"text":"t","title":"T"}},{"data":{"snippet":"s","title":"S"}},
                     {"data":{"text":"{\"x\":1}"}},{"id":"d","data":"{}"}]}"#;
    let decoded = decode(body).unwrap();
    assert_eq!(decoded.request.messages[0], Message::text(Role::User, "a"));
    let content = &decoded.request.messages[2].content;
    let told: Vec<(String, Option<&str>, bool)> = content
        .iter()
        .filter_map(|part| match part {
            Part::Document(document) => {
                let Source::Data(bytes) = &document.source else { panic!("{document:?}") };
                assert_eq!(document.mime_type.as_deref(), Some("text/plain"));
                let text = String::from_utf8(bytes.clone()).unwrap();
                Some((text, document.name.as_deref(), document.citations))
            }
            _ => None,
        })
        .collect();
    let expected = [
        ("plain", None),
        ("t", Some("T")),
        (r#"{"snippet":"s","title":"S"}"#, Some("S")),
        (r#"{"text":"{\"x\":1}"}"#, None),
        ("{}", None),
    ];
    assert_eq!(told, expected.map(|(text, name)| (text.to_owned(), name, true)));
    assert_eq!(content.last(), Some(&Part::text("c")));
    assert_eq!(decoded.warnings, ["`documents[4].id` was left out: it has no place in a typed document"]);
}

#[test]
fn documents_are_cited_unless_that_is_off() {
    for (mode, cited, warned) in [
        ("ENABLED", true, 0),
        ("FAST", true, 1),
        ("ACCURATE", true, 1),
        ("OFF", false, 0),
        ("DISABLED", false, 0),
    ] {
        let decoded = with(&format!(r#","documents":["d"],"citation_options":{{"mode":"{mode}"}}"#)).unwrap();
        let Part::Document(document) = &decoded.request.messages[0].content[0] else { panic!("{mode}") };
        assert_eq!((document.citations, decoded.warnings.len()), (cited, warned), "{mode}");
    }
}

#[test]
fn what_only_coheres_models_understand_is_left_out_and_told_of() {
    let decoded = with(r#","safety_mode":"STRICT","priority":3"#).unwrap();
    assert_eq!(decoded.request.extra, None);
    let left: Vec<&str> = decoded.warnings.iter().map(|text| text.split('`').nth(1).unwrap()).collect();
    assert_eq!(left, ["safety_mode", "priority"]);
}

#[test]
fn what_is_wrong_is_an_error_with_its_place() {
    for (members, path) in [
        (r#","tool_choice":"auto""#, "tool_choice"),
        (r#","tools":[{"function":{"name":"f"}}]"#, "tools[0].type"),
        (r#","tools":[{"type":"function"}]"#, "tools[0].function"),
        (r#","tools":[{"type":"function","function":{"parameters":{}}}]"#, "tools[0].function.name"),
        (
            r#","tools":[{"type":"function","function":{"name":"f","parameters":[]}}]"#,
            "tools[0].function.parameters",
        ),
        (r#","documents":[{"data":5}]"#, "documents[0].data"),
        (r#","documents":[{"id":"d"}]"#, "documents[0].data"),
        (r#","documents":[7]"#, "documents[0]"),
        (r#","citation_options":{"mode":"off"}"#, "citation_options.mode"),
        (r#","response_format":{}"#, "response_format.type"),
        (r#","response_format":{"type":"json"}"#, "response_format.type"),
        (r#","response_format":{"type":"text","json_schema":{}}"#, "response_format.json_schema"),
        (r#","response_format":{"type":"json_object","json_schema":[]}"#, "response_format.json_schema"),
        (r#","thinking":{}"#, "thinking.type"),
        (r#","thinking":{"type":"some"}"#, "thinking.type"),
        (r#","thinking":{"type":"enabled","token_budget":0}"#, "thinking.token_budget"),
        (r#","k":-1"#, "k"),
        (r#","stop_sequences":"END""#, "stop_sequences"),
        (r#","invented":1e999"#, "invented"),
    ] {
        let error = with(members).unwrap_err();
        assert_eq!(
            (error.path.as_str(), error.kind),
            (path, ErrorKind::InvalidRequest),
            "{members}: {error}"
        );
    }
    for (members, path) in [
        (r#","seed":18446744073709551615"#, "seed"),
        (r#","response_format":{"type":"json_object","schema":{}}"#, "response_format.schema"),
        (r#","thinking":{"type":"enabled","x":1}"#, "thinking.x"),
    ] {
        let error = with(members).unwrap_err();
        assert_eq!((error.path.as_str(), error.kind), (path, ErrorKind::Unsupported), "{members}");
    }
    for (body, path) in [
        (r#"{"messages":[{"role":"user","content":"x"}]}"#, "model"),
        (r#"{"model":"m"}"#, "messages"),
        (r#"{"model":"m","messages":[]}"#, "messages"),
    ] {
        assert_eq!(decode(body).unwrap_err().path, path, "{body}");
    }
    let twice = with(r#","seed":1,"seed":2"#).unwrap_err();
    assert!(twice.message.contains("duplicate"), "{twice}");
}
