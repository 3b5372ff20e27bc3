use futures_util::FutureExt;

use super::*;

fn given(id: &str, tenant: Option<&str>, metadata: Option<&str>) -> Given {
    let feedback =
        Feedback { trace_id: "t".to_owned(), value: 5, weight: 1.0, metadata: metadata.map(str::to_owned) };
    Given { id: id.to_owned(), tenant: tenant.map(Arc::from), feedback }
}

fn keep(store: &MemoryFeedback, all: Vec<Given>) {
    store.keep(all).now_or_never().unwrap().unwrap();
}

fn change(store: &MemoryFeedback, tenant: Option<&str>, id: &str, change: Change) -> Option<Feedback> {
    store.change(tenant, id, change).now_or_never().unwrap().unwrap()
}

fn value(value: i8) -> Change {
    Change { value: Some(value), ..Change::default() }
}

#[test]
fn what_is_changed_changes_and_the_rest_stays() {
    let store = MemoryFeedback::default();
    keep(&store, vec![given("a", None, Some("{}"))]);
    let changed = change(&store, None, "a", value(-3)).unwrap();
    assert_eq!(changed, Feedback { value: -3, ..given("a", None, Some("{}")).feedback });
    let weight = Change { weight: Some(0.5), metadata: Some(r#"{"a":1}"#.to_owned()), value: None };
    let changed = change(&store, None, "a", weight).unwrap();
    assert_eq!((changed.value, changed.weight, changed.metadata.as_deref()), (-3, 0.5, Some(r#"{"a":1}"#)));
}

#[test]
fn an_id_that_is_not_known_or_is_anothers_changes_nothing() {
    let store = MemoryFeedback::default();
    keep(&store, vec![given("a", Some("acme"), None), given("b", None, None)]);
    for (tenant, id) in [(None, "c"), (None, "a"), (Some("other"), "a"), (Some("acme"), "b")] {
        assert_eq!(change(&store, tenant, id, value(0)), None, "{tenant:?} {id}");
    }
    let nothing = Change::default();
    assert_eq!(change(&store, Some("acme"), "a", nothing.clone()).unwrap().value, 5);
    assert_eq!(change(&store, None, "b", nothing).unwrap().value, 5);
}

#[test]
fn the_oldest_makes_room_for_the_newest_by_number_and_by_bytes() {
    let store = MemoryFeedback::new(Bounds { count: 2, bytes: usize::MAX });
    keep(&store, ["a", "b", "c"].map(|id| given(id, None, None)).into());
    assert_eq!(change(&store, None, "a", value(0)), None);
    assert!(change(&store, None, "b", value(0)).is_some() && change(&store, None, "c", value(0)).is_some());

    let store = MemoryFeedback::new(Bounds { count: usize::MAX, bytes: 3_000 });
    let long = "x".repeat(1_000);
    for id in ["a", "b", "c"] {
        keep(&store, vec![given(id, None, Some(&long))]);
    }
    assert_eq!(change(&store, None, "a", value(0)), None);
    let longer = Change { metadata: Some("x".repeat(2_000)), ..Change::default() };
    assert!(change(&store, None, "c", longer).is_some());
    assert_eq!(change(&store, None, "b", value(0)), None, "what a change adds counts too");
    assert!(change(&store, None, "c", value(0)).is_some());
}
