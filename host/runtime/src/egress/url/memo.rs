//! What was parsed before.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use url::Url;

use super::{UrlError, parse};

/// How many URLs are remembered, and how long they may be. What changes from call to call stands in long
/// queries and paths.
const MOST: usize = 8;
const LONGEST: usize = 512;

/// The URLs that a provider asked for last. It asks for a handful, again and
/// again, and parsing one costs as much as the rest of the checks.
#[derive(Default)]
pub(in super::super) struct Memo(Mutex<VecDeque<(Box<str>, Url)>>);

impl Memo {
    /// As [`parse`].
    pub(in super::super) fn parse(&self, text: &str) -> Result<Url, UrlError> {
        if text.len() > LONGEST {
            return parse(text);
        }
        if let Some((_, url)) = self.known().iter().find(|(known, _)| **known == *text) {
            return Ok(url.clone());
        }
        let url = parse(text)?;
        let mut known = self.known();
        known.truncate(MOST - 1);
        known.push_front((text.into(), url.clone()));
        Ok(url)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, VecDeque<(Box<str>, Url)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_what_is_parsed() {
        let memo = Memo::default();
        for _ in 0..2 {
            for text in ["https://a.example/v1?x=%20", "https://A.example./v1", "http://a.example/v1"] {
                assert_eq!(memo.parse(text).unwrap(), parse(text).unwrap());
            }
            for text in ["https://a.example/v1#x", "https://u@a.example/v1", "/v1"] {
                assert_eq!(memo.parse(text), parse(text));
            }
        }
        assert_eq!(memo.known().len(), 3);
    }

    #[test]
    fn the_oldest_go_and_long_ones_are_not_kept() {
        let memo = Memo::default();
        let text = |n: usize| format!("https://a.example/{n}");
        (0..50).for_each(|n| assert_eq!(memo.parse(&text(n)).unwrap().as_str(), text(n)));
        assert!(memo.known().iter().map(|(known, _)| known.to_string()).eq((42..50).rev().map(text)));
        memo.parse(&format!("https://a.example/{}", "x".repeat(LONGEST))).unwrap();
        assert_eq!(memo.known().len(), MOST);
    }
}
