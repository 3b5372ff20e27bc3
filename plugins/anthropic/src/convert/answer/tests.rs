use jackfield_sdk::types::ErrorKind;
use serde_json::json;

use super::*;

fn read_with(message: &Value, answer_tool: Option<&str>) -> Result<ChatResponse, Error> {
    let message: Members = serde_json::from_str(&message.to_string()).unwrap();
    response(&message, "asked", answer_tool, vec!["w".to_owned()])
}

fn read_whole(content: Value, stop_reason: &str) -> ChatResponse {
    read_with(&json!({"type": "message", "id": "m1", "model": "given", "content": content, "stop_reason": stop_reason}), None).unwrap()
}

fn text(text: &str) -> Part {
    Part::Text(TextPart { text: text.to_owned(), citations: Vec::new() })
}

#[test]
fn texts_thoughts_and_calls_become_parts_in_order() {
    let answer = read_whole(
        json!([
            {"type": "thinking", "thinking": "h\"m", "signature": "sig"},
            {"type": "redacted_thinking", "data": "xyz"},
            {"type": "text", "text": "so\n", "citations": null},
            {"type": "tool_use", "id": "1", "name": "look", "input": {"q": 1.0}, "caller": {"type": "direct"}},
            {"type": "tool_use", "id": "2", "name": "look", "input": {}, "caller": {"type": "code", "tool_id": "t"}},
        ]),
        "tool_use",
    );
    assert_eq!((answer.id.as_deref(), answer.model.as_str()), (Some("m1"), "given"));
    assert_eq!(answer.warnings, ["w"]);
    let choice = &answer.choices[0];
    assert_eq!(choice.finish_reason, FinishReason::ToolCalls);
    let thought = |text: &str, signature: Option<&str>, redacted: Option<&str>| {
        let (signature, redacted) = (signature.map(str::to_owned), redacted.map(str::to_owned));
        Part::Reasoning(ReasoningPart { text: text.to_owned(), signature, redacted, id: None })
    };
    let call = |id: &str, arguments: &str, signature: Option<&str>| {
        let signature = signature.map(str::to_owned);
        Part::ToolCall(ToolCall {
            id: id.to_owned(),
            name: "look".to_owned(),
            arguments: arguments.to_owned(),
            signature,
        })
    };
    let expected = [
        thought("h\"m", Some("sig"), None),
        thought("", None, Some("xyz")),
        text("so\n"),
        call("1", r#"{"q":1.0}"#, None),
        call("2", "{}", Some(r#"{"tool_id":"t","type":"code"}"#)),
    ];
    assert_eq!(choice.content, expected);
}

#[test]
fn a_text_that_says_nothing_is_no_part() {
    let call = json!({"type": "tool_use", "id": "1", "name": "look", "input": {}});
    let answer = read_whole(json!([{"type": "text", "text": ""}, call]), "tool_use");
    let [Part::ToolCall(_)] = &answer.choices[0].content[..] else { panic!("{answer:?}") };
}

#[test]
fn blocks_of_the_providers_own_tools_pass_unchanged() {
    let blocks = [
        json!({"type": "server_tool_use", "id": "s", "name": "web_search", "input": {"query": "x"}}),
        json!({"type": "web_search_tool_result", "tool_use_id": "s", "content": [{"type": "web_search_result", "url": "u"}]}),
        json!({"type": "from_tomorrow", "text": {"not": "a string"}}),
    ];
    let answer = read_whole(json!(blocks), "pause_turn");
    let parts: Vec<Part> = blocks.iter().map(|block| Part::Native(block.to_string())).collect();
    assert_eq!(answer.choices[0].content, parts);
    assert_eq!(answer.choices[0].finish_reason, FinishReason::Pause);
}

#[test]
fn citations_say_which_characters_they_support() {
    let answer = read_whole(
        json!([
            {"type": "text", "text": "é "},
            {"type": "text", "text": "cited", "citations": [{"type": "web_search_result_location", "url": "https://a.example", "title": "T", "cited_text": "c"}]},
        ]),
        "end_turn",
    );
    let Part::Text(part) = &answer.choices[0].content[1] else { panic!("no text") };
    let citation = &part.citations[0];
    assert_eq!((citation.start, citation.end), (Some(2), Some(7)));
    assert_eq!(
        (citation.url.as_deref(), citation.title.as_deref(), citation.quote.as_deref()),
        (Some("https://a.example"), Some("T"), Some("c"))
    );
    assert!(citation.raw.as_deref().unwrap().contains("web_search_result_location"));
}

#[test]
fn the_input_of_the_answer_tool_is_the_text() {
    let message = json!({"content": [{"type": "tool_use", "id": "1", "name": "json_answer", "input": {"a": 1}}], "stop_reason": "tool_use"});
    let answer = read_with(&message, Some("json_answer")).unwrap();
    assert_eq!(answer.choices[0].content, [text(r#"{"a":1}"#)]);
    assert_eq!(answer.choices[0].finish_reason, FinishReason::Stop);
    assert_eq!(answer.model, "asked");
}

#[test]
fn every_reason_to_stop_is_known() {
    for (stop_reason, expected) in [
        ("end_turn", FinishReason::Stop),
        ("stop_sequence", FinishReason::Stop),
        ("max_tokens", FinishReason::Length),
        ("pause_turn", FinishReason::Pause),
        ("refusal", FinishReason::Refusal),
        ("model_context_window_exceeded", FinishReason::ContextLength),
        ("from_tomorrow", FinishReason::Other("from_tomorrow".to_owned())),
    ] {
        assert_eq!(read_whole(json!([]), stop_reason).choices[0].finish_reason, expected);
    }
}

#[test]
fn a_refusal_says_why_and_unknown_members_survive() {
    let message = json!({
        "content": [], "stop_reason": "refusal", "stop_sequence": null, "container": {"id": "c"}, "context_management": null,
        "stop_details": {"type": "refusal", "category": "x", "explanation": "no"},
        "usage": {"input_tokens": 1, "cache_read_input_tokens": 2, "output_tokens": 3},
    });
    let answer = read_with(&message, None).unwrap();
    assert_eq!(answer.choices[0].content, [Part::Refusal("no".to_owned())]);
    let extra: Value = serde_json::from_str(&answer.extra.unwrap()).unwrap();
    assert_eq!(extra, json!({"container": {"id": "c"}, "stop_details": message["stop_details"]}));
    assert_eq!(answer.usage.unwrap().input_tokens, Some(3));
}

#[test]
fn what_is_no_message_is_an_error() {
    let error =
        read_with(&json!({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}), None)
            .unwrap_err();
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Overloaded, "busy"));
    for message in [
        json!({}),
        json!({"content": 1}),
        json!({"content": [{"text": "no type"}]}),
        json!({"content": [], "model": 3}),
    ] {
        assert_eq!(read_with(&message, None).unwrap_err().kind, ErrorKind::BadUpstreamAnswer, "{message}");
    }
}
