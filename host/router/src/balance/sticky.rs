//! Keeps like requests together: a conversation stays with the target whose
//! prompt cache has its beginning.
//!
//! A choice holds from when it was made until its time is over or its target
//! can't be chosen. Choices are remembered in this process, for a bounded
//! number of kinds of requests.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::config::{Sticky, StickyField};
use crate::facts::Facts;

/// The most choices that are remembered, at a few dozen bytes each. Beyond it
/// those that are over go, and if there are none, any.
const MOST: usize = 65_536;

/// The choices of one group of targets.
#[derive(Debug)]
pub(crate) struct Table {
    rule: Sticky,
    choices: Mutex<HashMap<u64, (usize, Instant)>>,
}

impl Table {
    pub(crate) fn new(rule: Sticky) -> Self {
        Self { rule, choices: Mutex::default() }
    }

    /// What makes this request like others; nothing if it has none of the fields.
    pub(crate) fn key(&self, facts: &Facts) -> Option<u64> {
        let mut hasher = DefaultHasher::new();
        let mut any = false;
        for field in &self.rule.fields {
            let value = match field {
                StickyField::Metadata(name) => facts.metadata.get(name).cloned(),
                StickyField::Param(path) => facts.param(path).map(|value| value.to_string()),
                StickyField::Header(name) => facts
                    .headers
                    .get(name)
                    .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
            };
            any |= value.is_some();
            value.hash(&mut hasher);
        }
        any.then(|| hasher.finish())
    }

    /// The place of the target that was chosen for such requests.
    pub(crate) fn get(&self, key: u64, now: Instant) -> Option<usize> {
        let choices = self.choices.lock().unwrap_or_else(PoisonError::into_inner);
        choices.get(&key).filter(|(_, until)| now < *until).map(|(place, _)| *place)
    }

    pub(crate) fn put(&self, key: u64, place: usize, now: Instant) {
        let mut choices = self.choices.lock().unwrap_or_else(PoisonError::into_inner);
        if choices.len() >= MOST && !choices.contains_key(&key) {
            choices.retain(|_, (_, until)| now < *until);
            // All of them hold: every second one goes, so that this is rare.
            if choices.len() >= MOST {
                let mut keep = false;
                choices.retain(|_, _| {
                    keep = !keep;
                    keep
                });
            }
        }
        choices.insert(key, (place, now + self.rule.ttl));
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.choices.lock().unwrap().len()
    }
}
