//! A table whose fields are taken one by one until none may be left.

use std::fmt::Display;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::node::Node;
use super::suggest::advice;
use super::{Report, join};

/// A table with named fields. Take every field it may have, then call
/// [`Fields::finish`], which reports the others.
#[derive(Debug)]
#[must_use = "unknown fields are only found by `finish`"]
pub struct Fields<'d> {
    report: &'d Report<'d>,
    path: String,
    span: Range<usize>,
    table: &'d DeTable<'d>,
    known: Vec<&'d str>,
    open: bool,
}

impl<'d> Fields<'d> {
    pub(super) fn new(
        report: &'d Report<'d>,
        path: String,
        span: Range<usize>,
        table: &'d DeTable<'d>,
    ) -> Self {
        Self { report, path, span, table, known: Vec::new(), open: false }
    }

    /// The field of this name, if it is there. Either way the table may have it.
    pub fn take(&mut self, name: &'d str) -> Option<Node<'d>> {
        self.known.push(name);
        self.table.get(name).map(|value| self.node(name, value))
    }

    /// The field of this name; that it isn't there is a problem. `example` is
    /// what could stand there, as in `"1.0.0"` with its quotes.
    pub fn require(&mut self, name: &'d str, example: &str) -> Option<Node<'d>> {
        let node = self.take(name);
        if node.is_none() {
            self.reject(format!("`{name}` is missing: write `{name} = {example}`"));
        }
        node
    }

    /// All fields of a table whose names the author chose, in the order of
    /// their names. None of them is unknown after that.
    pub fn take_all(&mut self) -> impl Iterator<Item = (&'d str, Node<'d>)> + use<'d> {
        let (report, path) = (self.report, self.path.clone());
        let table = self.table;
        self.open = true;
        table.iter().map(move |(key, value)| {
            let name: &'d str = key.get_ref();
            let node = Node::new(report, join(&path, name), key.span(), value);
            (name, node)
        })
    }

    /// Leaves alone the fields of these names: somebody else reads them.
    pub fn leave(&mut self, names: &[&'d str]) {
        self.known.extend(names);
    }

    /// Reports a problem of the table as a whole.
    pub fn reject(&self, message: impl Display) {
        self.report.add(self.span.clone(), self.path.clone(), message.to_string());
    }

    /// Whether there are fields that were not taken so far. What seems to be
    /// missing may be one of them with a slip in its name.
    pub fn has_others(&self) -> bool {
        self.others().next().is_some()
    }

    /// Reports every field that was not taken.
    pub fn finish(self) {
        for (name, span) in self.others() {
            let message = format!("unknown field; {}", advice(name, &self.known));
            self.report.add(span, join(&self.path, name), message);
        }
    }

    fn others(&self) -> impl Iterator<Item = (&'d str, Range<usize>)> {
        let table = self.table.iter().filter(|_| !self.open);
        let named = table.map(|(key, _)| (&**key.get_ref(), key.span()));
        named.filter(|(name, _)| !self.known.contains(name))
    }

    fn node(&self, name: &str, value: &'d Spanned<DeValue<'d>>) -> Node<'d> {
        let key = self.table.get_key_value(name).map_or(0..0, |(key, _)| key.span());
        Node::new(self.report, join(&self.path, name), key, value)
    }
}
