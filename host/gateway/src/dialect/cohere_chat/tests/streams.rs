//! Streamed answers.

use bytes::BytesMut;
use jackfield_runtime::api::llm::{
    AudioDelta, ChatEvent, Citation, CitationDelta, Finish, FinishReason, LogprobsDelta, Part,
    ReasoningDelta, StreamStart, TextDelta, TokenLogprob, ToolCallStart, WholePart,
};
use jackfield_runtime::api::types::{Error, ErrorKind};
use serde_json::{Value, json};

use super::answers::usage;
use super::identity;
use crate::dialect::StreamEncoder;
use crate::dialect::cohere_chat::Encoder;
use crate::dialect::said::more;

fn start() -> ChatEvent {
    let id = Some("i".to_owned());
    ChatEvent::Start(StreamStart { id, model: None, created: None, warnings: Vec::new() })
}

fn text(choice: u32, text: &str) -> ChatEvent {
    ChatEvent::Text(TextDelta { choice, text: text.to_owned() })
}

fn thought(index: u32, text: &str, signature: Option<&str>, id: Option<&str>) -> ChatEvent {
    ChatEvent::Reasoning(ReasoningDelta {
        choice: 0,
        index,
        text: text.to_owned(),
        signature: signature.map(str::to_owned),
        redacted: None,
        id: id.map(str::to_owned),
    })
}

fn begin(index: u32, signature: Option<&str>) -> ChatEvent {
    ChatEvent::ToolCallStart(ToolCallStart {
        choice: 0,
        index,
        id: format!("c{index}"),
        name: "f".to_owned(),
        signature: signature.map(str::to_owned),
    })
}

fn citation(start: Option<u32>, end: Option<u32>) -> ChatEvent {
    let citation = Citation { title: None, url: Some("u".to_owned()), quote: None, start, end, raw: None };
    ChatEvent::Citation(CitationDelta { choice: 0, citation })
}

fn token(token: &str) -> TokenLogprob {
    TokenLogprob { token: token.to_owned(), logprob: -1.0, bytes: None, top: Vec::new() }
}

fn finish(choice: u32, reason: FinishReason) -> ChatEvent {
    ChatEvent::Finish(Finish { choice, reason, stop_sequence: None })
}

/// Events by name and data; the name is always the data's type.
fn frames(out: &[u8]) -> Vec<Value> {
    let frames = std::str::from_utf8(out).unwrap().split_terminator("\n\n");
    frames
        .map(|frame| {
            let (event, data) = frame.split_once('\n').unwrap();
            let data: Value = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
            assert_eq!(event.strip_prefix("event: ").unwrap(), data["type"]);
            data
        })
        .collect()
}

/// All between the message's start and its end, each as its kind, its index and
/// its piece of the message.
fn told(batches: &[&[ChatEvent]]) -> Vec<Value> {
    let mut encoder = Encoder::new(identity());
    let mut out = BytesMut::new();
    for batch in batches {
        encoder.events(batch, &mut out);
    }
    encoder.finish(&mut out);
    let events = out.strip_suffix(b"data: [DONE]\n\n").unwrap();
    let all = frames(events);
    assert_eq!(
        (&all[0]["type"], &all[all.len() - 1]["type"]),
        (&json!("message-start"), &json!("message-end"))
    );
    all[1..all.len() - 1]
        .iter()
        .map(|event| match event.pointer("/delta/message") {
            Some(message) => json!([event["type"], event["index"], message]),
            None => json!([event["type"], event["index"]]),
        })
        .collect()
}

