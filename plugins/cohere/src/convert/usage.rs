//! What an answer cost. The API tells two counts of tokens: all of them, with
//! what it adds to prompts itself, and those that it bills.

use jackfield_sdk::types::Usage;
use serde_json::value::RawValue;

use crate::settings::Counts;
use crate::wire::answer;

/// Usage out of a chat's `usage` or another answer's `meta`.
pub(super) fn usage(raw: &RawValue, counts: Counts) -> Option<Usage> {
    let told: answer::Usage = serde_json::from_str(raw.get()).ok()?;
    let of = |units: &std::collections::BTreeMap<String, Option<f64>>, name: &str| {
        units.get(name).copied().flatten()
    };
    let count = |name: &str| {
        let (all, billed) = (of(&told.tokens, name), of(&told.billed_units, name));
        whole(match counts {
            Counts::All => all.or(billed),
            Counts::Billed => billed.or(all),
        })
    };
    // Tokens of images have a price of their own, so they are told as a unit
    // too, and nobody takes them for text.
    let images = whole(of(&told.billed_units, "image_tokens")).filter(|tokens| *tokens > 0);
    let input = match (count("input_tokens"), images) {
        (None, images) => images,
        (Some(tokens), images) => Some(tokens.saturating_add(images.unwrap_or(0))),
    };
    let units = told.billed_units.iter().filter_map(|(name, amount)| {
        let amount = amount.filter(|amount| *amount > 0.0)?;
        (!matches!(name.as_str(), "input_tokens" | "output_tokens")).then(|| (name.clone(), amount))
    });
    Some(Usage {
        input_tokens: input,
        output_tokens: count("output_tokens"),
        cache_read_tokens: whole(told.cached_tokens).map(|cached| cached.min(input.unwrap_or(cached))),
        units: units.collect(),
        raw: Some(raw.get().to_owned()),
        ..Usage::default()
    })
}

/// What a `meta` warns of, as that a model will be switched off.
pub(super) fn warnings(meta: &RawValue) -> Vec<String> {
    serde_json::from_str::<answer::Usage>(meta.get()).map(|told| told.warnings).unwrap_or_default()
}

/// Usage of an answer that isn't a chat's, with what its `meta` warns of.
pub(super) fn of_meta(meta: Option<&RawValue>, counts: Counts, warnings: &mut Vec<String>) -> Option<Usage> {
    let meta = meta?;
    warnings.extend(self::warnings(meta));
    usage(meta, counts)
}

/// What several answers cost together.
pub(super) fn sum(mut total: Usage, more: Usage) -> Usage {
    let add = |a: Option<u64>, b: Option<u64>| match (a, b) {
        (Some(a), Some(b)) => Some(a.saturating_add(b)),
        (a, b) => a.or(b),
    };
    total.input_tokens = add(total.input_tokens, more.input_tokens);
    total.output_tokens = add(total.output_tokens, more.output_tokens);
    total.cache_read_tokens = add(total.cache_read_tokens, more.cache_read_tokens);
    for (name, amount) in more.units {
        match total.units.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += amount,
            None => total.units.push((name, amount)),
        }
    }
    // There are several now, of which none tells the whole.
    total.raw = None;
    total
}

/// Counts are written as numbers with a fraction by some versions.
fn whole(count: Option<f64>) -> Option<u64> {
    count.filter(|count| *count >= 0.0).map(|count| count as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str, counts: Counts) -> Usage {
        usage(serde_json::from_str(json).unwrap(), counts).unwrap()
    }

    #[test]
    fn all_tokens_or_those_that_are_billed() {
        let json = r#"{"billed_units":{"input_tokens":7,"output_tokens":5.0},"tokens":{"input_tokens":69,"output_tokens":6},"cached_tokens":64}"#;
        let all = read(json, Counts::All);
        assert_eq!(
            (all.input_tokens, all.output_tokens, all.cache_read_tokens),
            (Some(69), Some(6), Some(64))
        );
        assert_eq!(all.raw.as_deref(), Some(json));
        let billed = read(json, Counts::Billed);
        assert_eq!((billed.input_tokens, billed.output_tokens), (Some(7), Some(5)));
        assert_eq!(billed.cache_read_tokens, Some(7), "no more is read than there is");
        assert!(all.units.is_empty());
    }

    #[test]
    fn searches_and_tokens_of_images_are_units() {
        let ranked = read(r#"{"billed_units":{"search_units":1}}"#, Counts::All);
        assert_eq!((ranked.input_tokens, ranked.units), (None, vec![("search_units".to_owned(), 1.0)]));
        let seen = read(r#"{"billed_units":{"image_tokens":100,"input_tokens":4}}"#, Counts::All);
        assert_eq!((seen.input_tokens, seen.units), (Some(104), vec![("image_tokens".to_owned(), 100.0)]));
        let none = read(r#"{"billed_units":{"image_tokens":0,"input_tokens":4}}"#, Counts::All);
        assert_eq!((none.input_tokens, none.units), (Some(4), vec![]));
    }

    #[test]
    fn what_was_not_told_is_absent() {
        let usage = read(r#"{"billed_units":null,"tokens":{"input_tokens":null}}"#, Counts::All);
        assert_eq!((usage.input_tokens, usage.output_tokens, usage.cache_read_tokens), (None, None, None));
    }
}
