//! The other two APIs: responses, and the older completions.

use jackfield_sdk::llm::{ChatEvent, FinishReason, Part};
use jackfield_sdk::stream::Translate;
use serde_json::Value;

use super::{Exchange, exchanges, stream, text_of};
use crate::convert::answer::Asked;
use crate::convert::responses::stream::ResponsesDecoder;
use crate::convert::{Whole, answer, responses};

fn whole(exchange: &Exchange) -> Whole<'_> {
    Whole { status: exchange.status, headers: &[], body: exchange.body.as_bytes() }
}

fn path(exchange: &Exchange) -> &str {
    exchange.path.split('?').next().unwrap()
}

fn chunks(body: &str) -> Vec<Value> {
    body.lines().filter_map(|line| serde_json::from_str(line.strip_prefix("data:")?.trim()).ok()).collect()
}

/// What the items of an output say: text, calls, and how many are neither
/// message, call nor thought.
fn read_slowly(output: &Value) -> (String, Vec<(String, String)>, usize) {
    let (mut text, mut calls, mut others) = (String::new(), Vec::new(), 0);
    for item in output.as_array().unwrap() {
        match item["type"].as_str().unwrap() {
            "message" => {
                text.extend(
                    item["content"].as_array().unwrap().iter().filter_map(|part| part["text"].as_str()),
                );
            }
            "function_call" => calls.push((
                item["call_id"].as_str().unwrap().to_owned(),
                item["arguments"].as_str().unwrap().to_owned(),
            )),
            "reasoning" => {}
            _ => others += 1,
        }
    }
    (text, calls, others)
}

#[test]
fn recorded_responses_are_read_without_loss() {
    let Some(exchanges) = exchanges() else {
        return eprintln!("skipped: no folder of recorded traffic (JACKFIELD_RECORDED)");
    };
    let (mut wholes, mut streams) = (0, 0);
    for exchange in exchanges.iter().filter(|one| path(one).ends_with("/v1/responses") && one.status == 200) {
        if exchange.body.contains("\ndata:") {
            read_stream(exchange);
            streams += 1;
            continue;
        }
        let parsed: Value = serde_json::from_str(&exchange.body).unwrap();
        let answer = responses::answer::convert(whole(exchange), Asked::default(), Vec::new()).unwrap();
        let (text, calls, others) = read_slowly(&parsed["output"]);
        let place = parsed["id"].as_str().unwrap();
        let (mut said, mut called, mut native) = (String::new(), Vec::new(), 0);
        for part in &answer.choices[0].content {
            match part {
                Part::Text(part) => said.push_str(&part.text),
                Part::ToolCall(call) => called.push((call.id.clone(), call.arguments.clone())),
                Part::Reasoning(thought) => assert!(thought.id.is_some(), "{place}"),
                Part::Native(_) => native += 1,
                other => panic!("{place}: {other:?}"),
            }
        }
        assert_eq!((said, &called, native), (text, &calls, others), "{place}");
        assert_eq!(answer.id.as_deref(), Some(place));
        let expected = match parsed["status"].as_str().unwrap() {
            "completed" | "complete" if calls.is_empty() => FinishReason::Stop,
            "completed" | "complete" => FinishReason::ToolCalls,
            other => FinishReason::Other(other.to_owned()),
        };
        assert_eq!(answer.choices[0].finish_reason, expected, "{place}");
        let spent = answer.usage.and_then(|usage| usage.output_tokens);
        assert_eq!(spent, parsed["usage"]["output_tokens"].as_u64(), "{place}");
        wholes += 1;
    }
    eprintln!("read {wholes} whole responses and {streams} streams");
    assert!(wholes > 0 && streams > 0);
}

fn read_stream(exchange: &Exchange) {
    let frames = chunks(&exchange.body);
    let mut decoder = ResponsesDecoder::new(Vec::new());
    let mut out = Vec::new();
    let mut complete = false;
    for frame in &frames {
        complete |= decoder.push("", &frame.to_string(), &mut out).unwrap().is_break();
    }
    decoder.end(complete, &mut out).unwrap();
    let (mut said, mut arguments, mut starts, mut native) = (String::new(), String::new(), 0, 0);
    for event in &out {
        match event {
            ChatEvent::Text(delta) => said.push_str(&delta.text),
            ChatEvent::ToolCallDelta(delta) => arguments.push_str(&delta.arguments),
            ChatEvent::ToolCallStart(_) => starts += 1,
            ChatEvent::Part(_) => native += 1,
            _ => {}
        }
    }
    let last = &frames.last().unwrap()["response"];
    let (text, calls, others) = read_slowly(&last["output"]);
    let written: String = calls.iter().map(|(_, arguments)| arguments.as_str()).collect();
    assert_eq!((said, starts, arguments, native), (text, calls.len(), written, others), "{}", last["id"]);
    assert!(
        matches!(out.first(), Some(ChatEvent::Start(start)) if start.id.as_deref() == last["id"].as_str())
    );
    assert!(matches!(out.last(), Some(ChatEvent::Usage(_))));
}

#[test]
fn recorded_completions_are_read_without_loss() {
    let Some(exchanges) = exchanges() else {
        return eprintln!("skipped: no folder of recorded traffic (JACKFIELD_RECORDED)");
    };
    let (mut wholes, mut streams) = (0, 0);
    let older = |one: &&Exchange| path(one).ends_with("/completions") && !path(one).contains("/chat/");
    for exchange in exchanges.iter().filter(older).filter(|one| one.status == 200) {
        let text = |chunks: &[Value]| -> String {
            let choices = chunks.iter().flat_map(|chunk| chunk["choices"].as_array().into_iter().flatten());
            choices
                .filter(|choice| choice["index"] == 0)
                .filter_map(|choice| choice["text"].as_str())
                .collect()
        };
        if exchange.body.trim_start().starts_with("data:") {
            let events = stream(&exchange.body);
            let said: String = events
                .iter()
                .filter_map(|event| match event {
                    ChatEvent::Text(delta) if delta.choice == 0 => Some(delta.text.as_str()),
                    _ => None,
                })
                .collect();
            assert_eq!(said, text(&chunks(&exchange.body)), "{}", exchange.file);
            streams += 1;
        } else {
            let parsed: Value = serde_json::from_str(&exchange.body).unwrap();
            let answer = answer::convert(whole(exchange), Asked::default(), Vec::new()).unwrap();
            let said: String = answer.choices[0]
                .content
                .iter()
                .filter_map(|part| if let Part::Text(text) = part { Some(text.text.as_str()) } else { None })
                .collect();
            assert_eq!(said, text(std::slice::from_ref(&parsed)), "{}", exchange.file);
            assert!(text_of(std::slice::from_ref(&parsed), "message").is_empty());
            assert_eq!(answer.usage.is_some(), parsed["usage"].is_object(), "{}", exchange.file);
            wholes += 1;
        }
    }
    eprintln!("read {wholes} whole completions and {streams} streams");
    assert!(wholes > 0 && streams > 0);
}
