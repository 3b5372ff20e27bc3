//! OpenAPI documents (3.0, 3.1 and 3.2): each operation becomes a tool.
//!
//! A document is data that somebody else wrote. It names operations, parameters
//! and schemas; it doesn't decide where requests go (the operator's base URL
//! does) nor how they are authenticated (the operator's configuration does),
//! and whatever of it can't be expressed is left out with a reason, or is an
//! error where the operator asked for it by name.

mod body;
mod document;
mod operation;
mod parameter;
mod schema;
mod select;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde_json::Value;

use self::document::Document;
pub(crate) use self::document::server;
use self::operation::Operation;
pub(crate) use self::select::Selection;
use crate::flaw::Flaw;
use crate::tool::Tool;

/// How a document becomes tools.
#[derive(Debug, Clone, Default)]
pub(crate) struct Options {
    /// What goes with every request.
    pub(crate) headers: Vec<(String, String)>,
    /// Whether answers are checked against the document's schemas.
    pub(crate) check_responses: bool,
}

/// A document whose operations can be asked for.
pub(crate) struct OpenApi<'d> {
    document: Document<'d>,
    operations: Vec<Operation<'d>>,
    options: Options,
}

/// An operation that isn't a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Skipped {
    pub(crate) id: String,
    pub(crate) reason: String,
}

impl<'d> OpenApi<'d> {
    pub(crate) fn read(root: &'d Value, options: Options) -> Result<OpenApi<'d>, Flaw> {
        let document = Document::read(root)?;
        let operations = operation::all(&document)?;
        Ok(OpenApi { document, operations, options })
    }

    /// The operation of this id as a tool.
    pub(crate) fn tool(&self, id: &str) -> Result<Tool, String> {
        let operation = self.operations.iter().find(|operation| operation.id == id);
        let operation = operation.ok_or_else(|| {
            let known: Vec<&str> = self.operations.iter().map(|it| it.id.as_str()).take(20).collect();
            format!("config.openapi has no operation `{id}`; it has {}", known.join(", "))
        })?;
        operation.tool(&self.document, &self.options)
    }

    /// The selected operations as tools, but for those that are described
    /// already; and those that can't be.
    pub(crate) fn tools(
        &self,
        selection: &Selection,
        described: &BTreeSet<String>,
    ) -> Result<(Vec<Tool>, Vec<Skipped>), Flaw> {
        selection.check(&self.operations)?;
        let (mut tools, mut skipped) = (Vec::new(), Vec::new());
        for operation in &self.operations {
            if described.contains(&operation.id) || !selection.takes(operation) {
                continue;
            }
            match operation.tool(&self.document, &self.options) {
                Ok(tool) => tools.push(tool),
                Err(reason) if selection.names(operation) => {
                    return Err(Flaw::new(operation.place(), format!("it can't be a tool: {reason}")));
                }
                Err(reason) => skipped.push(Skipped { id: operation.id.clone(), reason }),
            }
        }
        Ok((tools, skipped))
    }
}
