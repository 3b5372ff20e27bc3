//! Requests that real clients sent, where a checkout has them beside the
//! repository, against a slow reading of the same JSON.

use std::path::{Path, PathBuf};

use jackfield_runtime::api::llm::{ChatRequest, Part};
use jackfield_runtime::api::types::ErrorKind;
use serde_json::Value;

use super::super::{decode, decode_count};
use crate::endpoint::PathFacts;

fn recorded(file: &str) -> Vec<Value> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recorded");
    let folder = std::env::var_os("JACKFIELD_RECORDED").map_or_else(beside, PathBuf::from);
    let Ok(lines) = std::fs::read_to_string(folder.join(file)) else {
        eprintln!("skipped: no {file} in ../shared/recorded, nor where JACKFIELD_RECORDED says");
        return Vec::new();
    };
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What is said in a request, in its plainest form: texts, calls, results, media.
fn said(request: &ChatRequest) -> (String, Vec<String>, usize, usize) {
    let mut said = (String::new(), Vec::new(), 0, 0);
    for part in request.messages.iter().flat_map(|message| &message.content) {
        match part {
            Part::Text(part) => said.0.push_str(&part.text),
            Part::Reasoning(part) => said.0.push_str(&part.text),
            Part::ToolCall(call) => said.1.push(call.name.clone()),
            Part::ToolResult(_) => said.2 += 1,
            Part::Image(_) | Part::Audio(_) | Part::Document(_) => said.3 += 1,
            _ => {}
        }
    }
    said
}

/// The same read by hand.
fn by_hand(body: &Value) -> (String, Vec<String>, usize, usize) {
    let mut said = (String::new(), Vec::new(), 0, 0);
    let system = ["systemInstruction", "system_instruction"].iter().filter_map(|name| body.get(name));
    let contents = body["contents"].as_array().into_iter().flatten();
    let parts = system.chain(contents).filter_map(|content| match &content["parts"] {
        Value::Array(parts) => Some(parts.clone()),
        Value::Null => None,
        part => Some(vec![part.clone()]),
    });
    for part in parts.flatten() {
        let member = |camel: &str, snake: &str| part.get(camel).or_else(|| part.get(snake)).cloned();
        said.0.push_str(part["text"].as_str().unwrap_or_default());
        let call = member("functionCall", "function_call");
        said.1.extend(call.map(|call| call["name"].as_str().unwrap_or_default().to_owned()));
        said.2 += usize::from(member("functionResponse", "function_response").is_some());
        let media = [member("inlineData", "inline_data"), member("fileData", "file_data")];
        said.3 += media.iter().flatten().count();
    }
    said
}

#[test]
fn every_recorded_request_is_read_or_refused_for_what_only_google_can_do() {
    let path = PathFacts { model: Some("m".to_owned()), ..PathFacts::default() };
    let (mut read, mut refused) = (0, Vec::new());
    for exchange in ["gemini.jsonl", "vertex.jsonl"].into_iter().flat_map(recorded) {
        let asked = exchange["path"].as_str().unwrap_or_default();
        let (whole, counted) = (asked.contains("enerateContent"), asked.contains(":countTokens"));
        let Some(text) = exchange["req"]["text"].as_str().filter(|_| whole || counted) else { continue };
        let place = exchange["src"].as_str().unwrap_or_default();
        let request = match counted {
            true => decode_count(text.as_bytes(), &path),
            false => decode(text.as_bytes(), &path).map(|decoded| decoded.request),
        };
        match request {
            Ok(request) => {
                let body: Value = serde_json::from_str(text).unwrap();
                assert_eq!(
                    said(&request),
                    by_hand(body.get("generateContentRequest").unwrap_or(&body)),
                    "{place}"
                );
                read += 1;
            }
            Err(error) if error.kind == ErrorKind::Unsupported => refused.push(error.to_string()),
            Err(error) => assert_ne!(exchange["status"], 200, "{place}: {error}"),
        }
    }
    eprintln!("{read} read; refused: {refused:#?}");
    assert!(refused.len() <= read, "{refused:#?}");
}
