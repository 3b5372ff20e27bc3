//! AgentQL's tool: data out of pages, with a picture, and what is told to whom
//! when it fails.

use std::time::Duration;

use jackfield_e2e::Reply;
use jackfield_runtime::api::tool::Output;
use jackfield_runtime::api::types::ErrorKind;
use jackfield_runtime::catalog::Catalog;
use serde_json::json;

use crate::bench::{Bench, KEY};

async fn bench(replies: Vec<Reply>) -> Bench {
    Bench::new("agentql", "secrets.api-key = KEY\nconfig.mode = \"standard\"", replies).await
}

#[tokio::test]
async fn a_page_is_read_and_its_picture_comes_behind_the_data() {
    let answer = r#"{"data":{"title":"T"},"metadata":{"request_id":"r","screenshot":"iVBORw0KGgo="}}"#;
    let bench = bench(vec![Reply::json(200, answer)]).await;
    let tools = bench.provider.list_tools(&bench.context).await.unwrap();
    assert!(tools[0].name == "extract_web_data" && tools[0].read_only);
    let arguments =
        json!({ "url": "https://a.example", "query": "{ title }", "is_screenshot_enabled": true });
    let told =
        bench.provider.call_tool(&bench.context, "extract_web_data", &arguments.to_string()).await.unwrap();
    let [Output::Json(data), Output::Image(picture)] = told.content.as_slice() else { panic!("{told:?}") };
    assert_eq!((data.as_str(), picture.mime_type.as_deref()), (r#"{"title":"T"}"#, Some("image/png")));
    let (head, body) = bench.sent(0);
    assert!(head.starts_with("post /query-data ") && head.contains(&format!("x-api-key: {KEY}")), "{head}");
    assert_eq!(
        (&body["params"]["mode"], &body["params"]["is_screenshot_enabled"]),
        (&json!("standard"), &json!(true))
    );
}

#[tokio::test]
async fn a_bad_query_is_told_to_the_model_and_a_bad_key_to_the_operator() {
    let replies = vec![
        Reply::json(422, r#"{"error_info":"a brace is missing"}"#),
        Reply::json(401, r#"{"error_info":"invalid key"}"#),
    ];
    let bench = bench(replies).await;
    let arguments = json!({ "url": "https://a.example", "query": "{ title" }).to_string();
    let told = bench.provider.call_tool(&bench.context, "extract_web_data", &arguments).await.unwrap();
    assert!(told.is_error);
    assert!(
        matches!(&told.content[0], Output::Text(text) if text.contains("a brace is missing")),
        "{told:?}"
    );
    let error = bench.provider.call_tool(&bench.context, "extract_web_data", &arguments).await.unwrap_err();
    let error = error.to_record();
    assert!(error.kind == ErrorKind::Authentication && error.message.contains("invalid key"), "{error:?}");
    let both = json!({ "url": "u", "query": "{a}", "prompt": "a" }).to_string();
    let told = bench.provider.call_tool(&bench.context, "extract_web_data", &both).await.unwrap();
    assert!(told.is_error && bench.upstream.requests().len() == 2, "nothing was sent");
}

#[tokio::test]
async fn the_preset_gives_a_page_a_quarter_of_an_hour() {
    let settings = Catalog::shipped().unwrap().provider(&"agentql".parse().unwrap()).unwrap();
    assert_eq!(Duration::from(settings.timeouts.total), Duration::from_secs(900));
}
