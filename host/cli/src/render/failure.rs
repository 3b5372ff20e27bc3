//! An error, with its causes, as the last thing on stderr.

use std::io::Write;

use super::text::plain;
use super::{DIM, RED};
use crate::exit::Exit;

/// Prints an error and what caused it. Nothing, where nobody reads.
pub(crate) fn print(error: &anyhow::Error, exit: Exit) {
    if exit == Exit::Ok {
        return;
    }
    let mut stderr = anstream::stderr().lock();
    let mut messages = messages(error).into_iter();
    if let Some(first) = messages.next() {
        let _ = writeln!(stderr, "{RED}error:{RED:#} {first}");
    }
    for cause in messages {
        let _ = writeln!(stderr, "  {DIM}because{DIM:#} {cause}");
    }
}

/// The messages of an error and its causes, without those that a message before
/// already includes.
fn messages(error: &anyhow::Error) -> Vec<String> {
    let mut messages: Vec<String> = Vec::new();
    for cause in error.chain() {
        let message = plain(&cause.to_string()).into_owned();
        if !messages.iter().any(|said| said.contains(&message)) {
            messages.push(message);
        }
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_that_was_already_told_is_not_told_again() {
        let error = anyhow::anyhow!("disk full").context("can't write x: disk full").context("can't pack");
        assert_eq!(messages(&error), ["can't pack", "can't write x: disk full"]);
    }

    #[test]
    fn an_upstreams_escape_sequences_are_not_printed() {
        let error = anyhow::anyhow!("the upstream answered \u{1b}[2Jnothing");
        assert_eq!(messages(&error), ["the upstream answered \u{fffd}[2Jnothing"]);
    }
}
