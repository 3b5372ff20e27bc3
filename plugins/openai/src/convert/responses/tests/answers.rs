use jackfield_sdk::llm::{ChatResponse, FinishReason, Part};
use jackfield_sdk::types::{Error, ErrorKind, Source};

use crate::convert::Whole;
use crate::convert::answer::Asked;
use crate::convert::responses::answer::convert;

fn read(body: &str) -> Result<ChatResponse, Error> {
    convert(Whole { status: 200, headers: &[], body: body.as_bytes() }, Asked::default(), Vec::new())
}

#[test]
fn every_item_becomes_a_part_in_its_order() {
    let answer = read(
        r#"{"id":"resp_1","object":"response","created_at":7,"status":"completed","model":"m","service_tier":"default","store":true,
            "output":[{"type":"reasoning","id":"rs_1","summary":[{"type":"summary_text","text":"a"},{"type":"summary_text","text":"b"}],"encrypted_content":"enc"},
              {"type":"web_search_call","id":"ws_1","status":"completed"},
              {"type":"message","id":"msg_1","role":"assistant","content":[{"type":"output_text","text":"Hi","annotations":[{"type":"url_citation","url":"https://e.example","title":"T","start_index":0,"end_index":2}],
                 "logprobs":[{"token":"Hi","logprob":-0.5,"bytes":[72,105],"top_logprobs":[]}]},{"type":"refusal","refusal":"no"}]},
              {"type":"function_call","id":"fc_1","call_id":"call_1","name":"f","arguments":"{\"a\":1}"},
              {"type":"image_generation_call","id":"ig_1","status":"completed","result":"AQID"}],
            "usage":{"input_tokens":5,"input_tokens_details":{"cached_tokens":2},"output_tokens":6,"output_tokens_details":{"reasoning_tokens":4},"total_tokens":11}}"#,
    )
    .unwrap();
    assert_eq!((answer.id.as_deref(), answer.created), (Some("resp_1"), Some(7)));
    assert_eq!(answer.extra.as_deref(), Some(r#"{"service_tier":"default"}"#));
    let usage = answer.usage.unwrap();
    assert_eq!((usage.input_tokens, usage.output_tokens), (Some(5), Some(6)));
    assert_eq!((usage.cache_read_tokens, usage.reasoning_tokens), (Some(2), Some(4)));
    let choice = &answer.choices[0];
    assert_eq!(choice.finish_reason, FinishReason::ToolCalls);
    assert_eq!(choice.logprobs[0].token, "Hi");
    let [
        Part::Reasoning(thought),
        Part::Native(native),
        Part::Text(text),
        Part::Refusal(refusal),
        Part::ToolCall(call),
        Part::Image(image),
    ] = &choice.content[..]
    else {
        panic!("{:?}", choice.content)
    };
    assert_eq!(thought.text, "a\n\nb");
    assert_eq!((thought.id.as_deref(), thought.redacted.as_deref()), (Some("rs_1"), Some("enc")));
    assert!(native.contains("ws_1"));
    assert_eq!((text.text.as_str(), text.citations[0].url.as_deref()), ("Hi", Some("https://e.example")));
    assert_eq!(refusal, "no");
    assert_eq!((call.id.as_str(), call.arguments.as_str()), ("call_1", r#"{"a":1}"#));
    assert_eq!((&image.source, image.id.as_deref()), (&Source::Data(vec![1, 2, 3]), Some("ig_1")));
}

#[test]
fn the_status_says_how_it_ended() {
    let reason =
        |rest: &str| read(&format!(r#"{{"output":[],{rest}}}"#)).unwrap().choices[0].finish_reason.clone();
    assert_eq!(reason(r#""status":"completed""#), FinishReason::Stop);
    let early =
        |why: &str| reason(&format!(r#""status":"incomplete","incomplete_details":{{"reason":"{why}"}}"#));
    assert_eq!(early("max_output_tokens"), FinishReason::Length);
    assert_eq!(early("content_filter"), FinishReason::ContentFilter);
    assert_eq!(early("novel"), FinishReason::Other("novel".into()));
    assert_eq!(reason(r#""status":"queued""#), FinishReason::Other("queued".into()));
}

#[test]
fn a_failure_is_an_error_of_its_kind() {
    let failed = r#"{"status":"failed","output":[],"error":{"code":"rate_limit_exceeded","message":"slow"}}"#;
    let error = read(failed).unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::RateLimited, Some("rate_limit_exceeded")));
    assert_eq!(read(r#"{"status":"failed","output":[]}"#).unwrap_err().kind, ErrorKind::Unavailable);
    assert_eq!(read("{}").unwrap_err().kind, ErrorKind::BadUpstreamAnswer);
    assert_eq!(read("<html>").unwrap_err().kind, ErrorKind::BadUpstreamAnswer);
}
