//! What becomes of messages.

use jackfield_runtime::api::llm::{Citation, Message, Part, ReasoningPart, ResultPart, Role, ToolCall};
use jackfield_runtime::api::types::{ErrorKind, Source};

use super::decode;
use crate::dialect::{DecodeError, Decoded};

fn read(list: &str) -> Result<Decoded, DecodeError> {
    decode(&format!(r#"{{"model":"m","messages":[{list}]}}"#))
}

fn messages(list: &str) -> Vec<Message> {
    let decoded = read(list).unwrap();
    assert_eq!(decoded.warnings, Vec::<String>::new());
    decoded.request.messages
}

fn thought(text: &str, signature: Option<&str>, id: Option<&str>) -> Part {
    Part::Reasoning(ReasoningPart {
        text: text.to_owned(),
        signature: signature.map(str::to_owned),
        redacted: None,
        id: id.map(str::to_owned),
    })
}

#[test]
fn words_and_images_become_parts() {
    let all = messages(
        r#"{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"look"},
        {"type":"image_url","image_url":{"url":"data:image/png;base64,AAE=","detail":"low"}},
        {"type":"image_url","image_url":{"url":"https://e.example/a.png"}},{"type":"odd","text":5},{"type":"text","text":"t","x":1}]}"#,
    );
    assert_eq!(all[0], Message::text(Role::System, "s"));
    let [text, Part::Image(data), Part::Image(url), Part::Native(odd), Part::Native(more)] =
        &all[1].content[..]
    else {
        panic!("{all:?}")
    };
    assert_eq!(text, &Part::text("look"));
    assert_eq!((&data.source, data.mime_type.as_deref()), (&Source::Data(vec![0, 1]), Some("image/png")));
    assert_eq!(data.detail.as_deref(), Some("low"));
    assert_eq!(url.source, Source::Url("https://e.example/a.png".to_owned()));
    assert!(odd.contains("odd") && more.contains("\"x\""));
}

