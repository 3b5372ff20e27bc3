//! Pushes real traffic through the parser, where a checkout has it beside the
//! repository, and compares with a slow reading that shares no code with it.

use std::path::{Path, PathBuf};

use jackfield_sdk::calls::CallIds;
use jackfield_sdk::embedding::{EmbedRequest, Input, Vector};
use jackfield_sdk::http::ErrorAnswer;
use jackfield_sdk::llm::{ChatEvent, FinishReason, Part};
use jackfield_sdk::testing::{events, json_lines, translate};
use jackfield_sdk::types::{ErrorKind, Usage};
use serde_json::Value;

use super::answer::Asked;
use super::stream::Reader;
use super::{answer, embedding, errors};
use crate::settings::Counts;

/// What an answer says, however it came.
#[derive(Debug, Default, PartialEq)]
struct Told {
    text: String,
    thoughts: String,
    /// Ids, names and arguments.
    calls: Vec<(String, String, String)>,
    citations: usize,
    input: Option<u64>,
    output: Option<u64>,
    cached: Option<u64>,
    finish: String,
}

impl Told {
    fn usage(&mut self, usage: &Usage) {
        (self.input, self.output, self.cached) =
            (usage.input_tokens, usage.output_tokens, usage.cache_read_tokens);
    }

    fn finish(&mut self, reason: &FinishReason) {
        self.finish = match reason {
            FinishReason::Stop => "COMPLETE".to_owned(),
            FinishReason::ToolCalls => "TOOL_CALL".to_owned(),
            other => format!("{other:?}"),
        };
    }
}

/// By the plugin, whole.
fn whole(body: &str) -> Told {
    let answer = answer::response(body, Asked::default(), Counts::All, &mut CallIds::default()).unwrap();
    let mut told = Told::default();
    for part in &answer.choices[0].content {
        match part {
            Part::Text(text) => {
                told.text.push_str(&text.text);
                told.citations += text.citations.len();
            }
            Part::Reasoning(thought) => told.thoughts.push_str(&thought.text),
            Part::ToolCall(call) => {
                told.calls.push((call.id.clone(), call.name.clone(), call.arguments.clone()))
            }
            other => panic!("{other:?}"),
        }
    }
    told.usage(answer.usage.as_ref().unwrap());
    told.finish(&answer.choices[0].finish_reason);
    told
}

/// By the plugin, streamed.
fn streamed(body: &str) -> Told {
    let mut told = Told::default();
    for event in
        translate(events(body), Reader::new(Asked::default(), Counts::All, CallIds::default())).unwrap()
    {
        match event {
            ChatEvent::Start(start) => assert!(start.id.is_some()),
            ChatEvent::Text(delta) => told.text.push_str(&delta.text),
            ChatEvent::Reasoning(delta) => told.thoughts.push_str(&delta.text),
            ChatEvent::ToolCallStart(call) => told.calls.push((call.id, call.name, String::new())),
            ChatEvent::ToolCallDelta(delta) => told.calls[delta.index as usize].2.push_str(&delta.arguments),
            ChatEvent::Citation(_) => told.citations += 1,
            ChatEvent::Usage(usage) => told.usage(&usage),
            ChatEvent::Finish(finish) => told.finish(&finish.reason),
            other => panic!("{other:?}"),
        }
    }
    told
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The counts and the end of an answer, read slowly.
fn tail(told: &mut Told, value: &Value) {
    let count = |name: &str| value["usage"]["tokens"][name].as_f64().map(|count| count as u64);
    (told.input, told.output) = (count("input_tokens"), count("output_tokens"));
    told.cached = value["usage"]["cached_tokens"].as_u64();
    told.finish = text(&value["finish_reason"]);
}

fn slow_whole(body: &str) -> Told {
    let body: Value = serde_json::from_str(body).unwrap();
    let message = &body["message"];
    let mut told = Told { thoughts: text(&message["tool_plan"]), ..Told::default() };
    for block in message["content"].as_array().into_iter().flatten() {
        told.text.push_str(&text(&block["text"]));
        told.thoughts.push_str(&text(&block["thinking"]));
    }
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        let function = &call["function"];
        told.calls.push((text(&call["id"]), text(&function["name"]), text(&function["arguments"])));
    }
    told.citations = message["citations"].as_array().map_or(0, Vec::len);
    tail(&mut told, &body);
    told
}

