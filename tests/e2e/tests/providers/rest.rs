//! `rest`: descriptions from files become tools, and what a model or an upstream
//! makes up gets no further than it should.

use std::time::{Duration, Instant};

use jackfield_e2e::{Reply, bind};
use jackfield_runtime::api::tool::{CallResult, Output};
use jackfield_runtime::api::types::ErrorKind;
use jackfield_runtime::{CallContext, CallError};
use serde_json::{Value, json};

use crate::bench::{Bench, KEY};

const TOOLS: &str = r#"
[tools.by-cursor]
description = "Pages by a cursor"
path = "/v1/items/{shelf}"
query.limit = 2
pages = { style = "cursor", next = "/next", query = "cursor", items = "/items" }
parameters.shelf = { type = "string", required = true }

[tools.by-offset]
description = "Pages by an offset"
path = "/v1/rows"
pages = { style = "offset", query = "offset", items = "", size = 2 }

[tools.by-link]
description = "Pages by the header Link"
path = "/v1/links"
pages = { style = "link", items = "", max-pages = 2 }

[tools.checked]
description = "An answer with a schema"
path = "/v1/checked"
query.note = "{note}"
headers.x-note = "{note}"
response.schema = { type = "object", required = ["id"] }
retry = { attempts = 2, wait-ms = 1, max-wait-ms = 2000 }
parameters.note = { type = "string" }

[tools.send]
description = "Changes something"
method = "POST"
path = "/v1/send"
body = { role = "reader", "..." = "{more}" }
parameters.more = { type = "object" }
"#;

