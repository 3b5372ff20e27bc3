use jackfield_sdk::llm::{ChatEvent, FinishReason, Part};
use jackfield_sdk::stream::Translate;
use jackfield_sdk::types::{Error, ErrorKind};

use crate::convert::responses::stream::ResponsesDecoder;

/// Events, each in a few words.
fn told(frames: &[&str]) -> Result<Vec<String>, Error> {
    let mut decoder = ResponsesDecoder::new(vec!["w".to_owned()]);
    let mut out = Vec::new();
    let mut complete = false;
    for frame in frames {
        // Without an `event:` line, as some gateways send them.
        if decoder.push("", frame, &mut out)?.is_break() {
            complete = true;
            break;
        }
    }
    decoder.end(complete, &mut out)?;
    Ok(out.iter().map(word).collect())
}

fn word(event: &ChatEvent) -> String {
    match event {
        ChatEvent::Start(start) => {
            format!("start {} {:?}", start.id.as_deref().unwrap_or("-"), start.warnings)
        }
        ChatEvent::Text(delta) => format!("text {}", delta.text),
        ChatEvent::Refusal(delta) => format!("refusal {}", delta.text),
        ChatEvent::Reasoning(delta) => {
            format!("thought {} {:?} {:?} {:?}", delta.index, delta.text, delta.redacted, delta.id)
        }
        ChatEvent::ToolCallStart(start) => format!("call {} {} {}", start.index, start.id, start.name),
        ChatEvent::ToolCallDelta(delta) => format!("arguments {} {}", delta.index, delta.arguments),
        ChatEvent::Citation(delta) => format!("cites {:?}", delta.citation.url),
        ChatEvent::Logprobs(delta) => format!("logprobs {}", delta.tokens.len()),
        ChatEvent::Part(part) => match &part.part {
            Part::Native(json) => format!("native {json}"),
            other => format!("{other:?}"),
        },
        ChatEvent::Finish(finish) => format!("finish {:?}", finish.reason),
        ChatEvent::Usage(usage) => format!("usage {:?}", usage.output_tokens),
        ChatEvent::Extra(json) => format!("extra {json}"),
        other => format!("{other:?}"),
    }
}

const CREATED: &str = r#"{"type":"response.created","response":{"id":"resp_1","model":"m","created_at":5,"status":"in_progress","output":[]}}"#;

#[test]
fn deltas_are_told_once_and_ends_of_items_add_what_was_not_streamed() {
    let events = told(&[
        CREATED,
        r#"{"type":"response.in_progress","response":{"id":"resp_1"}}"#,
        r#"{"type":"response.output_item.added","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[]}}"#,
        r#"{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":0}"#,
        r#"{"type":"response.reasoning_summary_text.delta","output_index":0,"delta":"a"}"#,
        r#"{"type":"response.reasoning_summary_part.added","output_index":0,"summary_index":1}"#,
        r#"{"type":"response.reasoning_summary_text.delta","output_index":0,"delta":"b"}"#,
        r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"a"},{"type":"summary_text","text":"b"}],"encrypted_content":"enc"}}"#,
        r#"{"type":"response.web_search_call.searching","output_index":1}"#,
        r#"{"type":"response.output_item.done","output_index":1,"item":{"type":"web_search_call","id":"ws_1"}}"#,
        r#"{"type":"response.output_item.added","output_index":2,"item":{"type":"message","id":"msg_1","content":[]}}"#,
        r#"{"type":"response.output_text.delta","output_index":2,"delta":"Hi","logprobs":[{"token":"Hi","logprob":-1}]}"#,
        r#"{"type":"response.output_text.annotation.added","output_index":2,"annotation":{"type":"url_citation","url":"u"}}"#,
        r#"{"type":"response.output_text.done","output_index":2,"text":"Hi"}"#,
        r#"{"type":"response.output_item.done","output_index":2,"item":{"type":"message","content":[{"type":"output_text","text":"Hi"}]}}"#,
        r#"{"type":"response.output_item.added","output_index":3,"item":{"type":"function_call","call_id":"c1","name":"f","arguments":""}}"#,
        r#"{"type":"response.function_call_arguments.delta","output_index":3,"delta":"{}"}"#,
        r#"{"type":"response.output_item.done","output_index":3,"item":{"type":"function_call","call_id":"c1","name":"f","arguments":"{}"}}"#,
        r#"{"type":"response.completed","response":{"id":"resp_1","status":"completed","service_tier":"flex","output":[],"usage":{"input_tokens":1,"output_tokens":2}}}"#,
    ])
    .unwrap();
    assert_eq!(
        events,
        [
            r#"start resp_1 ["w"]"#,
            r#"thought 0 "a" None None"#,
            r#"thought 0 "\n\n" None None"#,
            r#"thought 0 "b" None None"#,
            r#"thought 0 "" Some("enc") Some("rs_1")"#,
            r#"native {"type":"web_search_call","id":"ws_1"}"#,
            "text Hi",
            "logprobs 1",
            r#"cites Some("u")"#,
            "call 0 c1 f",
            "arguments 0 {}",
            r#"extra {"service_tier":"flex"}"#,
            "finish FinishReason::ToolCalls",
            "usage Some(2)",
        ]
    );
}

