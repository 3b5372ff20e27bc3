//! Requests that are sent again, and those that aren't.

use jackfield_sdk::types::{Error, ErrorKind};
use serde_json::json;

use super::{Script, answer, json_of, ok, plain, run};

#[test]
fn what_only_reads_is_asked_again_and_waits_grow_to_their_limit() {
    let busy = || answer(503, &[], "");
    let tool = plain("retry = { attempts = 5, wait-ms = 100, max-wait-ms = 350 }");
    let script = Script::new(vec![busy(), busy(), busy(), busy(), ok(json!(1))]);
    assert_eq!(json_of(run(&tool, json!({}), &script).unwrap()).0, json!(1));
    assert_eq!(*script.slept.borrow(), [100, 200, 350, 350]);
    let script = Script::new(vec![busy()]);
    assert_eq!(run(&tool, json!({}), &script).unwrap_err().kind, ErrorKind::Overloaded);
    assert_eq!((script.asked.borrow().len(), script.slept.borrow().len()), (5, 4));
    let script = Script::new(vec![answer(500, &[], ""), ok(json!(1))]);
    assert!(run(&tool, json!({}), &script).is_err(), "500 isn't among the statuses");
}

#[test]
fn what_the_upstream_asks_to_wait_is_waited_unless_it_is_too_long() {
    let limited = |headers: &[(&str, &str)]| answer(429, headers, "");
    let tool = plain("retry = { attempts = 2, wait-ms = 100, max-wait-ms = 3000 }");
    for (headers, wait) in [
        (&[("retry-after", "2")][..], 2000),
        (&[("retry-after-ms", "150")], 150),
        (&[("x-ratelimit-reset-requests", "1s")], 1000),
        (&[("retry-after", "0")], 100),
        (&[], 100),
    ] {
        let script = Script::new(vec![limited(headers), ok(json!(1))]);
        json_of(run(&tool, json!({}), &script).unwrap());
        assert_eq!(*script.slept.borrow(), [wait], "{headers:?}");
    }
    let script = Script::new(vec![limited(&[("retry-after", "60")]), ok(json!(1))]);
    let error = run(&tool, json!({}), &script).unwrap_err();
    assert_eq!((error.kind, error.retry_after_ms), (ErrorKind::RateLimited, Some(60_000)));
    assert!(script.slept.borrow().is_empty());
}

#[test]
fn what_acts_isnt_sent_twice_unless_the_description_allows_it() {
    let busy = || Script::new(vec![answer(503, &[], ""), ok(json!(1))]);
    for (lines, asked) in [
        ("method = 'POST'", 1),
        ("method = 'PATCH'", 1),
        ("method = 'PUT'\nretry.wait-ms = 0", 2),
        ("method = 'DELETE'", 2),
        ("method = 'POST'\nread-only = true", 2),
        ("method = 'POST'\nretry = { any-method = true }", 2),
    ] {
        let script = busy();
        let _ = run(&plain(lines), json!({}), &script);
        assert_eq!(script.asked.borrow().len(), asked, "{lines}");
    }
    // A connection that broke may have carried the request.
    let broken = |sent: bool| {
        let error = Error::new(ErrorKind::Unavailable, "broken");
        Script::new(vec![Err(if sent { error.sent() } else { error }), ok(json!(1))])
    };
    for (lines, sent, asked) in [
        ("", true, 2),
        ("method = 'POST'\nretry = { any-method = true }", true, 1),
        ("method = 'POST'\nretry = { any-method = true }", false, 2),
        ("method = 'POST'", false, 1),
    ] {
        let script = broken(sent);
        let _ = run(&plain(lines), json!({}), &script);
        assert_eq!(script.asked.borrow().len(), asked, "{lines} {sent}");
    }
    let refused = Script::new(vec![Err(Error::new(ErrorKind::Permission, "no grant"))]);
    assert_eq!(run(&plain(""), json!({}), &refused).unwrap_err().kind, ErrorKind::Permission);
    assert_eq!(refused.asked.borrow().len(), 1);
}
