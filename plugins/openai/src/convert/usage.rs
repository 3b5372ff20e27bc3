//! What a call cost, out of every spelling of it.

use jackfield_sdk::types::Usage;

use crate::wire::usage as wire;
use crate::wire::value::{Count, Raw};

/// Reads a usage object. What isn't reported stays absent; an object that says
/// nothing is no usage at all.
pub(crate) fn convert(raw: Raw<'_>) -> Option<Usage> {
    let wire: wire::Usage = raw.read()?;
    let input = wire.prompt_tokens_details.or(wire.input_token_details).unwrap_or_default();
    let output = wire.completion_tokens_details.or(wire.output_token_details).unwrap_or_default();
    let reasoning_tokens = first([output.reasoning_tokens, wire.reasoning_tokens]);
    let input_tokens = first([wire.prompt_tokens, wire.input_tokens]);
    let output_tokens = with_reasoning(
        first([wire.completion_tokens, wire.output_tokens]),
        input_tokens,
        reasoning_tokens,
        wire.total_tokens.0,
    );
    let mut units = Vec::new();
    for (name, amount) in [("seconds", wire.seconds), ("prompt_audio_seconds", wire.prompt_audio_seconds)] {
        units.extend(amount.map(|amount| (name.to_owned(), amount)));
    }
    if input_tokens.is_none() && output_tokens.is_none() && units.is_empty() {
        return None;
    }
    Some(Usage {
        input_tokens,
        output_tokens,
        cache_read_tokens: first([
            input.cached_tokens,
            wire.cached_tokens,
            wire.prompt_cache_hit_tokens,
            wire.num_cached_tokens,
            wire.cache_read_input_tokens,
        ]),
        cache_write_tokens: first([input.cache_write_tokens, wire.cache_creation_input_tokens]),
        reasoning_tokens,
        audio_input_tokens: input.audio_tokens.0,
        audio_output_tokens: output.audio_tokens.0,
        units,
        raw: Some(raw.text().to_owned()),
    })
}

/// The usage of a call that has only input: some servers give but its total.
pub(crate) fn of_input(raw: Raw<'_>) -> Option<Usage> {
    convert(raw).or_else(|| {
        let total = raw.read::<wire::Usage>()?.total_tokens.0?;
        Some(Usage { input_tokens: Some(total), raw: Some(raw.text().to_owned()), ..Usage::default() })
    })
}

fn first<const N: usize>(counts: [Count; N]) -> Option<u64> {
    counts.into_iter().find_map(|count| count.0)
}

/// Output tokens include those of reasoning. Some upstreams (xAI) count them
/// apart, which shows in the sum: then, and only then, they are added.
fn with_reasoning(
    output: Option<u64>,
    input: Option<u64>,
    reasoning: Option<u64>,
    total: Option<u64>,
) -> Option<u64> {
    match (output, input, reasoning, total) {
        (Some(output), Some(input), Some(reasoning), Some(total))
            if reasoning > 0
                && input.checked_add(output).and_then(|sum| sum.checked_add(reasoning)) == Some(total) =>
        {
            Some(output + reasoning)
        }
        _ => output,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Usage> {
        convert(serde_json::from_str(text).unwrap())
    }

    #[test]
    fn every_detail_finds_its_place() {
        let usage = read(
            r#"{"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30,
                "prompt_tokens_details": {"cached_tokens": 4, "audio_tokens": 1, "cache_write_tokens": 2},
                "completion_tokens_details": {"reasoning_tokens": 8, "audio_tokens": 3}}"#,
        )
        .unwrap();
        assert_eq!((usage.input_tokens, usage.output_tokens), (Some(10), Some(20)));
        assert_eq!((usage.cache_read_tokens, usage.cache_write_tokens), (Some(4), Some(2)));
        assert_eq!(
            (usage.reasoning_tokens, usage.audio_input_tokens, usage.audio_output_tokens),
            (Some(8), Some(1), Some(3))
        );
        assert!(usage.raw.unwrap().contains("total_tokens"));
    }

    #[test]
    fn cached_tokens_are_found_under_each_of_their_names() {
        for name in
            ["cached_tokens", "prompt_cache_hit_tokens", "num_cached_tokens", "cache_read_input_tokens"]
        {
            let usage =
                read(&format!(r#"{{"prompt_tokens": 9, "prompt_tokens_details": null, "{name}": 5}}"#))
                    .unwrap();
            assert_eq!(usage.cache_read_tokens, Some(5), "{name}");
        }
    }

    #[test]
    fn what_is_not_reported_is_absent_and_not_zero() {
        let usage = read(r#"{"prompt_tokens": 5.0, "completion_tokens": null}"#).unwrap();
        assert_eq!((usage.input_tokens, usage.output_tokens, usage.reasoning_tokens), (Some(5), None, None));
        assert_eq!(read("{}"), None);
        assert_eq!(read("null"), None);
        assert_eq!(read("[]"), None);
    }

    #[test]
    fn reasoning_that_is_counted_apart_is_added() {
        let apart = r#"{"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 22, "completion_tokens_details": {"reasoning_tokens": 7}}"#;
        assert_eq!(read(apart).unwrap().output_tokens, Some(12));
        let within = r#"{"prompt_tokens": 10, "completion_tokens": 12, "total_tokens": 22, "completion_tokens_details": {"reasoning_tokens": 7}}"#;
        assert_eq!(read(within).unwrap().output_tokens, Some(12));
    }

    #[test]
    fn seconds_are_units() {
        let usage = read(r#"{"type": "duration", "seconds": 9.5}"#).unwrap();
        assert_eq!(usage.units, [("seconds".to_owned(), 9.5)]);
    }
}
