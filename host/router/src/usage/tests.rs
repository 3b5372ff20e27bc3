mod cohere;

use jackfield_runtime::api::llm::{ChatEvent, Finish, FinishReason, TextDelta};
use jackfield_runtime::api::passthrough::{Dialect, Framing};

use super::*;

const PROMPT: u64 = 77;

/// Reads a body cut into pieces of every length, and holds that all agree.
fn read(dialect: Dialect, framing: Framing, body: &str) -> UsageReader {
    let whole = pieces(dialect, framing, body, body.len());
    for length in 1..body.len().min(200) {
        let cut = pieces(dialect, framing, body, length);
        assert_eq!(cut.counted(), whole.counted(), "pieces of {length}");
        assert_eq!(cut.ended(), whole.ended(), "pieces of {length}");
        assert_eq!(cut.finish_reason(), whole.finish_reason(), "pieces of {length}");
    }
    whole
}

fn pieces(dialect: Dialect, framing: Framing, body: &str, length: usize) -> UsageReader {
    let mut reader = UsageReader::new(dialect, framing, PROMPT);
    body.as_bytes().chunks(length.max(1)).for_each(|piece| reader.push(piece));
    reader
}

fn tokens(counted: &Counted) -> (Option<u64>, Option<u64>) {
    (counted.usage.input_tokens, counted.usage.output_tokens)
}

fn stream(events: &[&str]) -> String {
    events.iter().map(|event| format!("data: {event}\n\n")).collect()
}

const CHAT: [&str; 5] = [
    r#"{"id":"c1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}"#,
    r#"{"id":"c1","choices":[{"index":0,"delta":{"content":"Twelve bytes and \"usage\": {}"}}],"usage":null}"#,
    r#"{"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#,
    r#"{"id":"c1","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14,"prompt_tokens_details":{"cached_tokens":4}}}"#,
    "[DONE]",
];

#[test]
fn a_chat_stream_reports_its_usage_reason_and_end() {
    let reader = read(Dialect::OpenaiChat, Framing::ServerSentEvents, &stream(&CHAT));
    let counted = reader.counted();
    assert_eq!(tokens(&counted), (Some(9), Some(5)));
    assert_eq!(counted.usage.cache_read_tokens, Some(4));
    assert!(!counted.estimated);
    assert_eq!(reader.finish_reason(), Some("stop"));
    assert_eq!(reader.ended(), Ended::Complete);
}

#[test]
fn a_stream_that_is_cut_counts_what_was_delivered() {
    for cut in 2..4 {
        let reader = read(Dialect::OpenaiChat, Framing::ServerSentEvents, &stream(&CHAT[..cut]));
        let counted = reader.counted();
        // 30 bytes of text, as they stand in the JSON.
        assert_eq!(tokens(&counted), (Some(PROMPT), Some(8)), "{cut}");
        assert!(counted.estimated);
        assert_eq!(reader.ended(), Ended::No);
    }
    let reported = read(Dialect::OpenaiChat, Framing::ServerSentEvents, &stream(&CHAT[..4]));
    assert_eq!(tokens(&reported.counted()), (Some(9), Some(5)));
    assert!(!reported.counted().estimated);
    assert_eq!(reported.ended(), Ended::No);
}

#[test]
fn streams_are_read_with_any_line_ends_comments_and_other_fields() {
    let body = stream(&CHAT)
        .replace("\n\n", "\r\n\r\n")
        .replace("data: ", ": ping\r\nevent: x\r\nid: data:\r\ndata:");
    let reader = read(Dialect::OpenaiChat, Framing::ServerSentEvents, &body);
    assert_eq!(tokens(&reader.counted()), (Some(9), Some(5)));
    assert_eq!(reader.ended(), Ended::Complete);
    let short = stream(&CHAT);
    let reader = read(Dialect::OpenaiChat, Framing::ServerSentEvents, short.trim_end());
    assert_eq!(reader.ended(), Ended::Complete);
}

