//! What becomes of each member of a body.

use jackfield_runtime::api::llm::{Message, Part, ResponseFormat, ResultPart, Role, Tool, ToolChoice};
use jackfield_runtime::api::types::{ErrorKind, Source};

use crate::dialect::Decoded;
use crate::dialect::error::DecodeError;
use crate::dialect::openai_responses::decode;

fn read(members: &str) -> Result<Decoded, DecodeError> {
    decode(format!(r#"{{"model":"m","input":"hi"{members}}}"#).as_bytes())
}

fn input(list: &str) -> Result<Vec<Message>, DecodeError> {
    decode(format!(r#"{{"model":"m","input":{list}}}"#).as_bytes()).map(|decoded| decoded.request.messages)
}

#[test]
fn every_parameter_finds_its_field() {
    let decoded = read(
        r#","instructions":"be brief","max_output_tokens":9,"temperature":0.5,"top_p":0.9,"parallel_tool_calls":false,
        "reasoning":{"effort":"low","summary":"auto"},"metadata":{"a":"1"},"user":"u","service_tier":"flex","stream":true,
        "text":{"format":{"type":"json_schema","name":"n","schema":{"a":1},"strict":true},"verbosity":"low"},
        "tools":[{"type":"function","name":"f","description":"d","parameters":{"type":"object"},"strict":true}],
        "tool_choice":{"type":"function","name":"f"},"top_logprobs":2,"include":["reasoning.encrypted_content"],
        "store":false,"background":false,"truncation":"disabled","previous_response_id":null,"prompt_cache_key":"k""#,
    )
    .unwrap();
    let request = decoded.request;
    assert_eq!(request.messages, [Message::text(Role::System, "be brief"), Message::text(Role::User, "hi")]);
    assert_eq!(
        (request.max_output_tokens, request.temperature, request.top_p),
        (Some(9), Some(0.5), Some(0.9))
    );
    assert_eq!((request.parallel_tool_calls, request.logprobs), (Some(false), Some(2)));
    let reasoning = request.reasoning.unwrap();
    assert_eq!((reasoning.effort.as_deref(), reasoning.summary.as_deref()), (Some("low"), Some("auto")));
    assert_eq!((request.user.as_deref(), request.service_tier.as_deref()), (Some("u"), Some("flex")));
    assert_eq!(request.metadata, [("a".to_owned(), "1".to_owned())]);
    assert!(
        matches!(&request.response_format, Some(ResponseFormat::JsonSchema(format)) if format.name == "n")
    );
    assert!(matches!(&request.tools[..], [Tool::Function(f)] if f.name == "f" && f.strict == Some(true)));
    assert_eq!(request.tool_choice, Some(ToolChoice::Named("f".to_owned())));
    assert_eq!(request.extra.as_deref(), Some(r#"{"prompt_cache_key":"k","verbosity":"low"}"#));
    assert!(decoded.stream && decoded.warnings.is_empty());
}

#[test]
fn items_in_a_row_that_the_model_said_are_one_turn() {
    let turns = input(
        r#"[{"role":"developer","content":"d"},
            {"type":"message","role":"user","content":[{"type":"input_text","text":"t"},{"type":"input_image","image_url":"data:image/png;base64,AAEC","detail":"low"},
                {"type":"input_file","filename":"a.pdf","file_data":"data:application/pdf;base64,AAEC"},{"type":"input_file","file_url":"https://e.example/a"}]},
            {"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"hm"}],"encrypted_content":"x","signature":"s"},
            {"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"a","annotations":[]}]},
            {"type":"function_call","id":"fc_1","call_id":"c","name":"f","arguments":"{}"},
            {"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":"5"}]}]"#,
    )
    .unwrap();
    let roles: Vec<_> = turns.iter().map(|turn| turn.role).collect();
    assert_eq!(roles, [Role::Developer, Role::User, Role::Assistant, Role::Tool]);
    let [Part::Text(_), Part::Image(image), Part::Document(named), Part::Document(far)] =
        &turns[1].content[..]
    else {
        panic!("{turns:?}")
    };
    assert_eq!((image.detail.as_deref(), &image.source), (Some("low"), &Source::Data(vec![0, 1, 2])));
    assert_eq!(named.name.as_deref(), Some("a.pdf"));
    assert_eq!(far.source, Source::Url("https://e.example/a".to_owned()));
    let [Part::Reasoning(thought), Part::Text(_), Part::ToolCall(call)] = &turns[2].content[..] else {
        panic!("{turns:?}")
    };
    assert_eq!(
        (thought.text.as_str(), thought.redacted.as_deref(), thought.signature.as_deref()),
        ("hm", Some("x"), Some("s"))
    );
    assert_eq!(call.id, "c");
    let [Part::ToolResult(result)] = &turns[3].content[..] else { panic!("{turns:?}") };
    assert_eq!(result.content, [ResultPart::Text("5".to_owned())]);
}

#[test]
fn what_chat_cannot_do_is_refused() {
    for (members, path) in [
        (r#","previous_response_id":"resp_1""#, "previous_response_id"),
        (r#","conversation":"c""#, "conversation"),
        (r#","prompt":{"id":"p"}"#, "prompt"),
        (r#","background":true"#, "background"),
        (r#","store":true"#, "store"),
        (r#","truncation":"auto""#, "truncation"),
        (r#","tools":[{"type":"web_search"}]"#, "tools[0].type"),
        (r#","tools":[{"type":"function","name":"f","defer_loading":true}]"#, "tools[0].defer_loading"),
        (r#","tool_choice":{"type":"file_search"}"#, "tool_choice.type"),
        (r#","text":{"format":{"type":"grammar"}}"#, "text.format.type"),
    ] {
        let error = read(members).unwrap_err();
        assert_eq!((error.path.as_str(), error.kind), (path, ErrorKind::Unsupported), "{members}");
    }
    let error = input(r#"[{"type":"item_reference","id":"x"}]"#).unwrap_err();
    assert_eq!((error.path.as_str(), error.kind), ("input[0].type", ErrorKind::Unsupported));
}

#[test]
fn errors_name_the_place() {
    for (list, path) in [
        ("[]", "input"),
        ("null", "input"),
        (r#"[{"content":"x"}]"#, "input[0].role"),
        (r#"[{"role":"user"}]"#, "input[0].content"),
        (r#"[{"role":"user","content":[{"type":"input_text"}]}]"#, "input[0].content[0].text"),
        (r#"[{"type":"function_call","name":"f","arguments":"{}"}]"#, "input[0].call_id"),
        (r#"[{"type":"function_call_output","call_id":"c"}]"#, "input[0].output"),
    ] {
        assert_eq!(input(list).unwrap_err().path, path, "{list}");
    }
    for (members, path) in [
        (r#","temperature":"x""#, "temperature"),
        (r#","max_output_tokens":-1"#, "max_output_tokens"),
        (r#","metadata":{"a":1}"#, "metadata.a"),
    ] {
        assert_eq!(read(members).unwrap_err().path, path);
    }
}

#[test]
fn what_has_no_effect_here_is_told_of() {
    let decoded =
        read(r#","max_tool_calls":3,"include":["file_search_call.results"],"reasoning":{"mode":"x"}"#)
            .unwrap();
    assert_eq!(decoded.warnings.len(), 3);
}
