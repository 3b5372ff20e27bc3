//! What becomes of each member of a body.

use jackfield_runtime::api::llm::{
    ChatRequest, Message, Part, ReasoningOptions, ResponseFormat, ResultPart, Role, Tool, ToolChoice,
};
use jackfield_runtime::api::types::{ErrorKind, Source};

use crate::dialect::anthropic_messages::{decode, decode_count};
use crate::dialect::error::DecodeError;

fn read(members: &str) -> Result<ChatRequest, DecodeError> {
    let body =
        format!(r#"{{"model":"m","max_tokens":9,"messages":[{{"role":"user","content":"hi"}}]{members}}}"#);
    decode(body.as_bytes()).map(|decoded| decoded.request)
}

fn with(members: &str) -> ChatRequest {
    read(members).unwrap()
}

fn messages(list: &str) -> Result<Vec<Message>, DecodeError> {
    let body = format!(r#"{{"model":"m","max_tokens":9,"messages":{list}}}"#);
    decode(body.as_bytes()).map(|decoded| decoded.request.messages)
}

fn blocks(role: &str, list: &str) -> Vec<Part> {
    messages(&format!(r#"[{{"role":"{role}","content":[{list}]}}]"#)).unwrap().remove(0).content
}

#[test]
fn every_parameter_finds_its_field() {
    let request = with(
        r#","system":"be brief","temperature":0.5,"top_p":0.9,"top_k":4,"stop_sequences":["END"],"metadata":{"user_id":"u"},
        "service_tier":"standard_only","tool_choice":{"type":"any","disable_parallel_tool_use":true},
        "tools":[{"name":"f","description":"d","input_schema":{"type":"object"},"cache_control":{"type":"ephemeral"}},
                 {"type":"web_search_20250305","name":"web_search"},{"type":"custom","name":"g","input_schema":{},"defer_loading":true}],
        "output_config":{"format":{"type":"json_schema","schema":{"type":"object"}}}"#,
    );
    assert_eq!(request.messages[0], Message::text(Role::System, "be brief"));
    assert_eq!((request.temperature, request.top_p, request.top_k), (Some(0.5), Some(0.9), Some(4)));
    assert_eq!((request.max_output_tokens, request.user.as_deref()), (Some(9), Some("u")));
    assert_eq!(
        (request.stop.as_slice(), request.service_tier.as_deref()),
        (&["END".to_owned()][..], Some("default"))
    );
    assert_eq!((request.tool_choice, request.parallel_tool_calls), (Some(ToolChoice::Required), Some(false)));
    let [Tool::Function(f), Tool::Native(search), Tool::Native(g)] = &request.tools[..] else {
        panic!("{:?}", request.tools)
    };
    assert!(f.cache.is_some() && search.contains("web_search") && g.contains("defer_loading"));
    assert!(
        matches!(request.response_format, Some(ResponseFormat::JsonSchema(format)) if format.strict == Some(true))
    );
    assert_eq!((request.reasoning, request.extra), (None, None));
}

#[test]
fn a_hint_at_a_tool_keeps_it_a_function_and_is_told_of() {
    let body = r#"{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"x"}],
        "tools":[{"name":"f","input_schema":{"type":"object"},"eager_input_streaming":true}]}"#;
    let decoded = decode(body.as_bytes()).unwrap();
    assert!(matches!(&decoded.request.tools[..], [Tool::Function(f)] if f.name == "f"));
    assert_eq!(decoded.warnings, ["tools[0].eager_input_streaming was left out: it is a hint"]);
}

#[test]
fn thinking_is_a_budget_an_effort_or_off() {
    let options = |effort: Option<&str>, budget_tokens, summary: Option<&str>| ReasoningOptions {
        effort: effort.map(str::to_owned),
        budget_tokens,
        summary: summary.map(str::to_owned),
    };
    for (member, reasoning, extra) in [
        (r#","thinking":{"type":"enabled","budget_tokens":2000}"#, options(None, Some(2000), None), None),
        (r#","thinking":{"type":"disabled"}"#, options(None, Some(0), None), None),
        (r#","thinking":{"type":"adaptive","display":"omitted"}"#, options(None, None, Some("none")), None),
        (
            r#","thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"low"}"#,
            options(Some("low"), None, Some("auto")),
            None,
        ),
        // Effort alone doesn't make the model think.
        (
            r#","output_config":{"effort":"low"}"#,
            options(Some("low"), None, None),
            Some(r#"{"thinking":null}"#),
        ),
        (
            r#","thinking":{"type":"adaptive"},"output_config":{"effort":"low","task_budget":{"x":1}}"#,
            options(Some("low"), None, None),
            Some(r#"{"output_config":{"effort":"low","task_budget":{"x":1}}}"#),
        ),
    ] {
        let request = with(member);
        assert_eq!((request.reasoning, request.extra.as_deref()), (Some(reasoning), extra), "{member}");
    }
}

#[test]
fn what_nobody_here_knows_reaches_the_upstream_as_it_came() {
    let request = with(r#","container":"c1","mcp_servers":[{"a": 1}]"#);
    assert_eq!(request.extra.as_deref(), Some(r#"{"container":"c1","mcp_servers":[{"a": 1}]}"#));
    assert_eq!(with(r#","metadata":{"user_id":"u","x":"y"}"#).metadata, [("x".to_owned(), "y".to_owned())]);
}

#[test]
fn blocks_become_parts() {
    let parts = blocks(
        "user",
        r#"{"type":"text","text":"t","cache_control":{"type":"ephemeral","ttl":"1h"}},
           {"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAEC"}},
           {"type":"image","source":{"type":"url","url":"https://e.example/i"}},
           {"type":"document","source":{"type":"text","media_type":"text/plain","data":"doc"},"title":"T","context":"C","citations":{"enabled":true}},
           {"type":"document","source":{"type":"content","content":[]}},
           {"type":"search_result","source":"s","title":"t","content":[]}"#,
    );
    assert!(matches!(&parts[1], Part::CachePoint(point) if point.ttl.as_deref() == Some("1h")));
    assert!(matches!(&parts[2], Part::Image(image) if image.source == Source::Data(vec![0, 1, 2])));
    assert!(
        matches!(&parts[3], Part::Image(image) if image.source == Source::Url("https://e.example/i".to_owned()))
    );
    let Part::Document(document) = &parts[4] else { panic!("{parts:?}") };
    assert_eq!(
        (document.name.as_deref(), document.context.as_deref(), document.citations),
        (Some("T"), Some("C"), true)
    );
    assert_eq!(document.source, Source::Data(b"doc".to_vec()));
    assert!(matches!(&parts[5], Part::Native(_)) && matches!(&parts[6], Part::Native(_)));
}

#[test]
fn an_assistants_blocks_keep_what_must_be_sent_back() {
    let parts = blocks(
        "assistant",
        r#"{"type":"thinking","thinking":"hm","signature":"s"},{"type":"redacted_thinking","data":"x"},
           {"type":"text","text":"t","citations":[{"type":"char_location","cited_text":"q","document_title":"D"}]},
           {"type":"tool_use","id":"c","name":"f","input":{"a": 1},"caller":{"type":"code_execution_20250825","tool_id":"z"}},
           {"type":"tool_use","id":"d","name":"f","input":{},"caller":{"type":"direct"}},
           {"type":"server_tool_use","id":"e","name":"web_search","input":{}}"#,
    );
    let [
        Part::Reasoning(thought),
        Part::Reasoning(hidden),
        Part::Text(text),
        Part::ToolCall(c),
        Part::ToolCall(d),
        Part::Native(_),
    ] = &parts[..]
    else {
        panic!("{parts:?}")
    };
    assert_eq!((thought.signature.as_deref(), hidden.redacted.as_deref()), (Some("s"), Some("x")));
    let citation = &text.citations[0];
    assert_eq!((citation.quote.as_deref(), citation.title.as_deref()), (Some("q"), Some("D")));
    assert!(citation.raw.as_ref().unwrap().contains("char_location"));
    assert_eq!(c.arguments, r#"{"a": 1}"#);
    assert!(c.signature.as_ref().unwrap().contains("code_execution") && d.signature.is_none());
}

#[test]
fn results_of_tools_are_turns_of_their_own_and_order_is_kept() {
    let turns = messages(
        r#"[{"role":"user","content":[
            {"type":"tool_result","tool_use_id":"a","content":"5","cache_control":{"type":"ephemeral"}},
            {"type":"tool_result","tool_use_id":"b","is_error":true,"content":[{"type":"text","text":"x"},
                {"type":"image","source":{"type":"file","file_id":"f"}}]},
            {"type":"text","text":"and now?"}]}]"#,
    )
    .unwrap();
    let roles: Vec<_> = turns.iter().map(|turn| turn.role).collect();
    assert_eq!(roles, [Role::Tool, Role::User]);
    let [Part::ToolResult(a), Part::CachePoint(_), Part::ToolResult(b)] = &turns[0].content[..] else {
        panic!("{turns:?}")
    };
    assert_eq!((a.call_id.as_str(), a.is_error, b.is_error), ("a", false, true));
    assert!(matches!(&b.content[..], [ResultPart::Text(_), ResultPart::Image(_)]));
    // A result that holds an unknown block passes as it is.
    let odd = blocks(
        "user",
        r#"{"type":"tool_result","tool_use_id":"a","content":[{"type":"tool_reference","tool_name":"x"}]}"#,
    );
    assert!(matches!(&odd[..], [Part::Native(raw)] if raw.contains("tool_reference")));
}

#[test]
fn blocks_with_unknown_members_stay_in_their_own_form() {
    let parts = blocks(
        "user",
        r#"{"type":"text","text":"t","new":1,"cache_control":{"type":"ephemeral"}},{"type":"brand_new","text":5}"#,
    );
    assert!(
        matches!(&parts[..], [Part::Native(a), Part::Native(b)] if a.contains("cache_control") && b.contains("brand_new"))
    );
}

#[test]
fn errors_name_the_place() {
    for (list, path) in [
        (r#"[{"content":"x"}]"#, "messages[0].role"),
        (r#"[{"role":"tool","content":"x"}]"#, "messages[0].role"),
        (r#"[{"role":"user"}]"#, "messages[0].content"),
        (r#"[{"role":"user","content":[{"type":"text"}]}]"#, "messages[0].content[0].text"),
        (
            r#"[{"role":"user","content":[{"type":"image","source":{"type":"base64","data":"AAEC"}}]}]"#,
            "messages[0].content[0].source.media_type",
        ),
        (
            r#"[{"role":"user","content":[{"type":"tool_result","tool_use_id":"a","content":[{}]}]}]"#,
            "messages[0].content[0].content[0].type",
        ),
        ("[]", "messages"),
    ] {
        assert_eq!(messages(list).unwrap_err().path, path, "{list}");
    }
    for (members, path) in [
        (r#","tool_choice":{"type":"maybe"}"#, "tool_choice.type"),
        (r#","tools":[{"name":"f"}]"#, "tools[0].input_schema"),
        (r#","thinking":{"type":"enabled"}"#, "thinking.budget_tokens"),
        (r#","top_k":"x""#, "top_k"),
    ] {
        let error = read(members).unwrap_err();
        assert_eq!((error.path.as_str(), error.kind), (path, ErrorKind::InvalidRequest), "{members}");
    }
    let body = br#"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#;
    assert_eq!(decode(body).unwrap_err().path, "max_tokens");
    assert_eq!(decode_count(body).unwrap().model, "m");
}
