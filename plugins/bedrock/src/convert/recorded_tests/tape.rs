//! Recorded exchanges, read.

use std::path::Path;

use jackfield_sdk::http::EventStreamMessage;
use serde_json::{Value, json};

/// One recorded exchange.
pub(super) struct Exchange {
    pub(super) name: String,
    pub(super) model: String,
    pub(super) operation: String,
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) request: String,
    pub(super) text: String,
    pub(super) bytes: Vec<u8>,
}

pub(super) fn exchanges() -> Vec<Exchange> {
    let folder = std::env::var_os("JACKFIELD_RECORDED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/recorded"), Into::into);
    let Ok(lines) = std::fs::read_to_string(folder.join("bedrock.jsonl")) else {
        println!("skipped: there is no bedrock.jsonl in {}", folder.display());
        return Vec::new();
    };
    let read = |line: &str| {
        let told: Value = serde_json::from_str(line).unwrap();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut path = told["path"].as_str().unwrap().split('/').skip(2);
        let headers = told["headers"].as_object().unwrap().iter();
        Exchange {
            name: text(&told["src"]),
            model: decoded(path.next().unwrap()),
            operation: text(&json!(path.last().unwrap())),
            status: told["status"].as_u64().unwrap() as u16,
            headers: headers.map(|(name, value)| (name.clone(), text(value))).collect(),
            request: text(&told["req"]["text"]),
            text: text(&told["resp"]["text"]),
            bytes: jackfield_sdk::base64::decode(&text(&told["resp"]["b64"])).unwrap(),
        }
    };
    lines.lines().map(read).collect()
}

pub(super) fn decoded(text: &str) -> String {
    let mut pieces = text.split('%');
    let mut out = pieces.next().unwrap().to_owned();
    for piece in pieces {
        out.push(char::from(u8::from_str_radix(&piece[..2], 16).unwrap()));
        out.push_str(&piece[2..]);
    }
    out
}

/// The messages of an event stream whose headers are all strings.
pub(super) fn frames(bytes: &[u8]) -> Vec<EventStreamMessage> {
    let number = |bytes: &[u8]| bytes.iter().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
    let mut out = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (frame, behind) = rest.split_at(number(&rest[..4]));
        let (mut head, payload) = frame[12..frame.len() - 4].split_at(number(&frame[4..8]));
        let mut headers = Vec::new();
        while !head.is_empty() {
            let (name, value) = head[1..].split_at(usize::from(head[0]));
            let length = number(&value[1..3]);
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
            headers.push((text(name), text(&value[3..3 + length])));
            head = &value[3 + length..];
        }
        out.push(EventStreamMessage { headers, payload: payload.to_vec() });
        rest = behind;
    }
    out
}
