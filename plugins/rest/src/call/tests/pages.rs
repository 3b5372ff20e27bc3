//! Answers of several pages.

use jackfield_sdk::types::ErrorKind;
use serde_json::{Value, json};

use super::{Script, answer, json_of, ok, plain, run, told};

#[test]
fn pages_are_gathered_by_a_cursor() {
    let page = |items: Value, next: Value| ok(json!({"data": items, "meta": {"next": next}}));
    let lines = "pages = { style = 'cursor', next = '/meta/next', query = 'after', items = '/data' }\nresponse.fields.i = '/id'";
    let script = Script::new(vec![
        page(json!([{"id": 1}, {"id": 2}]), json!("b&c")),
        page(json!([]), json!(17)),
        page(json!([{"id": 3}]), Value::Null),
    ]);
    let (items, note) = json_of(run(&plain(lines), json!({}), &script).unwrap());
    assert_eq!((items, note.as_str()), (json!([{"i": 1}, {"i": 2}, {"i": 3}]), ""));
    assert_eq!(script.urls(), ["/x", "/x?after=b%26c", "/x?after=17"]);

    let lines = "method = 'POST'\nread-only = true\nbody = { q = 'x', page = { size = 2 } }\npages = { style = 'cursor', next = '/meta/next', body = '/page/after', items = '/data', more = '/more' }";
    let script = Script::new(vec![ok(json!({"data": [1], "meta": {"next": {"a": 1}}, "more": false}))]);
    json_of(run(&plain(lines), json!({}), &script).unwrap());
    let script = Script::new(vec![
        ok(json!({"data": [1], "meta": {"next": 5}, "more": true})),
        ok(json!({"data": [2], "meta": {"next": 6}})),
    ]);
    assert_eq!(json_of(run(&plain(lines), json!({}), &script).unwrap()).0, json!([1, 2]));
    assert_eq!(script.bodies()[1], json!({"q": "x", "page": {"size": 2, "after": 5}}));

    for (next, part) in [(json!({"a": 1}), "isn't a cursor"), (json!("same"), "the same one again")] {
        let lines = "pages = { style = 'cursor', next = '/meta/next', query = 'after', items = '/data' }";
        let error = run(&plain(lines), json!({}), &Script::new(vec![page(json!([1]), next)])).unwrap_err();
        assert!(error.message.contains(part), "{}", error.message);
    }
}

#[test]
fn pages_are_gathered_by_offset_and_by_number() {
    let pages = || Script::new(vec![ok(json!([1, 2])), ok(json!([3, 4])), ok(json!([5])), ok(json!([]))]);
    for (lines, urls) in [
        ("pages = { style = 'offset', query = 'o', items = '' }", &["/x", "/x?o=2", "/x?o=4", "/x?o=5"][..]),
        ("pages = { style = 'offset', query = 'o', items = '', size = 2 }", &["/x", "/x?o=2", "/x?o=4"]),
        ("pages = { style = 'page', query = 'p', items = '', size = 2 }", &["/x", "/x?p=2", "/x?p=3"]),
        (
            "pages = { style = 'page', query = 'p', items = '', first = 0 }",
            &["/x", "/x?p=1", "/x?p=2", "/x?p=3"],
        ),
        (
            "query.p = 7\npages = { style = 'page', query = 'p', items = '', size = 2 }",
            &["/x?p=7", "/x?p=8", "/x?p=9"],
        ),
    ] {
        let script = pages();
        let (items, note) = json_of(run(&plain(lines), json!({}), &script).unwrap());
        assert_eq!((items, note.as_str()), (json!([1, 2, 3, 4, 5]), ""), "{lines}");
        assert_eq!(script.urls(), urls, "{lines}");
    }
}

