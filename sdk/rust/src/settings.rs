//! Configuration parsed into exact types, once for each instance.
//!
//! The host checks a value's type, not what it means: [`word`] and [`pairs`]
//! read the two forms that most plugins have, words that exclude each other and
//! lists of `name=value`. What can't be used is the operator's to correct, so
//! [`wrong`] names the value and what it must be.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use crate::types::Error;

/// Settings that are read at the first call and kept: they never change while
/// an instance lives, and each look-up is a call into the host. What can't be
/// read is tried again at the next call.
///
/// ```
/// # use jackfield_sdk::settings::Once;
/// # use jackfield_sdk::types::Error;
/// static PREFIX: Once<String> = Once::new();
///
/// fn prefix() -> Result<&'static String, Error> {
///     PREFIX.get(|| Ok("openai/".to_owned()))
/// }
/// # assert_eq!(prefix().unwrap(), "openai/");
/// ```
#[derive(Debug)]
pub struct Once<T>(OnceLock<T>);

impl<T> Once<T> {
    /// Nothing read yet.
    pub const fn new() -> Self {
        Once(OnceLock::new())
    }

    /// The settings, read with `read` if they haven't been.
    pub fn get(&self, read: impl FnOnce() -> Result<T, Error>) -> Result<&T, Error> {
        match self.0.get() {
            Some(settings) => Ok(settings),
            None => {
                let settings = read()?;
                Ok(self.0.get_or_init(|| settings))
            }
        }
    }
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self::new()
    }
}

/// What the word that `config.NAME` holds stands for.
pub fn word<T: Copy>(name: &str, value: &str, table: &[(&str, T)]) -> Result<T, Error> {
    let known = table.iter().find(|(word, _)| *word == value);
    known.map(|(_, entry)| *entry).ok_or_else(|| wrong(name, value, &one_of(table)))
}

fn one_of<T>(table: &[(&str, T)]) -> String {
    let words: Vec<String> = table.iter().map(|(word, _)| format!("`{word}`")).collect();
    format!("one of {}", words.join(", "))
}

/// What a word among the members of a request's `extra` stands for. It is taken
/// out: what is said to the plugin isn't said to the upstream.
pub fn take_word<T: Copy>(
    extra: &mut Map<String, Value>,
    name: &str,
    table: &[(&str, T)],
) -> Result<Option<T>, Error> {
    let Some(value) = extra.remove(name) else { return Ok(None) };
    let known = table.iter().find(|(word, _)| value.as_str() == Some(*word));
    known.map(|(_, entry)| Some(*entry)).ok_or_else(|| {
        Error::invalid_request(format!("`extra.{name}` is {value}, but must be {}", one_of(table)))
    })
}

/// The lines of a list as names and values, both without the spaces around
/// them. A value may have the separator in it, or be empty; a name may not.
pub fn pairs(name: &str, lines: &[String], separator: char) -> Result<Vec<(String, String)>, Error> {
    lines
        .iter()
        .map(|line| match line.split_once(separator) {
            Some((key, value)) if !key.trim().is_empty() => {
                Ok((key.trim().to_owned(), value.trim().to_owned()))
            }
            _ => Err(wrong(name, line, &format!("a list of `name{separator}value`"))),
        })
        .collect()
}

/// For a plugin's own tests: the names under `[config]` of a manifest that the
/// code doesn't read, and those it reads that the manifest doesn't declare. The
/// code reads a value by calling a function of [`config`](crate::config) with
/// its name, and ends where its tests begin.
///
/// ```
/// let manifest = "[config.base-url]\n[config.mode]";
/// let code = r#"config::url("base-url")?; config::texts("modes")"#;
/// assert_eq!(jackfield_sdk::settings::unmatched(manifest, code), ["mode", "modes"]);
/// ```
pub fn unmatched<'t>(manifest: &'t str, code: &'t str) -> Vec<&'t str> {
    let declared = manifest.lines().filter_map(|line| line.strip_prefix("[config.")?.strip_suffix(']'));
    let declared: BTreeSet<&str> = declared.collect();
    let (code, _) = code.split_once("#[cfg(test)]").unwrap_or((code, ""));
    let call = |call: &'t str| call.split_once("(\"")?.1.split('"').next();
    let read: BTreeSet<&str> = code.split("config::").skip(1).filter_map(call).collect();
    declared.symmetric_difference(&read).copied().collect()
}

/// The error for a value that can't be used.
pub fn wrong(name: &str, value: &str, expected: &str) -> Error {
    Error::invalid_request(format!(
        "config.{name} is `{value}`, but must be {expected}: correct it under [providers.NAME]"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn settings_are_read_once_and_a_failure_is_tried_again() {
        let once = Once::new();
        assert!(once.get(|| Err(Error::internal("not yet"))).is_err());
        assert_eq!(*once.get(|| Ok(1)).unwrap(), 1);
        assert_eq!(*once.get(|| Ok(2)).unwrap(), 1);
    }

    #[test]
    fn a_word_stands_for_its_entry_and_another_is_named_with_those_there_are() {
        let table = [("fast", 1), ("slow", 2)];
        assert_eq!(word("mode", "slow", &table).unwrap(), 2);
        let error = word("mode", "Slow", &table).unwrap_err();
        assert_eq!(
            error.message,
            "config.mode is `Slow`, but must be one of `fast`, `slow`: correct it under [providers.NAME]"
        );
    }

    #[test]
    fn a_word_for_the_plugin_is_taken_out_of_what_goes_to_the_upstream() {
        let table = [("fast", 1), ("slow", 2)];
        let mut extra = Map::from_iter([("mode".to_owned(), "slow".into()), ("x".to_owned(), 1.into())]);
        assert_eq!(take_word(&mut extra, "mode", &table).unwrap(), Some(2));
        assert_eq!(take_word(&mut extra, "mode", &table).unwrap(), None);
        assert_eq!(extra.len(), 1);
        let error = take_word(&mut extra, "x", &table).unwrap_err();
        assert_eq!(error.message, "`extra.x` is 1, but must be one of `fast`, `slow`");
    }

    #[test]
    fn pairs_are_cut_at_the_first_separator() {
        let read = pairs("headers", &lines(&["X-A: b:c", "empty:"]), ':').unwrap();
        assert_eq!(read, [("X-A", "b:c"), ("empty", "")].map(|(a, b)| (a.to_owned(), b.to_owned())));
        for line in ["no separator", ": value", ""] {
            let error = pairs("headers", &lines(&[line]), ':').unwrap_err();
            assert!(error.message.contains("config.headers") && error.message.contains("`name:value`"));
        }
    }
}
