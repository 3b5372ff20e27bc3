//! Requests in, answers out.

mod answers;
mod refusals;
mod requests;
mod streams;

use serde_json::Value;

use crate::dialect::{Answer, Decoded, Identity};

fn identity() -> Identity {
    Identity { id: "made".to_owned(), created: 7, model: "asked".to_owned() }
}

/// Reads a body of one user's message and these members.
fn with(members: &str) -> Decoded {
    super::decode(body(members).as_bytes()).unwrap()
}

fn body(members: &str) -> String {
    format!(r#"{{"model":"m","messages":[{{"role":"user","content":"hi"}}]{members}}}"#)
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

/// The data of each event.
fn events(bytes: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(bytes).unwrap();
    assert!(text.is_empty() || text.ends_with("\n\n"), "{text}");
    text.split_terminator("\n\n").map(|event| event.strip_prefix("data: ").unwrap().to_owned()).collect()
}

fn encoded(answer: &dyn Answer, response: &super::ChatResponse) -> Value {
    json(&answer.encode(response, &identity()))
}
