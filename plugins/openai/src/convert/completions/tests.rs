use jackfield_sdk::llm::{ChatEvent, FinishReason, TextPart};
use serde_json::{Value, json};

use super::*;
use crate::convert::Whole;
use crate::convert::answer::{Asked, convert};
use crate::convert::stream::ChatDecoder;
use crate::settings::tests::Table;

fn sent(request: &ChatRequest) -> (Value, Vec<String>) {
    let settings = Table::new().chat();
    let prepared = prepare(request, "m", Delivery::Streamed, &settings).unwrap();
    (serde_json::to_value(&prepared.body).unwrap(), prepared.warnings)
}

#[test]
fn one_text_is_the_prompt_as_it_is() {
    let request = ChatRequest {
        logprobs: Some(2),
        extra: Some(r#"{"echo":true,"suffix":"end"}"#.to_owned()),
        ..ChatRequest::new("m", vec![Message::text(Role::User, "Once upon")])
    };
    let (body, warnings) = sent(&request);
    assert_eq!(
        body,
        json!({"model":"m","prompt":"Once upon","logprobs":2,"stream":true,
               "stream_options":{"include_usage":true},"echo":true,"suffix":"end"})
    );
    assert!(warnings.is_empty());
}

#[test]
fn a_conversation_is_written_out_with_a_warning() {
    let turns =
        [(Role::System, "Be brief."), (Role::User, "Hi"), (Role::Assistant, "Hello"), (Role::User, "Bye")];
    let messages = turns.map(|(role, text)| Message::text(role, text)).to_vec();
    let (body, warnings) = sent(&ChatRequest::new("m", messages));
    assert_eq!(
        body["prompt"],
        "System: Be brief.\n\nUser: Hi\n\nAssistant: Hello\n\nUser: Bye\n\nAssistant:"
    );
    assert_eq!(warnings.len(), 1);
}

#[test]
fn what_has_no_word_is_refused_or_told() {
    let request = ChatRequest {
        response_format: Some(ResponseFormat::JsonObject),
        ..ChatRequest::new("m", vec![Message::text(Role::User, "x")])
    };
    assert!(sent(&request).1[0].contains("response_format"));
    let refusal = Message::new(Role::User, vec![Part::Refusal("no".to_owned())]);
    let error = prepare(&ChatRequest::new("m", vec![refusal]), "m", Delivery::Whole, &Table::new().chat())
        .unwrap_err();
    assert!(error.message.contains("only text"), "{}", error.message);
}

#[test]
fn an_answer_is_read_by_chats_reader_with_its_own_probabilities() {
    let body = br#"{"id":"cmpl-1","object":"text_completion","created":5,"model":"m","choices":[{"text":" hi there","index":0,
        "logprobs":{"tokens":[" hi"," there"],"token_logprobs":[null,-0.5],"top_logprobs":[null,{" there":-0.5," you":-1.5}],"text_offset":[0,3]},
        "finish_reason":"length"}],"usage":{"prompt_tokens":2,"completion_tokens":2,"total_tokens":4}}"#;
    let answer = convert(Whole { status: 200, headers: &[], body }, Asked::default(), Vec::new()).unwrap();
    let choice = &answer.choices[0];
    assert_eq!(
        choice.content,
        [Part::Text(TextPart { text: " hi there".to_owned(), citations: Vec::new() })]
    );
    assert_eq!(choice.finish_reason, FinishReason::Length);
    assert_eq!((choice.logprobs[1].token.as_str(), choice.logprobs[1].logprob), (" there", -0.5));
    let top: Vec<_> = choice.logprobs[1].top.iter().map(|one| (one.token.as_str(), one.logprob)).collect();
    assert_eq!(top, [(" there", -0.5), (" you", -1.5)]);
    assert_eq!(answer.extra, None);
}

#[test]
fn a_stream_is_read_by_chats_decoder() {
    let mut decoder = ChatDecoder::new(Vec::new());
    let mut out = Vec::new();
    for data in [
        r#"{"id":"cmpl-1","choices":[{"text":"a","index":0,"logprobs":null,"finish_reason":null}],"model":"m"}"#,
        r#"{"id":"cmpl-1","choices":[{"text":"b","index":0,"finish_reason":"stop"}],"model":"m"}"#,
        r#"{"id":"cmpl-1","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#,
        "[DONE]",
    ] {
        assert_eq!(decoder.push("", data, &mut out).unwrap().is_break(), data == "[DONE]");
    }
    let text: String = out
        .iter()
        .filter_map(|event| if let ChatEvent::Text(delta) = event { Some(delta.text.as_str()) } else { None })
        .collect();
    assert_eq!(text, "ab");
    assert!(matches!(out.last(), Some(ChatEvent::Usage(_))));
    assert_eq!(out.iter().filter(|event| matches!(event, ChatEvent::Finish(_))).count(), 1);
}
