//! `vector-store`: each of its functions. Filters are in `vector_filters`.

use jackfield_runtime::api::types::ErrorKind;
use jackfield_runtime::api::vector_store::{Collection, Entry, Metric, Query, Selector, Vectors};

use crate::{Bench, reported};

pub(crate) const NONE: Vectors = Vectors { dense: None, sparse: None };

/// A collection of two dimensions.
pub(crate) fn collection(name: &str) -> Collection {
    Collection { name: name.to_owned(), dimensions: 2, metric: Metric::Dot, count: None, extra: None }
}

/// A record with a dense vector and nothing else.
pub(crate) fn dense(id: &str, vector: [f32; 2]) -> Entry {
    let vectors = Vectors { dense: Some(vector.to_vec()), sparse: None };
    Entry { id: id.to_owned(), vectors, text: None, metadata: None }
}

fn nearest(vector: [f32; 2]) -> Query {
    Query {
        vectors: Some(dense("", vector).vectors),
        text: None,
        alpha: None,
        filter: None,
        limit: 10,
        offset: None,
        min_score: None,
        include_vectors: false,
        extra: None,
    }
}

fn ids<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<&'a str> {
    entries.into_iter().map(|entry| entry.id.as_str()).collect()
}

/// `a`, `b` and `c` at scores 1, 2 and 3 towards `[1, 0]`.
async fn three() -> Bench {
    let bench = Bench::alone().await;
    bench.provider.create_collection(&bench.context, collection("c")).await.unwrap();
    let entries = vec![
        Entry { text: Some("first".to_owned()), ..dense("a", [1.0, 0.0]) },
        Entry { metadata: Some("{\"x\":1,\"y\":{\"z\":[]}}".to_owned()), ..dense("b", [2.0, 0.0]) },
        Entry {
            vectors: Vectors { dense: Some(vec![3.0, 9.0]), sparse: Some(vec![(7, 0.5)]) },
            ..dense("c", [0.0; 2])
        },
    ];
    bench.provider.upsert(&bench.context, "c", entries).await.unwrap();
    bench
}

