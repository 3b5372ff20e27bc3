//! What an answer cost. The dialect tells all tokens and those that are billed
//! apart; of another provider nobody knows a difference.

use jackfield_runtime::api::types::Usage;
use serde::Deserialize;

use crate::dialect::write::Json;

/// Units beside tokens that the dialect has a member for.
const UNITS: [&str; 3] = ["search_units", "classifications", "image_tokens"];

#[derive(Default, Deserialize)]
struct Own {
    #[serde(default)]
    tokens: Option<Counts>,
    #[serde(default)]
    billed_units: Option<Counts>,
}

/// Counts are written as numbers with a fraction by some versions.
#[derive(Default, Deserialize)]
struct Counts {
    #[serde(default)]
    input_tokens: Option<f64>,
    #[serde(default)]
    output_tokens: Option<f64>,
    #[serde(default)]
    image_tokens: Option<f64>,
}

/// Writes the object: the upstream's own where it is of this dialect and nobody
/// here counted otherwise.
pub(super) fn write(usage: &Usage, json: &mut Json<'_>) {
    if let Some(raw) = own(usage) {
        json.raw(raw);
        return;
    }
    let counts = [("input_tokens", usage.input_tokens), ("output_tokens", usage.output_tokens)];
    let tokens = |json: &mut Json<'_>| {
        for (name, count) in counts {
            if let Some(count) = count {
                json.number(name, count);
            }
        }
    };
    json.braces(|json| {
        json.object("billed_units", |json| {
            tokens(json);
            for (name, amount) in usage.units.iter().filter(|(name, _)| UNITS.contains(&name.as_str())) {
                json.key(name).float(*amount);
            }
        });
        json.object("tokens", tokens);
        if let Some(cached) = usage.cache_read_tokens {
            json.number("cached_tokens", cached);
        }
    });
}

fn own(usage: &Usage) -> Option<&str> {
    let raw = usage.raw.as_deref()?;
    let told: Own = serde_json::from_str(raw).ok()?;
    let images = told.billed_units.as_ref().and_then(|billed| billed.image_tokens).unwrap_or(0.0);
    let whole = |count: Option<f64>, more: f64| count.map(|count| (count + more) as u64);
    let mut counts = [told.tokens, told.billed_units].into_iter().flatten();
    let same = |counts: Counts| {
        usage.output_tokens == whole(counts.output_tokens, 0.0)
            && usage.input_tokens == whole(counts.input_tokens, images)
    };
    counts.any(same).then_some(raw)
}
