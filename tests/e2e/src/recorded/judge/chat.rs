//! Chat completions: `chat` and `chat-stream`.

use jackfield_runtime::api::llm::{ChatResponse, Choice, Part};
use jackfield_runtime::api::types::Usage;
use serde_json::Value;

use super::{Counter, Differences, choices, counts, finish, json_or_text, logprobs, text};

const COUNTS: [Counter; 7] = [
    ("prompt", |usage| usage.input_tokens),
    ("completion", |usage| usage.output_tokens),
    ("cached", |usage| usage.cache_read_tokens),
    ("reasoning", |usage| usage.reasoning_tokens),
    ("audio_input", |usage| usage.audio_input_tokens),
    ("audio_output", |usage| usage.audio_output_tokens),
    ("total", total),
];

/// The contract has no field for it; it is in the provider's own object.
fn total(usage: &Usage) -> Option<u64> {
    json_or_text(usage.raw.as_deref()?)["total_tokens"].as_u64()
}

/// Compares a whole answer.
pub fn compare(found: &mut Differences, ours: &ChatResponse, expect: &Value) {
    found.same("id", &ours.id, &text(&expect["id"]).filter(|id| !id.is_empty()));
    found.same("model", &ours.model, &text(&expect["model"]).unwrap_or_default());
    counts(found, ours.usage.as_ref(), &expect["usage"], &COUNTS);
    choices(found, ours, expect, choice);
    found.same("broke off", &Value::Null, &expect["error"]);
}

fn choice(found: &mut Differences, ours: &Choice, theirs: &Value) {
    let refusal = joined(ours, |part| if let Part::Refusal(text) = part { Some(text) } else { None });
    let said = joined(ours, |part| if let Part::Text(part) = part { Some(&part.text) } else { None });
    let thought = joined(ours, |part| if let Part::Reasoning(part) = part { Some(&part.text) } else { None });
    // No text and an empty one are the same in a stream, and the contract has
    // no use for an empty one.
    for (what, ours) in [("text", &said), ("refusal", &refusal), ("reasoning", &thought)] {
        found.same(what, ours, &text(&theirs[what]).unwrap_or_default());
    }
    let calls = theirs["tool_calls"].as_array().map(Vec::as_slice).unwrap_or_default();
    let theirs_called: Vec<_> = calls.iter().map(|call| called(text(&call["id"]), call)).collect();
    let function = theirs["function_call"].is_object().then(|| called(None, &theirs["function_call"]));
    let ours_called = ours.content.iter().filter_map(|part| match part {
        Part::ToolCall(call) => {
            Some((Some(call.id.clone()), call.name.clone(), json_or_text(&call.arguments)))
        }
        _ => None,
    });
    let ours_called: Vec<_> = ours_called.collect();
    compare_calls(found, &ours_called, &theirs_called, function);
    let word = theirs["finish_reason"].as_str();
    let expected = finish::of_chat(word, !ours_called.is_empty(), !refusal.is_empty());
    found.same(&format!("finish reason for {word:?}"), &Some(ours.finish_reason.clone()), &expected);
    logprobs(found, ours, &theirs["logprobs"]);
}

fn joined<'c>(choice: &'c Choice, pick: impl Fn(&'c Part) -> Option<&'c String>) -> String {
    choice.content.iter().filter_map(pick).map(String::as_str).collect()
}

/// Id, name and arguments.
type Called = (Option<String>, String, Value);

fn called(id: Option<String>, call: &Value) -> Called {
    let arguments = call["arguments"].as_str().unwrap_or_default();
    (id, text(&call["name"]).unwrap_or_default(), json_or_text(arguments))
}

/// A `function_call` has no id, and some providers leave those of calls empty: then
/// the plugin has made one.
fn compare_calls(found: &mut Differences, ours: &[Called], theirs: &[Called], function: Option<Called>) {
    let (tools, function_of_ours) = match (&function, ours.split_last()) {
        (Some(_), Some((last, before))) => (before, Some(last)),
        _ => (ours, None),
    };
    let mut tools = tools.to_vec();
    for (ours, theirs) in tools.iter_mut().zip(theirs) {
        if theirs.0.as_deref() == Some("") {
            found.note_if_unnamed(Some(ours));
            ours.0.clone_from(&theirs.0);
        }
    }
    found.same("tool calls", &tools, &theirs.to_vec());
    if function.is_some() {
        found.note_if_unnamed(function_of_ours);
    }
    let bare = |call: &Called| (call.1.clone(), call.2.clone());
    found.same("function call", &function_of_ours.map(bare), &function.as_ref().map(bare));
}

impl Differences {
    fn note_if_unnamed(&mut self, call: Option<&Called>) {
        if call.is_some_and(|(id, _, _)| id.as_deref().is_none_or(str::is_empty)) {
            self.note("a call has no id");
        }
    }
}
