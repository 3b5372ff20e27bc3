//! Reads a TOML document into exact types and reports everything that is wrong
//! with it at once: where it stands, in which field, and what to do.
//!
//! A policy that is misspelt and silently ignored is a policy that isn't
//! enforced. So a table is taken apart field by field, and what nobody took is
//! a problem of its own, with a guess at what was meant.

mod fields;
mod node;
mod suggest;

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;

use toml::de::DeTable;

pub use fields::Fields;
pub use node::Node;
pub(crate) use suggest::advice;
pub use suggest::nearest;

/// One thing that is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Line, counted from 1; 0 where the problem has no place in the text.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// The document's file name as the caller gave it.
    pub file: String,
    /// The field as a dotted path; empty where the document as a whole is meant.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: ", self.file)?,
            line => write!(f, "{}:{line}:{}: ", self.file, self.column)?,
        }
        if !self.field.is_empty() {
            write!(f, "{}: ", self.field)?;
        }
        f.write_str(&self.message)
    }
}

/// Everything that is wrong with a document, in its order; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// One problem that isn't of the document's text.
    pub fn of_file(file: &str, message: impl fmt::Display) -> Self {
        let (file, message) = (file.to_owned(), message.to_string());
        Self(vec![Problem { line: 0, column: 0, file, field: String::new(), message }])
    }

    /// These problems and others of the same document.
    #[must_use]
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self.0.sort();
        self.0.dedup();
        self
    }

    /// The problems, in the order of the document.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }
}

impl<'p> IntoIterator for &'p Problems {
    type Item = &'p Problem;
    type IntoIter = std::slice::Iter<'p, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Reads `text` with `decode`. `file` is only named in problems.
///
/// `decode` reports problems through the fields it is given and goes on, with
/// any value in place of what it couldn't read: where there was a problem, its
/// result is dropped.
pub fn read<T>(text: &str, file: &str, decode: impl FnOnce(Fields<'_>) -> Option<T>) -> Result<T, Problems> {
    let report = Report { file, text, problems: RefCell::default() };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        let message = match (error.message(), text.get(span.clone())) {
            ("duplicate key", Some(key)) => {
                format!("`{key}` is written here for the second time: remove one")
            }
            (message, _) => message.to_owned(),
        };
        report.add(span, String::new(), message);
    }
    // A document that doesn't parse is decoded too late to be believed: every
    // field after the slip would be reported as missing.
    if !report.problems.borrow().is_empty() {
        return Err(report.into_problems());
    }
    let span = table.span();
    let value = decode(Fields::new(&report, String::new(), span, table.get_ref()));
    match value {
        Some(value) if report.problems.borrow().is_empty() => Ok(value),
        _ => Err(report.into_problems()),
    }
}

/// The most problems that are reported at once. Each costs a look through the
/// text, and a document that has more was made to have them.
const MOST: usize = 100;

/// Collects problems while a document is read.
#[derive(Debug)]
struct Report<'d> {
    file: &'d str,
    text: &'d str,
    problems: RefCell<Vec<Problem>>,
}

impl Report<'_> {
    fn add(&self, span: Range<usize>, field: String, message: String) {
        if self.problems.borrow().len() >= MOST {
            return;
        }
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |place| place + 1);
        self.problems.borrow_mut().push(Problem {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            file: self.file.to_owned(),
            field,
            message,
        });
    }

    fn into_problems(self) -> Problems {
        if self.problems.borrow().is_empty() {
            self.add(0..0, String::new(), "the document could not be read".to_owned());
        }
        let mut problems = self.problems.into_inner();
        problems.sort();
        problems.dedup();
        Problems(problems)
    }
}

/// `field` within `parent`, quoted where TOML wants it quoted.
fn join(parent: &str, field: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let dot = if parent.is_empty() { "" } else { "." };
    if !field.is_empty() && field.chars().all(plain) {
        format!("{parent}{dot}{field}")
    } else {
        format!("{parent}{dot}{field:?}")
    }
}

#[cfg(test)]
mod tests;