const SHOP: &str = r##"
openapi: 3.0.3
info: {title: Shop, version: "1"}
servers: [{url: https://elsewhere.example}]
paths:
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{name: id, in: path, required: true, schema: {type: integer, minimum: 1}}]
      responses: {"200": {description: ok}}
"##;

/// The provider with these tools in a file, and lines of configuration.
async fn bench(text: &str, value: &str, lines: &str, replies: Vec<Reply>) -> Bench {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    let lines = format!("config.{value} = {{ file = \"{}\" }}\n{lines}", file.path().display());
    // The file is read when the provider is bound, and not needed after that.
    Bench::new("rest", &lines, replies).await
}

async fn tools(replies: Vec<Reply>) -> Bench {
    bench(TOOLS, "description", "config.auth = \"bearer\"\nsecrets.api-key = KEY", replies).await
}

async fn call(bench: &Bench, tool: &str, arguments: Value) -> Result<CallResult, CallError> {
    bench.provider.call_tool(&CallContext::default(), tool, &arguments.to_string()).await
}

fn json_of(result: &CallResult) -> Value {
    match &result.content[0] {
        Output::Json(text) => serde_json::from_str(text).unwrap(),
        other => panic!("{other:?}"),
    }
}

fn told(result: &CallResult) -> &str {
    match &result.content[..] {
        [Output::Text(text)] if result.is_error => text,
        other => panic!("{other:?}"),
    }
}

fn linked(body: &str, link: &str) -> Reply {
    let head =
        format!("content-type: application/json\r\ncontent-length: {}\r\nlink: {link}\r\n", body.len());
    Reply::head(200, &head).send(body)
}

/// The first lines of what the upstream was asked.
fn asked(bench: &Bench) -> Vec<String> {
    bench.upstream.requests().iter().map(|it| it.lines().next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_file_becomes_tools_with_schemas() {
    let bench = tools(vec![]).await;
    let tools = bench.provider.list_tools(&bench.context).await.unwrap();
    let names: Vec<_> = tools.iter().map(|tool| (tool.name.as_str(), tool.read_only)).collect();
    assert_eq!(
        names,
        [("by-cursor", true), ("by-link", true), ("by-offset", true), ("checked", true), ("send", false)]
    );
    let parameters: Value = serde_json::from_str(&tools[0].parameters).unwrap();
    assert_eq!(parameters["required"], json!(["shelf"]));
}

#[tokio::test]
async fn pages_are_gathered_with_the_key_on_each_request() {
    let bench = tools(vec![
        Reply::json(200, r#"{"items": [1, 2], "next": "b/2"}"#),
        Reply::json(200, r#"{"items": [3], "next": null}"#),
    ])
    .await;
    let result = call(&bench, "by-cursor", json!({"shelf": "a b"})).await.unwrap();
    assert_eq!(json_of(&result), json!([1, 2, 3]));
    assert_eq!(
        asked(&bench),
        ["GET /v1/items/a%20b?limit=2 HTTP/1.1", "GET /v1/items/a%20b?limit=2&cursor=b%2F2 HTTP/1.1"]
    );
    for place in 0..2 {
        assert!(bench.sent(place).0.contains(&format!("authorization: bearer {KEY}")));
    }

    let bench = tools(vec![Reply::json(200, "[1, 2]"), Reply::json(200, "[3]")]).await;
    assert_eq!(json_of(&call(&bench, "by-offset", json!({})).await.unwrap()), json!([1, 2, 3]));
    assert_eq!(asked(&bench)[1], "GET /v1/rows?offset=2 HTTP/1.1");

    let pages = [("[1]", "</v1/links?page=2>; rel=\"next\""), ("[2]", "</v1/links?page=3>; rel=\"next\"")];
    let bench = tools(pages.map(|(body, link)| linked(body, link)).to_vec()).await;
    let result = call(&bench, "by-link", json!({})).await.unwrap();
    assert_eq!(json_of(&result), json!([1, 2]), "two pages are the most");
    let [_, Output::Text(note)] = &result.content[..] else { panic!("{:?}", result.content) };
    assert!(note.contains("2 pages are the most"), "{note}");
    assert_eq!(asked(&bench)[1], "GET /v1/links?page=2 HTTP/1.1");
}

#[tokio::test]
async fn an_answer_cant_send_the_key_elsewhere() {
    for next in ["https://evil.example/v1/links", "//evil.example/", "http://127.0.0.1:1/v1"] {
        let bench = tools(vec![linked("[1]", &format!("<{next}>; rel=next"))]).await;
        let error = call(&bench, "by-link", json!({})).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadUpstreamAnswer);
        assert!(error.to_string().contains("it isn't asked for"), "{error}");
        assert_eq!(asked(&bench).len(), 1);
    }
}

#[tokio::test]
async fn a_limit_is_waited_for_as_long_as_the_upstream_asks() {
    let limited = Reply::head(429, "retry-after: 1\r\ncontent-length: 0\r\n");
    let bench = tools(vec![limited, Reply::json(200, r#"{"id": 1}"#)]).await;
    let begin = Instant::now();
    assert_eq!(json_of(&call(&bench, "checked", json!({})).await.unwrap()), json!({"id": 1}));
    assert!(begin.elapsed() >= Duration::from_secs(1), "{:?}", begin.elapsed());
    assert_eq!(asked(&bench).len(), 2);

    let limited = Reply::head(429, "retry-after: 60\r\ncontent-length: 0\r\n");
    let bench = tools(vec![limited]).await;
    let error = call(&bench, "checked", json!({})).await.unwrap_err();
    assert_eq!((error.kind(), error.to_record().retry_after_ms), (ErrorKind::RateLimited, Some(60_000)));
    assert_eq!(asked(&bench).len(), 1, "too long to wait");
}

#[tokio::test]
async fn an_answer_that_breaks_its_schema_is_an_error() {
    let bench = tools(vec![Reply::json(200, r#"{"name": "x"}"#)]).await;
    let error = call(&bench, "checked", json!({})).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadUpstreamAnswer);
    assert!(error.to_string().contains("lacks the member `id`"), "{error}");
}

#[tokio::test]
async fn a_hostile_argument_stays_an_argument() {
    let bench = tools(vec![Reply::json(200, r#"{"items": []}"#)]).await;
    for attack in ["..", "../../admin", "a/../../admin", "..\\x", "a\r\nx: y", "\0", ""] {
        let result = call(&bench, "by-cursor", json!({"shelf": attack})).await.unwrap();
        assert!(told(&result).contains("`shelf`"), "{attack:?}");
    }
    assert!(asked(&bench).is_empty(), "nothing was sent");
    call(&bench, "by-cursor", json!({"shelf": "a/b?admin=1#x%2e%2e"})).await.unwrap();
    assert_eq!(asked(&bench), ["GET /v1/items/a%2Fb%3Fadmin%3D1%23x%252e%252e?limit=2 HTTP/1.1"]);

    let bench = tools(vec![Reply::json(200, r#"{"id": 1}"#)]).await;
    for note in ["a\r\nauthorization: x", "a\nb", "ü"] {
        assert!(told(&call(&bench, "checked", json!({"note": note})).await.unwrap()).contains("x-note"));
    }
    let other = json!({"authorization": "Bearer stolen"});
    assert!(
        told(&call(&bench, "checked", other).await.unwrap()).contains("/authorization isn't allowed here")
    );
    assert!(asked(&bench).is_empty());

    let bench = tools(vec![Reply::json(200, "{}")]).await;
    call(&bench, "send", json!({"more": {"role": "admin", "x": 1}})).await.unwrap();
    assert_eq!(bench.sent(0).1, json!({"role": "reader", "x": 1}));
}

#[tokio::test]
async fn a_document_becomes_tools_and_the_operator_says_where_they_go() {
    let lines = "config.auth = \"x-api-key\"\nsecrets.api-key = KEY";
    let bench = bench(SHOP, "openapi", lines, vec![Reply::json(200, r#"{"id": 7}"#)]).await;
    assert_eq!(json_of(&call(&bench, "getOrder", json!({"id": 7})).await.unwrap()), json!({"id": 7}));
    assert_eq!(asked(&bench), ["GET /orders/7 HTTP/1.1"]);
    assert!(bench.sent(0).0.contains(&format!("x-api-key: {KEY}")));
    let result = call(&bench, "getOrder", json!({"id": 0})).await.unwrap();
    assert!(told(&result).contains("/id must be at least 1"));
}

#[tokio::test]
async fn a_wrong_description_says_where_it_is_wrong() {
    let text = "[tools.t]\ndescription = 'd'\npath = '/{x}'";
    let bench = bench(text, "description", "", vec![]).await;
    let error = bench.provider.list_tools(&bench.context).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let message = error.to_string();
    assert!(message.contains("config.description: tools.t.path: `{x}` is declared nowhere"), "{message}");
}

#[tokio::test]
async fn a_file_that_changed_counts_when_the_provider_is_bound_again() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let host = jackfield_e2e::host();
    host.load_file(jackfield_e2e::plugin("rest")).unwrap();
    let lines = format!(
        "plugin = \"rest\"\nconfig.base-url = \"https://a.example\"\ngrant.origins = [\"https://a.example\"]\n\
         config.description = {{ file = \"{}\" }}",
        file.path().display()
    );
    for name in ["one", "two"] {
        std::fs::write(file.path(), format!("[tools.{name}]\ndescription = 'd'\npath = '/x'")).unwrap();
        let provider = bind(&host, "rest", &lines).await;
        let tools = provider.list_tools(&CallContext::default()).await.unwrap();
        assert_eq!(tools[0].name, name);
    }
}
