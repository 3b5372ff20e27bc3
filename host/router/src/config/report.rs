//! What is wrong with a config, collected while it is read, and a count of what
//! is dear in it.

use std::cell::{Cell, RefCell};

use super::error::Problem;

/// The most problems that are reported at once.
pub(crate) const MOST: usize = 50;

/// Collects problems while a config is read, and counts what is dear in it.
#[derive(Debug, Default)]
pub(crate) struct Report {
    problems: RefCell<Vec<Problem>>,
    expressions: Cell<usize>,
    looks: Cell<usize>,
}

impl Report {
    pub(crate) fn add(&self, pointer: &str, message: impl Into<String>) {
        let mut problems = self.problems.borrow_mut();
        if problems.len() < MOST {
            problems.push(Problem { pointer: pointer.to_owned(), message: message.into() });
        }
    }

    /// Whether nothing more is reported: then nothing more need be found out.
    pub(crate) fn is_full(&self) -> bool {
        self.problems.borrow().len() >= MOST
    }

    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems.into_inner()
    }

    /// One more regular expression; how many there are.
    pub(crate) fn expression(&self) -> usize {
        self.expressions.set(self.expressions.get() + 1);
        self.expressions.get()
    }

    /// How many regular expressions there are.
    pub(crate) fn expressions(&self) -> usize {
        self.expressions.get()
    }

    /// One more question about a body; how many there are.
    pub(crate) fn look(&self) -> usize {
        self.looks.set(self.looks.get() + 1);
        self.looks.get()
    }
}
