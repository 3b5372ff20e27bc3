use jackfield_sdk::llm::FinishReason;
use jackfield_sdk::types::{ErrorKind, Source};
use serde_json::{Value, json};

use super::*;

fn read(body: &str) -> Result<ChatResponse, Error> {
    let asked = Asked { model: "asked", audio_format: Some("wav") };
    convert(Whole { status: 200, headers: &[], body: body.as_bytes() }, asked, Vec::new())
}

/// The only answer, with this message.
fn choice(message: &str, finish: &str) -> Choice {
    let body = format!(r#"{{"choices":[{{"index":0,"message":{message},"finish_reason":{finish}}}]}}"#);
    read(&body).unwrap().choices.remove(0)
}

#[test]
fn a_plain_answer_is_read() {
    let answer = read(
        r#"{"id":"c-1","object":"chat.completion","created":1700000000,"model":"m-1","service_tier":"default","system_fingerprint":null,
            "choices":[{"index":0,"message":{"role":"assistant","content":"Hi \"you\"","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],
            "usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#,
    )
    .unwrap();
    assert_eq!(
        (answer.id.as_deref(), answer.model.as_str(), answer.created),
        (Some("c-1"), "m-1", Some(1_700_000_000))
    );
    let choice = &answer.choices[0];
    assert!(
        matches!(&choice.content[..], [Part::Text(text)] if text.text == "Hi \"you\""),
        "{:?}",
        choice.content
    );
    assert_eq!(choice.finish_reason, FinishReason::Stop);
    assert_eq!(answer.usage.unwrap().output_tokens, Some(2));
    assert_eq!(answer.extra.as_deref(), Some(r#"{"service_tier":"default"}"#));
}

#[test]
fn the_barest_answer_is_read() {
    let answer = read(r#"{"choices":[{"message":{"content":null}},{"message":{"content":"b"}}]}"#).unwrap();
    assert_eq!((answer.model.as_str(), answer.id, answer.usage, answer.extra), ("asked", None, None, None));
    assert!(answer.choices[0].content.is_empty());
    assert_eq!((answer.choices[0].index, answer.choices[1].index), (0, 1));
}

#[test]
fn calls_are_read_in_every_form() {
    let choice = choice(
        r#"{"content":null,"tool_calls":[{"id":"a","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},
            {"function":{"name":"g","arguments":{"y":2}}},{"id":"c","type":"custom","custom":{"name":"h","input":"z"}}]}"#,
        "\"stop\"",
    );
    let calls: Vec<_> = choice
        .content
        .iter()
        .map(|part| match part {
            Part::ToolCall(call) => (call.id.as_str(), call.name.as_str(), call.arguments.as_str()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(calls[0], ("a", "f", r#"{"x":1}"#));
    assert!(calls[1].0.starts_with("call_") && calls[1].1 == "g" && calls[1].2 == r#"{"y":2}"#, "{calls:?}");
    assert_eq!(calls[2], ("c", "h", "z"));
    assert_eq!(choice.finish_reason, FinishReason::ToolCalls);
}

#[test]
fn a_call_cut_off_by_the_limit_keeps_its_reason() {
    let choice =
        choice(r#"{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"x"}}]}"#, "\"length\"");
    assert_eq!(choice.finish_reason, FinishReason::Length);
    assert!(matches!(&choice.content[..], [Part::ToolCall(call)] if call.arguments == "{\"x"));
}

#[test]
fn the_older_protocols_call_is_a_call() {
    let choice =
        choice(r#"{"content":null,"function_call":{"name":"f","arguments":"{}"}}"#, "\"function_call\"");
    assert!(matches!(&choice.content[..], [Part::ToolCall(call)] if call.name == "f"));
    assert_eq!(choice.finish_reason, FinishReason::ToolCalls);
}

#[test]
fn thoughts_come_first_under_any_of_their_names() {
    for message in [
        r#"{"content":"a","reasoning_content":"hm"}"#,
        r#"{"content":"a","reasoning":"hm","reasoning_content":null}"#,
        r#"{"content":"a","reasoning":"hm","reasoning_content":"hm"}"#,
        r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"a"}]}"#,
    ] {
        let choice = choice(message, "\"stop\"");
        assert!(
            matches!(&choice.content[..], [Part::Reasoning(thought), Part::Text(text)] if thought.text == "hm" && text.text == "a"),
            "{message}: {:?}",
            choice.content
        );
    }
}

#[test]
fn refusals_sounds_and_images_are_parts() {
    let refused = choice(r#"{"content":null,"refusal":"no"}"#, "\"stop\"");
    assert_eq!(
        (refused.content, refused.finish_reason),
        (vec![Part::Refusal("no".into())], FinishReason::Refusal)
    );

    let spoken = choice(
        r#"{"content":null,"audio":{"id":"audio_1","data":"AQID","transcript":"hi","expires_at":9}}"#,
        "\"stop\"",
    );
    let [Part::Audio(sound)] = &spoken.content[..] else { panic!("{:?}", spoken.content) };
    assert_eq!(sound.source, Source::Data(vec![1, 2, 3]));
    assert_eq!(
        (sound.id.as_deref(), sound.transcript.as_deref(), sound.mime_type.as_deref()),
        (Some("audio_1"), Some("hi"), Some("audio/wav"))
    );

    let drawn = choice(
        r#"{"content":"","images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,AQID"}}]}"#,
        "\"stop\"",
    );
    assert!(
        matches!(&drawn.content[..], [Part::Image(image)] if image.source == Source::Data(vec![1, 2, 3]))
    );
}

#[test]
fn citations_stand_with_the_text_they_support() {
    let choice = choice(
        r#"{"content":"a","annotations":[{"type":"url_citation","url_citation":{"url":"https://e.example","title":"T","start_index":0,"end_index":1}}]}"#,
        "\"stop\"",
    );
    assert!(
        matches!(&choice.content[..], [Part::Text(text)] if text.citations[0].title.as_deref() == Some("T"))
    );
}

#[test]
fn log_probabilities_are_read_and_other_shapes_of_them_left_alone() {
    let with = |logprobs: &str| {
        let body = format!(
            r#"{{"choices":[{{"message":{{"content":"a"}},"logprobs":{logprobs},"finish_reason":"stop"}}]}}"#
        );
        read(&body).unwrap().choices.remove(0).logprobs
    };
    let tokens = with(
        r#"{"content":[{"token":"a","logprob":-0.5,"bytes":[97],"top_logprobs":[{"token":"b","logprob":null,"bytes":null}]}],"refusal":null}"#,
    );
    assert_eq!(
        (tokens[0].token.as_str(), tokens[0].logprob, tokens[0].bytes.as_deref()),
        ("a", -0.5, Some(&[97][..]))
    );
    assert_eq!((tokens[0].top[0].token.as_str(), tokens[0].top[0].logprob), ("b", -9999.0));
    for other in ["null", "{}", "[]", "true"] {
        assert!(with(other).is_empty(), "{other}");
    }
}

#[test]
fn members_beyond_the_contract_are_kept_in_their_places() {
    let answer = read(
        r#"{"citations":["https://e.example"],"choices":[{"index":0,"finish_reason":"stop","content_filter_results":{"hate":{}},
            "message":{"content":"a","executed_tools":[1]}},{"index":1,"message":{"content":"b"},"finish_reason":"stop"}]}"#,
    )
    .unwrap();
    let extra: Value = serde_json::from_str(&answer.extra.unwrap()).unwrap();
    assert_eq!(
        extra,
        json!({"citations": ["https://e.example"],
               "choices": [{"index": 0, "content_filter_results": {"hate": {}}, "message": {"executed_tools": [1]}}]})
    );
}

#[test]
fn the_stop_text_is_told_and_a_token_number_is_none() {
    let with = |reason: &str| {
        let body = format!(
            r#"{{"choices":[{{"message":{{"content":"a"}},"finish_reason":"stop","stop_reason":{reason}}}]}}"#
        );
        read(&body).unwrap().choices.remove(0).stop_sequence
    };
    assert_eq!(with("\"END\"").as_deref(), Some("END"));
    assert_eq!((with("128009"), with("null")), (None, None));
}

#[test]
fn an_error_in_a_good_answer_is_an_error() {
    let error = read(r#"{"error":{"message":"filtered","code":"content_filter","status":400}}"#).unwrap_err();
    assert_eq!((error.kind, error.status, error.sent), (ErrorKind::ContentFilter, Some(400), true));
    let error = read(r#"{"error":null,"choices":[{"message":{"content":"a"}}]}"#);
    assert!(error.is_ok());
}

#[test]
fn what_is_no_answer_is_a_bad_one() {
    for body in [
        "",
        "<html><title>Login</title></html>",
        "[]",
        "{}",
        r#"{"choices":[]}"#,
        r#"{"choices":[{"message":{"content":"a"#,
        "nul",
    ] {
        let error = read(body).unwrap_err();
        assert_eq!((error.kind, error.sent), (ErrorKind::BadUpstreamAnswer, true), "{body}");
    }
    assert!(read("<html><title>Login</title></html>").unwrap_err().message.contains("Login"));
}
