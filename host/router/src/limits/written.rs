//! Conditions and groups as they are written down, after Portkey's policies:
//! `{ key = "metadata.team", value = ["a", "b"], excludes = "c" }`, `{ key = "api_key" }`.

use serde::Deserialize;

use super::select::{Condition, Field, Pattern};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenCondition {
    key: String,
    value: Option<Words>,
    excludes: Option<Words>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Group {
    key: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Words {
    One(String),
    Many(Vec<String>),
}

pub(super) fn conditions(written: Vec<WrittenCondition>) -> Result<Vec<Condition>, String> {
    let words = |field: &Field, words: Option<Words>| -> Vec<Pattern> {
        let words = match words {
            None => Vec::new(),
            Some(Words::One(word)) => vec![word],
            Some(Words::Many(words)) => words,
        };
        // Portkey writes the providers of an account as `@name`.
        let named = matches!(field, Field::Provider | Field::Model);
        let bare = |word: &str| word.strip_prefix('@').filter(|_| named).map(str::to_owned);
        words.into_iter().map(|word| Pattern::new(bare(&word).unwrap_or(word))).collect()
    };
    let read = written.into_iter().map(|condition| {
        let key = &condition.key;
        let field: Field = key.parse()?;
        let (values, excludes) = (words(&field, condition.value), words(&field, condition.excludes));
        if values.is_empty() && excludes.is_empty() {
            return Err(format!(
                "the condition on `{key}` has neither `value` nor `excludes`: write one of them"
            ));
        }
        Ok(Condition { field, values, excludes })
    });
    read.collect()
}

pub(super) fn groups(written: Vec<Group>) -> Result<Vec<Field>, String> {
    written.iter().map(|group| group.key.parse()).collect()
}
