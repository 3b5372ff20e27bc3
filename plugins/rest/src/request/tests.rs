//! Requests as they would go out, and arguments that try to become more than
//! they are.

use serde_json::{Value, json};

use super::Request;
use crate::chance::Chance;
use crate::describe::tests::tool;
use crate::tool::Tool;

const BASE: &str = "https://api.example.com/v1";

const WHOLE: &str = r#"
description = "d"
method = "POST"
path = "/users/{user}/notes/{year}-{month}"
query = { q = "{q}", tags = "{tags}", short = { value = "{tags}", style = "comma" }, where = { value = "{where}", style = "deep" }, fixed = 1 }
headers = { x-trace = "t-{q}", x-list = "{tags}" }
body = { text = "{q}", where = "{where}", n = ["{month}"], "..." = "{more}" }
parameters.user = { type = "string", required = true }
parameters.year = { type = "integer", default = 2026 }
parameters.month = { type = "integer", required = true }
parameters.q = { type = ["string", "null"] }
parameters.tags = { type = "array", items = { type = "string" } }
parameters.where = { type = "object" }
parameters.more = { type = "object" }
"#;

const PATH: &str = r#"
description = "d"
path = "/users/{user}/notes"
query.q = "{q}"
headers.x-q = "{q}"
parameters.user = { required = true }
parameters.q = {}
"#;

fn of(tool: &Tool, arguments: Value) -> Result<Request, String> {
    let arguments = tool.arguments(arguments)?;
    Request::of(tool, BASE, &arguments)
}

