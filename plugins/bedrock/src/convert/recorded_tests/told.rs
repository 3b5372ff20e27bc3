//! What an answer says: by the readers, and by a slow reading of its own.

use jackfield_sdk::http::EventStreamMessage;
use jackfield_sdk::llm::{ChatEvent, ChatResponse, FinishReason, Part};
use jackfield_sdk::types::Usage;
use serde_json::Value;

/// What an answer says, however it came.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Told {
    pub(super) text: String,
    pub(super) thoughts: String,
    /// Id, name and arguments.
    pub(super) calls: Vec<(String, String, String)>,
    pub(super) finish: String,
    pub(super) input: Option<u64>,
    pub(super) output: Option<u64>,
}

pub(super) fn of_usage(told: &mut Told, usage: Option<&Usage>) {
    told.input = usage.and_then(|usage| usage.input_tokens);
    told.output = usage.and_then(|usage| usage.output_tokens);
}

pub(super) fn of_answer(answer: &ChatResponse) -> Told {
    let mut told = Told::default();
    for part in &answer.choices[0].content {
        match part {
            Part::Text(part) => told.text.push_str(&part.text),
            Part::Reasoning(part) => told.thoughts.push_str(&part.text),
            Part::ToolCall(call) => {
                told.calls.push((call.id.clone(), call.name.clone(), compact(&call.arguments)));
            }
            _ => {}
        }
    }
    told.finish = format!("{:?}", answer.choices[0].finish_reason);
    of_usage(&mut told, answer.usage.as_ref());
    told
}

pub(super) fn of_events(events: &[ChatEvent]) -> Told {
    let mut told = Told::default();
    for event in events {
        match event {
            ChatEvent::Text(delta) => told.text.push_str(&delta.text),
            ChatEvent::Reasoning(delta) => told.thoughts.push_str(&delta.text),
            ChatEvent::ToolCallStart(start) => {
                told.calls.push((start.id.clone(), start.name.clone(), String::new()));
            }
            ChatEvent::ToolCallDelta(delta) => {
                told.calls[delta.index as usize].2.push_str(&delta.arguments);
            }
            ChatEvent::Finish(finish) => told.finish = format!("{:?}", finish.reason),
            ChatEvent::Usage(usage) => of_usage(&mut told, Some(usage)),
            _ => {}
        }
    }
    for (_, _, arguments) in &mut told.calls {
        *arguments = compact(arguments);
    }
    told
}

pub(super) fn compact(json: &str) -> String {
    serde_json::from_str::<Value>(json).unwrap_or_default().to_string()
}

pub(super) fn slow_finish(stop_reason: &Value, calls: bool) -> String {
    let reason = match stop_reason.as_str().unwrap() {
        "end_turn" => FinishReason::Stop,
        "tool_use" if calls => FinishReason::ToolCalls,
        "max_tokens" => FinishReason::Length,
        "guardrail_intervened" => FinishReason::ContentFilter,
        other => panic!("{other}"),
    };
    format!("{reason:?}")
}

pub(super) fn slow_usage(told: &mut Told, usage: &Value) {
    let count = |name: &str| usage[name].as_u64().unwrap_or(0);
    let total = count("totalTokens");
    told.output = Some(count("outputTokens"));
    told.input = Some(total - count("outputTokens"));
}

/// A slow reading of a whole answer of Converse.
pub(super) fn slow_answer(body: &str) -> Told {
    let body: Value = serde_json::from_str(body).unwrap();
    let mut told = Told::default();
    for block in body["output"]["message"]["content"].as_array().unwrap() {
        told.text += block["text"].as_str().unwrap_or_default();
        told.thoughts += block["reasoningContent"]["reasoningText"]["text"].as_str().unwrap_or_default();
        if let Some(call) = block.get("toolUse") {
            let text = |name: &str| call[name].as_str().unwrap().to_owned();
            told.calls.push((text("toolUseId"), text("name"), call["input"].to_string()));
        }
    }
    told.finish = slow_finish(&body["stopReason"], !told.calls.is_empty());
    slow_usage(&mut told, &body["usage"]);
    told
}

/// A slow reading of a stream of Converse.
pub(super) fn slow_stream(frames: &[EventStreamMessage]) -> Told {
    let mut told = Told::default();
    let mut blocks = std::collections::BTreeMap::new();
    for frame in frames {
        let event: Value = serde_json::from_slice(&frame.payload).unwrap();
        let delta = &event["delta"];
        told.text += delta["text"].as_str().unwrap_or_default();
        told.thoughts += delta["reasoningContent"]["text"].as_str().unwrap_or_default();
        let at = event["contentBlockIndex"].to_string();
        if let Some(call) = event["start"].get("toolUse").filter(|call| call["type"] != "server_tool_use") {
            blocks.insert(at.clone(), told.calls.len());
            let text = |name: &str| call[name].as_str().unwrap().to_owned();
            told.calls.push((text("toolUseId"), text("name"), String::new()));
        }
        if let (Some(input), Some(place)) = (delta["toolUse"]["input"].as_str(), blocks.get(&at)) {
            told.calls[*place].2 += input;
        }
        if event.get("stopReason").is_some() {
            told.finish = slow_finish(&event["stopReason"], !told.calls.is_empty());
        }
        if event.get("usage").is_some() {
            slow_usage(&mut told, &event["usage"]);
        }
    }
    for (_, _, arguments) in &mut told.calls {
        *arguments = compact(arguments);
    }
    told
}
