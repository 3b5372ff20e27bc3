use serde_json::json;

use super::*;
use crate::types::ErrorKind;
use crate::vector_store::Scalar;

fn eq(field: &str, value: &str) -> Filter {
    Filter::field(field, Comparison::Eq(Scalar::Text(value.to_owned())))
}

fn flat(nodes: Vec<FilterNode>) -> vector_store::Filter {
    vector_store::Filter { nodes }
}

#[test]
fn a_tree_survives_being_laid_flat() {
    let tree = Filter::All(vec![
        Filter::Any(vec![eq("a", "1"), Filter::Not(Box::new(eq("b.c", "2"))), Filter::Any(vec![])]),
        Filter::Ids(vec!["x".to_owned()]),
        Filter::All(vec![]),
    ]);
    let laid = tree.to_flat();
    assert!(
        matches!(laid.nodes.last(), Some(FilterNode::All(children)) if children.len() == 3),
        "the root comes last"
    );
    assert_eq!(Filter::from_flat(&laid).unwrap(), tree);
    assert_eq!(Filter::try_from(laid).unwrap(), tree);
}

#[test]
fn an_empty_list_and_references_that_do_not_lead_back_are_refused() {
    for nodes in [
        vec![],
        vec![FilterNode::Negation(0)],
        vec![FilterNode::All(vec![1]), FilterNode::Ids(vec![])],
        vec![FilterNode::Negation(1), FilterNode::Negation(0)],
        vec![FilterNode::Any(vec![u32::MAX])],
    ] {
        let error = Filter::from_flat(&flat(nodes.clone())).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidRequest, "{nodes:?}");
    }
}

#[test]
fn a_small_list_that_means_a_huge_tree_is_refused() {
    let mut nodes = vec![FilterNode::Ids(vec![])];
    nodes.extend((0..60).map(|place| FilterNode::All(vec![place, place])));
    assert!(Filter::from_flat(&flat(nodes)).unwrap_err().message.contains("nodes"));
}

#[test]
fn a_tree_too_deep_to_walk_is_refused() {
    let chain = |length: u32| {
        let mut nodes = vec![FilterNode::Ids(vec![])];
        nodes.extend((0..length).map(FilterNode::Negation));
        flat(nodes)
    };
    assert!(Filter::from_flat(&chain(100_000)).is_err());
    assert!(Filter::from_flat(&chain(5_000)).unwrap_err().message.contains("deep"));
    assert!(Filter::from_flat(&chain(DEEPEST as u32 - 1)).is_ok());
    assert!(Filter::from_flat(&chain(DEEPEST as u32)).is_err());
}

#[test]
fn comparisons_mean_what_the_contract_says() {
    let text = |text: &str| Scalar::Text(text.to_owned());
    let metadata = json!({
        "city": "Oslo", "year": 2024, "score": 0.5, "open": true, "tags": ["a", "b"], "none": null, "no": [],
        "nested": {"deep": {"n": 1}}, "dotted.name": 7, "big": 9_007_199_254_740_993_i64
    });
    for (field, comparison, expected) in [
        ("city", Comparison::Eq(text("Oslo")), true),
        ("city", Comparison::Eq(text("oslo")), false),
        ("city", Comparison::Ne(text("Rome")), true),
        ("missing", Comparison::Ne(text("Rome")), true),
        ("missing", Comparison::Eq(text("Rome")), false),
        ("year", Comparison::Eq(Scalar::Number(2024.0)), true),
        ("year", Comparison::Eq(text("2024")), false),
        ("year", Comparison::Gt(Scalar::Integer(2023)), true),
        ("year", Comparison::Gt(Scalar::Integer(2024)), false),
        ("year", Comparison::Ge(Scalar::Integer(2024)), true),
        ("score", Comparison::Lt(Scalar::Integer(1)), true),
        ("score", Comparison::Le(Scalar::Number(0.4)), false),
        ("city", Comparison::Gt(Scalar::Integer(1)), false),
        ("missing", Comparison::Lt(Scalar::Integer(1)), false),
        ("big", Comparison::Eq(Scalar::Integer(9_007_199_254_740_992)), false),
        ("open", Comparison::Eq(Scalar::Boolean(true)), true),
        ("city", Comparison::InList(vec![text("Rome"), text("Oslo")]), true),
        ("city", Comparison::NotInList(vec![text("Rome")]), true),
        ("missing", Comparison::NotInList(vec![text("Rome")]), true),
        ("tags", Comparison::ContainsAny(vec![text("z"), text("b")]), true),
        ("tags", Comparison::ContainsAny(vec![]), false),
        ("tags", Comparison::ContainsAll(vec![text("a"), text("b")]), true),
        ("tags", Comparison::ContainsAll(vec![text("a"), text("z")]), false),
        ("missing", Comparison::ContainsAll(vec![]), false),
        ("city", Comparison::TextMatch("sl".to_owned()), true),
        ("city", Comparison::TextMatch("SL".to_owned()), false),
        ("city", Comparison::TextMatchInsensitive("SL".to_owned()), true),
        ("missing", Comparison::IsEmpty, true),
        ("none", Comparison::IsEmpty, true),
        ("no", Comparison::IsEmpty, true),
        ("tags", Comparison::IsEmpty, false),
        ("nested.deep.n", Comparison::Eq(Scalar::Integer(1)), true),
        ("dotted.name", Comparison::Eq(Scalar::Integer(7)), true),
    ] {
        let filter = Filter::field(field, comparison.clone());
        assert_eq!(filter.matches("id", &metadata), expected, "{field} {comparison:?}");
        assert_eq!(Filter::Not(Box::new(filter)).matches("id", &metadata), !expected);
    }
}

#[test]
fn empty_all_is_always_and_empty_any_is_never() {
    let null = serde_json::Value::Null;
    assert!(Filter::All(vec![]).matches("id", &null));
    assert!(!Filter::Any(vec![]).matches("id", &null));
    assert!(Filter::Ids(vec!["id".to_owned()]).matches("id", &null));
    assert!(!Filter::Ids(vec![]).matches("id", &null));
}
