//! Filters of vector stores as trees.
//!
//! WIT has no recursive types, so a [`vector_store::Filter`] is a flat list in
//! which nodes refer to earlier ones. Authors want a tree to walk; this turns
//! one into the other. A list whose nodes share others can describe a tree
//! that is exponentially larger, and a deep one would overflow the stack of
//! whatever walks it: both are refused here, along with references that lead
//! nowhere, although the host has checked those.

use crate::types::Error;
use crate::vector_store::{self, Comparison, FieldCondition, FilterNode};

mod matching;
#[cfg(test)]
mod tests;

/// The most nodes of a tree.
pub const MOST_NODES: usize = 10_000;

/// The deepest tree.
pub const DEEPEST: usize = 128;

/// A filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// All of them hold. Empty: always.
    All(Vec<Filter>),
    /// One of them holds. Empty: never.
    Any(Vec<Filter>),
    /// It doesn't hold.
    Not(Box<Filter>),
    /// A comparison of one member of the metadata.
    Field {
        /// The member's name; dots lead into nested objects.
        field: String,
        /// The comparison.
        comparison: Comparison,
    },
    /// The record's id is one of these.
    Ids(Vec<String>),
}

impl Filter {
    /// A comparison of one member.
    pub fn field(field: impl Into<String>, comparison: Comparison) -> Filter {
        Filter::Field { field: field.into(), comparison }
    }

    /// The tree of a flat filter. An error of kind `invalid-request` where it
    /// isn't one.
    pub fn from_flat(flat: &vector_store::Filter) -> Result<Filter, Error> {
        check(&flat.nodes)?;
        match flat.nodes.len().checked_sub(1) {
            Some(root) => Ok(build(&flat.nodes, root)),
            None => Err(empty()),
        }
    }

    /// The flat form.
    pub fn to_flat(&self) -> vector_store::Filter {
        let mut nodes = Vec::new();
        self.lay(&mut nodes);
        vector_store::Filter { nodes }
    }

    /// Appends this tree's nodes and returns the place of its root.
    fn lay(&self, nodes: &mut Vec<FilterNode>) -> u32 {
        let node = match self {
            Filter::All(children) => FilterNode::All(children.iter().map(|child| child.lay(nodes)).collect()),
            Filter::Any(children) => FilterNode::Any(children.iter().map(|child| child.lay(nodes)).collect()),
            Filter::Not(child) => FilterNode::Negation(child.lay(nodes)),
            Filter::Field { field, comparison } => {
                FilterNode::Condition(FieldCondition { field: field.clone(), comparison: comparison.clone() })
            }
            Filter::Ids(ids) => FilterNode::Ids(ids.clone()),
        };
        nodes.push(node);
        (nodes.len() - 1) as u32
    }
}

impl TryFrom<vector_store::Filter> for Filter {
    type Error = Error;

    fn try_from(flat: vector_store::Filter) -> Result<Filter, Error> {
        Filter::from_flat(&flat)
    }
}

fn children(node: &FilterNode) -> &[u32] {
    match node {
        FilterNode::All(children) | FilterNode::Any(children) => children,
        FilterNode::Negation(child) => std::slice::from_ref(child),
        FilterNode::Condition(_) | FilterNode::Ids(_) => &[],
    }
}

/// References lead back only, and the tree is of a bearable size and depth.
fn check(nodes: &[FilterNode]) -> Result<(), Error> {
    let mut trees: Vec<(usize, usize)> = Vec::with_capacity(nodes.len());
    for (place, node) in nodes.iter().enumerate() {
        let (mut size, mut depth) = (1usize, 1);
        for &child in children(node) {
            let Some(&(child_size, child_depth)) = trees.get(child as usize) else {
                return Err(Error::invalid_request(format!(
                    "the filter's node {place} refers to node {child}, which doesn't come before it"
                )));
            };
            size = size.saturating_add(child_size);
            depth = depth.max(child_depth + 1);
        }
        trees.push((size, depth));
    }
    match trees.last() {
        None => Err(empty()),
        Some(&(size, _)) if size > MOST_NODES => {
            Err(Error::invalid_request(format!("the filter has more than {MOST_NODES} nodes; simplify it")))
        }
        Some(&(_, depth)) if depth > DEEPEST => {
            Err(Error::invalid_request(format!("the filter is nested more than {DEEPEST} deep; simplify it")))
        }
        Some(_) => Ok(()),
    }
}

/// The tree at a place of nodes that passed [`check`].
fn build(nodes: &[FilterNode], place: usize) -> Filter {
    let tree = |child: &u32| build(nodes, *child as usize);
    match &nodes[place] {
        FilterNode::All(children) => Filter::All(children.iter().map(tree).collect()),
        FilterNode::Any(children) => Filter::Any(children.iter().map(tree).collect()),
        FilterNode::Negation(child) => Filter::Not(Box::new(tree(child))),
        FilterNode::Condition(condition) => {
            Filter::field(condition.field.clone(), condition.comparison.clone())
        }
        FilterNode::Ids(ids) => Filter::Ids(ids.clone()),
    }
}

fn empty() -> Error {
    Error::invalid_request("the filter has no nodes; leave it out to match everything")
}
