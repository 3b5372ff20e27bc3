//! Token counts. Converse tells fresh input, input written to a cache and input
//! read from one apart; headers and metrics of InvokeModel likewise.

use jackfield_sdk::types::Usage;
use serde_json::{Map, Value};

/// `usage` of an answer, under either spelling of its cache counts.
pub(super) fn of_object(usage: &Map<String, Value>) -> Usage {
    let count = |names: &[&str]| names.iter().find_map(|name| usage.get(*name).and_then(Value::as_u64));
    let mut read = told(
        count(&["inputTokens", "inputTokenCount"]),
        count(&["outputTokens", "outputTokenCount"]),
        count(&["cacheReadInputTokens", "cacheReadInputTokenCount"]),
        count(&["cacheWriteInputTokens", "cacheWriteInputTokenCount"]),
    );
    let units = usage.get("serverToolUsage").and_then(Value::as_object).into_iter().flatten();
    read.units = units.filter_map(|(name, count)| Some((name.clone(), count.as_f64()?))).collect();
    read.raw = Some(Value::Object(usage.clone()).to_string());
    read
}

/// The counts of an answer's headers, where it has any.
pub(super) fn of_headers(headers: &[(String, String)]) -> Option<Usage> {
    let count = |name: &str| {
        let name = format!("x-amzn-bedrock-{name}-token-count");
        let value = headers.iter().find(|(header, _)| header.eq_ignore_ascii_case(&name));
        value.and_then(|(_, value)| value.trim().parse().ok())
    };
    let usage = told(count("input"), count("output"), count("cache-read-input"), count("cache-write-input"));
    (usage.input_tokens.is_some() || usage.output_tokens.is_some()).then_some(usage)
}

/// All input is what is fresh, with what caches gave and took.
fn told(input: Option<u64>, output: Option<u64>, read: Option<u64>, written: Option<u64>) -> Usage {
    let with = |fresh: u64| fresh.saturating_add(read.unwrap_or(0)).saturating_add(written.unwrap_or(0));
    Usage {
        input_tokens: input.map(with),
        output_tokens: output,
        cache_read_tokens: read,
        cache_write_tokens: written,
        ..Usage::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn all_three_kinds_of_input_make_the_total() {
        for object in [
            json!({"inputTokens": 5, "outputTokens": 9, "totalTokens": 684, "cacheReadInputTokens": 600, "cacheWriteInputTokens": 70}),
            json!({"inputTokenCount": 5, "outputTokenCount": 9, "cacheReadInputTokenCount": 600, "cacheWriteInputTokenCount": 70}),
        ] {
            let usage = of_object(object.as_object().unwrap());
            assert_eq!((usage.input_tokens, usage.output_tokens), (Some(675), Some(9)));
            assert_eq!((usage.cache_read_tokens, usage.cache_write_tokens), (Some(600), Some(70)));
            assert!(usage.raw.is_some());
        }
    }

    #[test]
    fn headers_tell_counts_and_their_absence_none() {
        let headers = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let usage = of_headers(&headers(&[
            ("x-amzn-bedrock-input-token-count", "7"),
            ("x-amzn-bedrock-output-token-count", "3"),
            ("x-amzn-bedrock-cache-read-input-token-count", "2"),
        ]))
        .unwrap();
        assert_eq!(
            (usage.input_tokens, usage.output_tokens, usage.cache_read_tokens),
            (Some(9), Some(3), Some(2))
        );
        assert!(of_headers(&headers(&[("content-type", "a/b")])).is_none());
    }
}