#[test]
fn a_message_begins_and_ends() {
    let mut encoder = Encoder::new(identity());
    let mut out = BytesMut::new();
    encoder.events(&[start(), ChatEvent::Usage(usage(7, 5, None))], &mut out);
    assert!(out.is_empty(), "nothing is said yet");
    encoder.events(&[text(0, "hi"), finish(0, FinishReason::Length)], &mut out);
    encoder.events(&[ChatEvent::Extra(r#"{"fingerprint":"p","id":"never"}"#.to_owned())], &mut out);
    encoder.finish(&mut out);
    let all = frames(out.strip_suffix(b"data: [DONE]\n\n").unwrap());
    let message = json!({"role":"assistant","content":[],"tool_plan":"","tool_calls":[],"citations":[]});
    assert_eq!(all[0], json!({"type":"message-start","id":"i","delta":{"message":message}}));
    let end = &all[all.len() - 1];
    assert_eq!((&end["delta"]["finish_reason"], &end["fingerprint"]), (&json!("MAX_TOKENS"), &json!("p")));
    assert_eq!(end["delta"]["usage"]["tokens"], json!({"input_tokens":7,"output_tokens":5}));
    assert!(end.get("id").is_none());
}

#[test]
fn thoughts_texts_and_plans_are_told_apart() {
    let plan = Some("tool_plan");
    assert_eq!(
        told(&[
            &[start(), thought(0, "hm", None, None)],
            &[thought(0, "", Some("s"), None), thought(1, "oh", None, None)],
            &[thought(2, "look", None, plan), text(0, ""), text(0, "hi"), text(1, "other"), text(0, "!")],
            &[finish(0, FinishReason::Stop), finish(1, FinishReason::Length)],
        ]),
        [
            json!(["content-start", 0, {"content":{"type":"thinking","thinking":""}}]),
            json!(["content-delta", 0, {"content":{"thinking":"hm"}}]),
            json!(["content-delta", 0, {"content":{"thinking":"","signature":"s"}}]),
            json!(["content-end", 0]),
            json!(["content-start", 1, {"content":{"type":"thinking","thinking":""}}]),
            json!(["content-delta", 1, {"content":{"thinking":"oh"}}]),
            json!(["tool-plan-delta", null, {"tool_plan":"look"}]),
            json!(["content-end", 1]),
            json!(["content-start", 2, {"content":{"type":"text","text":""}}]),
            json!(["content-delta", 2, {"content":{"text":"hi"}}]),
            json!(["content-delta", 2, {"content":{"text":"!"}}]),
            json!(["content-end", 2]),
        ]
    );
}

#[test]
fn a_call_ends_when_its_arguments_are_whole_and_mixed_ones_at_the_end() {
    let beginning = |index: u32| json!({"tool_calls":{"id":format!("c{index}"),"type":"function","function":{"name":"f","arguments":""}}});
    let arguments = |text: &str| json!({"tool_calls":{"function":{"arguments":text}}});
    assert_eq!(
        told(&[
            &[start(), text(0, "so"), begin(0, None), more(0, "{\"a\":\"}"), more(0, "\"}"), begin(1, None)],
            &[more(1, "{"), begin(2, None), more(2, "{}"), more(1, "}"), finish(0, FinishReason::ToolCalls)],
        ])[2..],
        [
            json!(["content-end", 0]),
            json!(["tool-call-start", 0, beginning(0)]),
            json!(["tool-call-delta", 0, arguments("{\"a\":\"}")]),
            json!(["tool-call-delta", 0, arguments("\"}")]),
            json!(["tool-call-end", 0]),
            json!(["tool-call-start", 1, beginning(1)]),
            json!(["tool-call-delta", 1, arguments("{")]),
            json!(["tool-call-start", 2, beginning(2)]),
            json!(["tool-call-delta", 2, arguments("{}")]),
            json!(["tool-call-delta", 1, arguments("}")]),
            json!(["tool-call-end", 1]),
            json!(["tool-call-end", 2]),
        ]
    );
    let signed = &told(&[&[start(), begin(0, Some("z"))]])[0];
    assert_eq!(signed[2]["tool_calls"]["signature"], "z");
}

#[test]
fn citations_are_about_the_text_before_them() {
    let all = told(&[&[
        start(),
        text(0, "hé"),
        citation(Some(1), Some(2)),
        thought(0, "hm", None, None),
        text(0, "there"),
        citation(Some(2), Some(4)),
        citation(None, None),
        ChatEvent::Extra(r#"{"citations":[{"type":"PLAN"}]}"#.to_owned()),
    ]]);
    let cited: Vec<Value> = all
        .iter()
        .filter(|event| event[0] == "citation-start")
        .map(|event| {
            let citation = &event[2]["citations"];
            json!([event[1], citation["start"], citation["end"], citation["text"], citation["content_index"]])
        })
        .collect();
    assert_eq!(
        cited,
        [
            json!([0, 1, 2, "é", 0]),
            json!([1, 0, 2, "th", 2]),
            json!([2, 0, 5, "there", 2]),
            json!([3, null, null, null, null]),
        ]
    );
    assert_eq!(all.iter().filter(|event| event[0] == "citation-end").count(), 4);
}

#[test]
fn tokens_come_with_their_text() {
    let mut encoder = Encoder::new(identity());
    let mut out = BytesMut::new();
    let tokens = |tokens: Vec<TokenLogprob>| ChatEvent::Logprobs(LogprobsDelta { choice: 0, tokens });
    encoder
        .events(&[text(0, "hi"), tokens(vec![token("h"), token("i")]), tokens(vec![token("?")])], &mut out);
    let deltas: Vec<Value> =
        frames(&out).into_iter().filter(|event| event["type"] == "content-delta").collect();
    let told: Vec<(&Value, &Value)> = deltas
        .iter()
        .map(|event| (&event["delta"]["message"]["content"]["text"], &event["logprobs"]["text"]))
        .collect();
    let (hi, none) = (json!("hi"), json!(""));
    assert_eq!(told, [(&hi, &json!("h")), (&none, &json!("i")), (&none, &json!("?"))]);
    assert_eq!(deltas[0]["logprobs"], json!({"text":"h","token_ids":[],"logprobs":[-1.0]}));
}

#[test]
fn what_comes_whole_is_a_block_and_a_strange_event_is_passed_on() {
    let native = WholePart { choice: 0, part: Part::Native(r#"{"type":"new"}"#.to_owned()) };
    let sound = AudioDelta { choice: 0, id: None, data: vec![1], transcript: "la".to_owned(), expires: None };
    let all = told(&[&[
        start(),
        ChatEvent::Part(native),
        ChatEvent::Extra(r#"{"type":"debug","index":9}"#.to_owned()),
        ChatEvent::Audio(sound),
    ]]);
    assert_eq!(all[0], json!(["content-start", 0, {"content":{"type":"new"}}]));
    assert_eq!((&all[1], &all[2]), (&json!(["content-end", 0]), &json!(["debug", 9])));
    assert_eq!(all[4], json!(["content-delta", 1, {"content":{"text":"la"}}]));
}

#[test]
fn a_stream_that_breaks_off_ends_as_an_error() {
    for (kind, word) in [(ErrorKind::Unavailable, "ERROR"), (ErrorKind::Timeout, "TIMEOUT")] {
        let mut encoder = Encoder::new(identity());
        let mut out = BytesMut::new();
        encoder.events(&[start(), text(0, "hi")], &mut out);
        out.clear();
        encoder.error(&Error::new(kind, "gone\n"), &mut out);
        let delta = json!({"error":"gone\n","finish_reason":word});
        assert_eq!(frames(&out), [json!({"type":"message-end","delta":delta})]);
    }
}

#[test]
fn an_empty_stream_is_a_whole_message_all_the_same() {
    assert_eq!(told(&[]), Vec::<Value>::new());
}
