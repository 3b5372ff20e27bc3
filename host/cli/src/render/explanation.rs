//! What a request would do, for a person.

use std::io::{self, Write};

use jackfield::gateway::router::Explanation;

use super::text::plain;
use super::{BOLD, DIM};

/// Prints the targets in the order in which they would be tried, then those
/// that wouldn't be.
pub(crate) fn print(out: &mut impl Write, told: &Explanation) -> io::Result<()> {
    for (place, step) in told.steps.iter().enumerate() {
        let provider = step.provider.as_deref().unwrap_or("(no provider is named)");
        let model = step.model.as_deref().unwrap_or("(the request's model)");
        let target = format!("{provider}/{model}");
        writeln!(out, "{}. {BOLD}{}{BOLD:#}  {DIM}{}{DIM:#}", place + 1, plain(&target), plain(&step.path))?;
        writeln!(out, "   {}", plain(&step.why.join(", then ")))?;
        for rule in &step.rules {
            writeln!(out, "   {DIM}{}{DIM:#}", plain(rule))?;
        }
    }
    if told.steps.is_empty() {
        writeln!(out, "No target would be tried.")?;
    }
    for unused in &told.unused {
        writeln!(out, "-  {DIM}{}: {}{DIM:#}", plain(&unused.path), plain(&unused.why))?;
    }
    Ok(())
}
