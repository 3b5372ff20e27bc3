//! Compares what a plugin made of an answer with what the provider's SDK made
//! of it. Nothing here knows of single exchanges but [`exceptions`].

pub mod chat;
pub mod exceptions;
pub mod failure;
pub mod finish;
pub mod messages;
pub mod neutral;
pub mod vectors;

use std::fmt::Debug;

use jackfield_runtime::api::llm::{ChatResponse, Choice};
use jackfield_runtime::api::types::Usage;
use serde_json::Value;

/// What differs in one answer.
#[derive(Debug, Default)]
pub struct Differences(Vec<String>);

/// The longest that each side of a difference is shown.
const SHOWN: usize = 400;

impl Differences {
    /// Notes a difference between ours and theirs.
    pub fn same<T: PartialEq + Debug>(&mut self, what: &str, ours: &T, theirs: &T) {
        if ours != theirs {
            self.0.push(format!("{what}: ours {}, theirs {}", short(ours), short(theirs)));
        }
    }

    /// Notes something else that is wrong.
    pub fn note(&mut self, what: impl Into<String>) {
        self.0.push(what.into());
    }

    /// All of them.
    pub fn into_list(self) -> Vec<String> {
        self.0
    }
}

fn short(value: &impl Debug) -> String {
    let mut text = format!("{value:?}");
    if let Some((cut, _)) = text.char_indices().nth(SHOWN) {
        text.truncate(cut);
        text.push('…');
    }
    text
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// A count of ours under its name in the oracle's `usage`.
type Counter = (&'static str, fn(&Usage) -> Option<u64>);

/// Counts that both report; absent is not zero.
fn counts(found: &mut Differences, ours: Option<&Usage>, theirs: &Value, names: &[Counter]) {
    found.same("has usage", &ours.is_some(), &theirs.is_object());
    let (Some(ours), true) = (ours, theirs.is_object()) else { return };
    for (name, count) in names {
        found.same(&format!("usage {name}"), &count(ours), &theirs[name].as_u64());
    }
}

/// Has `judge` compare each of their answers with ours of the same index.
fn choices(
    found: &mut Differences,
    ours: &ChatResponse,
    expect: &Value,
    judge: fn(&mut Differences, &Choice, &Value),
) {
    let theirs = expect["choices"].as_array().map(Vec::as_slice).unwrap_or_default();
    found.same("answers", &ours.choices.len(), &theirs.len());
    for theirs in theirs {
        let index = theirs["index"].as_u64();
        match ours.choices.iter().find(|choice| Some(u64::from(choice.index)) == index) {
            Some(ours) => judge(found, ours, theirs),
            None => found.note(format!("no answer has the index {index:?}")),
        }
    }
}

/// Tokens with their logarithms of probability.
fn logprobs(found: &mut Differences, ours: &Choice, theirs: &Value) {
    let tokens = theirs.as_array().map(Vec::as_slice).unwrap_or_default();
    // Readers of JSON may differ in the last digit of a number of 64 bits.
    let short = |number: f64| number as f32;
    let theirs: Vec<_> = tokens.iter().map(|token| (text(&token[0]), token[1].as_f64().map(short))).collect();
    let ours: Vec<_> =
        ours.logprobs.iter().map(|token| (Some(token.token.clone()), Some(short(token.logprob)))).collect();
    found.same("logprobs", &ours, &theirs);
}

/// JSON where it is some, else the text.
fn json_or_text(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

#[cfg(test)]
mod tests;
