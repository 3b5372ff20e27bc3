//! Real traffic, where a folder of it is at hand: every body that looks like
//! this protocol's is pushed through the readers. The folder holds `.jsonl`
//! files with one exchange a line (`path`, `status`, `resp.text` or
//! `resp.base64`); it is named by `JACKFIELD_RECORDED`, or lies at
//! `../../../shared/recorded`. Without it there is nothing to do.

use std::path::PathBuf;

use jackfield_sdk::http::{ErrorAnswer, ServerSentEvent};
use jackfield_sdk::llm::{ChatEvent, Part};
use jackfield_sdk::stream::Translate;
use jackfield_sdk::types::ErrorKind;
use serde_json::Value;

use super::answer::Asked;
use super::stream::ChatDecoder;
use super::{Whole, answer, embedding, errors};

mod others;

fn folder() -> Option<PathBuf> {
    let named = std::env::var_os("JACKFIELD_RECORDED").map(PathBuf::from);
    let usual = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recorded");
    named.or(Some(usual)).filter(|path| path.is_dir())
}

struct Exchange {
    file: String,
    path: String,
    status: u16,
    request: Value,
    body: String,
}

fn exchanges() -> Option<Vec<Exchange>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder()?).unwrap() {
        let file = entry.unwrap().path();
        if file.extension().is_none_or(|extension| extension != "jsonl") {
            continue;
        }
        for line in std::fs::read_to_string(&file).unwrap().lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let text = |pointer: &str| line.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
            let base64 = |text: String| String::from_utf8(jackfield_sdk::base64::decode(&text).unwrap()).ok();
            let Some(body) = text("/resp/text").or_else(|| text("/resp/base64").and_then(base64)) else {
                continue;
            };
            found.push(Exchange {
                file: file.file_name().unwrap().to_string_lossy().into_owned(),
                path: text("/path").unwrap(),
                status: line["status"].as_u64().unwrap() as u16,
                request: text("/req/text")
                    .and_then(|text| serde_json::from_str(&text).ok())
                    .unwrap_or_default(),
                body,
            });
        }
    }
    Some(found)
}

fn stream(body: &str) -> Vec<ChatEvent> {
    let mut decoder = ChatDecoder::new(Vec::new());
    let mut out = Vec::new();
    for data in body.lines().filter_map(|line| line.strip_prefix("data:")) {
        let frame = ServerSentEvent { event: String::new(), data: data.trim().to_owned(), id: String::new() };
        if decoder.frame(frame, &mut out).unwrap().is_break() {
            decoder.end(true, &mut out).unwrap();
            return out;
        }
    }
    decoder.end(false, &mut out).unwrap();
    out
}

/// An independent, slow reading of what a body says.
fn text_of(chunks: &[Value], member: &str) -> String {
    let texts = chunks.iter().flat_map(|chunk| chunk["choices"].as_array().into_iter().flatten());
    texts
        .filter(|choice| choice["index"] == 0)
        .filter_map(|choice| choice[member]["content"].as_str())
        .collect()
}

#[test]
fn recorded_bodies_are_read_without_loss() {
    let Some(exchanges) = exchanges() else {
        eprintln!("skipped: no folder of recorded traffic (JACKFIELD_RECORDED)");
        return;
    };
    let (mut wholes, mut streams, mut vectors, mut refused) = (0, 0, 0, 0);
    for Exchange { file, path, status, request, body } in &exchanges {
        let path = path.split('?').next().unwrap();
        let place = format!("{file} {path}");
        let whole = Whole { status: *status, headers: &[], body: body.as_bytes() };
        if *status >= 400 && (path.ends_with("/chat/completions") || path.ends_with("/embeddings")) {
            let error =
                errors::of_answer(&ErrorAnswer { status: *status, headers: &[], body: body.as_bytes() });
            assert!(
                error.sent && error.status == Some(*status) && error.message.len() > 30,
                "{place}: {error:?}"
            );
            refused += 1;
        } else if path.ends_with("/chat/completions") && body.trim_start().starts_with("data:") {
            let chunks: Vec<Value> = body
                .lines()
                .filter_map(|line| serde_json::from_str(line.strip_prefix("data:")?.trim()).ok())
                .collect();
            let events = stream(body);
            let said: String = events
                .iter()
                .filter_map(|event| match event {
                    ChatEvent::Text(delta) if delta.choice == 0 => Some(delta.text.as_str()),
                    _ => None,
                })
                .collect();
            assert_eq!(said, text_of(&chunks, "delta"), "{place}");
            assert!(events.iter().any(|event| matches!(event, ChatEvent::Finish(_))), "{place}");
            let spent =
                chunks.iter().any(|chunk| chunk["usage"].is_object() || chunk["x_groq"]["usage"].is_object());
            assert_eq!(events.iter().any(|event| matches!(event, ChatEvent::Usage(_))), spent, "{place}");
            streams += 1;
        } else if path.ends_with("/chat/completions") {
            let parsed: Value = serde_json::from_str(body).unwrap();
            match answer::convert(whole, Asked::default(), Vec::new()) {
                Ok(answer) => {
                    let said: String = answer.choices[0]
                        .content
                        .iter()
                        .filter_map(|part| match part {
                            Part::Text(text) => Some(text.text.as_str()),
                            _ => None,
                        })
                        .collect();
                    assert_eq!(said, text_of(std::slice::from_ref(&parsed), "message"), "{place}");
                    let calls = answer.choices[0]
                        .content
                        .iter()
                        .filter(|part| matches!(part, Part::ToolCall(_)))
                        .count();
                    let message = &parsed["choices"][0]["message"];
                    let expected = message["tool_calls"].as_array().map_or(0, Vec::len)
                        + usize::from(message["function_call"].is_object());
                    assert_eq!(calls, expected, "{place}");
                    assert_eq!(answer.usage.is_some(), parsed["usage"].is_object(), "{place}");
                    wholes += 1;
                }
                Err(error) => {
                    assert!(parsed["error"].is_object(), "{place}: {error:?}");
                    assert_eq!(error.kind, ErrorKind::ContentFilter, "{place}: {error:?}");
                    refused += 1;
                }
            }
        } else if path.ends_with("/v1/embeddings") && body.contains("\"embedding\"") {
            let inputs = request["input"].as_array().map_or(1, Vec::len);
            match embedding::convert(whole, "m", inputs, Vec::new()) {
                Ok(answer) => {
                    assert_eq!(answer.vectors.len(), inputs, "{place}");
                    vectors += 1;
                }
                Err(error) => panic!("{place}: {error:?}"),
            }
        }
    }
    eprintln!("read {wholes} whole answers, {streams} streams, {vectors} lists of vectors, {refused} errors");
    assert!(wholes > 0 && streams > 0 && vectors > 0 && refused > 0);
}
