use jackfield_sdk::vector_store::{Comparison, Metric, Scalar, Vectors};

use super::*;

fn entry(id: &str, dense: &[f32], metadata: &str) -> Entry {
    let vectors = Vectors { dense: Some(dense.to_vec()), sparse: None };
    Entry {
        id: id.to_owned(),
        vectors,
        text: Some(format!("text of {id}")),
        metadata: Some(metadata.to_owned()),
    }
}

fn fill(name: &str, metric: Metric) {
    let collection = Collection { name: name.to_owned(), dimensions: 2, metric, count: None, extra: None };
    Everything::create_collection(collection).unwrap();
    let entries = vec![
        entry("a", &[1.0, 0.0], r#"{"year": 2020}"#),
        entry("b", &[0.0, 2.0], r#"{"year": 2021}"#),
        entry("c", &[1.0, 1.0], r#"{"year": 2022}"#),
    ];
    Everything::upsert(name.to_owned(), entries).unwrap();
}

fn query(dense: Option<&[f32]>) -> Query {
    Query {
        vectors: dense.map(|dense| Vectors { dense: Some(dense.to_vec()), sparse: None }),
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

fn ids(found: Vec<Scored>) -> Vec<String> {
    found.into_iter().map(|scored| scored.entry.id).collect()
}

#[test]
fn the_nearest_comes_first_by_each_metric() {
    for (metric, expected) in [
        (Metric::Cosine, ["b", "c", "a"]),
        (Metric::Dot, ["b", "c", "a"]),
        (Metric::Euclidean, ["c", "a", "b"]),
    ] {
        let name = format!("{metric:?}");
        fill(&name, metric);
        let target = if metric == Metric::Euclidean { [1.0, 0.6] } else { [0.1, 1.0] };
        assert_eq!(ids(Everything::search(name, query(Some(&target))).unwrap()), expected, "{metric:?}");
    }
}

#[test]
fn filters_pages_and_changes_hold_together() {
    fill("all", Metric::Cosine);
    let name = || "all".to_owned();
    let recent = Filter::field("year", Comparison::Ge(Scalar::Integer(2021))).to_flat();
    let filtered = Query { filter: Some(recent.clone()), ..query(None) };
    assert_eq!(ids(Everything::search(name(), filtered).unwrap()), ["b", "c"]);
    assert_eq!(Everything::count(name(), Some(recent.clone())).unwrap(), 2);

    let first = Everything::scroll(name(), None, 2, None, false).unwrap();
    assert_eq!(first.next.as_deref(), Some("b"));
    let second = Everything::scroll(name(), None, 2, first.next, true).unwrap();
    assert_eq!((second.entries.len(), second.next), (1, None));

    Everything::update_metadata(
        name(),
        Selector::Ids(vec!["a".to_owned()]),
        r#"{"year": null, "new": 1}"#.to_owned(),
    )
    .unwrap();
    let changed = Everything::fetch(name(), vec!["a".to_owned(), "z".to_owned()], false).unwrap();
    assert_eq!(changed[0].metadata.as_deref(), Some(r#"{"new":1}"#));
    assert_eq!(changed.len(), 1);

    assert_eq!(Everything::delete(name(), Selector::Filter(recent)).unwrap(), Some(2));
    assert_eq!(Everything::describe_collection(name()).unwrap().count, Some(1));
    assert_eq!(Everything::delete(name(), Selector::Everything).unwrap(), Some(1));
}

#[test]
fn what_does_not_fit_is_refused_whole() {
    fill("strict", Metric::Dot);
    let name = || "strict".to_owned();
    let entries = vec![entry("d", &[1.0, 1.0], "{}"), entry("e", &[1.0], "{}")];
    assert_eq!(Everything::upsert(name(), entries).unwrap_err().kind, ErrorKind::InvalidRequest);
    assert_eq!(Everything::count(name(), None).unwrap(), 3);
    let other = Collection { name: name(), dimensions: 3, metric: Metric::Dot, count: None, extra: None };
    assert_eq!(Everything::create_collection(other).unwrap_err().kind, ErrorKind::InvalidRequest);
    assert_eq!(Everything::count("none".to_owned(), None).unwrap_err().kind, ErrorKind::NotFound);
    Everything::delete_collection("none".to_owned()).unwrap();
}
