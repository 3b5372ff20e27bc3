//! Regular expressions of configs.
//!
//! Against: a client whose expression costs its gateway without end. These run
//! in time linear to the text, whatever they are, and their compiled form is
//! bounded. The price is that what JavaScript has beyond that (look-around,
//! back-references) is refused when the config is read.

use regex::{Regex, RegexBuilder};

use crate::config::read::Item;
use crate::query::{EXPRESSIONS, REGEX_SIZE};

/// Flags of an expression, by JavaScript's letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Flags {
    /// `g`: all matches rather than the first.
    pub(super) global: bool,
    /// `i`.
    pub(super) ignore_case: bool,
    /// `m`.
    pub(super) multi_line: bool,
    /// `s`.
    pub(super) dot_all: bool,
}

/// Compiles an expression; what is wrong with it is reported where it stands.
pub(super) fn compile(item: &Item<'_>, pattern: &str, flags: Flags) -> Option<Regex> {
    count(item)?;
    let built = RegexBuilder::new(pattern)
        .size_limit(REGEX_SIZE)
        .dfa_size_limit(REGEX_SIZE)
        .case_insensitive(flags.ignore_case)
        .multi_line(flags.multi_line)
        .dot_matches_new_line(flags.dot_all)
        .build();
    built
        .map_err(|error| {
            let why = match beyond(pattern) {
                Some(what) => format!("{what} doesn't exist here, as it can take time without end"),
                None => error.to_string(),
            };
            item.reject(format!("this expression can't be used: {why}"));
        })
        .ok()
}

/// Takes one of the expressions that a config may have.
pub(super) fn count(item: &Item<'_>) -> Option<()> {
    if item.report.expression() > EXPRESSIONS {
        item.reject(format!("more than {EXPRESSIONS} expressions in one config: write fewer"));
        return None;
    }
    Some(())
}

/// What JavaScript's expressions have and these haven't, if it is in there.
fn beyond(pattern: &str) -> Option<&'static str> {
    if ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|look| pattern.contains(look)) {
        return Some("look-around such as `(?=...)`");
    }
    let mut bytes = pattern.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'\\' && matches!(bytes.next(), Some(b'1'..=b'9' | b'k')) {
            return Some("a back-reference such as `\\1`");
        }
    }
    None
}

/// Takes `/pattern/flags` apart; anything else is a pattern without flags.
pub(super) fn literal<'p>(item: &Item<'_>, text: &'p str) -> Option<(&'p str, Flags)> {
    let parts = text.strip_prefix('/').and_then(|rest| rest.rsplit_once('/'));
    let letters = |flags: &str| flags.bytes().all(|flag| b"gimsuyd".contains(&flag));
    let Some((pattern, written)) = parts.filter(|(pattern, flags)| !pattern.is_empty() && letters(flags))
    else {
        return Some((text, Flags::default()));
    };
    let mut flags = Flags::default();
    for flag in written.chars() {
        match flag {
            'g' => flags.global = true,
            'i' => flags.ignore_case = true,
            'm' => flags.multi_line = true,
            's' => flags.dot_all = true,
            'y' => {
                item.reject("the flag `y` isn't followed: begin the expression with `^` instead");
                return None;
            }
            // Texts are Unicode as it is, and nobody asks for indices.
            _ => {}
        }
    }
    Some((pattern, flags))
}
