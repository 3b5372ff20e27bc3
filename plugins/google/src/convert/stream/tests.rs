use jackfield_sdk::llm::{FinishReason, Part};
use jackfield_sdk::types::ErrorKind;
use serde_json::{Value, json};

use super::*;
use crate::convert::signature::OF_PART_BEFORE;

/// All events of a stream of these chunks, which the upstream ends.
fn run(chunks: &[Value]) -> Result<Vec<ChatEvent>, (Vec<ChatEvent>, Error)> {
    let mut reader = Reader::new(CallIds::default(), vec!["w".to_owned()]);
    let mut out = Vec::new();
    for chunk in chunks {
        let frame = ServerSentEvent { event: String::new(), data: chunk.to_string(), id: String::new() };
        if let Err(error) = reader.frame(frame, &mut out) {
            return Err((out, error));
        }
    }
    match reader.end(false, &mut out) {
        Ok(()) => Ok(out),
        Err(error) => Err((out, error)),
    }
}

fn chunk(parts: Value) -> Value {
    json!({"candidates": [{"content": {"role": "model", "parts": parts}, "index": 0}],
        "modelVersion": "given", "responseId": "r"})
}

fn last(parts: Value) -> Value {
    let mut chunk = chunk(parts);
    chunk["candidates"][0]["finishReason"] = json!("STOP");
    chunk["usageMetadata"] =
        json!({"promptTokenCount": 3, "candidatesTokenCount": 9, "thoughtsTokenCount": 1});
    chunk
}

fn usages(events: &[ChatEvent]) -> Vec<Option<u64>> {
    let usage = |event: &ChatEvent| {
        if let ChatEvent::Usage(usage) = event { Some(usage.output_tokens) } else { None }
    };
    events.iter().filter_map(usage).collect()
}

fn finishes(events: &[ChatEvent]) -> Vec<(u32, FinishReason)> {
    let finish = |event: &ChatEvent| match event {
        ChatEvent::Finish(finish) => Some((finish.choice, finish.reason.clone())),
        _ => None,
    };
    events.iter().filter_map(finish).collect()
}

#[test]
fn a_text_is_streamed_between_head_and_finish() {
    let mut first = chunk(json!([{"text": "he"}]));
    first["usageMetadata"] = json!({"promptTokenCount": 3, "candidatesTokenCount": 1});
    let mut second = chunk(json!([{"text": "l"}]));
    second["usageMetadata"] = json!({"promptTokenCount": 3, "candidatesTokenCount": 2});
    let events = run(&[first, second, last(json!([{"text": "lo"}]))]).unwrap();
    let ChatEvent::Start(start) = &events[0] else { panic!("{events:?}") };
    assert_eq!(
        (start.id.as_deref(), start.model.as_deref(), start.warnings.as_slice()),
        (Some("r"), Some("given"), &["w".to_owned()][..])
    );
    let text: String = events
        .iter()
        .filter_map(|event| if let ChatEvent::Text(delta) = event { Some(delta.text.as_str()) } else { None })
        .collect();
    assert_eq!(text, "hello");
    assert_eq!(finishes(&events), [(0, FinishReason::Stop)]);
    assert_eq!(usages(&events), [Some(1), Some(10)]);
}

#[test]
fn an_answer_of_one_chunk_tells_its_cost_once() {
    let events = run(&[last(json!([{"text": "hi"}]))]).unwrap();
    assert_eq!((usages(&events), events.len()), (vec![Some(10)], 4));
}

#[test]
fn calls_come_whole_with_ids_and_signatures() {
    let events = run(&[
        chunk(json!([{"functionCall": {"name": "a", "args": {"x": 1}}, "thoughtSignature": "YQ=="}])),
        last(json!([{"functionCall": {"id": "real", "name": "b"}}])),
    ])
    .unwrap();
    let starts: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            ChatEvent::ToolCallStart(start) => {
                Some((start.index, start.id.as_str(), start.name.as_str(), start.signature.as_deref()))
            }
            _ => None,
        })
        .collect();
    assert_eq!(starts, [(0, "call_0", "a", Some("YQ==")), (1, "real", "b", None)]);
    let arguments: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            ChatEvent::ToolCallDelta(delta) => Some((delta.index, delta.arguments.as_str())),
            _ => None,
        })
        .collect();
    assert_eq!(arguments, [(0, r#"{"x":1}"#), (1, "{}")]);
    assert_eq!(finishes(&events), [(0, FinishReason::ToolCalls)]);
}

#[test]
fn a_thought_goes_on_until_it_is_signed_or_something_else_is_said() {
    let thought = |text: &str, signature: Option<&str>| match signature {
        Some(signature) => json!([{"text": text, "thought": true, "thoughtSignature": signature}]),
        None => json!([{"text": text, "thought": true}]),
    };
    let events = run(&[
        chunk(thought("a", None)),
        chunk(thought("b", Some("YQ=="))),
        chunk(thought("c", None)),
        chunk(json!([{"text": "so", "thoughtSignature": "Yg=="}])),
        chunk(thought("d", None)),
        last(json!([{"text": "", "thoughtSignature": "Yw=="}])),
    ])
    .unwrap();
    let thoughts: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            ChatEvent::Reasoning(delta) => {
                Some((delta.index, delta.text.as_str(), delta.signature.as_deref(), delta.id.as_deref()))
            }
            _ => None,
        })
        .collect();
    let expected = [
        (0, "a", None, None),
        (0, "b", Some("YQ=="), None),
        (1, "c", None, None),
        (2, "", Some("Yg=="), Some(OF_PART_BEFORE)),
        (3, "d", None, None),
        (4, "", Some("Yw=="), None),
    ];
    assert_eq!(thoughts, expected);
}

