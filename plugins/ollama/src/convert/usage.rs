//! What an answer cost: its last line tells tokens, and times in nanoseconds.
//! Older versions leave out the count of a prompt that was read before.

use jackfield_sdk::types::Usage;
use serde_json::{Map, Value};

/// Members of the last line that are about its cost.
const COSTS: [&str; 6] = [
    "total_duration",
    "load_duration",
    "prompt_eval_count",
    "prompt_eval_duration",
    "eval_count",
    "eval_duration",
];

/// Members that the contract has fields for.
const KNOWN: [&str; 6] = ["model", "created_at", "message", "done", "done_reason", "logprobs"];

/// Takes the usage out of an answer's members, and what of the rest nobody here
/// knows, as one JSON object.
pub(super) fn split(line: &str) -> (Option<Usage>, Option<String>) {
    let Ok(mut members) = serde_json::from_str::<Map<String, Value>>(line) else { return (None, None) };
    members.retain(|name, value| !value.is_null() && !KNOWN.contains(&name.as_str()));
    let mut costs = Map::new();
    for name in COSTS {
        costs.extend(members.remove(name).map(|value| (name.to_owned(), value)));
    }
    let count = |name: &str| costs.get(name).and_then(Value::as_u64);
    let usage = (!costs.is_empty()).then(|| Usage {
        input_tokens: count("prompt_eval_count"),
        output_tokens: count("eval_count"),
        raw: serde_json::to_string(&costs).ok(),
        ..Usage::default()
    });
    (usage, (!members.is_empty()).then(|| Value::Object(members).to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_told_apart_from_what_nobody_knows() {
        let (usage, extra) = split(
            r#"{"model":"m","done":true,"prompt_eval_count":5,"eval_count":6,"eval_duration":7,"remote_host":"h","x":null}"#,
        );
        let usage = usage.unwrap();
        assert_eq!((usage.input_tokens, usage.output_tokens), (Some(5), Some(6)));
        assert_eq!(usage.raw.as_deref(), Some(r#"{"eval_count":6,"eval_duration":7,"prompt_eval_count":5}"#));
        assert_eq!(extra.as_deref(), Some(r#"{"remote_host":"h"}"#));
    }

    #[test]
    fn what_was_not_told_is_absent() {
        let (usage, extra) = split(r#"{"done":true,"eval_count":6}"#);
        assert_eq!((usage.unwrap().input_tokens, extra), (None, None));
        assert!(split(r#"{"done":true}"#).0.is_none());
    }
}
