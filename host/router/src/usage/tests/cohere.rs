//! Cohere's chats.

use super::*;

const EVENTS: [&str; 5] = [
    r#"{"type":"message-start","id":"i","delta":{"message":{"role":"assistant","content":[],"tool_plan":"","tool_calls":[],"citations":[]}}}"#,
    r#"{"type":"tool-plan-delta","delta":{"message":{"tool_plan":"0123456789"}}}"#,
    r#"{"type":"tool-call-delta","index":0,"delta":{"message":{"tool_calls":{"function":{"arguments":"{\"usage\":1}"}}}}}"#,
    r#"{"type":"content-delta","index":0,"delta":{"message":{"content":{"text":"0123456789"}}}}"#,
    r#"{"type":"message-end","delta":{"finish_reason":"COMPLETE","usage":{"billed_units":{"input_tokens":4.0,"output_tokens":5.0,"image_tokens":3,"search_units":1},"tokens":{"input_tokens":60.0,"output_tokens":9},"cached_tokens":48}}}"#,
];

#[test]
fn a_stream_is_counted_at_its_end_or_where_it_was_cut() {
    let reader = read(Dialect::CohereChat, Framing::ServerSentEvents, &stream(&EVENTS));
    let counted = reader.counted();
    assert_eq!(tokens(&counted), (Some(63), Some(9)), "all tokens, with those of images");
    assert_eq!((counted.usage.cache_read_tokens, counted.estimated), (Some(48), false));
    let units = [("image_tokens".to_owned(), 3.0), ("search_units".to_owned(), 1.0)];
    assert_eq!(counted.usage.units, units);
    assert_eq!((reader.finish_reason(), reader.ended()), (Some("COMPLETE"), Ended::Complete));
    let cut = read(Dialect::CohereChat, Framing::ServerSentEvents, &stream(&EVENTS[..4]));
    // 10, 13 and 10 bytes of text.
    assert_eq!((tokens(&cut.counted()), cut.ended()), ((Some(PROMPT), Some(9)), Ended::No));
}

#[test]
fn a_whole_answer_is_counted_by_what_it_tells() {
    let whole = r#"{"id":"i","finish_reason":"MAX_TOKENS","message":{"content":[{"type":"text","text":"hi"}]},"usage":{"billed_units":{"input_tokens":3,"output_tokens":2}}}"#;
    let reader = read(Dialect::CohereChat, Framing::Whole, whole);
    assert_eq!((tokens(&reader.counted()), reader.ended()), ((Some(3), Some(2)), Ended::Complete));
    assert_eq!(of_whole(Dialect::CohereChat, 1, whole.as_bytes()), Some(reader.counted()));
    let silent = whole.replace("\"usage\"", "\"x\"");
    assert!(read(Dialect::CohereChat, Framing::Whole, &silent).counted().estimated);
}

#[test]
fn a_reason_to_end_that_is_an_error_is_a_failure() {
    for word in ["ERROR", "TIMEOUT"] {
        let end = format!(r#"{{"type":"message-end","delta":{{"error":"e","finish_reason":"{word}"}}}}"#);
        let body = stream(&[EVENTS[3], &end, "[DONE]"]);
        assert_eq!(read(Dialect::CohereChat, Framing::ServerSentEvents, &body).ended(), Ended::Failed);
    }
    // In another dialect it is but a word.
    let other = r#"{"choices":[{"finish_reason":"ERROR"}]}"#;
    assert_eq!(read(Dialect::OpenaiChat, Framing::Whole, other).ended(), Ended::Complete);
}
