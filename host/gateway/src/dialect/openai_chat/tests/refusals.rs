//! Bodies that are wrong.

use jackfield_runtime::api::types::ErrorKind;

use super::body;
use super::requests::conversation;
use crate::dialect::error::DecodeError;
use crate::dialect::openai_chat::decode;

fn fails(members: &str) -> DecodeError {
    decode(body(members).as_bytes()).unwrap_err()
}

#[test]
fn errors_name_the_place() {
    for (list, path) in [
        (r#"[{"content":"x"}]"#, "messages[0].role"),
        (r#"[{"role":"king","content":"x"}]"#, "messages[0].role"),
        (r#"[{"role":"user"}]"#, "messages[0].content"),
        (r#"[{"role":"user","content":5}]"#, "messages[0].content"),
        (r#"[{"role":"user","content":[{"text":"x"}]}]"#, "messages[0].content[0].type"),
        (r#"[{"role":"user","content":[{"type":"text","text":5}]}]"#, "messages[0].content[0].text"),
        (
            r#"[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,?"}}]}]"#,
            "messages[0].content[0].image_url.url",
        ),
        (r#"[{"role":"tool","content":"x"}]"#, "messages[0].tool_call_id"),
        (r#"[{"role":"function","name":"f","content":"x"}]"#, "messages[0].name"),
        (
            r#"[{"role":"assistant","tool_calls":[{"id":"a","function":{}}]}]"#,
            "messages[0].tool_calls[0].function.name",
        ),
        ("[]", "messages"),
    ] {
        assert_eq!(conversation(list).unwrap_err().path, path, "{list}");
    }
    for (members, path) in [
        (r#","temperature":"hot""#, "temperature"),
        (r#","max_tokens":-1"#, "max_tokens"),
        (r#","max_tokens":1,"max_completion_tokens":2"#, "max_tokens"),
        (r#","tools":[{"type":"function"}]"#, "tools[0].function"),
        (
            r#","tools":[{"type":"function","function":{"name":"f","parameters":[]}}]"#,
            "tools[0].function.parameters",
        ),
        (r#","metadata":{"a":1}"#, "metadata.a"),
        (r#","response_format":{"type":"json_schema"}"#, "response_format.json_schema"),
        (r#","stop":[1]"#, "stop[0]"),
    ] {
        let error = fails(members);
        assert_eq!(
            (error.path.as_str(), error.kind),
            (path, ErrorKind::InvalidRequest),
            "{members}: {error}"
        );
    }
    assert_eq!(decode(br#"{"messages":[]}"#).unwrap_err().path, "model");
    assert!(fails(r#","model":"again""#).message.contains("duplicate"));
}