#[tokio::test]
async fn collections_are_made_listed_described_and_removed() {
    let bench = three().await;
    let (provider, context) = (&bench.provider, &bench.context);
    provider.create_collection(context, collection("c")).await.unwrap();
    let other = Collection { dimensions: 3, ..collection("c") };
    assert_eq!(reported(provider.create_collection(context, other).await).kind, ErrorKind::InvalidRequest);
    provider.create_collection(context, collection("empty")).await.unwrap();
    let expected = Collection { count: Some(3), ..collection("c") };
    assert_eq!(provider.describe_collection(context, "c").await.unwrap(), expected);
    let empty = Collection { count: Some(0), ..collection("empty") };
    assert_eq!(provider.list_collections(context).await.unwrap(), [expected, empty]);
    provider.delete_collection(context, "c").await.unwrap();
    provider.delete_collection(context, "c").await.unwrap();
    assert_eq!(reported(provider.describe_collection(context, "c").await).kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn the_nearest_come_first_within_limit_offset_and_score() {
    let bench = three().await;
    let search = async |query| bench.provider.search(&bench.context, "c", query).await.unwrap();
    let found = search(nearest([1.0, 0.0])).await;
    let scores: Vec<_> = found.iter().map(|scored| (scored.entry.id.as_str(), scored.score)).collect();
    assert_eq!(scores, [("c", Some(3.0)), ("b", Some(2.0)), ("a", Some(1.0))]);
    assert!(found.iter().all(|scored| scored.entry.vectors == NONE), "nobody asked for vectors");
    let page = search(Query { limit: 1, offset: Some(1), ..nearest([1.0, 0.0]) }).await;
    assert_eq!(ids(page.iter().map(|scored| &scored.entry)), ["b"]);
    let near = search(Query { min_score: Some(2.0), ..nearest([1.0, 0.0]) }).await;
    assert_eq!(near.len(), 2);
    let mixed = Vectors { dense: None, sparse: Some(vec![(7, 2.0), (8, 9.0)]) };
    let sparse = search(Query { vectors: Some(mixed), include_vectors: true, ..nearest([0.0; 2]) }).await;
    assert_eq!((sparse[0].entry.id.as_str(), sparse[0].score), ("c", Some(1.0)));
    assert_eq!(sparse[0].entry.vectors.sparse, Some(vec![(7, 0.5)]));
    let all = search(Query { vectors: None, ..nearest([0.0; 2]) }).await;
    assert!(all.len() == 3 && all.iter().all(|scored| scored.score.is_none()), "{all:?}");
}

#[tokio::test]
async fn what_the_store_can_not_do_it_says() {
    let bench = three().await;
    let query = Query { text: Some("x".to_owned()), ..nearest([1.0, 0.0]) };
    let error = reported(bench.provider.search(&bench.context, "c", query).await);
    assert_eq!(error.kind, ErrorKind::Unsupported);
    let error = reported(bench.provider.search(&bench.context, "none", nearest([1.0, 0.0])).await);
    assert_eq!(error.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn records_are_fetched_by_id_as_they_were_stored() {
    let bench = three().await;
    let wanted = ["c", "nobody", "a", "b"].map(str::to_owned).to_vec();
    let found = bench.provider.fetch(&bench.context, "c", wanted.clone(), true).await.unwrap();
    assert_eq!(ids(&found), ["c", "a", "b"]);
    assert_eq!(found[0].vectors, Vectors { dense: Some(vec![3.0, 9.0]), sparse: Some(vec![(7, 0.5)]) });
    assert_eq!((found[1].text.as_deref(), found[1].metadata.as_deref()), (Some("first"), None));
    let metadata: serde_json::Value = serde_json::from_str(found[2].metadata.as_ref().unwrap()).unwrap();
    assert_eq!(metadata, serde_json::json!({ "x": 1, "y": { "z": [] } }));
    let bare = bench.provider.fetch(&bench.context, "c", wanted, false).await.unwrap();
    assert!(bare.iter().all(|entry| entry.vectors == NONE));
}

#[tokio::test]
async fn an_upsert_replaces_records_of_the_same_id_or_fails_whole() {
    let bench = three().await;
    let (provider, context) = (&bench.provider, &bench.context);
    provider.upsert(context, "c", vec![dense("a", [5.0, 5.0]), dense("d", [0.0, 0.0])]).await.unwrap();
    assert_eq!(provider.count(context, "c", None).await.unwrap(), 4);
    let replaced = provider.fetch(context, "c", vec!["a".to_owned()], true).await.unwrap();
    assert_eq!(replaced, [dense("a", [5.0, 5.0])]);
    let long = Entry { vectors: Vectors { dense: Some(vec![1.0; 3]), sparse: None }, ..dense("z", [0.0; 2]) };
    let error = reported(provider.upsert(context, "c", vec![dense("y", [0.0; 2]), long]).await);
    assert_eq!(error.kind, ErrorKind::InvalidRequest);
    assert_eq!(provider.count(context, "c", None).await.unwrap(), 4);
}

#[tokio::test]
async fn a_cursor_leads_through_all_records_once() {
    let bench = three().await;
    let (mut cursor, mut seen) = (None, Vec::new());
    loop {
        let page = bench.provider.scroll(&bench.context, "c", None, 2, cursor, true).await.unwrap();
        assert!(page.entries.len() <= 2 && page.entries.iter().all(|entry| entry.vectors.dense.is_some()));
        seen.extend(page.entries.into_iter().map(|entry| entry.id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["a", "b", "c"]);
}

#[tokio::test]
async fn metadata_is_merged_and_a_null_removes_a_member() {
    let bench = three().await;
    let (provider, context) = (&bench.provider, &bench.context);
    let some = Selector::Ids(vec!["a".to_owned(), "b".to_owned()]);
    provider.update_metadata(context, "c", some, "{\"x\":null,\"new\":true}").await.unwrap();
    let found =
        provider.fetch(context, "c", ["a", "b", "c"].map(str::to_owned).to_vec(), false).await.unwrap();
    let metadata: Vec<Option<serde_json::Value>> = found
        .iter()
        .map(|entry| entry.metadata.as_ref().map(|text| serde_json::from_str(text).unwrap()))
        .collect();
    let new = serde_json::json!({ "new": true });
    assert_eq!(metadata[1], Some(serde_json::json!({ "y": { "z": [] }, "new": true })));
    assert_eq!((&metadata[0], &metadata[2]), (&Some(new), &None));
}

#[tokio::test]
async fn records_are_removed_by_id_and_all_at_once() {
    let bench = three().await;
    let (provider, context) = (&bench.provider, &bench.context);
    let some = Selector::Ids(vec!["a".to_owned(), "nobody".to_owned()]);
    assert_eq!(provider.delete(context, "c", some).await.unwrap(), Some(1));
    assert_eq!(provider.delete(context, "c", Selector::Everything).await.unwrap(), Some(2));
    assert_eq!(provider.count(context, "c", None).await.unwrap(), 0);
}