#[test]
fn data_that_only_looks_like_the_end_is_not_the_end() {
    for data in ["[DONE", "[DONE]]", "x[DONE]", "\"[DONE]\"", "[ DONE]"] {
        let reader = read(Dialect::OpenaiChat, Framing::ServerSentEvents, &stream(&[CHAT[1], data]));
        assert_eq!(reader.ended(), Ended::No, "{data}");
    }
}

#[test]
fn an_error_in_a_stream_makes_it_a_failed_one_for_good() {
    let error = r#"{"error":{"message":"overloaded"}}"#;
    let reader = read(Dialect::OpenaiChat, Framing::ServerSentEvents, &stream(&[CHAT[1], error, "[DONE]"]));
    assert_eq!(reader.ended(), Ended::Failed);
    let error = r#"{"type":"error","error":{"type":"overloaded_error"}}"#;
    let stop = r#"{"type":"message_stop"}"#;
    let reader = read(Dialect::AnthropicMessages, Framing::ServerSentEvents, &stream(&[error, stop]));
    assert_eq!(reader.ended(), Ended::Failed);
    let error = r#"{"type":"response.failed","response":{"status":"failed","error":null}}"#;
    let reader = read(Dialect::OpenaiResponses, Framing::ServerSentEvents, &stream(&[error]));
    assert_eq!(reader.ended(), Ended::Failed);
}

const MESSAGES: [&str; 6] = [
    r#"{"type":"message_start","message":{"id":"m","content":[],"usage":{"input_tokens":10,"cache_read_input_tokens":20,"cache_creation_input_tokens":5,"output_tokens":1}}}"#,
    r#"{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}"#,
    r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"0123456789012345678901234567890123456789"}}"#,
    r#"{"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"usage\":{}}"}}"#,
    r#"{"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15,"input_tokens":null,"server_tool_use":{"web_search_requests":2}}}"#,
    r#"{"type":"message_stop"}"#,
];

#[test]
fn a_message_stream_adds_the_usage_of_its_end_to_that_of_its_start() {
    let reader = read(Dialect::AnthropicMessages, Framing::ServerSentEvents, &stream(&MESSAGES));
    let counted = reader.counted();
    assert_eq!(tokens(&counted), (Some(35), Some(15)));
    assert_eq!((counted.usage.cache_read_tokens, counted.usage.cache_write_tokens), (Some(20), Some(5)));
    assert_eq!(counted.usage.units, [("web_search_requests".to_owned(), 2.0)]);
    assert_eq!(reader.finish_reason(), Some("end_turn"));
    assert_eq!(reader.ended(), Ended::Complete);
}

#[test]
fn a_report_from_before_the_text_is_not_all_of_a_message_that_is_cut() {
    let reader = read(Dialect::AnthropicMessages, Framing::ServerSentEvents, &stream(&MESSAGES[..4]));
    // 40 + 16 bytes of text are 14 tokens.
    assert_eq!(tokens(&reader.counted()), (Some(35), Some(14)));
    assert!(reader.counted().estimated);
    let start = read(Dialect::AnthropicMessages, Framing::ServerSentEvents, &stream(&MESSAGES[..1]));
    assert_eq!(tokens(&start.counted()), (Some(35), Some(1)));
}

const RESPONSES: [&str; 4] = [
    r#"{"type":"response.created","response":{"status":"in_progress","error":null,"usage":null,"tools":[{"parameters":{"properties":{"usage":{"input_tokens":1,"output_tokens":1}}}}]}}"#,
    r#"{"type":"response.output_text.delta","delta":"0123456789ab"}"#,
    r#"{"type":"response.output_text.done","text":"0123456789ab"}"#,
    r#"{"type":"response.completed","response":{"status":"completed","tools":[{"parameters":{"usage":{"input_tokens":1}}}],"usage":{"input_tokens":30,"output_tokens":8,"output_tokens_details":{"reasoning_tokens":5},"total_tokens":38}}}"#,
];

