//! `tool`.

use jackfield_e2e::Reply;
use jackfield_runtime::CallError;
use jackfield_runtime::api::tool::Output;
use jackfield_runtime::api::types::ErrorKind;

use crate::{Bench, reported};

#[tokio::test]
async fn tools_are_listed_with_schemas_that_parse() {
    let bench = Bench::alone().await;
    let tools = bench.provider.list_tools(&bench.context).await.unwrap();
    let names: Vec<_> = tools.iter().map(|tool| tool.name.as_str()).collect();
    assert_eq!(names, ["echo", "fail", "fetch"]);
    for tool in &tools {
        let schema: serde_json::Value = serde_json::from_str(&tool.parameters).unwrap();
        assert_eq!(schema["type"], "object", "{tool:?}");
        assert!(tool.read_only, "{tool:?}");
    }
}

#[tokio::test]
async fn a_tool_is_called_with_the_arguments_as_they_are_written() {
    let bench = Bench::alone().await;
    let arguments = "{ \"n\": 1.50e3,\"deep\":{\"x\":[null, \"\u{2603}\"]} }";
    let result = bench.provider.call_tool(&bench.context, "echo", arguments).await.unwrap();
    let [Output::Json(json)] = &result.content[..] else { panic!("{result:?}") };
    assert_eq!((json.as_str(), result.is_error), (arguments, false));
}

#[tokio::test]
async fn a_failure_for_the_model_is_a_result_and_one_for_the_caller_an_error() {
    let bench = Bench::alone().await;
    let result = bench.provider.call_tool(&bench.context, "fail", "{}").await.unwrap();
    assert!(result.is_error);
    let error = reported(bench.provider.call_tool(&bench.context, "nothing", "{}").await);
    assert_eq!(error.kind, ErrorKind::NotFound);
}

#[tokio::test]
async fn a_tool_asks_the_upstream() {
    let bench = Bench::new(vec![Reply::of(200, "text/plain", "notes")]).await;
    let result = bench.provider.call_tool(&bench.context, "fetch", "{\"path\":\"a/b\"}").await.unwrap();
    let [Output::Text(text)] = &result.content[..] else { panic!("{result:?}") };
    assert_eq!(text, "notes");
    assert!(bench.upstream.requests()[0].starts_with("GET /v1/a/b "));
}

#[tokio::test]
async fn arguments_that_are_no_object_never_reach_the_plugin() {
    let bench = Bench::alone().await;
    for arguments in ["", "{", "[]", "null", "1", "\"{}\"", "{} {}", "{\"a\":}"] {
        let error = bench.provider.call_tool(&bench.context, "echo", arguments).await.unwrap_err();
        assert!(matches!(error, CallError::Request { .. }), "{arguments}: {error:?}");
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    }
}
