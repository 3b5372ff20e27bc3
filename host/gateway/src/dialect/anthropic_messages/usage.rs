//! What an answer cost. The dialect tells fresh input, input read from a cache
//! and input written to one apart; the typed form has their sum.

use jackfield_runtime::api::types::Usage;
use serde::Deserialize;

use crate::dialect::counts::Counts;
use crate::dialect::write::Json;

#[derive(Deserialize)]
struct Own {
    input_tokens: u64,
    output_tokens: u64,
    #[serde(default)]
    cache_creation_input_tokens: Option<u64>,
    #[serde(default)]
    cache_read_input_tokens: Option<u64>,
}

fn told(counts: Counts, usage: Option<&Usage>, json: &mut Json<'_>) {
    json.braces(|json| {
        json.number("input_tokens", counts.fresh);
        json.number("cache_creation_input_tokens", counts.written);
        json.number("cache_read_input_tokens", counts.read);
        json.number("output_tokens", counts.output);
        if let Some(tokens) = usage.and_then(|usage| usage.reasoning_tokens) {
            json.object("output_tokens_details", |json| {
                json.number("thinking_tokens", tokens);
            });
        }
    });
}

/// Writes the object: the upstream's own where it is of this dialect and
/// nobody here counted otherwise. Counts that nobody told are 0, since the
/// dialect demands them.
pub(super) fn write(usage: Option<&Usage>, json: &mut Json<'_>) {
    let counts = Counts::of(usage);
    match usage.and_then(|usage| own(usage, counts)) {
        Some(raw) => {
            json.raw(raw);
        }
        None => told(counts, usage, json),
    }
}

fn own(usage: &Usage, counts: Counts) -> Option<&str> {
    let raw = usage.raw.as_deref()?;
    let told: Own = serde_json::from_str(raw).ok()?;
    let told = Counts {
        fresh: told.input_tokens,
        written: told.cache_creation_input_tokens.unwrap_or(0),
        read: told.cache_read_input_tokens.unwrap_or(0),
        output: told.output_tokens,
    };
    (told == counts).then_some(raw)
}
