//! Which operations become tools.

use std::collections::BTreeSet;

use super::operation::Operation;
use crate::flaw::Flaw;

/// The operator's choice: operation ids, and tags as `tag:NAME`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection {
    /// All, where it is empty.
    pub(crate) include: Vec<String>,
    pub(crate) exclude: Vec<String>,
    /// Whether deprecated operations become tools without being named.
    pub(crate) deprecated: bool,
}

impl Selection {
    /// Whether an operation becomes a tool.
    pub(super) fn takes(&self, operation: &Operation<'_>) -> bool {
        let included = match self.include.is_empty() {
            true => true,
            false => self.include.iter().any(|entry| covers(entry, operation)),
        };
        let wanted = !operation.deprecated || self.deprecated || self.names(operation);
        included && wanted && !self.exclude.iter().any(|entry| covers(entry, operation))
    }

    /// Whether it is included by its own name.
    pub(super) fn names(&self, operation: &Operation<'_>) -> bool {
        self.include.contains(&operation.id)
    }

    /// That every entry means something: one that doesn't is a slip, and would
    /// leave in what was to be left out.
    pub(super) fn check(&self, operations: &[Operation<'_>]) -> Result<(), Flaw> {
        for (list, entries) in [("include", &self.include), ("exclude", &self.exclude)] {
            for entry in entries {
                if !operations.iter().any(|operation| covers(entry, operation)) {
                    let known: BTreeSet<String> = match entry.starts_with(TAG) {
                        true => operations
                            .iter()
                            .flat_map(|it| &it.tags)
                            .map(|tag| format!("{TAG}{tag}"))
                            .collect(),
                        false => operations.iter().map(|it| it.id.clone()).collect(),
                    };
                    let known: Vec<&str> = known.iter().map(String::as_str).take(20).collect();
                    let message = format!(
                        "config.{list} has `{entry}`, which is nothing in this document; there are {}",
                        known.join(", ")
                    );
                    return Err(Flaw::new("", message));
                }
            }
        }
        Ok(())
    }
}

/// What an entry that means a tag begins with.
const TAG: &str = "tag:";

fn covers(entry: &str, operation: &Operation<'_>) -> bool {
    match entry.strip_prefix(TAG) {
        Some(tag) => operation.tags.iter().any(|known| known == tag),
        None => operation.id == entry,
    }
}
