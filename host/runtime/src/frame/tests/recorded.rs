//! Every streamed answer in a folder of recorded provider traffic, where there
//! is one beside the repository: one JSON object a line with `headers` and
//! `resp`, the latter `{"text": ...}` or `{"b64": ...}`.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::{DEFAULT_LIMIT, EventStreamCutter, LineCutter, SseCutter};
use super::cut_everywhere;

#[test]
fn recorded_server_sent_events_are_cut_the_same_at_every_split() {
    for (source, body) in recorded("text/event-stream") {
        let (events, end) = cut_everywhere(&SseCutter::new(DEFAULT_LIMIT), &body);
        assert_eq!(end, Ok(()), "{source}");
        let data = body.windows(6).filter(|window| window == b"\ndata:").count()
            + usize::from(body.starts_with(b"data:"));
        assert_eq!(events.len(), data, "{source}: one event for each data line");
        for event in events {
            let done = event.data == "[DONE]";
            assert!(
                done || serde_json::from_str::<serde_json::Value>(&event.data).is_ok(),
                "{source}: {event:?}"
            );
        }
    }
}

#[test]
fn recorded_lines_are_cut_the_same_at_every_split() {
    for (source, body) in recorded("application/x-ndjson") {
        let (lines, end) = cut_everywhere(&LineCutter::new(DEFAULT_LIMIT), &body);
        assert_eq!(end, Ok(()), "{source}");
        let expected: Vec<_> = std::str::from_utf8(&body).unwrap().lines().map(str::to_owned).collect();
        assert_eq!(lines, expected, "{source}");
    }
}

#[test]
fn recorded_event_streams_are_cut_the_same_at_every_split() {
    for (source, body) in recorded("application/vnd.amazon.eventstream") {
        let (messages, end) = cut_everywhere(&EventStreamCutter::new(DEFAULT_LIMIT), &body);
        assert_eq!(end, Ok(()), "{source}");
        assert!(!messages.is_empty(), "{source}");
        for message in messages {
            assert!(message.headers.iter().any(|(name, _)| name == ":event-type"), "{source}: {message:?}");
            assert!(serde_json::from_slice::<serde_json::Value>(&message.payload).is_ok(), "{source}");
        }
    }
}

#[test]
fn published_event_samples_are_cut_the_same_at_every_split() {
    let Some(folder) = beside("specs/anthropic/sse-fixtures") else { return };
    for file in files(&folder) {
        let body = std::fs::read(&file).unwrap();
        let (events, end) = cut_everywhere(&SseCutter::new(DEFAULT_LIMIT), &body);
        let ended_in_a_line = !body.ends_with(b"\n");
        assert_eq!(end.is_err(), ended_in_a_line, "{}: {end:?}", file.display());
        assert!(events.iter().all(|event| !event.event.is_empty()), "{}", file.display());
    }
}

/// Where each answer of this type comes from, and its body.
fn recorded(content_type: &str) -> Vec<(String, Vec<u8>)> {
    let Some(folder) = beside("recorded") else { return Vec::new() };
    let mut bodies = Vec::new();
    for file in files(&folder) {
        let text = std::fs::read_to_string(&file).unwrap();
        for (index, line) in text.lines().enumerate() {
            let exchange: serde_json::Value = serde_json::from_str(line).unwrap();
            let found = exchange["headers"]["content-type"].as_str().unwrap_or_default();
            if found.split(';').next() != Some(content_type) {
                continue;
            }
            let answer = &exchange["resp"];
            let body = match (answer["text"].as_str(), answer["b64"].as_str()) {
                (Some(text), _) => text.as_bytes().to_vec(),
                (None, Some(encoded)) => STANDARD.decode(encoded).unwrap(),
                (None, None) => continue,
            };
            bodies.push((format!("{}:{}", file.display(), index + 1), body));
        }
    }
    assert!(!bodies.is_empty(), "no answer of type {content_type} in {}", folder.display());
    bodies
}

fn beside(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no recorded traffic at {}", folder.display());
    None
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}
