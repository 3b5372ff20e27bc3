//! Vector stores.

use super::{Provider, call};
use crate::api::vector_store::{Collection, Entry, Filter, FilterNode, Page, Query, Scored, Selector};
use crate::context::CallContext;
use crate::error::CallError;

impl Provider {
    /// Makes a collection.
    pub async fn create_collection(
        &self,
        context: &CallContext,
        collection: Collection,
    ) -> Result<(), CallError> {
        call!(self, context, VectorStore, vector_store.call_create_collection(&collection))
    }

    /// All collections.
    pub async fn list_collections(&self, context: &CallContext) -> Result<Vec<Collection>, CallError> {
        call!(self, context, VectorStore, vector_store.call_list_collections())
    }

    /// One collection.
    pub async fn describe_collection(
        &self,
        context: &CallContext,
        name: &str,
    ) -> Result<Collection, CallError> {
        let name = name.to_owned();
        call!(self, context, VectorStore, vector_store.call_describe_collection(&name))
    }

    /// Removes a collection and all it holds.
    pub async fn delete_collection(&self, context: &CallContext, name: &str) -> Result<(), CallError> {
        let name = name.to_owned();
        call!(self, context, VectorStore, vector_store.call_delete_collection(&name))
    }

    /// Stores records, replacing those of the same id.
    pub async fn upsert(
        &self,
        context: &CallContext,
        collection: &str,
        entries: Vec<Entry>,
    ) -> Result<(), CallError> {
        let collection = collection.to_owned();
        call!(self, context, VectorStore, vector_store.call_upsert(&collection, &entries))
    }

    /// Finds the nearest records, best first.
    pub async fn search(
        &self,
        context: &CallContext,
        collection: &str,
        query: Query,
    ) -> Result<Vec<Scored>, CallError> {
        self.check(query.filter.as_ref())?;
        let collection = collection.to_owned();
        call!(self, context, VectorStore, vector_store.call_search(&collection, &query))
    }

    /// Records by their ids.
    pub async fn fetch(
        &self,
        context: &CallContext,
        collection: &str,
        ids: Vec<String>,
        include_vectors: bool,
    ) -> Result<Vec<Entry>, CallError> {
        let collection = collection.to_owned();
        call!(self, context, VectorStore, vector_store.call_fetch(&collection, &ids, include_vectors))
    }

    /// A page of records in the store's order.
    pub async fn scroll(
        &self,
        context: &CallContext,
        collection: &str,
        filter: Option<Filter>,
        limit: u32,
        cursor: Option<String>,
        include_vectors: bool,
    ) -> Result<Page, CallError> {
        self.check(filter.as_ref())?;
        let collection = collection.to_owned();
        call!(
            self,
            context,
            VectorStore,
            vector_store.call_scroll(&collection, filter.as_ref(), limit, cursor.as_deref(), include_vectors)
        )
    }

    /// Merges a JSON object into the metadata of records.
    pub async fn update_metadata(
        &self,
        context: &CallContext,
        collection: &str,
        which: Selector,
        metadata: &str,
    ) -> Result<(), CallError> {
        self.check_selector(&which)?;
        let (collection, metadata) = (collection.to_owned(), metadata.to_owned());
        call!(self, context, VectorStore, vector_store.call_update_metadata(&collection, &which, &metadata))
    }

    /// Removes records. How many, where the store tells.
    pub async fn delete(
        &self,
        context: &CallContext,
        collection: &str,
        which: Selector,
    ) -> Result<Option<u64>, CallError> {
        self.check_selector(&which)?;
        let collection = collection.to_owned();
        call!(self, context, VectorStore, vector_store.call_delete(&collection, &which))
    }

    /// How many records pass a filter.
    pub async fn count(
        &self,
        context: &CallContext,
        collection: &str,
        filter: Option<Filter>,
    ) -> Result<u64, CallError> {
        self.check(filter.as_ref())?;
        let collection = collection.to_owned();
        call!(self, context, VectorStore, vector_store.call_count(&collection, filter.as_ref()))
    }

    fn check_selector(&self, which: &Selector) -> Result<(), CallError> {
        match which {
            Selector::Filter(filter) => self.check(Some(filter)),
            Selector::Ids(_) | Selector::Everything => Ok(()),
        }
    }

    /// The contract promises plugins that a filter is a tree.
    fn check(&self, filter: Option<&Filter>) -> Result<(), CallError> {
        let Some(filter) = filter else { return Ok(()) };
        malformed(filter)
            .map_or(Ok(()), |message| Err(CallError::Request { provider: self.name().to_owned(), message }))
    }
}

/// What is wrong with a filter, if anything.
fn malformed(filter: &Filter) -> Option<String> {
    if filter.nodes.is_empty() {
        return Some("the filter has no nodes; leave it out to let everything through".to_owned());
    }
    filter.nodes.iter().enumerate().find_map(|(place, node)| {
        let children: &[u32] = match node {
            FilterNode::All(children) | FilterNode::Any(children) => children,
            FilterNode::Negation(child) => std::slice::from_ref(child),
            FilterNode::Condition(_) | FilterNode::Ids(_) => &[],
        };
        let wrong = children.iter().find(|child| **child as usize >= place)?;
        Some(format!("node {place} of the filter refers to node {wrong}, which doesn't stand before it"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_a_tree_laid_flat() {
        let tree = Filter {
            nodes: vec![FilterNode::Ids(vec![]), FilterNode::Negation(0), FilterNode::All(vec![0, 1])],
        };
        assert_eq!(malformed(&tree), None);
    }

    #[test]
    fn a_filter_that_refers_to_itself_or_forward_is_refused() {
        for node in [FilterNode::Negation(0), FilterNode::All(vec![1]), FilterNode::Any(vec![9])] {
            assert!(malformed(&Filter { nodes: vec![node] }).is_some());
        }
        assert!(malformed(&Filter { nodes: vec![] }).is_some());
    }
}
