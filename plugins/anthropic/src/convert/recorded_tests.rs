//! Pushes real traffic through the parser, where a checkout has it beside the
//! repository: recordings as JSON lines, and files of server-sent events.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use jackfield_sdk::http::ServerSentEvent;
use jackfield_sdk::llm::{ChatEvent, FinishReason, Message, Part, Role};
use jackfield_sdk::members::Members;
use jackfield_sdk::stream::Translate;
use jackfield_sdk::types::{Error, ErrorKind};
use serde_json::{Value, json};

use super::request::{Purpose, prepare};
use super::stream::Reader;
use super::{answer, errors};
use crate::settings::tests::settings;
use crate::wire::answer::TokenCount;

fn beside(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path)
}

/// A file of server-sent events, cut as the host cuts it.
fn frames(text: &str) -> Vec<ServerSentEvent> {
    let text = text.replace("\r\n", "\n");
    let field = |block: &str, name: &str| {
        let lines = block.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        lines.map(|value| value.strip_prefix(' ').unwrap_or(value)).collect::<Vec<_>>().join("\n")
    };
    let blocks = text.split("\n\n").filter(|block| !block.trim().is_empty());
    blocks
        .map(|block| ServerSentEvent {
            event: field(block, "event"),
            data: field(block, "data"),
            id: String::new(),
        })
        .collect()
}

fn events(text: &str) -> Result<Vec<ChatEvent>, Error> {
    let mut reader = Reader::new(None, Vec::new());
    let mut out = Vec::new();
    let mut complete = false;
    for frame in frames(text) {
        if reader.frame(frame, &mut out)? == ControlFlow::Break(()) {
            complete = true;
            break;
        }
    }
    reader.end(complete, &mut out)?;
    Ok(out)
}

fn check_stream(name: &str, text: &str) {
    let events = events(text).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(
        matches!(&events[0], ChatEvent::Start(start) if start.id.is_some() && start.model.is_some()),
        "{name}"
    );
    let finishes = events.iter().filter(|event| matches!(event, ChatEvent::Finish(_))).count();
    assert_eq!(finishes, 1, "{name}");
    assert!(
        events.iter().any(|event| matches!(event, ChatEvent::Usage(usage) if usage.input_tokens.is_some())),
        "{name}"
    );
}

/// What an assistant said goes back as it came, in the turn that follows.
fn check_return(name: &str, body: &str, parts: &[Part]) {
    let mut request = super::request::tests::hello();
    request.messages.push(Message { role: Role::Assistant, name: None, content: parts.to_vec() });
    let prepared = prepare(&request, Purpose::Answer, &settings()).unwrap();
    let sent: Value = serde_json::from_slice(&prepared.body).unwrap();
    let came: Value = serde_json::from_str(body).unwrap();
    let mut came = came["content"].as_array().unwrap().clone();
    came.retain(|block| block["type"] != "text" || !block["text"].as_str().unwrap().trim().is_empty());
    for block in came.iter_mut().filter_map(Value::as_object_mut) {
        block.retain(|member, value| match member.as_str() {
            "citations" => value.as_array().is_some_and(|list| !list.is_empty()),
            "caller" => value["type"] != "direct",
            _ => true,
        });
    }
    let sent = match &sent["messages"][1]["content"] {
        Value::String(text) => vec![json!({"type": "text", "text": text})],
        Value::Array(blocks) => blocks.clone(),
        _ => Vec::new(),
    };
    let without_direct = |mut block: Value| {
        if block["caller"]["type"] == "direct" {
            block.as_object_mut().unwrap().remove("caller");
        }
        block
    };
    assert_eq!(sent.into_iter().map(without_direct).collect::<Vec<_>>(), came, "{name}");
    assert!(prepared.warnings.is_empty(), "{name}: {:?}", prepared.warnings);
}

