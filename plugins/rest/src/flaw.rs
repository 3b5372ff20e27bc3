//! What is wrong with a description: where, what, and what to write instead.
//! The operator reads it, often long after writing the file.

use std::fmt;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    /// The field as a dotted path, as in `tools.forecast.query.days`.
    place: String,
    message: String,
}

impl Flaw {
    pub(crate) fn new(place: impl Into<String>, message: impl Into<String>) -> Flaw {
        Flaw { place: place.into(), message: message.into() }
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.place.is_empty() {
            f.write_str(&self.message)
        } else {
            write!(f, "{}: {}", self.place, self.message)
        }
    }
}

/// Everything that is wrong with the descriptions, one a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Flaws(Vec<String>);

/// The most that are told at once.
const TOLD: usize = 20;

impl Flaws {
    /// Adds one of the config value `source`.
    pub(crate) fn add(&mut self, source: &str, flaw: &Flaw) {
        self.0.push(format!("config.{source}: {flaw}"));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Flaws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0[..self.0.len().min(TOLD)].join("\n"))?;
        match self.0.len().saturating_sub(TOLD) {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}
