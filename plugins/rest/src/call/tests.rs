//! Calls over an upstream that answers by script.

mod pages;
mod retry;

use std::cell::RefCell;

use jackfield_sdk::tool::{CallResult, Output};
use jackfield_sdk::types::{Error, ErrorKind};
use serde_json::{Value, json};

use super::{Answer, Upstream, call};
use crate::chance::Chance;
use crate::describe::tests::tool;
use crate::request::{Payload, Request};
use crate::tool::Tool;

const BASE: &str = "https://api.example.com/v1";

/// Answers in order, the last one again and again; and what was asked.
struct Script {
    answers: Vec<Result<Answer, Error>>,
    asked: RefCell<Vec<Request>>,
    slept: RefCell<Vec<u64>>,
}

impl Script {
    fn new(answers: Vec<Result<Answer, Error>>) -> Script {
        Script { answers, asked: RefCell::default(), slept: RefCell::default() }
    }

    fn urls(&self) -> Vec<String> {
        self.asked.borrow().iter().map(|request| request.url().replace(BASE, "")).collect()
    }

    fn bodies(&self) -> Vec<Value> {
        let body = |request: &Request| match &request.payload {
            Some(Payload::Json { value, .. }) => value.clone(),
            _ => Value::Null,
        };
        self.asked.borrow().iter().map(body).collect()
    }
}

impl Upstream for Script {
    fn send(&self, request: &Request, _most_bytes: usize) -> Result<Answer, Error> {
        let place = self.asked.borrow().len().min(self.answers.len() - 1);
        self.asked.borrow_mut().push(request.clone());
        self.answers[place].clone()
    }

    fn sleep(&self, milliseconds: u64) {
        self.slept.borrow_mut().push(milliseconds);
    }

