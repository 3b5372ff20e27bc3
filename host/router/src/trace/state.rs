//! `tracestate`: what other tracing systems say of a trace, passed on unread.
//!
//! It is kept to its grammar and to 512 characters, since whatever is passed on
//! reaches every upstream.

use std::fmt;

/// A list of entries, each the key of a system and its value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TraceState(String);

const MOST_ENTRIES: usize = 32;
const MOST_CHARACTERS: usize = 512;
const LONG_ENTRY: usize = 128;
const LONGEST: usize = 256;

impl TraceState {
    /// Reads the headers in their order. `None` where one breaks the grammar,
    /// names a key twice or where there are more than 32 entries: then all of
    /// it is dropped.
    pub fn parse<'h>(headers: impl IntoIterator<Item = &'h str>) -> Option<Self> {
        let mut entries: Vec<(&str, &str)> = Vec::new();
        for entry in headers.into_iter().flat_map(|header| header.split(',')) {
            let entry = entry.trim_matches([' ', '\t']);
            if entry.is_empty() {
                continue;
            }
            let (key, value) = entry.split_once('=')?;
            let known = entries.iter().any(|(other, _)| *other == key);
            if known || !is_key(key) || !is_value(value) || entries.len() == MOST_ENTRIES {
                return None;
            }
            entries.push((key, value));
        }
        shorten(&mut entries);
        let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{key}={value}")).collect();
        Some(Self(entries.join(",")))
    }

    /// Whether it says nothing; then the header is left out.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for TraceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Drops long entries first and then those at the end, which are the oldest.
fn shorten(entries: &mut Vec<(&str, &str)>) {
    let length = |entry: &(&str, &str)| entry.0.len() + 1 + entry.1.len();
    let whole = |entries: &[(&str, &str)]| entries.iter().map(|entry| length(entry) + 1).sum::<usize>();
    while whole(entries) > MOST_CHARACTERS + 1 {
        match entries.iter().rposition(|entry| length(entry) > LONG_ENTRY) {
            Some(place) => drop(entries.remove(place)),
            None => drop(entries.pop()),
        }
    }
}

fn is_key(key: &str) -> bool {
    let inner = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-' | b'*' | b'/' | b'@')
    };
    let first = key.bytes().next();
    first.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        && key.len() <= LONGEST
        && key.bytes().all(inner)
}

fn is_value(value: &str) -> bool {
    let inner = |byte: u8| matches!(byte, 0x20..=0x7e) && !matches!(byte, b',' | b'=');
    (1..=LONGEST).contains(&value.len()) && value.bytes().all(inner)
}
