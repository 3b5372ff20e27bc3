use bytes::BytesMut;
use jackfield_runtime::api::llm::{
    ChatEvent, ChatRequest, ChatResponse, Choice, Finish, FinishReason, LogprobsDelta, Message, Part, Role,
    TextDelta, TokenAlternative, TokenLogprob,
};
use jackfield_runtime::api::types::ErrorKind;
use serde_json::{Value, json};

use super::{Asked, decode};
use crate::dialect::{Answer, Identity};

fn identity() -> Identity {
    Identity { id: "made".to_owned(), created: 7, model: "asked".to_owned() }
}

fn token() -> TokenLogprob {
    let other = TokenAlternative { token: "b".to_owned(), logprob: -2.0, bytes: None };
    TokenLogprob { token: "é".to_owned(), logprob: -1.0, bytes: None, top: vec![other.clone(), other] }
}

#[test]
fn a_prompt_is_what_a_user_says() {
    for prompt in [r#""hi""#, r#"["hi"]"#] {
        let body = format!(
            r#"{{"model":"m","prompt":{prompt},"max_tokens":5,"logprobs":2,"stop":"x","logit_bias":{{}},"suffix":null,"echo":false,"best_of":1}}"#
        );
        let decoded = decode(body.as_bytes()).unwrap();
        let mut expected = ChatRequest::new("m", vec![Message::text(Role::User, "hi")]);
        expected.max_output_tokens = Some(5);
        expected.logprobs = Some(2);
        expected.stop = vec!["x".to_owned()];
        expected.extra = Some(r#"{"logit_bias":{}}"#.to_owned());
        assert_eq!(decoded.request, expected);
    }
}

#[test]
fn what_chat_cannot_do_is_refused() {
    for (members, path) in [
        (r#""prompt":["a","b"]"#, "prompt"),
        (r#""prompt":[1,2]"#, "prompt"),
        (r#""prompt":"a","suffix":"b""#, "suffix"),
        (r#""prompt":"a","echo":true"#, "echo"),
        (r#""prompt":"a","best_of":2"#, "best_of"),
    ] {
        let error = decode(format!(r#"{{"model":"m",{members}}}"#).as_bytes()).unwrap_err();
        assert_eq!((error.path.as_str(), error.kind), (path, ErrorKind::Unsupported), "{members}");
    }
    assert_eq!(decode(br#"{"model":"m"}"#).unwrap_err().path, "prompt");
    assert_eq!(decode(br#"{"model":"m","prompt":[]}"#).unwrap_err().kind, ErrorKind::InvalidRequest);
}

#[test]
fn an_answer_is_written_in_full() {
    let choice = Choice {
        index: 0,
        content: vec![Part::text("é")],
        finish_reason: FinishReason::Length,
        stop_sequence: None,
        logprobs: vec![token(), token()],
    };
    let answer = ChatResponse {
        id: None,
        model: "m-1".to_owned(),
        created: None,
        choices: vec![choice],
        usage: None,
        warnings: Vec::new(),
        extra: Some(r#"{"system_fingerprint":"fp"}"#.to_owned()),
    };
    let told: Value = serde_json::from_slice(&Asked::default().encode(&answer, &identity())).unwrap();
    assert_eq!(
        told,
        json!({"id": "cmpl-made", "object": "text_completion", "created": 7, "model": "m-1", "system_fingerprint": "fp",
            "choices": [{"text": "é", "index": 0, "finish_reason": "length", "logprobs": {
                "tokens": ["é", "é"], "token_logprobs": [-1.0, -1.0], "top_logprobs": [{"b": -2.0}, {"b": -2.0}], "text_offset": [0, 1]}}]})
    );
}

#[test]
fn a_stream_is_chunks_of_the_same_shape() {
    let mut encoder = Asked::default().stream(identity());
    let mut out = BytesMut::new();
    let text = ChatEvent::Text(TextDelta { choice: 0, text: "é".to_owned() });
    let tokens = ChatEvent::Logprobs(LogprobsDelta { choice: 0, tokens: vec![token()] });
    let end = ChatEvent::Finish(Finish { choice: 0, reason: FinishReason::Stop, stop_sequence: None });
    encoder.events(&[text.clone(), tokens.clone(), text, tokens, end], &mut out);
    encoder.finish(&mut out);
    let told: Vec<&str> = std::str::from_utf8(&out).unwrap().split_terminator("\n\n").collect();
    assert_eq!((told.len(), told[3]), (4, "data: [DONE]"));
    let second: Value = serde_json::from_str(told[1].strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(second["choices"][0]["logprobs"]["text_offset"], json!([1]));
    let last: Value = serde_json::from_str(told[2].strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(last["choices"], json!([{"text": "", "index": 0, "logprobs": null, "finish_reason": "stop"}]));
}