    fn jitter(&self) -> f64 {
        1.0
    }
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Result<Answer, Error> {
    let mut headers: Vec<(String, String)> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    if !headers.iter().any(|(name, _)| name == "content-type") {
        headers.push(("content-type".to_owned(), "application/json; charset=utf-8".to_owned()));
    }
    Ok(Answer { status, headers, body: body.as_bytes().to_vec() })
}

fn ok(body: Value) -> Result<Answer, Error> {
    answer(200, &[], &body.to_string())
}

fn run(tool: &Tool, arguments: Value, script: &Script) -> Result<CallResult, Error> {
    call(tool, BASE, arguments, script)
}

/// The JSON of a result, and the text behind it.
fn json_of(result: CallResult) -> (Value, String) {
    assert!(!result.is_error, "{:?}", result.content);
    let mut content = result.content.into_iter();
    let Some(Output::Json(text)) = content.next() else { panic!("no JSON") };
    let note = content.next().map(|output| match output {
        Output::Text(text) => text,
        other => panic!("{other:?}"),
    });
    (serde_json::from_str(&text).unwrap(), note.unwrap_or_default())
}

fn told(result: CallResult) -> String {
    assert!(result.is_error, "{:?}", result.content);
    match &result.content[..] {
        [Output::Text(text)] => text.clone(),
        other => panic!("{other:?}"),
    }
}

fn plain(lines: &str) -> Tool {
    tool(&format!("description = 'd'\npath = '/x'\n{lines}"))
}

#[test]
fn the_selected_part_is_the_result_with_the_members_that_are_named() {
    let body = json!({"data": [{"id": 1, "name": {"en": "a"}, "x": 0}, {"id": 2}]});
    let tool = plain("response = { select = '/data', fields = { id = '/id', title = '/name/en' } }");
    let result = run(&tool, json!({}), &Script::new(vec![ok(body.clone())])).unwrap();
    assert_eq!(json_of(result).0, json!([{"id": 1, "title": "a"}, {"id": 2, "title": null}]));
    let whole = run(&plain(""), json!({}), &Script::new(vec![ok(body.clone())])).unwrap();
    assert_eq!(json_of(whole).0, body);
    let error =
        run(&plain("response.select = '/items'"), json!({}), &Script::new(vec![ok(body)])).unwrap_err();
    assert_eq!(error.kind, ErrorKind::BadUpstreamAnswer);
    assert!(error.message.contains("nothing at `/items`"), "{}", error.message);
}

#[test]
fn an_answer_is_what_its_content_type_says() {
    let image = "\u{1}\u{2}";
    for (lines, content_type, body, expected) in [
        ("", "application/json", "[1]", "json [1]"),
        ("", "application/problem+json", "{}", "json {}"),
        ("", "text/plain", "hello", "text hello"),
        ("", "text/plain", "[1]", "json [1]"),
        ("", "", "", "text done (HTTP 200, without content)"),
        ("", "application/json", "", "text done (HTTP 200, without content)"),
        ("", "image/png", image, "image image/png 2"),
        ("", "image/svg+xml", "<svg/>", "text <svg/>"),
        ("response.format = 'text'", "application/json", "[1]", "text [1]"),
        ("response.format = 'json'", "text/html", "[1]", "json [1]"),
    ] {
        let script = Script::new(vec![answer(200, &[("content-type", content_type)], body)]);
        let result = run(&plain(lines), json!({}), &script).unwrap();
        let shown = match &result.content[0] {
            Output::Json(text) => format!("json {text}"),
            Output::Text(text) => format!("text {text}"),
            Output::Image(image) => match &image.source {
                jackfield_sdk::types::Source::Data(bytes) => {
                    format!("image {} {}", image.mime_type.as_deref().unwrap_or_default(), bytes.len())
                }
                other => panic!("{other:?}"),
            },
        };
        assert_eq!(shown, expected, "{lines} {content_type} {body:?}");
    }
}

#[test]
fn an_answer_that_isnt_what_it_should_be_is_an_error_of_the_upstream() {
    for (lines, content_type, body, part) in [
        ("", "application/json", "<html>", "expected JSON"),
        ("", "application/json", "{", "expected JSON"),
        (
            "response.schema = { type = 'array' }",
            "application/json",
            "{}",
            "the answer to t isn't what its schema says: must be an array, but is an object",
        ),
        ("response.schema = { type = 'array' }", "text/html", "<html><title>Login</title>", "Login"),
        ("response.schema = {}", "application/json", "", "expected JSON"),
        ("response.format = 'image'", "text/plain", "x", "expected an image"),
        ("response.statuses = [201]", "application/json", "{}", "answered 200"),
    ] {
        let script = Script::new(vec![answer(200, &[("content-type", content_type)], body)]);
        let error = run(&plain(lines), json!({}), &script).unwrap_err();
        assert_eq!(error.kind, ErrorKind::BadUpstreamAnswer, "{lines} {body}");
        assert!(error.message.contains(part), "{lines} {body}: {}", error.message);
    }
}

#[test]
fn a_failure_is_the_models_or_the_hosts_by_its_status() {
    let body = r#"{"error": {"message": "city not found", "code": "no_city"}}"#;
    for (status, kind) in [
        (400, None),
        (401, Some(ErrorKind::Authentication)),
        (403, Some(ErrorKind::Permission)),
        (404, None),
        (408, Some(ErrorKind::Timeout)),
        (409, None),
        (413, Some(ErrorKind::InvalidRequest)),
        (422, None),
        (429, Some(ErrorKind::RateLimited)),
        (500, Some(ErrorKind::Unavailable)),
        (503, Some(ErrorKind::Overloaded)),
        (529, Some(ErrorKind::Overloaded)),
    ] {
        let script = Script::new(vec![answer(status, &[], body)]);
        match (run(&plain("retry.attempts = 1"), json!({}), &script), kind) {
            (Ok(result), None) => {
                assert_eq!(told(result), format!("the upstream answered {status}: city not found"))
            }
            (Err(error), Some(kind)) => {
                assert_eq!(
                    (error.kind, error.status, error.code.as_deref()),
                    (kind, Some(status), Some("no_city"))
                );
                assert!(error.sent && error.message.ends_with("city not found"), "{}", error.message);
            }
            (outcome, _) => panic!("{status}: {outcome:?}"),
        }
    }
}

#[test]
fn the_message_is_where_the_description_says_and_the_statuses_too() {
    let tool = plain(
        "error = { message = '/problem/text', code = '/problem/no', tell-model = [418, '5xx'] }\nretry.attempts = 1",
    );
    let body = r#"{"message": "generic", "problem": {"text": "the kettle is on", "no": 7}}"#;
    let result = run(&tool, json!({}), &Script::new(vec![answer(418, &[], body)])).unwrap();
    assert_eq!(told(result), "the upstream answered 418: the kettle is on");
    let error = run(&tool, json!({}), &Script::new(vec![answer(404, &[], body)])).unwrap_err();
    assert_eq!((error.kind, error.code.as_deref()), (ErrorKind::NotFound, Some("7")));
    assert!(error.message.ends_with("the kettle is on"));
    let html = answer(500, &[("content-type", "text/html")], "<html><title>Bad gateway</title></html>");
    assert!(told(run(&tool, json!({}), &Script::new(vec![html])).unwrap()).contains("Bad gateway"));
    assert!(told(run(&tool, json!({}), &Script::new(vec![answer(500, &[], "")])).unwrap()).contains("500"));
}

#[test]
fn an_error_in_a_good_answer_is_found() {
    let tool =
        plain("error = { when = '/errors', message = '/errors/0/message' }\nresponse.select = '/data'");
    for (body, expected) in [
        (json!({"data": 1}), None),
        (json!({"data": 1, "errors": []}), None),
        (json!({"data": 1, "errors": null}), None),
        (json!({"data": null, "errors": [{"message": "no such field"}]}), Some("no such field")),
    ] {
        let result = run(&tool, json!({}), &Script::new(vec![ok(body.clone())])).unwrap();
        match expected {
            None => assert_eq!(json_of(result).0, json!(1)),
            Some(part) => assert!(told(result).contains(part), "{body}"),
        }
    }
}

#[test]
fn wrong_arguments_are_told_to_the_model_and_nothing_is_sent() {
    let tool = plain("query.n = '{n}'\nparameters.n = { type = 'integer', required = true }");
    for (arguments, part) in [
        (json!({"n": "x"}), "/n must be a whole number"),
        (json!({}), "lacks the member `n`"),
        (json!([]), "must be an object"),
    ] {
        let script = Script::new(vec![ok(json!({}))]);
        let message = told(run(&tool, arguments, &script).unwrap());
        assert!(message.contains(part), "{message}");
        assert!(script.asked.borrow().is_empty());
    }
}

#[test]
fn no_answer_brings_it_down() {
    let words = [
        "",
        "/",
        "data",
        "meta",
        "next",
        "id",
        "error",
        "message",
        "https://evil.example",
        "?x",
        "../",
        "\u{0}",
        "ü",
    ];
    let tools = ["", "pages = { style = 'cursor', next = '/meta/next', query = 'c', items = '/data' }",
        "pages = { style = 'address', next = '/next', items = '/data', more = '/meta' }",
        "response = { select = '/data', fields = { a = '/id', b = '' } }\nerror = { when = '/error', message = '/message' }",
        "response.schema = { type = 'object', required = ['data'], properties = { data = { items = { type = 'object' } } } }"]
        .map(plain);
    let mut chance = Chance::new(3);
    for _ in 0..20_000 {
        let answers = (0..3).map(|_| {
            let body = match chance.below(3) {
                0 => json!({"data": chance.json(&words, 3), "meta": chance.json(&words, 2), "next": chance.json(&words, 0)}).to_string(),
                1 => chance.json(&words, 3).to_string(),
                _ => chance.of(&words).to_owned(),
            };
            let status = [200, 200, 200, 404, 500, 204, 429][chance.below(7)];
            answer(status, &[("link", chance.of(&["<", "<>;rel=next", "</a>; rel=next", ";;\"", "<x>;rel=\"next\\"]))], &body)
        });
        let script = Script::new(answers.collect());
        for tool in &tools {
            let _ = run(tool, chance.json(&words, 1), &script);
            let _ = run(tool, json!({}), &script);
            script.asked.borrow_mut().clear();
        }
    }
}
