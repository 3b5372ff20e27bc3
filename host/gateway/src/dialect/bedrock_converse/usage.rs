//! What an answer cost.

use jackfield_runtime::api::types::Usage;
use serde::Deserialize;

use crate::dialect::counts::Counts;
use crate::dialect::write::Json;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Own {
    input_tokens: u64,
    output_tokens: u64,
    #[serde(rename = "totalTokens")]
    _total_tokens: u64,
    #[serde(default)]
    cache_read_input_tokens: Option<u64>,
    #[serde(default)]
    cache_write_input_tokens: Option<u64>,
}

/// Writes the object: the upstream's own where it is of this dialect and nobody
/// here counted otherwise. Counts of caches that nobody told are left out.
pub(super) fn write(usage: Option<&Usage>, json: &mut Json<'_>) {
    let counts = Counts::of(usage);
    if let Some(raw) = usage.and_then(|usage| own(usage, counts)) {
        json.raw(raw);
        return;
    }
    let Counts { fresh, written, read, output } = counts;
    let total = [fresh, written, read, output].into_iter().fold(0, u64::saturating_add);
    json.braces(|json| {
        json.number("inputTokens", fresh).number("outputTokens", output).number("totalTokens", total);
        if usage.is_some_and(|usage| usage.cache_read_tokens.is_some()) {
            json.number("cacheReadInputTokens", read);
        }
        if usage.is_some_and(|usage| usage.cache_write_tokens.is_some()) {
            json.number("cacheWriteInputTokens", written);
        }
    });
}

fn own(usage: &Usage, counts: Counts) -> Option<&str> {
    let raw = usage.raw.as_deref()?;
    let told: Own = serde_json::from_str(raw).ok()?;
    let told = Counts {
        fresh: told.input_tokens,
        written: told.cache_write_input_tokens.unwrap_or(0),
        read: told.cache_read_input_tokens.unwrap_or(0),
        output: told.output_tokens,
    };
    (told == counts).then_some(raw)
}
