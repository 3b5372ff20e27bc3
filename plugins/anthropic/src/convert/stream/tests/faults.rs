//! What is cut off, unknown, broken or an error.

use jackfield_sdk::types::ErrorKind;

use super::*;

#[test]
fn an_answer_cut_off_by_its_limit_may_leave_a_block_open() {
    let events = run(&framed(
        "max_tokens",
        vec![
            begin(0, json!({"type": "server_tool_use", "id": "s", "input": {}})),
            delta(0, json!({"type": "input_json_delta", "partial_json": "{\"quer"})),
        ],
    ));
    assert!(events.iter().any(|event| matches!(event, ChatEvent::Part(_))));
    assert!(matches!(events.last(), Some(ChatEvent::Finish(_))), "{events:?}");
    assert_eq!(finish_of(&events), [&FinishReason::Length]);
}

#[test]
fn a_refusal_says_why_and_what_nobody_knows_is_passed_on() {
    let mut frames = vec![head()];
    frames.push(json!({"type": "from_tomorrow", "index": "not a number", "x": 1}));
    frames.push(begin(0, json!({"type": "text", "text": ""})));
    frames.push(delta(0, json!({"type": "tomorrows_delta", "x": 2})));
    frames.push(json!({"type": "message_delta", "delta": {"stop_reason": "refusal", "stop_details": {"explanation": "no"}}, "context_management": {"a": 1}}));
    frames.push(json!({"type": "message_stop"}));
    let events = run(&frames);
    assert!(events.iter().any(|event| matches!(event, ChatEvent::Refusal(delta) if delta.text == "no")));
    let extras: Vec<Value> = events
        .iter()
        .filter_map(|event| {
            if let ChatEvent::Extra(json) = event { Some(serde_json::from_str(json).unwrap()) } else { None }
        })
        .collect();
    let expected = [
        json!({"type": "from_tomorrow", "index": "not a number", "x": 1}),
        delta(0, json!({"type": "tomorrows_delta", "x": 2})),
        json!({"context_management": {"a": 1}, "stop_details": {"explanation": "no"}}),
    ];
    assert_eq!(extras, expected);
    assert_eq!(finish_of(&events), [&FinishReason::Refusal]);
}

#[test]
fn what_a_server_says_behind_the_end_of_the_answer_is_not_told() {
    let mut frames = framed("end_turn", vec![begin(0, json!({"type": "text", "text": "x"}))]);
    let stop = frames.pop().unwrap();
    frames.push(begin(1, json!({"type": "text", "text": "late"})));
    frames.push(delta(1, json!({"type": "text_delta", "text": "r"})));
    frames.push(json!({"type": "message_delta", "delta": {"stop_reason": "refusal", "stop_details": {"explanation": "no"}}}));
    frames.push(stop);
    let events = run(&frames);
    let end = events.iter().position(|event| matches!(event, ChatEvent::Finish(_))).unwrap();
    let late: Vec<_> = events[end + 1..]
        .iter()
        .filter(|event| !matches!(event, ChatEvent::Usage(_) | ChatEvent::Extra(_)))
        .collect();
    assert!(late.is_empty(), "{late:?}");
    assert_eq!(finish_of(&events), [&FinishReason::Stop]);
}

#[test]
fn an_error_in_the_stream_is_typed() {
    for (kind, expected) in [
        ("overloaded_error", ErrorKind::Overloaded),
        ("api_error", ErrorKind::Unavailable),
        ("rate_limit_error", ErrorKind::RateLimited),
    ] {
        let frames = [head(), json!({"type": "error", "error": {"type": kind, "message": "busy"}})];
        let (events, error) = run_with(None, &frames).unwrap_err();
        assert_eq!((error.kind, error.code.as_deref(), error.sent), (expected, Some(kind), true));
        assert_eq!(events.len(), 2, "what came before it is kept");
    }
}

#[test]
fn a_stream_that_ends_without_saying_so_is_a_bad_answer() {
    for frames in [vec![], vec![head()], framed("end_turn", vec![])[..2].to_vec()] {
        assert_eq!(run_with(None, &frames).unwrap_err().1.kind, ErrorKind::BadUpstreamAnswer);
    }
}

#[test]
fn what_breaks_the_protocol_is_a_bad_answer_and_nothing_panics() {
    for broken in [
        json!([1]),
        json!({"type": "message_start"}),
        json!({"type": "content_block_start", "index": 0}),
        json!({"type": "content_block_delta", "index": 0}),
        json!({"type": "content_block_delta", "index": "zero", "delta": {"type": "text_delta", "text": "x"}}),
        delta(7, json!({"type": "input_json_delta", "partial_json": "{"})),
        begin(0, json!({"type": "text", "text": 3})),
        json!({"type": "error"}),
    ] {
        assert_eq!(
            run_with(None, std::slice::from_ref(&broken)).unwrap_err().1.kind,
            ErrorKind::BadUpstreamAnswer,
            "{broken}"
        );
    }
}

#[test]
fn servers_that_leave_out_the_type_or_the_head_are_understood() {
    let mut reader = Reader::new(None, Vec::new());
    let mut out = Vec::new();
    let frames = [
        ("ping", "".to_owned()),
        (
            "content_block_delta",
            json!({"index": 0, "delta": {"type": "text_delta", "text": "x"}}).to_string(),
        ),
        ("", "[DONE]".to_owned()),
        ("message_stop", "{}".to_owned()),
    ];
    let mut last = ControlFlow::Continue(());
    for (event, data) in frames {
        last = reader
            .frame(ServerSentEvent { event: event.to_owned(), data, id: String::new() }, &mut out)
            .unwrap();
    }
    assert!(last.is_break());
    reader.end(true, &mut out).unwrap();
    assert!(matches!(&out[0], ChatEvent::Start(_)));
    assert_eq!(texts(&out), "x");
    assert_eq!(finish_of(&out), [&FinishReason::Other("unknown".to_owned())]);
}