#[test]
fn pages_are_gathered_by_the_link_header_and_by_an_address() {
    let link = |body: &str, link: &str| {
        answer(200, &[("link", "<https://docs.example>; rel=help"), ("Link", link)], body)
    };
    let lines = "query.n = 2\nheaders.x-q = 'a'\npages = { style = 'link', items = '' }";
    let script = Script::new(vec![
        link("[1]", "<https://api.example.com/v1/x?n=2&page=2>; rel=\"next\""),
        link("[2]", "</v1/x?page=3>; rel=next"),
        link("[3]", "</v1/x>; rel=prev"),
    ]);
    assert_eq!(json_of(run(&plain(lines), json!({}), &script).unwrap()).0, json!([1, 2, 3]));
    assert_eq!(script.urls(), ["/x?n=2", "/x?n=2&page=2", "/x?page=3"]);
    assert_eq!(script.asked.borrow()[2].headers.last().unwrap().0, "x-q");

    let lines = "pages = { style = 'address', next = '/next', items = '/d' }";
    let script =
        Script::new(vec![ok(json!({"d": [1], "next": "?page=2"})), ok(json!({"d": [2], "next": null}))]);
    assert_eq!(json_of(run(&plain(lines), json!({}), &script).unwrap()).0, json!([1, 2]));
    assert_eq!(script.urls(), ["/x", "/x?page=2"]);
}

#[test]
fn a_next_page_of_another_origin_is_never_asked_for() {
    for next in [
        "https://evil.example/x",
        "//evil.example/x",
        "http://api.example.com/x",
        "https://api.example.com@evil.example/",
    ] {
        let script = Script::new(vec![answer(200, &[("link", &format!("<{next}>; rel=next"))], "[1]")]);
        let error = run(&plain("pages = { style = 'link', items = '' }"), json!({}), &script).unwrap_err();
        assert_eq!(error.kind, ErrorKind::BadUpstreamAnswer);
        assert!(error.message.contains("it isn't asked for"), "{}", error.message);
        assert_eq!(script.asked.borrow().len(), 1);
        let script = Script::new(vec![ok(json!({"d": [], "next": next}))]);
        let lines = "pages = { style = 'address', next = '/next', items = '/d' }";
        assert!(run(&plain(lines), json!({}), &script).is_err());
        assert_eq!(script.asked.borrow().len(), 1);
    }
}

#[test]
fn pages_end_at_each_of_their_limits_and_the_result_says_so() {
    let endless = |limit: &str| {
        let lines = format!(
            "query.o = 0\npages = {{ style = 'offset', query = 'o', items = '', {limit} }}\nresponse.max-bytes = 100"
        );
        let script = Script::new(vec![ok(json!([1, 2, 3]))]);
        let (items, note) = json_of(run(&plain(&lines), json!({}), &script).unwrap());
        (items.as_array().unwrap().len(), script.asked.borrow().len(), note)
    };
    let (items, asked, note) = endless("max-pages = 2");
    assert_eq!((items, asked), (6, 2));
    assert!(note.contains("ends after 6 elements, as 2 pages are the most"), "{note}");
    let (items, asked, note) = endless("max-items = 4");
    assert_eq!((items, asked), (4, 2));
    assert!(note.contains("4 elements are the most"), "{note}");
    let (items, asked, note) = endless("max-items = 3");
    assert_eq!((items, asked), (3, 1));
    assert!(note.contains("3 elements are the most"), "{note}");
    let (items, asked, note) = endless("max-pages = 1000");
    assert_eq!((items, asked), (42, 15), "7 bytes each");
    assert!(note.contains("page 15 would make more than 100 bytes"), "{note}");
}

#[test]
fn pages_that_arent_pages_are_errors_of_the_upstream() {
    let lines = "pages = { style = 'link', items = '/data' }";
    for (body, part) in
        [(r#"{"data": 1}"#, "no array at `/data`"), ("{}", "nothing at `/data`"), ("<", "JSON")]
    {
        let error = run(&plain(lines), json!({}), &Script::new(vec![answer(200, &[], body)])).unwrap_err();
        assert_eq!(error.kind, ErrorKind::BadUpstreamAnswer);
        assert!(error.message.contains(part), "{}", error.message);
    }
    let script = Script::new(vec![ok(json!({"data": null}))]);
    assert_eq!(json_of(run(&plain(lines), json!({}), &script).unwrap()).0, json!([]));
    let script = Script::new(vec![answer(404, &[], r#"{"message": "gone"}"#)]);
    assert!(told(run(&plain(lines), json!({}), &script).unwrap()).contains("gone"));
}
