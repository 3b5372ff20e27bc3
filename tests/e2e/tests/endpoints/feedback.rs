//! `/v1/feedback`: checked, logged, counted and kept, to be changed by its id.

use serde_json::json;

use crate::{Bench, error, read};

const KEYS: &str = "[server.keys.app]\nkey = { file = \"key\" }\n";

#[tokio::test]
async fn feedback_is_counted_by_its_value() {
    let bench = Bench::new().await;
    let one = json!({ "trace_id": "t-1", "value": 5, "weight": 0.5, "metadata": { "_user": "u" } });
    let many =
        json!([{ "trace_id": "t-1", "value": 5 }, { "trace_id": "t-2", "value": -10, "weight": null }]);
    let answer = read(bench.served.post("/v1/feedback", &one).await).await;
    assert_eq!(answer["status"], "success");
    assert_eq!(answer["feedback_ids"].as_array().unwrap().len(), 1);
    let request = bench.served.client().put(bench.served.url("/v1/feedback")).body(many.to_string());
    let answer = read(request.send().await.unwrap()).await;
    let ids = answer["feedback_ids"].as_array().unwrap();
    assert!(ids.len() == 2 && ids[0] != ids[1], "{answer}");
    let id = ids[0].as_str().unwrap();
    let request = bench.served.client().put(bench.served.url(&format!("/v1/feedback/{id}")));
    let answer = read(request.body(json!({ "value": 7 }).to_string()).send().await.unwrap()).await;
    assert_eq!(answer["feedback_ids"], json!([id]));
    let metrics = bench.served.get("/metrics").await.text().await.unwrap();
    for line in [
        "jackfield_feedback_total{value=\"-10\"} 1\n",
        "jackfield_feedback_total{value=\"5\"} 2\n",
        "jackfield_requests_total{endpoint=\"feedback\",status=\"200\"} 2\n",
        "jackfield_requests_total{endpoint=\"feedback_update\",status=\"200\"} 1\n",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
}

#[tokio::test]
async fn feedback_that_says_nothing_is_refused_with_its_place() {
    let bench = Bench::new().await;
    for (body, wrong) in [
        (json!({ "value": 1 }), "trace_id"),
        (json!({ "trace_id": "t", "value": 11 }), "value"),
        (json!({ "trace_id": "t", "value": 1, "weight": 2 }), "weight"),
    ] {
        let (status, message, param) = error(bench.served.post("/v1/feedback", &body).await).await;
        assert!(status == 400 && param == wrong, "{status} {message} {param}");
    }
    assert_eq!(bench.served.get("/v1/feedback").await.status(), 405);
    let metrics = bench.served.get("/metrics").await.text().await.unwrap();
    assert!(!metrics.contains("jackfield_feedback_total{"), "{metrics}");
}

#[tokio::test]
async fn where_there_are_keys_nobody_gives_feedback_without_one() {
    let bench = Bench::with(vec![], KEYS).await;
    let body = json!({ "trace_id": "t", "value": 1 });
    assert_eq!(bench.served.post("/v1/feedback", &body).await.status(), 401);
    let request =
        bench.served.ask("/v1/feedback", &body).header("x-portkey-api-key", "everything-key-0123456789");
    assert_eq!(request.send().await.unwrap().status(), 200);
}

async fn changed(bench: &Bench, id: &str, body: &str, key: Option<&str>) -> reqwest::Response {
    let request = bench.served.client().put(bench.served.url(&format!("/v1/feedback/{id}")));
    let request = key.into_iter().fold(request, |request, key| request.header("x-portkey-api-key", key));
    request.body(body.to_owned()).send().await.unwrap()
}

#[tokio::test]
async fn a_change_needs_an_id_that_was_given() {
    let bench = Bench::new().await;
    let given = read(bench.served.post("/v1/feedback", &json!({ "trace_id": "t", "value": 1 })).await).await;
    let id = given["feedback_ids"][0].as_str().unwrap();
    for body in [r#"{"value":7.0}"#, r#"{"weight":0.5}"#, r#"{"metadata":{"a":"b"}}"#] {
        assert_eq!(read(changed(&bench, id, body, None).await).await["feedback_ids"], json!([id]), "{body}");
    }
    let nobodys = "00000000-0000-4000-8000-000000000000";
    let (status, message, _) = error(changed(&bench, nobodys, r#"{"value":7}"#, None).await).await;
    assert!(status == 404 && message.contains("POST /v1/feedback"), "{status} {message}");
    assert_eq!(changed(&bench, id, r#"{"value":11}"#, None).await.status(), 400);
}

#[tokio::test]
async fn nobody_changes_what_another_tenant_gave() {
    let (a, b) = ("everything-key-0123456789", "another-key-0123456789");
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other");
    std::fs::write(&other, b).unwrap();
    let keys = format!(
        "[server.keys.a]\nkey = {{ file = \"key\" }}\ntenant = \"a\"\n\
         [server.keys.b]\nkey = {{ file = \"{}\" }}\ntenant = \"b\"\n",
        other.display()
    );
    let bench = Bench::with(vec![], &keys).await;
    let ask = bench.served.ask("/v1/feedback", &json!({ "trace_id": "t", "value": 1 }));
    let given = read(ask.header("x-portkey-api-key", a).send().await.unwrap()).await;
    let id = given["feedback_ids"][0].as_str().unwrap();
    assert_eq!(changed(&bench, id, r#"{"value":7}"#, Some(b)).await.status(), 404);
    assert_eq!(changed(&bench, id, r#"{"value":7}"#, Some(a)).await.status(), 200);
}