#[test]
fn everything_stands_where_the_description_puts_it() {
    let tool = tool(WHOLE);
    let arguments = json!({
        "user": "a/b?c#d e", "month": 7, "q": "ü&x=1", "tags": ["a", "b,c"], "where": {"k": "v"}, "more": {"z": [1]},
    });
    let request = of(&tool, arguments).unwrap_err();
    assert!(request.contains("`q` goes into the header x-trace"), "{request}");
    let arguments = json!({
        "user": "a/b?c#d e", "month": 7, "q": "&x=1", "tags": ["a", "b,c"], "where": {"k": "v"}, "more": {"z": [1]},
    });
    let request = of(&tool, arguments).unwrap();
    assert_eq!(
        request.url(),
        "https://api.example.com/v1/users/a%2Fb%3Fc%23d%20e/notes/2026-7?fixed=1&q=%26x%3D1&short=a%2Cb%2Cc&tags=a&tags=b%2Cc&where%5Bk%5D=v"
    );
    let headers = [("x-all", "1"), ("x-list", "a,b,c"), ("x-trace", "t-&x=1")];
    assert_eq!(request.headers, headers.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let (content_type, bytes) = request.payload.unwrap().bytes().clone_parts();
    assert_eq!(content_type, "application/json");
    let body: Value = serde_json::from_str(&bytes).unwrap();
    assert_eq!(body, json!({"text": "&x=1", "where": {"k": "v"}, "n": [7], "z": [1]}));
}

trait CloneParts {
    fn clone_parts(&self) -> (String, String);
}

impl CloneParts for (&str, Vec<u8>) {
    fn clone_parts(&self) -> (String, String) {
        (self.0.to_owned(), String::from_utf8(self.1.clone()).unwrap())
    }
}

#[test]
fn what_isnt_given_isnt_sent() {
    let request = of(&tool(WHOLE), json!({"user": "u", "month": 1, "q": null})).unwrap_err();
    assert!(request.contains("`q` is null"), "{request}");
    let request = of(&tool(WHOLE), json!({"user": "u", "month": 1})).unwrap();
    assert_eq!(request.url(), "https://api.example.com/v1/users/u/notes/2026-1?fixed=1");
    assert_eq!(request.headers, [("x-all".to_owned(), "1".to_owned())]);
    assert_eq!(request.payload.unwrap().bytes().clone_parts().1, r#"{"n":[1]}"#);
}

#[test]
fn an_argument_cant_leave_its_segment_of_the_path() {
    let tool = tool(PATH);
    for attack in [
        "..",
        ".",
        "../admin",
        "a/../../admin",
        "..\\admin",
        "a/..",
        "./x",
        "/..",
        "../",
        "\0",
        "a\nb",
        "a\r\nhost: evil",
        "\u{7f}",
        "",
    ] {
        let message = of(&tool, json!({"user": attack})).unwrap_err();
        assert!(message.contains("`user`"), "{attack:?}: {message}");
    }
    for (harmless, segment) in [
        ("a/b", "a%2Fb"),
        ("a?admin=1", "a%3Fadmin%3D1"),
        ("a#x", "a%23x"),
        ("%2e%2e", "%252e%252e"),
        ("%2F..%2Fadmin", "%252F..%252Fadmin"),
        ("...", "..."),
        ("//evil.example", "%2F%2Fevil.example"),
        ("@evil.example", "%40evil.example"),
        ("a;b=c", "a%3Bb%3Dc"),
        ("ü", "%C3%BC"),
        ("{user}", "%7Buser%7D"),
    ] {
        let url = of(&tool, json!({"user": harmless})).unwrap().url();
        assert_eq!(url, format!("{BASE}/users/{segment}/notes"), "{harmless}");
    }
    assert!(
        of(&tool, json!({"user": ["..", "x"]})).unwrap().url().contains("/..%2Cx/"),
        "a list is one segment"
    );
    assert!(of(&tool, json!({"user": {"a": 1}})).is_err());
    assert!(of(&tool, json!({"user": null})).is_err());
    assert!(of(&tool, json!({})).unwrap_err().contains("lacks the member `user`"));
}

#[test]
fn two_arguments_cant_make_a_relative_segment_together() {
    let text = "description = 'd'\npath = '/x/{a}{b}/y'\nparameters.a = {required = true}\nparameters.b = {required = true}";
    let tool = tool(text);
    for (a, b) in [("", "."), (".", "."), ("", "..")] {
        assert!(of(&tool, json!({"a": a, "b": b})).is_err(), "{a:?} {b:?}");
    }
    assert!(of(&tool, json!({"a": ".", "b": "."})).unwrap_err().contains("`.`, `..`"));
}

#[test]
fn an_argument_cant_become_a_second_header_or_parameter() {
    let tool = tool(PATH);
    for attack in ["a\r\nx-admin: 1", "a\nb", "a\0", "ü", "a\tb", "\u{7f}"] {
        let message = of(&tool, json!({"user": "u", "q": attack})).unwrap_err();
        assert!(message.contains("the header x-q"), "{attack:?}: {message}");
    }
    let url = of(&tool, json!({"user": "u", "q": "1&admin=true#x"})).unwrap().url();
    assert!(url.ends_with("?q=1%26admin%3Dtrue%23x"), "{url}");
    let message = of(&tool, json!({"user": "u", "authorization": "Bearer x"})).unwrap_err();
    assert!(message.contains("/authorization isn't allowed here"), "{message}");
}

#[test]
fn whatever_the_argument_the_address_has_the_same_parts() {
    let tool = tool(PATH);
    let mut chance = Chance::new(7);
    let parts = [
        "/", "..", ".", "\\", "%2f", "%", "?", "#", "@", ":", "a", "ü", "\r", "\n", "\0", " ", "{", "}", "&",
        "=",
    ];
    for _ in 0..20_000 {
        let text: String = (0..chance.below(6)).map(|_| chance.of(&parts)).collect();
        let Ok(request) = of(&tool, json!({"user": text})) else { continue };
        let url = request.url();
        let rest = url
            .strip_prefix("https://api.example.com/v1/users/")
            .unwrap_or_else(|| panic!("{text:?}: {url}"));
        let segment = rest.strip_suffix("/notes").unwrap_or_else(|| panic!("{text:?}: {url}"));
        assert!(!segment.is_empty() && !segment.contains(['/', '?', '#', '\\']), "{text:?}: {url}");
        assert!(!["", ".", ".."].contains(&segment), "{text:?}: {url}");
    }
}

#[test]
fn forms_are_encoded() {
    let text = "description = 'd'\nmethod = 'POST'\npath = '/x'\nform = { a = '{a}', b = 'x y', c = { value = '{c}', style = 'json' } }\nparameters.a = {}\nparameters.c = {}";
    let request = of(&tool(text), json!({"a": ["1", "&"], "c": {"k": [1]}})).unwrap();
    let (content_type, body) = request.payload.unwrap().bytes().clone_parts();
    assert_eq!(content_type, "application/x-www-form-urlencoded");
    assert_eq!(body, "a=1&a=%26&b=x%20y&c=%7B%22k%22%3A%5B1%5D%7D");
}
