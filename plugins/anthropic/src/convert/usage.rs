//! Token counts. The API tells fresh input, input written to its cache and
//! input read from it apart, and in a stream repeats its counts, each time for
//! the whole answer so far.

use jackfield_sdk::types::Usage;
use serde_json::{Map, Value};

/// Counts as they come in: later ones replace earlier ones, null none.
#[derive(Debug, Default)]
pub(super) struct Tally {
    members: Map<String, Value>,
}

impl Tally {
    pub(super) fn add(&mut self, usage: Map<String, Value>) {
        if self.members.is_empty() {
            self.members = usage;
        } else {
            self.members.extend(usage.into_iter().filter(|(_, value)| !value.is_null()));
        }
    }

    /// The contract's usage, or nothing where nothing was told.
    pub(super) fn usage(&self) -> Option<Usage> {
        if self.members.is_empty() {
            return None;
        }
        let count = |name: &str| self.members.get(name).and_then(Value::as_u64);
        let written = count("cache_creation_input_tokens");
        let read = count("cache_read_input_tokens");
        let within = |name: &str| self.members.get(name).and_then(Value::as_object);
        let units = within("server_tool_use").into_iter().flatten();
        Some(Usage {
            input_tokens: count("input_tokens")
                .map(|fresh| fresh.saturating_add(written.unwrap_or(0)).saturating_add(read.unwrap_or(0))),
            output_tokens: count("output_tokens"),
            cache_read_tokens: read,
            cache_write_tokens: written,
            reasoning_tokens: within("output_tokens_details")
                .and_then(|details| details.get("thinking_tokens"))
                .and_then(Value::as_u64),
            audio_input_tokens: None,
            audio_output_tokens: None,
            units: units
                .filter_map(|(name, value)| {
                    Some((name.clone(), value.as_f64().filter(|number| *number > 0.0)?))
                })
                .collect(),
            raw: serde_json::to_string(&self.members).ok(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tally(values: &[Value]) -> Option<Usage> {
        let mut tally = Tally::default();
        for value in values {
            tally.add(value.as_object().unwrap().clone());
        }
        tally.usage()
    }

    #[test]
    fn all_three_kinds_of_input_make_the_total() {
        let usage = tally(&[json!({
            "input_tokens": 5, "cache_creation_input_tokens": 70, "cache_read_input_tokens": 600, "output_tokens": 9,
            "output_tokens_details": {"thinking_tokens": 4}, "server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 0},
        })])
        .unwrap();
        assert_eq!((usage.input_tokens, usage.output_tokens), (Some(675), Some(9)));
        assert_eq!(
            (usage.cache_read_tokens, usage.cache_write_tokens, usage.reasoning_tokens),
            (Some(600), Some(70), Some(4))
        );
        assert_eq!(usage.units, [("web_search_requests".to_owned(), 2.0)]);
    }

    #[test]
    fn what_was_not_told_is_absent() {
        assert!(tally(&[]).is_none());
        let usage = tally(&[json!({"output_tokens": 1, "cache_read_input_tokens": null})]).unwrap();
        assert_eq!((usage.input_tokens, usage.cache_read_tokens, usage.reasoning_tokens), (None, None, None));
    }

    #[test]
    fn later_counts_replace_earlier_ones_and_null_replaces_nothing() {
        let usage = tally(&[
            json!({"input_tokens": 5, "cache_read_input_tokens": 7, "output_tokens": 1}),
            json!({"input_tokens": 8, "cache_read_input_tokens": null, "output_tokens": 40}),
        ])
        .unwrap();
        assert_eq!(
            (usage.input_tokens, usage.output_tokens, usage.cache_read_tokens),
            (Some(15), Some(40), Some(7))
        );
        assert!(usage.raw.unwrap().contains("\"output_tokens\":40"));
    }
}
