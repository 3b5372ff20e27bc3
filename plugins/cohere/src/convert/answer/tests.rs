use jackfield_sdk::types::ErrorKind;
use serde_json::{Value, json};

use super::*;

fn read(answer: &Value) -> Result<ChatResponse, Error> {
    let asked =
        Asked { model: "asked".to_owned(), stop: Some("END".to_owned()), warnings: vec!["w".to_owned()] };
    response(&answer.to_string(), asked, Counts::All, &mut CallIds::default())
}

fn message(message: Value) -> Value {
    json!({"id": "a", "finish_reason": "COMPLETE", "message": message})
}

#[test]
fn thoughts_texts_and_calls_come_in_order() {
    let answer = read(&json!({
        "id": "a", "finish_reason": "TOOL_CALL", "future": 1, "nothing": null,
        "usage": {"tokens": {"input_tokens": 5, "output_tokens": 6}},
        "message": {"role": "assistant", "tool_plan": "I will look.",
            "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "so"}, {"type": "chart", "x": 1}],
            "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{\"q\":1}"}},
                {"id": null, "type": "function", "function": {"name": "now", "arguments": null}}]},
    }))
    .unwrap();
    let choice = &answer.choices[0];
    let [
        Part::Reasoning(plan),
        Part::Reasoning(hm),
        Part::Text(so),
        Part::Native(chart),
        Part::ToolCall(look),
        Part::ToolCall(now),
    ] = choice.content.as_slice()
    else {
        panic!("{choice:?}");
    };
    assert_eq!((plan.text.as_str(), plan.id.as_deref()), ("I will look.", Some(PLAN)));
    assert_eq!((hm.text.as_str(), hm.id.as_deref(), so.text.as_str()), ("hm", None, "so"));
    assert!(chart.contains("chart"));
    assert_eq!((look.id.as_str(), look.arguments.as_str()), ("c1", "{\"q\":1}"));
    assert_eq!((now.id.as_str(), now.arguments.as_str()), ("call_0", "{}"));
    assert_eq!(choice.finish_reason, FinishReason::ToolCalls);
    assert_eq!(answer.usage.unwrap().input_tokens, Some(5));
    assert_eq!((answer.extra.as_deref(), answer.model.as_str()), (Some(r#"{"future":1}"#), "asked"));
    assert_eq!(answer.warnings, ["w"]);
}

#[test]
fn citations_are_counted_over_all_texts_of_the_answer() {
    let source = |text: &str| json!([{"type": "document", "id": "doc:0", "document": {"title": "T", "url": "https://a.example", "snippet": text}}]);
    let answer = read(&message(json!({
        "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "héllo "}, {"type": "text", "text": "world"}],
        "citations": [
            {"start": 0, "end": 5, "text": "world", "content_index": 2, "type": "TEXT_CONTENT", "sources": source("p")},
            {"start": 1, "end": 2, "text": "é", "sources": [{"type": "tool", "id": "t", "tool_output": {"content": "out"}}]},
            {"start": 0, "end": 2, "text": "hm", "content_index": 0, "type": "THINKING_CONTENT", "sources": []},
        ],
    })))
    .unwrap();
    let texts: Vec<&TextPart> = answer.choices[0]
        .content
        .iter()
        .filter_map(|part| if let Part::Text(text) = part { Some(text) } else { None })
        .collect();
    let cited = &texts[1].citations[0];
    assert_eq!((cited.start, cited.end), (Some(6), Some(11)));
    assert_eq!(
        (cited.title.as_deref(), cited.url.as_deref(), cited.quote.as_deref()),
        (Some("T"), Some("https://a.example"), Some("p"))
    );
    let first = &texts[0].citations[0];
    assert_eq!((first.start, first.quote.as_deref()), (Some(1), Some("out")));
    assert!(answer.extra.unwrap().contains("THINKING_CONTENT"));
}

#[test]
fn every_reason_has_its_word() {
    for (word, expected) in [
        ("COMPLETE", FinishReason::Stop),
        ("STOP_SEQUENCE", FinishReason::Stop),
        ("MAX_TOKENS", FinishReason::Length),
        ("TOOL_CALL", FinishReason::ToolCalls),
        ("ERROR_TOXIC", FinishReason::ContentFilter),
        ("ERROR_LIMIT", FinishReason::ContextLength),
        ("NEW", FinishReason::Other("NEW".to_owned())),
    ] {
        let answer = read(&json!({"finish_reason": word, "message": {"content": []}})).unwrap();
        assert_eq!(answer.choices[0].finish_reason, expected, "{word}");
        let stopped = answer.choices[0].stop_sequence.as_deref();
        assert_eq!(stopped, (word == "STOP_SEQUENCE").then_some("END"), "{word}");
    }
    for (word, kind) in [("ERROR", ErrorKind::Unavailable), ("TIMEOUT", ErrorKind::Timeout)] {
        let error = read(&json!({"finish_reason": word, "message": {"content": []}})).unwrap_err();
        assert_eq!((error.kind, error.code.as_deref(), error.sent), (kind, Some(word), true));
    }
    let calls = json!([{"id": "c", "function": {"name": "f", "arguments": ""}}]);
    let complete = read(&message(json!({"tool_calls": calls}))).unwrap();
    assert_eq!(complete.choices[0].finish_reason, FinishReason::ToolCalls);
}

#[test]
fn probabilities_of_a_group_are_multiplied() {
    let mut answer = message(json!({"content": [{"type": "text", "text": "hi you"}]}));
    answer["logprobs"] = json!([{"text": "hi", "token_ids": [1], "logprobs": [-0.5]}, {"text": " you", "token_ids": [2, 3], "logprobs": [-0.25, -0.5]}]);
    let tokens = read(&answer).unwrap().choices.remove(0).logprobs;
    assert_eq!((tokens[0].token.as_str(), tokens[0].logprob), ("hi", -0.5));
    assert_eq!((tokens[1].token.as_str(), tokens[1].logprob), (" you", -0.75));
}

#[test]
fn what_is_no_answer_is_said_to_be_none() {
    assert_eq!(
        read(&json!({"message": "no such model", "id": "r"})).unwrap_err().kind,
        ErrorKind::BadUpstreamAnswer
    );
    assert_eq!(read(&json!({"id": "a"})).unwrap_err().kind, ErrorKind::BadUpstreamAnswer);
    assert!(response("<html>", Asked::default(), Counts::All, &mut CallIds::default()).is_err());
    assert!(read(&message(json!({"content": null, "tool_calls": null, "citations": null}))).is_ok());
}