#[test]
fn a_response_stream_is_counted_at_its_end_or_where_it_was_cut() {
    let reader = read(Dialect::OpenaiResponses, Framing::ServerSentEvents, &stream(&RESPONSES));
    assert_eq!(tokens(&reader.counted()), (Some(30), Some(8)));
    assert_eq!(reader.counted().usage.reasoning_tokens, Some(5));
    assert_eq!((reader.finish_reason(), reader.ended()), (Some("completed"), Ended::Complete));
    let cut = read(Dialect::OpenaiResponses, Framing::ServerSentEvents, &stream(&RESPONSES[..3]));
    assert_eq!((tokens(&cut.counted()), cut.ended()), ((Some(PROMPT), Some(3)), Ended::No));
}

#[test]
fn an_end_that_is_itself_cut_is_no_end() {
    let body = stream(&RESPONSES);
    let cut = read(Dialect::OpenaiResponses, Framing::ServerSentEvents, &body[..body.len() - 40]);
    assert_eq!(cut.ended(), Ended::No);
    assert!(cut.counted().estimated);
}

#[test]
fn an_answer_cut_off_by_its_own_limit_is_complete() {
    let event = r#"{"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"usage":{"input_tokens":1,"output_tokens":2}}}"#;
    let reader = read(Dialect::OpenaiResponses, Framing::ServerSentEvents, &stream(&[event]));
    assert_eq!((reader.finish_reason(), reader.ended()), (Some("max_output_tokens"), Ended::Complete));
}

#[test]
fn whole_answers_are_read_in_every_dialect() {
    let chat = r#"{"choices":[{"message":{"content":"hi"},"finish_reason":"length"}],"usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":10,"completion_tokens_details":{"reasoning_tokens":5}},"x":1}"#;
    let embeddings = r#"{"data":[{"embedding":[0.1,-2e-3],"usage":{"prompt_tokens":1}}],"usage":{"prompt_tokens":3,"total_tokens":3}}"#;
    let message = r#"{"type":"message","content":[{"type":"tool_use","input":{"usage":{"input_tokens":0},"error":{}}}],"stop_reason":"tool_use","usage":{"input_tokens":3,"output_tokens":7}}"#;
    let response =
        r#"{"status":"completed","error":null,"output":[],"usage":{"input_tokens":3,"output_tokens":7}}"#;
    for (dialect, body, output, finish) in [
        // The sum says that reasoning was counted beside the answer.
        (Dialect::OpenaiChat, chat, Some(7), Some("length")),
        (Dialect::OpenaiEmbeddings, embeddings, None, None),
        (Dialect::AnthropicMessages, message, Some(7), Some("tool_use")),
        (Dialect::OpenaiResponses, response, Some(7), Some("completed")),
    ] {
        let reader = read(dialect, Framing::Whole, body);
        assert_eq!(tokens(&reader.counted()), (Some(3), output), "{dialect:?}");
        assert_eq!((reader.finish_reason(), reader.ended()), (finish, Ended::Complete), "{dialect:?}");
        let cut = read(dialect, Framing::Whole, &body[..body.len() - 1]);
        assert_eq!(cut.ended(), Ended::No, "{dialect:?}");
        assert!(cut.understands());
    }
}

#[test]
fn usage_is_taken_from_its_place_only() {
    for body in [
        r#"{"a":["usage",{"usage":{"prompt_tokens":1}}]}"#,
        r#"{"x":["x_groq",{"usage":{"prompt_tokens":1}}]}"#,
        r#"{"a":{"b":{"c":{"d":{"e":{"f":{"usage":{"prompt_tokens":1}}}}}}}}"#,
        r#"{"a":"\\\",\"usage\":{\"prompt_tokens\":1}"}"#,
        r#"{"usage":"{\"prompt_tokens\":1}","x":"usage"}"#,
        r#"{"usage":[{"prompt_tokens":1}]}"#,
        r#"{"usage":{"prompt_tokens":"1"}}"#,
    ] {
        let reader = read(Dialect::OpenaiChat, Framing::Whole, body);
        assert!(reader.counted().estimated, "{body}");
    }
    let odd = "{ \"x\" : \"a\\\\\" , \"usage\" \n:\t { \"prompt_tokens\" : 4 , \"completion_tokens\":0, \"y\":\"}{\" } }";
    assert_eq!(tokens(&read(Dialect::OpenaiChat, Framing::Whole, odd).counted()), (Some(4), Some(0)));
}