#[test]
fn a_turn_of_the_model_has_its_plan_its_thoughts_and_its_calls() {
    let all = messages(
        r#"{"role":"assistant","tool_plan":"first look","content":[{"type":"thinking","thinking":"hm","signature":"s","id":"r"},{"type":"text","text":"so"}],
        "tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{\"a\":1}"},"signature":"z"},{"id":"d","function":{"name":"g","arguments":null}}]},
        {"role":"tool","tool_call_id":"c","content":"5"},
        {"role":"tool","tool_call_id":"d","content":[{"type":"text","text":"x"},{"type":"document","document":{"data":{"a":1}}},{"type":"document","document":{"data":"y"}}]}"#,
    );
    let call = |id: &str, name: &str, arguments: &str, signature: Option<&str>| {
        Part::ToolCall(ToolCall {
            id: id.to_owned(),
            name: name.to_owned(),
            arguments: arguments.to_owned(),
            signature: signature.map(str::to_owned),
        })
    };
    assert_eq!(
        all[0].content,
        [
            thought("first look", None, Some("tool_plan")),
            thought("hm", Some("s"), Some("r")),
            Part::text("so"),
            call("c", "f", r#"{"a":1}"#, Some("z")),
            call("d", "g", "", None),
        ]
    );
    let result = |message: &Message| match &message.content[..] {
        [Part::ToolResult(result)] if message.role == Role::Tool => {
            (result.call_id.clone(), result.content.clone())
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(result(&all[1]), ("c".to_owned(), vec![ResultPart::Text("5".to_owned())]));
    let pieces = vec![
        ResultPart::Text("x".to_owned()),
        ResultPart::Json(r#"{"a":1}"#.to_owned()),
        ResultPart::Text("y".to_owned()),
    ];
    assert_eq!(result(&all[2]), ("d".to_owned(), pieces));
}

#[test]
fn citations_are_put_at_the_texts_they_are_about() {
    let first = r#"{"start":0,"end":2,"text":"é!","content_index":1,"sources":[{"type":"document","document":{"title":"T","url":"u","snippet":"q"}}],"type":"TEXT_CONTENT"}"#;
    let second =
        r#"{"start":1,"end":2,"content_index":2,"sources":[{"type":"tool","tool_output":{"content":"r"}}]}"#;
    let plan = r#"{"start":0,"end":1,"type":"PLAN","sources":[]}"#;
    let decoded = read(&format!(
        r#"{{"role":"assistant","content":[{{"type":"thinking","thinking":"hm"}},{{"type":"text","text":"é!"}},{{"type":"text","text":"so"}}],"citations":[{first},{second},{plan}]}}"#
    ))
    .unwrap();
    let [_, Part::Text(one), Part::Text(two)] = &decoded.request.messages[0].content[..] else {
        panic!("{decoded:?}")
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        one.citations,
        [Citation {
            title: text("T"),
            url: text("u"),
            quote: text("q"),
            start: Some(0),
            end: Some(2),
            raw: text(first)
        }]
    );
    // Two characters of text stand before it.
    let [two] = &two.citations[..] else { panic!("{two:?}") };
    assert_eq!((two.start, two.end, two.quote.as_deref()), (Some(3), Some(4), Some("r")));
    assert_eq!(decoded.warnings, ["`messages[0].citations[2]` was left out: only texts have citations"]);
}

#[test]
fn members_that_have_no_place_are_told_of() {
    let decoded = read(
        r#"{"role":"user","content":"x","name":"n"},
        {"role":"assistant","tool_calls":[{"id":"c","index":0,"function":{"name":"f","arguments":"{}","x":1}}]},
        {"role":"tool","tool_call_id":"c","content":[{"type":"document","document":{"id":"0","data":{}}},{"type":"text","text":"t","y":1}]}"#,
    )
    .unwrap();
    let left: Vec<&str> = decoded.warnings.iter().map(|text| text.split('`').nth(1).unwrap()).collect();
    assert_eq!(
        left,
        [
            "messages[0].name",
            "messages[1].tool_calls[0].index",
            "messages[1].tool_calls[0].function.x",
            "messages[2].content[0].document.id",
            "messages[2].content[1].y"
        ]
    );
}

#[test]
fn what_is_wrong_is_an_error_with_its_place() {
    for (message, path) in [
        (r#"{"content":"x"}"#, "role"),
        (r#"{"role":"developer","content":"x"}"#, "role"),
        (r#"{"role":"user"}"#, "content"),
        (r#"{"role":"user","content":[{"text":"x"}]}"#, "content[0].type"),
        (r#"{"role":"user","content":[{"type":"text"}]}"#, "content[0].text"),
        (r#"{"role":"user","content":[{"type":"image_url"}]}"#, "content[0].image_url"),
        (
            r#"{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,*"}}]}"#,
            "content[0].image_url.url",
        ),
        (r#"{"role":"assistant","content":[{"type":"thinking"}]}"#, "content[0].thinking"),
        (r#"{"role":"assistant","tool_calls":[{"function":{"name":"f"}}]}"#, "tool_calls[0].id"),
        (r#"{"role":"assistant","tool_calls":[{"id":"c"}]}"#, "tool_calls[0].function"),
        (r#"{"role":"assistant","tool_calls":[{"id":"c","function":{}}]}"#, "tool_calls[0].function.name"),
        (r#"{"role":"assistant","tool_calls":[{"id":"c","type":"x","function":{}}]}"#, "tool_calls[0].type"),
        (r#"{"role":"tool","content":"x"}"#, "tool_call_id"),
        (r#"{"role":"tool","tool_call_id":"c"}"#, "content"),
        (r#"{"role":"tool","tool_call_id":"c","content":[{"type":"document"}]}"#, "content[0].document"),
        (r#"{"role":"user","content":"x","tool_calls":[]}"#, "tool_calls"),
        (r#"{"role":"user","content":"x","tool_plan":"p"}"#, "tool_plan"),
        (r#"{"role":"system","content":"x","citations":[]}"#, "citations"),
        (r#"{"role":"assistant","content":"x","tool_call_id":"c"}"#, "tool_call_id"),
    ] {
        let error = read(message).unwrap_err();
        assert_eq!(error.path, format!("messages[0].{path}"), "{message}: {error}");
        assert_eq!(error.kind, ErrorKind::InvalidRequest);
    }
    let image = r#"{"role":"tool","tool_call_id":"c","content":[{"type":"image_url"}]}"#;
    assert_eq!(read(image).unwrap_err().kind, ErrorKind::Unsupported);
}
