//! What becomes of each member of a body.

use jackfield_runtime::api::llm::{
    ChatRequest, FunctionTool, Message, Part, ResponseFormat, ResultPart, Role, Tool, ToolChoice,
};
use jackfield_runtime::api::types::Source;

use super::with;
use crate::dialect::error::DecodeError;
use crate::dialect::openai_chat::decode;

fn messages(list: &str) -> Vec<Message> {
    conversation(list).unwrap().0
}

pub(super) fn conversation(list: &str) -> Result<(Vec<Message>, Vec<String>), DecodeError> {
    let decoded = decode(format!(r#"{{"model":"m","messages":{list}}}"#).as_bytes())?;
    Ok((decoded.request.messages, decoded.warnings))
}

#[test]
fn a_bare_request_asks_for_nothing_but_an_answer() {
    let decoded = with("");
    let expected = ChatRequest::new("m", vec![Message::text(Role::User, "hi")]);
    assert_eq!(decoded.request, expected);
    assert!(!decoded.stream && decoded.warnings.is_empty());
}

#[test]
fn every_parameter_finds_its_field() {
    let request = with(
        r#","max_tokens":5,"max_completion_tokens":5,"temperature":0.5,"top_p":0.25,"top_k":40,"frequency_penalty":-1,
        "presence_penalty":1.5,"seed":-3,"stop":"END","n":2,"logprobs":true,"top_logprobs":4,"reasoning_effort":"low",
        "modalities":["text","audio"],"audio":{"voice":"v","format":"wav"},"user":"u","metadata":{"a":"1","b":"2"},
        "service_tier":"flex","parallel_tool_calls":false,"tool_choice":"required""#,
    )
    .request;
    assert_eq!(request.max_output_tokens, Some(5));
    assert_eq!((request.temperature, request.top_p, request.top_k), (Some(0.5), Some(0.25), Some(40)));
    assert_eq!((request.frequency_penalty, request.presence_penalty), (Some(-1.0), Some(1.5)));
    assert_eq!((request.seed, request.choices, request.logprobs), (Some(-3), Some(2), Some(4)));
    assert_eq!(request.stop, ["END"]);
    assert_eq!(request.reasoning.unwrap().effort.as_deref(), Some("low"));
    assert_eq!(request.modalities, ["text", "audio"]);
    let audio = request.audio.unwrap();
    assert_eq!((audio.voice.as_str(), audio.format.as_str()), ("v", "wav"));
    assert_eq!((request.user.as_deref(), request.service_tier.as_deref()), (Some("u"), Some("flex")));
    assert_eq!(request.metadata, [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned())]);
    assert_eq!((request.parallel_tool_calls, request.tool_choice), (Some(false), Some(ToolChoice::Required)));
    assert_eq!(request.extra, None);
    assert_eq!(with(r#","stop":["a","b"]"#).request.stop, ["a", "b"]);
    assert_eq!(with(r#","logprobs":true"#).request.logprobs, Some(0));
}

#[test]
fn null_is_as_good_as_nothing() {
    let nulls = [
        "max_tokens",
        "temperature",
        "stop",
        "n",
        "logprobs",
        "top_logprobs",
        "tools",
        "tool_choice",
        "functions",
        "function_call",
        "response_format",
        "audio",
        "metadata",
        "stream",
        "stream_options",
        "user",
        "unheard_of",
    ];
    let members: String = nulls.iter().map(|name| format!(r#","{name}":null"#)).collect();
    assert_eq!(with(&members).request, with("").request);
}

#[test]
fn what_nobody_here_knows_reaches_the_upstream_as_it_came() {
    let request = with(r#","logit_bias":{"50256":-100},"new":[1, 2.50],"store":false"#).request;
    assert_eq!(
        request.extra.as_deref(),
        Some(r#"{"logit_bias":{"50256":-100},"new":[1, 2.50],"store":false}"#)
    );
}

#[test]
fn forms_that_the_typed_request_cannot_hold_reach_the_upstream_too() {
    for (member, extra) in [
        (
            r#","tool_choice":{"type":"allowed_tools","x":1}"#,
            r#"{"tool_choice":{"type":"allowed_tools","x":1}}"#,
        ),
        (
            r#","response_format":{"type":"grammar","grammar":"g"}"#,
            r#"{"response_format":{"type":"grammar","grammar":"g"}}"#,
        ),
        (
            r#","audio":{"voice":{"id":"v"},"format":"wav"}"#,
            r#"{"audio":{"voice":{"id":"v"},"format":"wav"}}"#,
        ),
        (r#","top_logprobs":3"#, r#"{"top_logprobs":3}"#),
        (
            r#","stream":true,"stream_options":{"include_usage":false,"include_obfuscation":false}"#,
            r#"{"stream_options":{"include_usage":true,"include_obfuscation":false}}"#,
        ),
        (r#","x":1,"stream_options":{"y":2}"#, r#"{"x":1,"stream_options":{"include_usage":true,"y":2}}"#),
    ] {
        assert_eq!(with(member).request.extra.as_deref(), Some(extra), "{member}");
    }
}

#[test]
fn tools_are_functions_or_stay_in_their_own_form() {
    let request = with(
        r#","tools":[
            {"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}},
            {"type":"function","function":{"name":"g"},"cache_control":{"type":"ephemeral","ttl":"1h"}},
            {"type":"function","function":{"name":"h"},"eager":true},
            {"type":"custom","custom":{"name":"c"}}],
           "tool_choice":{"type":"function","function":{"name":"f"}}"#,
    )
    .request;
    let [Tool::Function(f), Tool::Function(g), Tool::Native(h), Tool::Native(c)] = &request.tools[..] else {
        panic!("{:?}", request.tools)
    };
    let expected = FunctionTool {
        name: "f".to_owned(),
        description: Some("d".to_owned()),
        parameters: r#"{"type":"object"}"#.to_owned(),
        strict: Some(true),
        cache: None,
    };
    assert_eq!(*f, expected);
    assert_eq!(g.cache.as_ref().unwrap().ttl.as_deref(), Some("1h"));
    assert!(g.parameters.contains("properties"));
    assert!(h.contains("eager") && c.contains("custom"));
    assert_eq!(request.tool_choice, Some(ToolChoice::Named("f".to_owned())));
}

#[test]
fn functions_of_old_are_tools_and_their_results_find_the_call() {
    let request = with(r#","functions":[{"name":"f","parameters":{}}],"function_call":{"name":"f"}"#).request;
    assert_eq!(request.tools.len(), 1);
    assert_eq!(request.tool_choice, Some(ToolChoice::Named("f".to_owned())));
    let turns = messages(
        r#"[{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},
            {"role":"function","name":"f","content":"5"}]"#,
    );
    let (Part::ToolCall(call), Part::ToolResult(result)) = (&turns[0].content[0], &turns[1].content[0])
    else {
        panic!("{turns:?}")
    };
    assert_eq!(call.id, result.call_id);
    assert_eq!(turns[1].role, Role::Tool);
}

#[test]
fn formats_of_answers_are_read() {
    assert_eq!(
        with(r#","response_format":{"type":"text"}"#).request.response_format,
        Some(ResponseFormat::Text)
    );
    let format = r#","response_format":{"type":"json_schema","json_schema":{"name":"n","strict":true,"schema":{"a":1},"description":"d"}}"#;
    let Some(ResponseFormat::JsonSchema(format)) = with(format).request.response_format else { panic!() };
    assert_eq!(
        (format.name.as_str(), format.schema.as_str(), format.strict),
        ("n", r#"{"a":1}"#, Some(true))
    );
}

#[test]
fn each_role_is_read() {
    let turns = messages(
        r#"[{"role":"system","content":"s"},{"role":"developer","content":"d"},{"role":"user","content":"u","name":"ann"},
            {"role":"assistant","content":"","tool_calls":[{"id":"c","type":"function","index":0,"function":{"name":"f","arguments":"{}"},
             "extra_content":{"google":{"thought_signature":"sig"}}}]},
            {"role":"tool","tool_call_id":"c","content":[{"type":"text","text":"5"},{"type":"image_url","image_url":{"url":"https://e.example/i"}}]}]"#,
    );
    let roles: Vec<_> = turns.iter().map(|turn| turn.role).collect();
    assert_eq!(roles, [Role::System, Role::Developer, Role::User, Role::Assistant, Role::Tool]);
    assert_eq!(turns[2].name.as_deref(), Some("ann"));
    let [Part::ToolCall(call)] = &turns[3].content[..] else { panic!("{turns:?}") };
    assert_eq!((call.arguments.as_str(), call.signature.as_deref()), ("{}", Some("sig")));
    let [Part::ToolResult(result)] = &turns[4].content[..] else { panic!("{turns:?}") };
    assert!(matches!(&result.content[..], [ResultPart::Text(text), ResultPart::Image(_)] if text == "5"));
}

#[test]
fn content_parts_become_media_documents_and_marks() {
    let turns = messages(
        r#"[{"role":"user","content":["bare",{"type":"text","text":"t","cache_control":{"type":"ephemeral","ttl":"5m"}},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,AAEC","detail":"low"}},
            {"type":"input_audio","input_audio":{"data":"AAE=","format":"mp3"}},
            {"type":"file","file":{"filename":"a.pdf","file_data":"AAEC"}},
            {"type":"file","file":{"file_id":"f1"}},
            {"type":"text","text":"q","new":1},{"type":"video_url","video_url":{"url":"u"}}]}]"#,
    );
    let parts = &turns[0].content;
    assert_eq!(parts[0], Part::text("bare"));
    assert!(matches!(&parts[2], Part::CachePoint(point) if point.ttl.as_deref() == Some("5m")));
    let Part::Image(image) = &parts[3] else { panic!("{parts:?}") };
    assert_eq!(image.source, Source::Data(vec![0, 1, 2]));
    assert_eq!((image.mime_type.as_deref(), image.detail.as_deref()), (Some("image/png"), Some("low")));
    assert!(matches!(&parts[4], Part::Audio(audio) if audio.mime_type.as_deref() == Some("audio/mpeg")));
    let Part::Document(document) = &parts[5] else { panic!("{parts:?}") };
    assert_eq!(
        (document.mime_type.as_deref(), document.name.as_deref()),
        (Some("application/pdf"), Some("a.pdf"))
    );
    assert!(
        matches!(&parts[6], Part::Document(document) if document.source == Source::FileId("f1".to_owned()))
    );
    assert!(matches!(&parts[7], Part::Native(raw) if raw.contains("new")));
    assert!(matches!(&parts[8], Part::Native(raw) if raw.contains("video_url")));
}

#[test]
fn thoughts_come_back_with_their_signatures() {
    for member in [
        r#""reasoning_content":"hm","thinking_blocks":[{"type":"thinking","thinking":"hm","signature":"s"},{"type":"redacted_thinking","data":"x"}]"#,
        r#""reasoning":"hm","reasoning_details":[{"type":"reasoning.text","text":"hm","signature":"s","index":0,"format":"f"},{"type":"reasoning.encrypted","data":"x"}]"#,
    ] {
        let turns = messages(&format!(r#"[{{"role":"assistant","content":"a",{member}}}]"#));
        let [Part::Reasoning(thought), Part::Reasoning(hidden), Part::Text(_)] = &turns[0].content[..] else {
            panic!("{turns:?}")
        };
        assert_eq!((thought.text.as_str(), thought.signature.as_deref()), ("hm", Some("s")));
        assert_eq!(hidden.redacted.as_deref(), Some("x"));
    }
    for name in ["reasoning_content", "reasoning"] {
        let turns = messages(&format!(r#"[{{"role":"assistant","content":"a","{name}":"hm"}}]"#));
        assert!(matches!(&turns[0].content[0], Part::Reasoning(thought) if thought.text == "hm"));
    }
}

#[test]
fn an_assistants_turn_keeps_refusal_sound_and_blocks() {
    let turns = messages(
        r#"[{"role":"assistant","refusal":"no","audio":{"id":"a1"},"content_blocks":[{"type":"server_tool_use"}],
            "content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}],"signature":"s"},{"type":"text","text":"t"}]}]"#,
    );
    let [Part::Native(_), Part::Reasoning(_), Part::Text(_), Part::Refusal(_), Part::Audio(audio)] =
        &turns[0].content[..]
    else {
        panic!("{turns:?}")
    };
    assert_eq!(audio.id.as_deref(), Some("a1"));
}

#[test]
fn members_of_messages_without_a_place_are_told_of() {
    let (_, warnings) =
        conversation(r#"[{"role":"assistant","content":"a","prefix":true,"annotations":[]}]"#).unwrap();
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("messages[0].prefix"), "{warnings:?}");
}