#[test]
fn memory_stays_small_whatever_comes() {
    let mut reader = UsageReader::new(Dialect::OpenaiChat, Framing::Whole, 0);
    reader.push(br#"{"usage":{"x":[""#);
    let rubbish = "k".repeat(1 << 20);
    for _ in 0..8 {
        reader.push(rubbish.as_bytes());
    }
    assert!(format!("{reader:?}").len() < 20_000);
    let braces = "{\"usage\":".repeat(100_000);
    let mut deep = UsageReader::new(Dialect::OpenaiChat, Framing::ServerSentEvents, 0);
    deep.push(format!("data: {braces}").as_bytes());
    assert!(format!("{deep:?}").len() < 100_000);
    assert!(deep.counted().estimated);
}

#[test]
fn garbage_is_not_counted_and_breaks_nothing() {
    let mut chance = fastrand::Rng::with_seed(5);
    for _ in 0..2_000 {
        let body: Vec<u8> = (0..200).map(|_| *chance.choice(b"{}\":\\usagedt[] \n\xff").unwrap()).collect();
        for framing in [Framing::Whole, Framing::ServerSentEvents] {
            let mut reader = UsageReader::new(Dialect::OpenaiChat, framing, 1);
            body.chunks(7).for_each(|piece| reader.push(piece));
            assert!(reader.counted().estimated);
        }
    }
}

#[test]
fn dialects_that_are_not_read_say_so() {
    for (dialect, framing) in [
        (Dialect::AnthropicCountTokens, Framing::Whole),
        (Dialect::OpenaiChat, Framing::EventStream),
        (Dialect::OpenaiChat, Framing::Ndjson),
    ] {
        assert!(!read(dialect, framing, CHAT[3]).understands());
    }
}

fn text(text: &str) -> ChatEvent {
    ChatEvent::Text(TextDelta { choice: 0, text: text.to_owned() })
}

fn used(input: u64, output: u64) -> ChatEvent {
    ChatEvent::Usage(Usage { input_tokens: Some(input), output_tokens: Some(output), ..nothing() })
}

#[test]
fn decoded_events_count_by_the_last_report() {
    let mut delivered = Delivered::new(PROMPT);
    delivered.add(&[used(10, 1), text("0123456789ab"), used(10, 4)]);
    assert_eq!(delivered.counted().usage.output_tokens, Some(4));
    assert!(!delivered.counted().estimated);
}

#[test]
fn decoded_events_count_by_their_text_while_the_report_is_older() {
    let mut delivered = Delivered::new(PROMPT);
    delivered.add(&[text("0123456789ab")]);
    assert_eq!(tokens(&delivered.counted()), (Some(PROMPT), Some(3)));
    delivered.add(&[used(10, 1)]);
    assert_eq!(tokens(&delivered.counted()), (Some(10), Some(1)));
    delivered.add(&[text("0123456789ab")]);
    assert_eq!(tokens(&delivered.counted()), (Some(10), Some(6)));
    assert!(delivered.counted().estimated);
    let finish = Finish { choice: 0, reason: FinishReason::Stop, stop_sequence: None };
    delivered.add(&[ChatEvent::Finish(finish)]);
    assert_eq!(delivered.finish_reason(), Some(&FinishReason::Stop));
    assert!(!delivered.complete());
    delivered.end();
    assert!(delivered.complete());
    assert_eq!(tokens(&delivered.counted()), (Some(10), Some(1)));
}
