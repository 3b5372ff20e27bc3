//! Pushes real traffic through the parser, where a checkout has it beside the
//! repository, and compares with a slow reading of the same JSON.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use jackfield_sdk::calls::CallIds;
use jackfield_sdk::http::ServerSentEvent;
use jackfield_sdk::llm::{ChatEvent, FinishReason, Message, Part, Role};
use jackfield_sdk::stream::{Relay, Source};
use jackfield_sdk::types::{Error, Usage};
use serde_json::{Value, json};

use super::request::prepare;
use super::request::tests::hello;
use super::stream::Reader;
use super::{answer, embedding, errors};
use crate::settings::Platform;
use crate::settings::tests::chat;

fn recorded(file: &str) -> Option<Vec<Value>> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recorded");
    let folder = std::env::var_os("JACKFIELD_RECORDED").map_or_else(beside, PathBuf::from);
    let Ok(lines) = std::fs::read_to_string(folder.join(file)) else {
        eprintln!("skipped: no {file} in ../shared/recorded, nor where JACKFIELD_RECORDED says");
        return None;
    };
    Some(lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

/// What an answer says, in its plainest form.
#[derive(Debug, Default, PartialEq)]
struct Said {
    text: String,
    thoughts: String,
    /// Names and arguments.
    calls: Vec<(String, Value)>,
    signatures: Vec<String>,
    native: usize,
}

/// Read by hand from the chunks of an answer.
fn by_hand(chunks: &[Value]) -> Said {
    let mut said = Said::default();
    for part in
        chunks.iter().filter_map(|chunk| chunk["candidates"][0]["content"]["parts"].as_array()).flatten()
    {
        if let Some(call) = part.get("functionCall") {
            let args = call.get("args").cloned().unwrap_or_else(|| json!({}));
            said.calls.push((call["name"].as_str().unwrap().to_owned(), args));
        } else if let Some(text) = part["text"].as_str() {
            if part["thought"] == true { &mut said.thoughts } else { &mut said.text }.push_str(text);
        } else {
            said.native += 1;
            continue;
        }
        said.signatures.extend(part["thoughtSignature"].as_str().map(str::to_owned));
    }
    said
}

fn of_parts(parts: &[Part]) -> Said {
    let mut said = Said::default();
    for part in parts {
        match part {
            Part::Text(text) => said.text.push_str(&text.text),
            Part::Reasoning(thought) => {
                said.thoughts.push_str(&thought.text);
                said.signatures.extend(thought.signature.clone());
            }
            Part::ToolCall(call) => {
                said.calls.push((call.name.clone(), serde_json::from_str(&call.arguments).unwrap()));
                said.signatures.extend(call.signature.clone());
            }
            Part::Native(_) => said.native += 1,
            other => panic!("{other:?}"),
        }
    }
    said
}

fn of_events(events: &[ChatEvent]) -> Said {
    let mut said = Said::default();
    for event in events {
        match event {
            ChatEvent::Text(delta) => said.text.push_str(&delta.text),
            ChatEvent::Reasoning(delta) => {
                said.thoughts.push_str(&delta.text);
                said.signatures.extend(delta.signature.clone());
            }
            ChatEvent::ToolCallStart(start) => {
                said.calls.push((start.name.clone(), Value::Null));
                said.signatures.extend(start.signature.clone());
            }
            ChatEvent::ToolCallDelta(delta) => {
                said.calls[delta.index as usize].1 = serde_json::from_str(&delta.arguments).unwrap();
            }
            ChatEvent::Part(_) => said.native += 1,
            _ => {}
        }
    }
    said
}

fn check_usage(name: &str, usage: Option<&Usage>, counts: &Value) {
    let count = |name: &str| counts[name].as_u64();
    let sum = |a: &str, b: &str| match (count(a), count(b)) {
        (None, None) => None,
        (a, b) => Some(a.unwrap_or(0) + b.unwrap_or(0)),
    };
    let Some(usage) = usage else {
        assert!(count("totalTokenCount").is_none(), "{name}");
        return;
    };
    assert_eq!(usage.input_tokens, sum("promptTokenCount", "toolUsePromptTokenCount"), "{name}");
    assert_eq!(usage.output_tokens, sum("candidatesTokenCount", "thoughtsTokenCount"), "{name}");
    assert_eq!(usage.reasoning_tokens, count("thoughtsTokenCount"), "{name}");
    assert_eq!(usage.cache_read_tokens, count("cachedContentTokenCount"), "{name}");
}

fn check_finish(name: &str, reason: &FinishReason, word: &Value, calls: bool) {
    let expected = match (word, calls) {
        (Value::Null, _) => FinishReason::Other("unknown".to_owned()),
        (word, true) if *word == "STOP" || *word == 1 => FinishReason::ToolCalls,
        (word, false) if *word == "STOP" || *word == 1 => FinishReason::Stop,
        (word, _) if *word == "MAX_TOKENS" => FinishReason::Length,
        (word, _) if *word == "SAFETY" => FinishReason::ContentFilter,
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(*reason, expected, "{name}");
}

/// What a model said goes back as it came, in the turn that follows.
fn check_return(name: &str, body: &Value, parts: &[Part]) {
    let mut came = body["candidates"][0]["content"]["parts"].as_array().cloned().unwrap_or_default();
    came.retain(|part| part["text"] != "" || part.get("thoughtSignature").is_some());
    for part in &mut came {
        if part.get("functionCall").is_some_and(|call| call.get("args").is_none()) {
            part["functionCall"]["args"] = json!({});
        }
    }
    if came.is_empty() {
        return;
    }
    let mut request = hello("gemini-2.5-flash");
    request.messages.push(Message::new(Role::Assistant, parts.to_vec()));
    let prepared = prepare(&request, &chat(Platform::Gemini)).unwrap();
    let sent: Value = serde_json::from_slice(&prepared.body).unwrap();
    assert_eq!(sent["contents"][1]["parts"], Value::Array(came), "{name}");
    assert!(prepared.warnings.is_empty(), "{name}: {:?}", prepared.warnings);
}

fn check_whole(name: &str, text: &str) {
    let body: Value = serde_json::from_str(text).unwrap();
    let answer = answer::response(text, "asked", CallIds::default(), Vec::new())
        .unwrap_or_else(|error| panic!("{name}: {error:?}"));
    let choice = &answer.choices[0];
    let said = of_parts(&choice.content);
    assert_eq!(said, by_hand(std::slice::from_ref(&body)), "{name}");
    check_usage(name, answer.usage.as_ref(), &body["usageMetadata"]);
    check_finish(name, &choice.finish_reason, &body["candidates"][0]["finishReason"], !said.calls.is_empty());
    assert_eq!(answer.id.as_deref(), body["responseId"].as_str(), "{name}");
    check_return(name, &body, &choice.content);
}

/// Frames in batches of these sizes, again and again.
struct Batches(RefCell<Vec<ServerSentEvent>>, usize);

impl Source for Batches {
    type Frame = ServerSentEvent;

    fn next_batch(&self) -> Result<Vec<ServerSentEvent>, Error> {
        let mut left = self.0.borrow_mut();
        let size = self.1.min(left.len());
        Ok(left.drain(..size).collect())
    }
}

fn events(chunks: &[Value], size: usize) -> (Vec<ChatEvent>, Option<Error>) {
    let frame =
        |chunk: &Value| ServerSentEvent { event: String::new(), data: chunk.to_string(), id: String::new() };
    let source = Batches(RefCell::new(chunks.iter().map(frame).collect()), size);
    let relay = Relay::new(source, Reader::new(CallIds::default(), Vec::new()));
    let mut all = Vec::new();
    loop {
        match relay.next() {
            Ok(events) if events.is_empty() => return (all, None),
            Ok(events) => all.extend(events),
            Err(error) => return (all, Some(error)),
        }
    }
}

fn check_stream(name: &str, text: &str) {
    let lines = text.lines().filter_map(|line| line.strip_prefix("data:"));
    let chunks: Vec<Value> = lines.map(|data| serde_json::from_str(data.trim()).unwrap()).collect();
    let (told, error) = events(&chunks, 1);
    assert!(error.is_none(), "{name}: {error:?}");
    assert!(
        matches!(&told[0], ChatEvent::Start(start) if start.id.is_some() && start.model.is_some()),
        "{name}"
    );
    let said = of_events(&told);
    assert_eq!(said, by_hand(&chunks), "{name}");
    let usage = told
        .iter()
        .rev()
        .find_map(|event| if let ChatEvent::Usage(usage) = event { Some(usage) } else { None });
    let last = chunks.iter().rev().find(|chunk| chunk["usageMetadata"]["totalTokenCount"].is_number());
    check_usage(name, usage, last.map_or(&Value::Null, |chunk| &chunk["usageMetadata"]));
    let finishes: Vec<_> = told
        .iter()
        .filter_map(|event| if let ChatEvent::Finish(finish) = event { Some(finish) } else { None })
        .collect();
    assert_eq!(finishes.len(), 1, "{name}");
    let word =
        chunks.iter().rev().map(|chunk| &chunk["candidates"][0]["finishReason"]).find(|word| !word.is_null());
    check_finish(name, &finishes[0].reason, word.unwrap(), !said.calls.is_empty());
    for size in 2..=chunks.len() + 1 {
        assert_eq!(events(&chunks, size).0, told, "{name}, in batches of {size}");
    }
    for length in 0..chunks.len() {
        let kept = &chunks[..length];
        let ended = kept.iter().any(|chunk| chunk["candidates"][0]["finishReason"].is_string());
        assert_eq!(events(kept, 1).1.is_none(), ended, "{name}, cut after {length} chunks");
    }
}

#[test]
fn recorded_answers_are_all_understood() {
    let (mut whole, mut streams, mut refused, mut vectors) = (0, 0, 0, 0);
    for file in ["gemini.jsonl", "vertex.jsonl"] {
        let Some(exchanges) = recorded(file) else { return };
        for exchange in exchanges {
            let (name, path) = (exchange["src"].as_str().unwrap(), exchange["path"].as_str().unwrap());
            let Some(body) = exchange["resp"]["text"].as_str() else { continue };
            let method = path.rsplit(':').next().unwrap();
            if exchange["status"] != 200 {
                let error = errors::of_body(body).unwrap();
                assert_eq!(error.code.is_some(), body.contains("\"status\""), "{name}");
                refused += 1;
            } else if method.starts_with("streamGenerateContent") {
                check_stream(name, body);
                streams += 1;
            } else if method.starts_with("generateContent") {
                check_whole(name, body);
                whole += 1;
            } else if method == "batchEmbedContents" {
                let (found, _) = embedding::vectors(serde_json::from_str(body).unwrap(), 1).unwrap();
                assert_eq!(found.len(), 1, "{name}");
                vectors += 1;
            }
        }
    }
    println!("{whole} answers, {streams} streams, {refused} errors, {vectors} embeddings");
    assert!(whole > 80 && streams > 12 && refused > 2 && vectors > 0);
}
