//! Filters of the vector store: every node and comparison crosses, and what is
//! no tree never reaches a plugin.

use jackfield_runtime::CallError;
use jackfield_runtime::api::vector_store::{
    Comparison, Entry, FieldCondition, Filter, FilterNode, Query, Scalar, Selector,
};

use crate::Bench;
use crate::vector_store::{collection, dense};

fn is(field: &str, comparison: Comparison) -> FilterNode {
    FilterNode::Condition(FieldCondition { field: field.to_owned(), comparison })
}

fn text(text: &str) -> Scalar {
    Scalar::Text(text.to_owned())
}

fn filter(nodes: Vec<FilterNode>) -> Filter {
    Filter { nodes }
}

/// Records `1` to `4` with metadata of every type.
async fn four() -> Bench {
    let bench = Bench::alone().await;
    bench.provider.create_collection(&bench.context, collection("c")).await.unwrap();
    let metadata = [
        ("1", "{\"n\":1,\"s\":\"Red Fox\",\"tags\":[\"x\",\"y\"],\"deep\":{\"b\":true}}"),
        ("2", "{\"n\":2,\"s\":\"red hen\",\"tags\":[\"y\"],\"deep\":{\"b\":false}}"),
        ("3", "{\"n\":2.5,\"s\":\"owl\",\"tags\":[]}"),
        ("4", "{}"),
    ];
    let entries =
        metadata.map(|(id, metadata)| Entry { metadata: Some(metadata.to_owned()), ..dense(id, [1.0, 0.0]) });
    bench.provider.upsert(&bench.context, "c", entries.to_vec()).await.unwrap();
    bench
}

#[tokio::test]
async fn every_node_and_comparison_means_the_same_on_both_sides() {
    let bench = four().await;
    let red = || is("s", Comparison::TextMatch("red".to_owned()));
    let big = || is("n", Comparison::Ge(Scalar::Integer(2)));
    let cases: Vec<(Vec<FilterNode>, &[&str])> = vec![
        (vec![is("s", Comparison::Eq(text("owl")))], &["3"]),
        (vec![is("deep.b", Comparison::Eq(Scalar::Boolean(true)))], &["1"]),
        (vec![is("n", Comparison::Ne(Scalar::Integer(1)))], &["2", "3", "4"]),
        (vec![is("n", Comparison::Gt(Scalar::Number(2.0)))], &["3"]),
        (vec![big()], &["2", "3"]),
        (vec![is("n", Comparison::Lt(Scalar::Integer(2)))], &["1"]),
        (vec![is("n", Comparison::Le(Scalar::Number(2.0)))], &["1", "2"]),
        (vec![is("s", Comparison::InList(vec![text("owl"), text("red hen")]))], &["2", "3"]),
        (vec![is("s", Comparison::NotInList(vec![text("owl")]))], &["1", "2", "4"]),
        (vec![is("tags", Comparison::ContainsAny(vec![text("x"), text("y")]))], &["1", "2"]),
        (vec![is("tags", Comparison::ContainsAll(vec![text("x"), text("y")]))], &["1"]),
        (vec![red()], &["2"]),
        (vec![is("s", Comparison::TextMatchInsensitive("RED".to_owned()))], &["1", "2"]),
        (vec![is("tags", Comparison::IsEmpty)], &["3", "4"]),
        (vec![FilterNode::Ids(vec!["4".to_owned(), "9".to_owned()])], &["4"]),
        (vec![FilterNode::All(vec![])], &["1", "2", "3", "4"]),
        (vec![FilterNode::Any(vec![])], &[]),
        (vec![red(), big(), FilterNode::All(vec![0, 1])], &["2"]),
        (vec![red(), big(), FilterNode::Any(vec![0, 1])], &["2", "3"]),
        (vec![red(), FilterNode::Negation(0)], &["1", "3", "4"]),
        // A node may be used twice, and one that nothing refers to is without effect.
        (
            vec![red(), FilterNode::Any(vec![]), FilterNode::All(vec![0, 0]), FilterNode::Negation(2)],
            &["1", "3", "4"],
        ),
    ];
    for (nodes, expected) in cases {
        let filter = filter(nodes);
        let page =
            bench.provider.scroll(&bench.context, "c", Some(filter.clone()), 10, None, false).await.unwrap();
        let ids: Vec<_> = page.entries.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!(ids, expected, "{filter:?}");
        let count = bench.provider.count(&bench.context, "c", Some(filter)).await.unwrap();
        assert_eq!(count, expected.len() as u64);
    }
}

#[tokio::test]
async fn a_filter_selects_what_is_searched_changed_and_removed() {
    let bench = four().await;
    let (provider, context) = (&bench.provider, &bench.context);
    let big = || filter(vec![is("n", Comparison::Ge(Scalar::Integer(2)))]);
    let found = provider.search(context, "c", query(Some(big()))).await.unwrap();
    assert_eq!(found.len(), 2);
    provider.update_metadata(context, "c", Selector::Filter(big()), "{\"s\":\"changed\"}").await.unwrap();
    let changed = filter(vec![is("s", Comparison::Eq(text("changed")))]);
    assert_eq!(provider.count(context, "c", Some(changed)).await.unwrap(), 2);
    assert_eq!(provider.delete(context, "c", Selector::Filter(big())).await.unwrap(), Some(2));
    assert_eq!(provider.count(context, "c", None).await.unwrap(), 2);
}

fn query(filter: Option<Filter>) -> Query {
    Query {
        vectors: None,
        text: None,
        alpha: None,
        filter,
        limit: 10,
        offset: None,
        min_score: None,
        include_vectors: false,
        extra: None,
    }
}

#[tokio::test]
async fn what_is_no_tree_never_reaches_the_plugin() {
    let bench = Bench::alone().await;
    let (provider, context) = (&bench.provider, &bench.context);
    for nodes in [
        vec![],
        vec![FilterNode::Negation(0)],
        vec![FilterNode::Ids(vec![]), FilterNode::All(vec![0, 1])],
        vec![FilterNode::Any(vec![1]), FilterNode::Ids(vec![])],
        vec![FilterNode::Ids(vec![]), FilterNode::Negation(u32::MAX)],
    ] {
        let bad = || Some(filter(nodes.clone()));
        let selector = || Selector::Filter(filter(nodes.clone()));
        let answers = [
            provider.search(context, "c", query(bad())).await.map(drop),
            provider.scroll(context, "c", bad(), 1, None, false).await.map(drop),
            provider.count(context, "c", bad()).await.map(drop),
            provider.update_metadata(context, "c", selector(), "{}").await.map(drop),
            provider.delete(context, "c", selector()).await.map(drop),
        ];
        for answer in answers {
            assert!(matches!(answer, Err(CallError::Request { .. })), "{nodes:?}: {answer:?}");
        }
    }
}
