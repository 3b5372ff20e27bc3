//! The events of a message. Words come round again and again, so their events
//! are made once.

use std::iter;

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Value, json};

use super::super::answer::{Answer, Call, Content, THOUGHTS, Tokens};
use super::super::knobs::Knobs;
use super::super::reply::Script;
use super::super::sse;
use super::super::text::{Pieces, WORDS, word};
use super::messages::{ID, Message, SIGNATURE, Usage, stop_reason};

/// The content of a block, piece by piece.
#[derive(Serialize)]
#[serde(tag = "type")]
enum Delta<'a> {
    #[serde(rename = "text_delta")]
    Text { text: &'a str },
    #[serde(rename = "thinking_delta")]
    Thinking { thinking: &'a str },
    #[serde(rename = "signature_delta")]
    Signature { signature: &'a str },
    #[serde(rename = "input_json_delta")]
    InputJson { partial_json: &'a str },
}

#[derive(Serialize)]
struct BlockDelta<'a> {
    r#type: &'static str,
    index: usize,
    delta: Delta<'a>,
}

/// The events of an answer.
pub(super) fn script(model: &str, answer: Answer, knobs: &Knobs) -> Script {
    let usage = answer.usage;
    let mut head = vec![message_start(model, usage, knobs)];
    let mut index = 0;
    if answer.reasoning {
        head.push(start(index, json!({ "type": "thinking", "thinking": "", "signature": "" })));
        head.extend(THOUGHTS.map(|thinking| delta(index, Delta::Thinking { thinking })));
        head.push(delta(index, Delta::Signature { signature: SIGNATURE }));
        head.push(stop(index));
        index += 1;
    }
    let mut words = Vec::new();
    let mut repeats = 0;
    let text = |text: &str| delta(index, Delta::Text { text });
    match answer.content {
        Content::Text(pieces) => {
            head.push(start(index, json!({ "type": "text", "text": "" })));
            head.push(sse::event("ping", &json!({ "type": "ping" })));
            match pieces {
                Pieces::Words { first, count } => {
                    head.push(text(&first));
                    words = (1..=WORDS.len() as u64).map(|place| text(word(place))).collect();
                    repeats = count.map_or(u64::MAX, |count| count - 1);
                }
                Pieces::Slices(slices) => head.extend(slices.iter().map(|slice| text(slice))),
            }
        }
        Content::Calls(calls) => {
            let last = calls.len() - 1;
            for (place, call) in calls.iter().enumerate() {
                head.extend(tool_use(index, place, call));
                if place != last {
                    head.push(stop(index));
                    index += 1;
                }
            }
        }
    }
    let mut end = json!({
        "type": "message_delta",
        "delta": { "stop_reason": stop_reason(answer.finish), "stop_sequence": null },
        "usage": { "output_tokens": usage.output },
    });
    if knobs.no_usage {
        end["usage"] = json!({ "output_tokens": 0 });
    }
    let tail = [
        stop(index),
        sse::event("message_delta", &end),
        sse::event("message_stop", &json!({ "type": "message_stop" })),
    ];
    let repeated = (0..repeats).map(move |index| words[index as usize % words.len()].clone());
    Box::new(head.into_iter().chain(repeated).chain(tail))
}

fn message_start(model: &str, usage: Tokens, knobs: &Knobs) -> Bytes {
    let known = if knobs.no_usage { 0 } else { usage.input };
    let usage = Usage::of(Tokens { input: known, output: 1, reasoning: 0 });
    let message = Message {
        id: ID,
        r#type: "message",
        role: "assistant",
        model,
        content: Vec::new(),
        stop_reason: None,
        stop_sequence: None,
        usage: Some(usage),
    };
    sse::event("message_start", &json!({ "type": "message_start", "message": message }))
}

fn tool_use(index: usize, place: usize, call: &Call) -> impl Iterator<Item = Bytes> {
    let block =
        json!({ "type": "tool_use", "id": format!("toolu_dev_{place}"), "name": call.name, "input": {} });
    let parts = Pieces::sliced(&call.arguments);
    // A real server begins with an empty piece.
    let empty = delta(index, Delta::InputJson { partial_json: "" });
    let parts: Vec<_> =
        parts.iter().map(|part| delta(index, Delta::InputJson { partial_json: &part })).collect();
    iter::once(start(index, block)).chain([empty]).chain(parts)
}

fn start(index: usize, block: Value) -> Bytes {
    let event = json!({ "type": "content_block_start", "index": index, "content_block": block });
    sse::event("content_block_start", &event)
}

fn delta(index: usize, delta: Delta<'_>) -> Bytes {
    sse::event("content_block_delta", &BlockDelta { r#type: "content_block_delta", index, delta })
}

fn stop(index: usize) -> Bytes {
    sse::event("content_block_stop", &json!({ "type": "content_block_stop", "index": index }))
}