#[test]
fn recorded_answers_are_all_understood() {
    let path = beside("recorded/anthropic.jsonl");
    let Ok(lines) = std::fs::read_to_string(&path) else {
        println!("skipped: there is no {}", path.display());
        return;
    };
    let (mut messages, mut streams, mut counts, mut refused) = (0, 0, 0, 0);
    for line in lines.lines() {
        let exchange: Value = serde_json::from_str(line).unwrap();
        let (name, path) = (exchange["src"].as_str().unwrap(), exchange["path"].as_str().unwrap());
        let Some(body) = exchange["resp"]["text"].as_str() else { continue };
        if !path.starts_with("/v1/messages") {
            continue;
        }
        if exchange["status"] != 200 {
            assert_eq!(errors::of_body(body).unwrap().kind, ErrorKind::InvalidRequest, "{name}");
            refused += 1;
        } else if path.contains("count_tokens") {
            assert!(serde_json::from_str::<TokenCount>(body).unwrap().input_tokens > 0, "{name}");
            counts += 1;
        } else if body.starts_with('{') {
            let message: Members = serde_json::from_str(body).unwrap();
            let answer = answer::response(&message, "asked", None, Vec::new())
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            let choice = &answer.choices[0];
            assert!(!matches!(choice.finish_reason, FinishReason::Other(_)), "{name}");
            let calls = choice.content.iter().any(|part| matches!(part, Part::ToolCall(_)));
            assert_eq!(choice.finish_reason == FinishReason::ToolCalls, calls, "{name}");
            assert!(answer.usage.as_ref().is_some_and(|usage| usage.input_tokens > Some(0)), "{name}");
            check_return(name, body, &choice.content);
            messages += 1;
        } else {
            check_stream(name, body);
            streams += 1;
        }
    }
    println!("{messages} messages, {streams} streams, {counts} counts, {refused} errors");
    assert!(messages > 0 && streams > 0 && counts > 0 && refused > 0);
}

#[test]
fn streams_kept_as_files_are_all_understood() {
    let path = beside("specs/anthropic/sse-fixtures");
    let Ok(files) = std::fs::read_dir(&path) else {
        println!("skipped: there is no {}", path.display());
        return;
    };
    let mut seen = 0;
    for file in files {
        let path = file.unwrap().path();
        check_stream(&path.display().to_string(), &std::fs::read_to_string(&path).unwrap());
        seen += 1;
    }
    println!("{seen} streams");
    assert!(seen > 0);
}

/// Claude's answers in the recordings of Bedrock, which wraps streams.
#[test]
fn answers_recorded_on_bedrock_are_understood() {
    let path = beside("recorded/bedrock.jsonl");
    let Ok(lines) = std::fs::read_to_string(&path) else {
        println!("skipped: there is no {}", path.display());
        return;
    };
    let (mut messages, mut streams) = (0, 0);
    for line in lines.lines() {
        let exchange: Value = serde_json::from_str(line).unwrap();
        let (name, path) = (exchange["src"].as_str().unwrap(), exchange["path"].as_str().unwrap());
        if !path.contains("anthropic.") || !path.contains("/invoke") {
            continue;
        }
        if path.ends_with("/invoke") {
            let body = exchange["resp"]["text"].as_str().unwrap();
            let message: Members = serde_json::from_str(body).unwrap();
            // Its first models completed prompts; those are no messages.
            if !message.contains_key("content") {
                continue;
            }
            let answer = answer::response(&message, "asked", None, Vec::new()).unwrap();
            assert!(answer.usage.is_some_and(|usage| usage.input_tokens > Some(0)), "{name}");
            messages += 1;
        } else {
            let bytes = jackfield_sdk::base64::decode(exchange["resp"]["b64"].as_str().unwrap()).unwrap();
            // Each event is in the only base64 of its message.
            let text = String::from_utf8_lossy(&bytes);
            let events = text.split("\"bytes\":\"").skip(1).map(|rest| {
                let event = jackfield_sdk::base64::decode(rest.split('"').next().unwrap()).unwrap();
                format!("data: {}\n\n", String::from_utf8(event).unwrap())
            });
            check_stream(name, &events.collect::<String>());
            streams += 1;
        }
    }
    println!("{messages} messages, {streams} streams");
    assert!(messages > 0 && streams > 0);
}