fn slow_streamed(body: &str) -> Told {
    let mut told = Told::default();
    for data in body.lines().filter_map(|line| line.strip_prefix("data: ")).filter(|data| *data != "[DONE]") {
        let event: Value = serde_json::from_str(data).unwrap();
        let piece = &event["delta"]["message"];
        told.text.push_str(&text(&piece["content"]["text"]));
        told.thoughts.push_str(&text(&piece["content"]["thinking"]));
        told.thoughts.push_str(&text(&piece["tool_plan"]));
        let (call, function) = (&piece["tool_calls"], &piece["tool_calls"]["function"]);
        match event["type"].as_str().unwrap() {
            "tool-call-start" => {
                told.calls.push((text(&call["id"]), text(&function["name"]), text(&function["arguments"])))
            }
            "tool-call-delta" => told.calls.last_mut().unwrap().2.push_str(&text(&function["arguments"])),
            "citation-start" => told.citations += 1,
            "message-end" => tail(&mut told, &event["delta"]),
            _ => {}
        }
    }
    told
}

fn check_vectors(name: &str, asked: &Value, body: &str) {
    let inputs = asked["texts"].as_array().unwrap().iter().map(|input| Input::Text(text(input))).collect();
    let request = EmbedRequest::new(text(&asked["model"]), inputs);
    let answer =
        embedding::convert(vec![serde_json::from_str(body).unwrap()], &request, Counts::All, Vec::new())
            .unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    let [Vector::Float32(vector)] = answer.vectors.as_slice() else { panic!("{name}") };
    let slow: Vec<f32> = body["embeddings"]["float"][0]
        .as_array()
        .unwrap()
        .iter()
        .map(|number| number.as_f64().unwrap() as f32)
        .collect();
    assert_eq!(*vector, slow, "{name}");
    assert_eq!(
        answer.usage.unwrap().input_tokens,
        body["meta"]["billed_units"]["input_tokens"].as_u64(),
        "{name}"
    );
}

#[test]
fn recorded_answers_are_read_as_a_slow_reading_reads_them() {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recorded");
    let folder = std::env::var_os("JACKFIELD_RECORDED").map_or_else(beside, PathBuf::from);
    let Some(exchanges) = json_lines(&folder.join("cohere.jsonl")) else { return };
    let (mut wholes, mut streams, mut vectors, mut failures) = (0, 0, 0, 0);
    for exchange in exchanges {
        let (name, path) = (exchange["src"].as_str().unwrap(), exchange["path"].as_str().unwrap());
        let body = exchange["resp"]["text"].as_str().unwrap();
        let asked: Value = serde_json::from_str(exchange["req"]["text"].as_str().unwrap()).unwrap();
        let status = u16::try_from(exchange["status"].as_u64().unwrap()).unwrap();
        match (path, status) {
            (_, 404) => {
                let error = errors::of_answer(&ErrorAnswer { status, headers: &[], body: body.as_bytes() });
                assert_eq!(error.kind, ErrorKind::NotFound, "{name}");
                failures += 1;
            }
            ("/v2/chat", 200) if asked["stream"] == true => {
                assert_eq!(streamed(body), slow_streamed(body), "{name}");
                streams += 1;
            }
            ("/v2/chat", 200) => {
                assert_eq!(whole(body), slow_whole(body), "{name}");
                wholes += 1;
            }
            ("/v2/embed", 200) => {
                check_vectors(name, &asked, body);
                vectors += 1;
            }
            // The API's first version, which nothing here speaks.
            ("/v1/chat", _) => {}
            other => panic!("{name}: {other:?}"),
        }
    }
    println!("{wholes} whole answers, {streams} streams, {vectors} vectors, {failures} failures");
    assert!(wholes > 0 && streams > 0 && vectors > 0 && failures > 0);
}