#[test]
fn a_server_that_streams_nothing_but_the_end_loses_nothing() {
    let events = told(&[
        r#"{"type":"response.output_item.done","output_index":0,"item":{"type":"function_call","call_id":"c1","name":"f","arguments":"{\"a\":1}"}}"#,
        r#"{"type":"response.completed","response":{"id":"resp_1","status":"completed","output":[
            {"type":"function_call","call_id":"c1","name":"f","arguments":"{\"a\":1}"},
            {"type":"message","content":[{"type":"output_text","text":"Hi"}]},
            {"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"t"}]}]}}"#,
    ])
    .unwrap();
    assert_eq!(
        events,
        [
            r#"start - ["w"]"#,
            "call 0 c1 f",
            r#"arguments 0 {"a":1}"#,
            "text Hi",
            r#"thought 0 "t" None Some("rs")"#,
            "finish FinishReason::ToolCalls",
        ]
    );
}

#[test]
fn refusals_and_early_ends_have_their_reasons() {
    let refusal = r#"{"type":"response.refusal.delta","output_index":0,"delta":"no"}"#;
    let completed = r#"{"type":"response.completed","response":{"status":"completed"}}"#;
    let events = told(&[CREATED, refusal, completed]).unwrap();
    assert_eq!(events[1..], ["refusal no".to_owned(), format!("finish {:?}", FinishReason::Refusal)]);
    let cut = r#"{"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"}}}"#;
    assert_eq!(told(&[CREATED, cut]).unwrap()[1], "finish FinishReason::Length");
}

#[test]
fn failures_inside_of_the_stream_are_errors_of_their_kind() {
    for (frame, kind) in [
        (r#"{"type":"error","code":"rate_limit_exceeded","message":"slow"}"#, ErrorKind::RateLimited),
        (
            r#"{"type":"error","error":{"code":"context_length_exceeded","message":"long"}}"#,
            ErrorKind::ContextLength,
        ),
        (r#"{"error":{"code":"insufficient_quota","message":"pay"}}"#, ErrorKind::QuotaExceeded),
        (
            r#"{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"oops"}}}"#,
            ErrorKind::Unavailable,
        ),
        (r#"{"type":"response.failed","response":{"status":"failed"}}"#, ErrorKind::Unavailable),
        ("{", ErrorKind::BadUpstreamAnswer),
    ] {
        assert_eq!(told(&[CREATED, frame]).unwrap_err().kind, kind, "{frame}");
    }
}

#[test]
fn a_stream_that_breaks_off_is_seen_and_unknown_events_are_passed_over() {
    let text = r#"{"type":"response.output_text.delta","output_index":0,"delta":"Hi"}"#;
    assert!(told(&[CREATED, text]).unwrap_err().message.contains("broke off"));
    assert!(told(&[CREATED, text, "[DONE]"]).unwrap_err().message.contains("broke off"));
    let events = told(&[
        CREATED,
        r#"{"type":"response.from.the.future","x":{"y":[1]}}"#,
        text,
        r#"{"type":"response.completed","response":{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"Hi"}]}]}}"#,
    ]);
    assert_eq!(events.unwrap()[1..], ["text Hi", "finish FinishReason::Stop"]);
}

#[test]
fn items_that_the_end_numbers_differently_are_not_told_twice() {
    let events = told(&[
        CREATED,
        r#"{"type":"response.output_item.done","output_index":4,"item":{"type":"web_search_call","id":"ws_1"}}"#,
        r#"{"type":"response.output_item.added","output_index":7,"item":{"type":"message"}}"#,
        r#"{"type":"response.output_text.delta","output_index":null,"delta":"Hi"}"#,
        r#"{"type":"response.output_item.done","output_index":7,"item":{"type":"message","content":[{"type":"output_text","text":"Hi"}]}}"#,
        r#"{"type":"response.completed","response":{"status":"completed","output":[{"type":"web_search_call","id":"ws_1"},
            {"type":"message","content":[{"type":"output_text","text":"Hi"}]}]}}"#,
    ])
    .unwrap();
    assert_eq!(
        events[1..],
        [r#"native {"type":"web_search_call","id":"ws_1"}"#, "text Hi", "finish FinishReason::Stop"]
    );
}