#[test]
fn several_answers_are_told_apart() {
    let both = json!({"candidates": [
        {"index": 1, "content": {"parts": [{"text": "b"}]}, "finishReason": "MAX_TOKENS"},
        {"index": 0, "content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"}]});
    let events = run(&[chunk(json!([{"text": "a"}])), both]).unwrap();
    assert_eq!(finishes(&events), [(0, FinishReason::Stop), (1, FinishReason::Length)]);
}

#[test]
fn a_reason_in_every_chunk_ends_nothing() {
    let events = run(&[last(json!([{"text": "a"}])), last(json!([{"text": "b"}]))]).unwrap();
    assert_eq!(finishes(&events).len(), 1);
    assert!(matches!(&events[events.len() - 2..], [ChatEvent::Finish(_), ChatEvent::Usage(_)]));
}

#[test]
fn media_native_parts_and_log_probabilities_have_their_events() {
    let mut with_logprobs = last(json!([
        {"inlineData": {"mimeType": "image/png", "data": "AAAA"}, "thoughtSignature": "YQ=="},
        {"inlineData": {"mimeType": "audio/L16", "data": "AQID"}},
        {"executableCode": {"code": "1"}},
    ]));
    with_logprobs["candidates"][0]["logprobsResult"] = json!({"chosenCandidates": [{"token": "a"}]});
    let events = run(&[with_logprobs]).unwrap();
    assert!(matches!(&events[1], ChatEvent::Part(whole) if matches!(whole.part, Part::Image(_))));
    assert!(matches!(&events[2], ChatEvent::Reasoning(delta) if delta.id.as_deref() == Some(OF_PART_BEFORE)));
    assert!(matches!(&events[3], ChatEvent::Audio(delta) if delta.data == [1, 2, 3]));
    assert!(matches!(&events[4], ChatEvent::Part(whole) if matches!(whole.part, Part::Native(_))));
    assert!(matches!(&events[5], ChatEvent::Logprobs(delta) if delta.tokens.len() == 1));
}

#[test]
fn sources_are_cited_once_before_the_end() {
    let grounding = json!({"groundingChunks": [{"web": {"uri": "u"}}],
        "groundingSupports": [{"segment": {"startIndex": 2, "endIndex": 4, "text": "ab"}, "groundingChunkIndices": [0]}]});
    let mut first = chunk(json!([{"text": "é"}]));
    first["candidates"][0]["groundingMetadata"] = grounding.clone();
    let mut second = last(json!([{"text": "ab"}]));
    second["candidates"][0]["groundingMetadata"] = grounding;
    let events = run(&[first, second]).unwrap();
    let cited: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            ChatEvent::Citation(delta) => Some((delta.citation.start, delta.citation.end)),
            _ => None,
        })
        .collect();
    assert_eq!(cited, [(Some(1), Some(3))]);
    assert!(
        events
            .iter()
            .any(|event| matches!(event, ChatEvent::Extra(json) if json.contains("groundingMetadata")))
    );
}

#[test]
fn a_stream_that_just_stops_is_an_error_and_what_it_cost_is_told() {
    let mut first = chunk(json!([{"text": "he"}]));
    first["usageMetadata"] = json!({"promptTokenCount": 3, "candidatesTokenCount": 1});
    let mut second = chunk(json!([{"text": "l"}]));
    second["usageMetadata"] = json!({"promptTokenCount": 3, "candidatesTokenCount": 2});
    let (events, error) = run(&[first, second]).unwrap_err();
    assert!(error.kind == ErrorKind::BadUpstreamAnswer && error.message.contains("cut off"));
    assert_eq!(usages(&events), [Some(1), Some(2)]);
    assert!(run(&[]).unwrap_err().1.message.contains("cut off"));
}

#[test]
fn an_error_in_the_stream_is_the_upstreams_own() {
    let failure = json!({"error": {"code": 503, "message": "busy", "status": "UNAVAILABLE"}});
    let (events, error) = run(&[chunk(json!([{"text": "a"}])), failure]).unwrap_err();
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Overloaded, "busy"));
    assert_eq!(events.len(), 2);
    let (_, error) = run(&[json!({"promptFeedback": {"blockReason": "SAFETY"}})]).unwrap_err();
    assert_eq!(error.kind, ErrorKind::ContentFilter);
    let (_, error) = run(&[json!({"candidates": 7})]).unwrap_err();
    assert_eq!(error.kind, ErrorKind::BadUpstreamAnswer);
}

#[test]
fn chunks_that_say_nothing_are_read_past() {
    let head = json!({"usageMetadata": {"trafficType": "ON_DEMAND"}, "responseId": "r"});
    let events = run(&[head, last(json!([{"text": "a"}]))]).unwrap();
    assert!(matches!(events[0], ChatEvent::Start(_)) && matches!(events[1], ChatEvent::Text(_)));
    let mut reader = Reader::new(CallIds::default(), Vec::new());
    let mut out = Vec::new();
    for data in ["", "[DONE]"] {
        let frame = ServerSentEvent { event: String::new(), data: data.to_owned(), id: String::new() };
        assert!(reader.frame(frame, &mut out).unwrap().is_continue() && out.is_empty());
    }
}
