//! How a stream ends: well, early, or with an error.

use super::*;

#[test]
fn an_end_that_is_repeated_is_told_once() {
    assert_eq!(told(&[STOP, STOP, "[DONE]"]), ["start c/m", "finish0 Stop"]);
}

#[test]
fn what_a_server_says_of_an_answer_behind_its_end_is_not_told() {
    assert_eq!(
        told(&[
            &chunk(r#"{"content":"x"}"#),
            STOP,
            &chunk(r#"{"content":"late","tool_calls":[{"index":0,"id":"a","function":{"name":"f"}}]}"#),
            r#"{"id":"c","model":"m","choices":[{"index":0,"content_filter_results":{"hate":{}},"finish_reason":null}]}"#,
            "[DONE]",
        ]),
        [
            "start c/m",
            "text0 x",
            "finish0 Stop",
            r#"extra {"choices":[{"index":0,"content_filter_results":{"hate":{}}}]}"#
        ]
    );
}

#[test]
fn a_server_may_leave_out_either_sign_of_the_end_but_not_both() {
    let text = chunk(r#"{"content":"a"}"#);
    assert_eq!(told(&[&text, STOP]).last().unwrap(), "finish0 Stop");
    assert_eq!(told(&[&text, "[DONE]"]).last().unwrap(), "finish0 Stop");
    let error = decode(&[&text]).unwrap_err();
    assert_eq!((error.kind, error.sent), (ErrorKind::BadUpstreamAnswer, true));
    assert!(error.message.contains("broke off"));
}

#[test]
fn one_unfinished_answer_of_several_is_a_break() {
    let both = r#"{"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]}"#;
    assert!(decode(&[both, STOP]).is_err());
}

#[test]
fn a_stream_without_an_answer_is_an_error() {
    assert!(decode(&["[DONE]"]).is_err());
    assert!(decode(&[]).is_err());
    assert!(decode(&[r#"{"choices":[],"usage":{"prompt_tokens":1}}"#, "[DONE]"]).is_err());
}

#[test]
fn errors_among_the_chunks_are_errors() {
    let text = chunk(r#"{"content":"a"}"#);
    for (data, kind) in [
        (r#"{"error":{"message":"m","type":"server_error"}}"#, ErrorKind::Unavailable),
        (r#"{"error":{"message":"m","code":429}}"#, ErrorKind::RateLimited),
        (r#"{"error":"m"}"#, ErrorKind::Unavailable),
        (r#"{"id":"c","choices":[],"x_groq":{"error":"m"}}"#, ErrorKind::Unavailable),
        ("no json m", ErrorKind::BadUpstreamAnswer),
        (r#"["m"]"#, ErrorKind::BadUpstreamAnswer),
    ] {
        let error = decode(&[&text, data]).unwrap_err();
        assert_eq!((error.kind, error.sent), (kind, true), "{data}");
        assert!(error.message.contains('m'), "{}", error.message);
    }
    let mut decoder = ChatDecoder::new(Vec::new());
    for data in [r#"{"message":"m","code":"overloaded_error"}"#, "it broke"] {
        let error = decoder.push("error", data, &mut Vec::new()).unwrap_err();
        assert!(error.sent && !error.message.contains("didn't say why"), "{}", error.message);
    }
}
