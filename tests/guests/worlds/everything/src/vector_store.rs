//! `vector-store`: keeps everything in the memory of the instance, so it is
//! for providers with `isolation = "provider"`. Collections and records are in
//! the order of their names and ids; a cursor is the last id of a page. Ids
//! stay as they are, filters mean what the SDK's `Filter::matches` says.

mod memory;

use std::cell::RefCell;
use std::collections::BTreeMap;

use jackfield_sdk::filter::Filter;
use jackfield_sdk::json::parse_object;
use jackfield_sdk::types::{Error, ErrorKind};
use jackfield_sdk::vector_store::{
    self as contract, Collection, Entry, Guest, Page, Query, Scored, Selector,
};
use memory::{Kept, Stored, nearness, nothing};

use crate::Everything;

thread_local! {
    static COLLECTIONS: RefCell<BTreeMap<String, Kept>> = const { RefCell::new(BTreeMap::new()) };
}

/// Does something with a collection, or fails with `not-found`.
fn with<T>(name: &str, act: impl FnOnce(&mut Kept) -> Result<T, Error>) -> Result<T, Error> {
    COLLECTIONS.with_borrow_mut(|collections| match collections.get_mut(name) {
        Some(kept) => act(kept),
        None => {
            Err(Error::new(ErrorKind::NotFound, format!("there is no collection `{name}`; create it first")))
        }
    })
}

fn tree(filter: &Option<contract::Filter>) -> Result<Filter, Error> {
    filter.as_ref().map_or(Ok(Filter::All(Vec::new())), Filter::from_flat)
}

fn selected(which: Selector) -> Result<Filter, Error> {
    match which {
        Selector::Ids(ids) => Ok(Filter::Ids(ids)),
        Selector::Filter(filter) => Filter::from_flat(&filter),
        Selector::Everything => Ok(Filter::All(Vec::new())),
    }
}

impl Guest for Everything {
    fn create_collection(collection: Collection) -> Result<(), Error> {
        COLLECTIONS.with_borrow_mut(|collections| match collections.get(&collection.name) {
            Some(kept) if kept.dimensions == collection.dimensions && kept.metric == collection.metric => {
                Ok(())
            }
            Some(_) => Err(Error::invalid_request(format!(
                "the collection `{}` exists with other dimensions or another metric",
                collection.name
            ))),
            None => {
                let kept = Kept {
                    dimensions: collection.dimensions,
                    metric: collection.metric,
                    entries: BTreeMap::new(),
                };
                collections.insert(collection.name, kept);
                Ok(())
            }
        })
    }

    fn list_collections() -> Result<Vec<Collection>, Error> {
        COLLECTIONS.with_borrow(|collections| {
            Ok(collections.iter().map(|(name, kept)| kept.describe(name)).collect())
        })
    }

    fn describe_collection(name: String) -> Result<Collection, Error> {
        with(&name, |kept| Ok(kept.describe(&name)))
    }

    fn delete_collection(name: String) -> Result<(), Error> {
        COLLECTIONS.with_borrow_mut(|collections| collections.remove(&name));
        Ok(())
    }

    fn upsert(collection: String, entries: Vec<Entry>) -> Result<(), Error> {
        with(&collection, |kept| {
            // All of them or none: checked before anything is stored.
            let checked =
                entries.into_iter().map(|entry| kept.check(entry)).collect::<Result<Vec<_>, _>>()?;
            kept.entries.extend(checked);
            Ok(())
        })
    }

    fn search(collection: String, query: Query) -> Result<Vec<Scored>, Error> {
        if query.text.is_some() {
            return Err(Error::unsupported("this store can't search by text; embed it first"));
        }
        let filter = tree(&query.filter)?;
        with(&collection, |kept| {
            let mut found: Vec<(&String, &Stored, Option<f64>)> = kept
                .entries
                .iter()
                .filter(|(id, stored)| filter.matches(id, &stored.metadata))
                .map(|(id, stored)| {
                    (
                        id,
                        stored,
                        query.vectors.as_ref().map(|wanted| nearness(kept.metric, &stored.vectors, wanted)),
                    )
                })
                .filter(|(_, _, score)| {
                    query.min_score.is_none_or(|least| score.is_none_or(|score| score >= least))
                })
                .collect();
            // Stable, so equals stay in the order of their ids.
            found.sort_by(|(_, _, a), (_, _, b)| b.unwrap_or_default().total_cmp(&a.unwrap_or_default()));
            let page = found.into_iter().skip(query.offset.unwrap_or(0) as usize).take(query.limit as usize);
            Ok(page
                .map(|(id, stored, score)| Scored { entry: stored.entry(id, query.include_vectors), score })
                .collect())
        })
    }

    fn fetch(collection: String, ids: Vec<String>, include_vectors: bool) -> Result<Vec<Entry>, Error> {
        with(&collection, |kept| {
            let found = ids.iter().filter_map(|id| Some(kept.entries.get(id)?.entry(id, include_vectors)));
            Ok(found.collect())
        })
    }

    fn scroll(
        collection: String,
        filter: Option<contract::Filter>,
        limit: u32,
        cursor: Option<String>,
        include_vectors: bool,
    ) -> Result<Page, Error> {
        let filter = tree(&filter)?;
        with(&collection, |kept| {
            let mut found = kept
                .entries
                .iter()
                .filter(|(id, _)| cursor.as_ref().is_none_or(|last| *id > last))
                .filter(|(id, stored)| filter.matches(id, &stored.metadata));
            let entries: Vec<_> = found
                .by_ref()
                .take(limit as usize)
                .map(|(id, stored)| stored.entry(id, include_vectors))
                .collect();
            let next = found.next().and_then(|_| entries.last().map(|entry| entry.id.clone()));
            Ok(Page { entries, next })
        })
    }

    fn update_metadata(collection: String, which: Selector, metadata: String) -> Result<(), Error> {
        let (filter, _) = (selected(which)?, parse_object("metadata", &metadata)?);
        with(&collection, |kept| {
            for (_, stored) in
                kept.entries.iter_mut().filter(|(id, stored)| filter.matches(id, &stored.metadata))
            {
                if stored.metadata.is_null() {
                    stored.metadata = nothing();
                }
                jackfield_sdk::json::merge_extra(&mut stored.metadata, Some(&metadata))?;
            }
            Ok(())
        })
    }

    fn delete(collection: String, which: Selector) -> Result<Option<u64>, Error> {
        let filter = selected(which)?;
        with(&collection, |kept| {
            let before = kept.entries.len();
            kept.entries.retain(|id, stored| !filter.matches(id, &stored.metadata));
            Ok(Some((before - kept.entries.len()) as u64))
        })
    }

    fn count(collection: String, filter: Option<contract::Filter>) -> Result<u64, Error> {
        let filter = tree(&filter)?;
        with(&collection, |kept| {
            Ok(kept.entries.iter().filter(|(id, stored)| filter.matches(id, &stored.metadata)).count() as u64)
        })
    }
}

#[cfg(test)]
mod tests;
