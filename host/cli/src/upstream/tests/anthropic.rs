use serde_json::{Value, json};

use super::{Upstream, finish, joined};

const MESSAGES: &str = "/v1/messages";

fn message(said: &str) -> Value {
    json!({ "model": "m", "max_tokens": 100, "messages": [{ "role": "user", "content": said }] })
}

#[tokio::test]
async fn a_stream_says_what_the_plain_answer_says() {
    let upstream = Upstream::start().await;
    let mut request = message("grün 🦀");
    request["thinking"] = json!({ "type": "enabled", "budget_tokens": 1024 });
    let plain = upstream.post(MESSAGES, request.clone()).await.json();
    request["stream"] = true.into();
    let answer = upstream.post(MESSAGES, request).await;
    let events = answer.events();
    let names: Vec<_> = answer.text().lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    assert!(names.iter().zip(&events).all(|(name, event)| event["type"] == *name));
    assert_eq!(joined(&events, "/delta/thinking"), plain["content"][0]["thinking"].as_str().unwrap());
    assert_eq!(joined(&events, "/delta/signature"), plain["content"][0]["signature"].as_str().unwrap());
    assert_eq!(joined(&events, "/delta/text"), plain["content"][1]["text"].as_str().unwrap());
    let [first, .., end, stop] = &events[..] else { panic!("{events:?}") };
    assert_eq!(first["message"]["usage"]["input_tokens"], plain["usage"]["input_tokens"]);
    assert_eq!(end["usage"]["output_tokens"], plain["usage"]["output_tokens"]);
    assert_eq!((&end["delta"]["stop_reason"], &stop["type"]), (&json!("end_turn"), &json!("message_stop")));
}

#[tokio::test]
async fn each_call_is_a_block_of_its_own() {
    let upstream = Upstream::start().await;
    let mut request = message("call every tool");
    let schema = json!({ "type": "object", "properties": { "city": { "type": "string" } } });
    request["tools"] = json!([{ "name": "a", "input_schema": schema }, { "name": "b", "input_schema": {} }]);
    let plain = upstream.post(MESSAGES, request.clone()).await.json();
    assert_eq!(plain["stop_reason"], "tool_use");
    assert_eq!(plain["content"][0]["input"], json!({ "city": "sample" }));
    assert_eq!((&plain["content"][1]["name"], &plain["content"][1]["input"]), (&json!("b"), &json!({})));
    request["stream"] = true.into();
    let events = upstream.post(MESSAGES, request).await.events();
    let of_first: Vec<_> = events.iter().filter(|event| event["index"] == 0).cloned().collect();
    assert_eq!(joined(&of_first, "/delta/partial_json"), "{\"city\":\"sample\"}");
    let starts = events.iter().filter(|event| event["type"] == "content_block_start").count();
    let stops = events.iter().filter(|event| event["type"] == "content_block_stop").count();
    assert_eq!((starts, stops), (2, 2));
}

#[tokio::test]
async fn a_result_of_a_tool_is_taken_up() {
    let upstream = Upstream::start().await;
    let mut request = message("call the tool");
    let result =
        json!({ "type": "tool_result", "tool_use_id": "t", "content": [{ "type": "text", "text": "rain" }] });
    let messages = request["messages"].as_array_mut().unwrap();
    messages.push(json!({ "role": "user", "content": [result] }));
    let plain = upstream.post(MESSAGES, request).await.json();
    assert!(plain["content"][0]["text"].as_str().unwrap().starts_with("The tool returned: rain"));
}

#[tokio::test]
async fn tokens_are_counted_as_the_answer_counts_them() {
    let upstream = Upstream::start().await;
    let plain = upstream.post(MESSAGES, message("hello")).await.json();
    let counted = upstream.post("/v1/messages/count_tokens", message("hello")).await.json();
    assert_eq!(counted["input_tokens"], plain["usage"]["input_tokens"]);
}

#[tokio::test]
async fn bad_requests_are_refused_in_the_protocols_shape() {
    let upstream = Upstream::start().await;
    let mut unlimited = message("hi");
    unlimited["max_tokens"].take();
    let answer = upstream.post(MESSAGES, unlimited).await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.json()["error"],
        json!({ "type": "invalid_request_error", "message": "max_tokens: Field required" })
    );
    let request =
        upstream.client.post(format!("{}{MESSAGES}", upstream.base)).body(message("hi").to_string());
    let answer = finish(request.send().await.unwrap()).await.unwrap();
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json()["error"]["message"], "anthropic-version: header is required");
}

#[tokio::test]
async fn models_are_listed_in_the_protocol_that_the_client_names() {
    let upstream = Upstream::start().await;
    let request =
        upstream.client.get(format!("{}/v1/models", upstream.base)).header("anthropic-version", "2023-06-01");
    let anthropic = finish(request.send().await.unwrap()).await.unwrap().json();
    assert_eq!((&anthropic["data"][0]["type"], &anthropic["has_more"]), (&json!("model"), &json!(false)));
    let openai = upstream.get("/v1/models").await.json();
    assert_eq!((&openai["object"], &openai["data"][0]["object"]), (&json!("list"), &json!("model")));
}
