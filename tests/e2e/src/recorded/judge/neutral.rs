//! Answers in the shape that serves the SDKs with a shape of their own:
//! `neutral` and `neutral-stream`.

use jackfield_runtime::api::llm::{ChatResponse, Choice, Part};
use serde_json::{Value, json};

use super::messages::kinds;
use super::{Counter, Differences, choices, counts, finish, json_or_text, logprobs, text};

const COUNTS: [Counter; 7] = [
    ("input", |usage| usage.input_tokens),
    ("output", |usage| usage.output_tokens),
    ("cache_read", |usage| usage.cache_read_tokens),
    ("cache_write", |usage| usage.cache_write_tokens),
    ("reasoning", |usage| usage.reasoning_tokens),
    ("audio_input", |usage| usage.audio_input_tokens),
    ("audio_output", |usage| usage.audio_output_tokens),
];

/// Compares a whole answer.
pub fn compare(found: &mut Differences, ours: &ChatResponse, expect: &Value) {
    found.same("id", &ours.id, &text(&expect["id"]));
    found.same("model", &ours.model, &text(&expect["model"]).unwrap_or_default());
    counts(found, ours.usage.as_ref(), &expect["usage"], &COUNTS);
    choices(found, ours, expect, choice);
}

fn choice(found: &mut Differences, ours: &Choice, theirs: &Value) {
    let blocks: Vec<Value> = ours.content.iter().map(block).collect();
    let expected = theirs["blocks"].as_array().map(Vec::as_slice).unwrap_or_default();
    found.same("blocks", &kinds(&blocks), &kinds(expected));
    for (place, (ours, theirs)) in blocks.into_iter().zip(expected).enumerate() {
        let ours = without_made_id(found, ours, theirs);
        found.same(&format!("block {place}"), &ours, theirs);
    }
    found.same("citations", &Value::Array(citations(ours)), &theirs["citations"]);
    let word = theirs["finish_reason"].as_str();
    let calls = ours.content.iter().any(|part| matches!(part, Part::ToolCall(_)));
    let reason = finish::of_neutral(word, calls);
    found.same(&format!("finish reason for {word:?}"), &Some(ours.finish_reason.clone()), &reason);
    found.same("stop sequence", &ours.stop_sequence, &text(&theirs["stop_sequence"]));
    logprobs(found, ours, &theirs["logprobs"]);
}

/// A part in the form of the oracle's block.
fn block(part: &Part) -> Value {
    match part {
        Part::Text(part) => json!({"type": "text", "text": part.text}),
        Part::Reasoning(part) => match &part.redacted {
            Some(data) => json!({"type": "redacted_thinking", "data": data}),
            None => json!({"type": "thinking", "thinking": part.text, "signature": part.signature}),
        },
        Part::ToolCall(call) => json!({
            "type": "tool_use",
            "id": call.id,
            "name": call.name,
            "input": json_or_text(&call.arguments),
            "signature": call.signature,
        }),
        Part::Native(raw) => json!({"type": "native", "value": json_or_text(raw)}),
        other => json!({"type": format!("{other:?}")}),
    }
}

/// Where the provider gave a call no id, the plugin has made one.
fn without_made_id(found: &mut Differences, mut ours: Value, theirs: &Value) -> Value {
    if ours["type"] == "tool_use" && theirs["id"].is_null() {
        if ours["id"].as_str().is_none_or(str::is_empty) {
            found.note("a call has no id");
        }
        ours["id"] = Value::Null;
    }
    ours
}

/// All citations, in the order of their passages.
fn citations(choice: &Choice) -> Vec<Value> {
    let texts =
        choice.content.iter().filter_map(|part| if let Part::Text(text) = part { Some(text) } else { None });
    let mut citations: Vec<_> = texts.flat_map(|text| &text.citations).collect();
    citations.sort_by_key(|citation| (citation.start, citation.end));
    citations
        .into_iter()
        .map(|cited| json!([cited.start, cited.end, cited.title, cited.url, cited.quote]))
        .collect()
}
