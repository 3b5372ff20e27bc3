use super::*;

fn edited(body: &str, pointer: &str, value: Option<&str>) -> Result<String, EditError> {
    let edit = Edit { pointer: pointer.to_owned(), value: value.map(str::to_owned) };
    apply(Bytes::copy_from_slice(body.as_bytes()), &[edit])
        .map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
}

#[test]
fn a_member_is_replaced_and_all_other_bytes_stay() {
    let body = "{ \"model\" : \"a\",\n\t\"x\":1.0e+00, \"n\":{\"model\":\"b\"} } ";
    assert_eq!(
        edited(body, "/model", Some("\"z\"")).unwrap(),
        "{ \"model\" : \"z\",\n\t\"x\":1.0e+00, \"n\":{\"model\":\"b\"} } "
    );
}

#[test]
fn two_members_of_the_name_to_change_are_refused() {
    assert!(matches!(edited(r#"{"m":1,"m":2}"#, "/m", Some("3")), Err(EditError::Duplicate { .. })));
    assert!(matches!(edited(r#"{"m":1,"m":2}"#, "/m", None), Err(EditError::Duplicate { .. })));
    assert_eq!(edited(r#"{"a":1,"a":2,"m":1}"#, "/m", Some("3")).unwrap(), r#"{"a":1,"a":2,"m":3}"#);
}

#[test]
fn a_missing_member_is_added_at_the_end() {
    assert_eq!(edited("{ }", "/m", Some("1")).unwrap(), r#"{ "m":1}"#);
    assert_eq!(edited(r#"{"a":1}"#, "/m", Some("1")).unwrap(), r#"{"a":1,"m":1}"#);
}

#[test]
fn missing_objects_on_the_way_are_made() {
    assert_eq!(edited(r#"{"a":1}"#, "/s/t/u", Some("true")).unwrap(), r#"{"a":1,"s":{"t":{"u":true}}}"#);
    assert_eq!(edited(r#"{"s":{"k":0}}"#, "/s/t", Some("true")).unwrap(), r#"{"s":{"k":0,"t":true}}"#);
}

#[test]
fn a_member_is_removed_wherever_it_stands() {
    for (body, left) in [
        (r#"{"m":1}"#, "{}"),
        (r#"{"m":1, "b":2}"#, r#"{ "b":2}"#),
        (r#"{"a":[1,2] , "m":1, "b":2}"#, r#"{"a":[1,2], "b":2}"#),
        (r#"{"a":0, "m":1 }"#, r#"{"a":0 }"#),
        (r#"{"a":0}"#, r#"{"a":0}"#),
    ] {
        let result = edited(body, "/m", None).unwrap();
        assert_eq!(result, left);
        serde_json::from_str::<serde_json::Value>(&result).unwrap();
    }
}

#[test]
fn escaped_names_are_found() {
    assert_eq!(edited(r#"{"a/b~c":1}"#, "/a~1b~0c", Some("2")).unwrap(), r#"{"a/b~c":2}"#);
    assert_eq!(edited(r#"{"mo\u0064el":1}"#, "/model", Some("2")).unwrap(), r#"{"mo\u0064el":2}"#);
}

#[test]
fn what_is_not_an_object_is_refused() {
    assert!(matches!(edited("[1]", "/m", Some("1")), Err(EditError::NotAnObject { .. })));
    assert!(matches!(edited(r#"{"a":1}"#, "/a/b", Some("1")), Err(EditError::NotAnObject { .. })));
    assert!(matches!(edited("{", "/m", Some("1")), Err(EditError::NotJson { .. })));
    assert!(matches!(edited("{} {}", "/m", Some("1")), Err(EditError::NotJson { .. })));
    assert!(matches!(edited("{}", "m", Some("1")), Err(EditError::Pointer { .. })));
    assert!(matches!(edited("{}", "/m", Some("{")), Err(EditError::Value { .. })));
}

#[test]
fn a_pointer_has_only_so_many_steps() {
    let longest = "/a".repeat(MOST_STEPS);
    assert!(edited("{}", &longest, Some("1")).is_ok());
    for pointer in [format!("{longest}/a"), "/".repeat(1 << 20), format!("/{}", "a".repeat(MOST_BYTES))] {
        let error = edited("{}", &pointer, Some("1")).unwrap_err();
        assert_eq!(error, EditError::LongPointer { bytes: pointer.len() });
        assert_eq!(get(b"{}", &pointer), None);
    }
}

#[test]
fn many_changes_give_others_their_turns() {
    use std::task::{Context, Waker};
    let turns = |body: &str, count: usize| {
        let edits = vec![Edit { pointer: "/m".to_owned(), value: Some("1".to_owned()) }; count];
        let mut applied = std::pin::pin!(apply_in_turns(Bytes::copy_from_slice(body.as_bytes()), &edits));
        let mut cx = Context::from_waker(Waker::noop());
        (0..).find(|_| applied.as_mut().poll(&mut cx).is_ready())
    };
    assert_eq!(turns("{}", 10), Some(0));
    assert!(turns("{}", 10_000).unwrap() > 1);
    let large = format!("{{\"x\":\"{}\"}}", "y".repeat(2 << 20));
    assert_eq!(turns(&large, 10), Some(9));
}

#[test]
fn members_are_read_by_pointer() {
    let body = br#"{"model":"x","s":{"t":[1, 2]}}"#;
    assert_eq!(get(body, "/model"), Some("\"x\""));
    assert_eq!(get(body, "/s/t"), Some("[1, 2]"));
    assert_eq!(get(body, "/s/none"), None);
    assert_eq!(get(b"nonsense", "/a"), None);
}
