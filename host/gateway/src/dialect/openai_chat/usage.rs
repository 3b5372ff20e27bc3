//! What an answer cost. An upstream of the same dialect may tell more than
//! there are fields for: its own object is passed on, unless somebody here
//! counted otherwise.

use jackfield_runtime::api::types::Usage;
use serde::Deserialize;

use crate::dialect::write::Json;

#[derive(Deserialize)]
struct Own {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
}

/// Writes the object. Counts that the dialect demands and nobody told are 0.
pub(crate) fn write(usage: &Usage, json: &mut Json<'_>) {
    if let Some(raw) = own(usage) {
        json.raw(raw);
        return;
    }
    let (input, output) = (usage.input_tokens.unwrap_or(0), usage.output_tokens.unwrap_or(0));
    json.braces(|json| {
        json.number("prompt_tokens", input);
        json.number("completion_tokens", output);
        json.number("total_tokens", input.saturating_add(output));
        details(
            "prompt_tokens_details",
            [
                ("cached_tokens", usage.cache_read_tokens),
                ("cache_write_tokens", usage.cache_write_tokens),
                ("audio_tokens", usage.audio_input_tokens),
            ],
            json,
        );
        details(
            "completion_tokens_details",
            [("reasoning_tokens", usage.reasoning_tokens), ("audio_tokens", usage.audio_output_tokens)],
            json,
        );
    });
}

fn details<const N: usize>(name: &str, counts: [(&str, Option<u64>); N], json: &mut Json<'_>) {
    if counts.iter().any(|(_, count)| count.is_some()) {
        json.object(name, |json| {
            for (name, count) in counts {
                if let Some(count) = count {
                    json.number(name, count);
                }
            }
        });
    }
}

fn own(usage: &Usage) -> Option<&str> {
    let raw = usage.raw.as_deref()?;
    let told: Own = serde_json::from_str(raw).ok()?;
    let same = usage.input_tokens == Some(told.prompt_tokens)
        && usage.output_tokens == Some(told.completion_tokens)
        && told.total_tokens >= told.completion_tokens;
    same.then_some(raw)
}
