//! A guest that goes out by the second door: it sends by `wasi:http`, as the
//! `fetch` of other languages does, and not by the contract's `http`. The
//! request's model names the deed, its last text is the deed's argument; the
//! answer's text is a JSON report of what came of it, so that a test can tell a
//! request that was refused from one that never ran.
//!
//! * `send`: the orders of `order::Order`, one report for each request.
//! * `count`: the calls that this instance has served.
//! * `hoard-headers`: makes so many header lists of 60 KB and holds them.
//! * `hoard-requests`: begins so many requests and finishes none of their bodies.

mod hoard;
mod order;
mod send;

use std::sync::atomic::{AtomicU64, Ordering};

use jackfield_sdk::Never;
use jackfield_sdk::llm::{ChatRequest, ChatResponse, ChatStream, Choice, FinishReason, Guest, Part};
use jackfield_sdk::types::Error;
use serde_json::Value;

/// Calls that this instance has served.
static CALLS: AtomicU64 = AtomicU64::new(0);

struct Fetch;

impl Guest for Fetch {
    type ChatStream = Never;

    fn chat(request: ChatRequest) -> Result<ChatResponse, Error> {
        let calls = CALLS.fetch_add(1, Ordering::Relaxed) + 1;
        let argument = argument(&request);
        let report = match request.model.as_str() {
            "count" => Value::from(calls),
            "send" => send::all(&order::parse(&argument)?),
            "hoard-headers" => hoard::headers(argument.parse().unwrap_or(1)),
            "hoard-requests" => hoard::requests(&order::parse(&argument)?),
            unknown => {
                return Err(Error::invalid_request(format!("this guest doesn't know how to {unknown}")));
            }
        };
        Ok(ChatResponse {
            id: None,
            model: request.model,
            created: None,
            choices: vec![Choice {
                index: 0,
                content: vec![Part::text(report.to_string())],
                finish_reason: FinishReason::Stop,
                stop_sequence: None,
                logprobs: Vec::new(),
            }],
            usage: None,
            warnings: Vec::new(),
            extra: None,
        })
    }

    fn stream_chat(_: ChatRequest) -> Result<ChatStream, Error> {
        Err(Error::unsupported("this guest answers whole"))
    }

    fn count_tokens(_: ChatRequest) -> Result<u64, Error> {
        Err(Error::unsupported("this guest counts no tokens"))
    }
}

jackfield_sdk::export!(Fetch: llm);

/// The last text of the conversation.
fn argument(request: &ChatRequest) -> String {
    let parts = request.messages.iter().flat_map(|message| &message.content);
    let mut texts = parts.filter_map(|part| match part {
        Part::Text(text) => Some(text.text.clone()),
        _ => None,
    });
    texts.next_back().unwrap_or_default()
}
