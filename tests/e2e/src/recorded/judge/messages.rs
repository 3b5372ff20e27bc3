//! Anthropic's messages: `messages` and `messages-stream`.

use jackfield_runtime::api::llm::{ChatResponse, Part};
use serde_json::{Value, json};

use super::{Counter, Differences, counts, finish, json_or_text, text};

const COUNTS: [Counter; 5] = [
    ("input", |usage| usage.input_tokens),
    ("cache_creation", |usage| usage.cache_write_tokens),
    ("cache_read", |usage| usage.cache_read_tokens),
    ("output", |usage| usage.output_tokens),
    ("reasoning", |usage| usage.reasoning_tokens),
];

/// Compares a whole answer. In a stream nothing tells where a text ends and the
/// next one begins, so neighbours are compared joined.
pub fn compare(found: &mut Differences, ours: &ChatResponse, expect: &Value, streamed: bool) {
    found.same("id", &ours.id, &text(&expect["id"]));
    found.same("model", &ours.model, &text(&expect["model"]).unwrap_or_default());
    counts(found, ours.usage.as_ref(), &all_input(&expect["usage"]), &COUNTS);
    let [choice] = ours.choices.as_slice() else {
        return found.note(format!("{} answers instead of one", ours.choices.len()));
    };
    let ours: Vec<Value> = choice.content.iter().map(block).collect();
    let theirs = expect["blocks"].as_array().cloned().unwrap_or_default();
    let theirs = if streamed { join_texts(theirs) } else { theirs };
    found.same("blocks", &kinds(&ours), &kinds(&theirs));
    for (place, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        found.same(&format!("block {place}"), &reduced(ours, theirs), theirs);
    }
    let word = expect["stop_reason"].as_str();
    let reason = finish::of_message(word);
    found.same(&format!("finish reason for {word:?}"), &Some(choice.finish_reason.clone()), &reason);
    found.same("stop sequence", &choice.stop_sequence, &text(&expect["stop_sequence"]));
}

/// Our input tokens are all of them; the SDK's are those that no cache took or
/// gave.
fn all_input(usage: &Value) -> Value {
    let mut usage = usage.clone();
    let parts = ["input", "cache_creation", "cache_read"];
    let sum: u64 = parts.iter().filter_map(|name| usage[name].as_u64()).sum();
    if usage["input"].is_u64() {
        usage["input"] = sum.into();
    }
    usage
}

/// A part in the form of the oracle's block. What the plugin passes on in the
/// provider's own form keeps all its members.
fn block(part: &Part) -> Value {
    match part {
        Part::Text(part) => json!({"type": "text", "text": part.text, "citations": part.citations.len()}),
        Part::Reasoning(part) => match &part.redacted {
            Some(data) => json!({"type": "redacted_thinking", "data": data}),
            None => json!({"type": "thinking", "thinking": part.text, "signature": part.signature}),
        },
        Part::ToolCall(call) => {
            json!({"type": "tool_use", "id": call.id, "name": call.name, "input": json_or_text(&call.arguments)})
        }
        Part::Native(raw) => json_or_text(raw),
        other => json!({"type": format!("{other:?}")}),
    }
}

pub(super) fn kinds(blocks: &[Value]) -> Vec<&str> {
    blocks.iter().map(|block| block["type"].as_str().unwrap_or_default()).collect()
}

/// Ours with the members that theirs has.
fn reduced(ours: &Value, theirs: &Value) -> Value {
    let members = theirs.as_object().into_iter().flatten();
    members.map(|(name, _)| (name.clone(), ours[name].clone())).collect()
}

fn join_texts(blocks: Vec<Value>) -> Vec<Value> {
    let mut joined: Vec<Value> = Vec::new();
    for block in blocks {
        match joined.last_mut() {
            Some(last) if last["type"] == "text" && block["type"] == "text" => {
                let whole =
                    [&last["text"], &block["text"]].map(|text| text.as_str().unwrap_or_default()).concat();
                let cited = [&last["citations"], &block["citations"]]
                    .iter()
                    .filter_map(|count| count.as_u64())
                    .sum::<u64>();
                *last = json!({"type": "text", "text": whole, "citations": cited});
            }
            _ => joined.push(block),
        }
    }
    joined
}
