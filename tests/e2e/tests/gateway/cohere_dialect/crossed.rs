//! Over upstreams of other dialects: decoded, asked in typed form, and encoded
//! again.

use jackfield_e2e::Reply;
use serde_json::{Value, json};

use super::{PATH, request};
use crate::wire::{ANTHROPIC, OPENAI, WIRES, data, payloads, sse, weather_called};
use crate::{Bench, Json, header};

const PIXEL: &str = "iVBORw0KGgo=";

#[tokio::test]
async fn a_plain_chat_crosses() {
    for upstream in WIRES {
        let bench = Bench::new(upstream, vec![upstream.reply("one two")]).await;
        let mut request = request(false);
        request["max_tokens"] = json!(50);
        let response = bench.served.post(PATH, &request).await;
        assert_eq!(response.status(), 200);
        assert_eq!(header(&response, "x-jackfield-mode"), "decoded");
        let answer: Value = response.json().await.unwrap();
        assert_eq!(answer["message"]["content"], json!([{ "type": "text", "text": "one two" }]));
        assert_eq!(answer["finish_reason"], "COMPLETE", "{answer}");
        assert_eq!(answer["usage"]["tokens"], json!({ "input_tokens": 1, "output_tokens": 2 }));
        assert_eq!(bench.arrived()["model"], "m");
    }
}

#[tokio::test]
async fn a_stream_crosses() {
    for upstream in WIRES {
        let bench = Bench::new(upstream, vec![sse(&upstream.events(&["one ", "two"]))]).await;
        let mut request = request(true);
        request["max_tokens"] = json!(50);
        let body = bench.served.post(PATH, &request).await.text().await.unwrap();
        let events = payloads(&body);
        let kinds: Vec<&str> = events.iter().filter_map(|event| event["type"].as_str()).collect();
        let expected = [
            "message-start",
            "content-start",
            "content-delta",
            "content-delta",
            "content-end",
            "message-end",
        ];
        assert_eq!(kinds, expected, "{body}");
        let text = |event: &Value| event.pointer("/delta/message/content/text")?.as_str().map(str::to_owned);
        assert_eq!(events.iter().filter_map(text).collect::<String>(), "one two");
        assert_eq!(events[5]["delta"]["finish_reason"], "COMPLETE");
        assert!(body.ends_with("data: [DONE]\n\n"), "{body}");
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_ends_as_an_error() {
    for upstream in WIRES {
        let half = upstream.events(&["one ", "two"])[..3].concat();
        let bench = Bench::new(upstream, vec![Reply::events().send(half)]).await;
        let mut request = request(true);
        request["max_tokens"] = json!(50);
        let body = bench.served.post(PATH, &request).await.text().await.unwrap();
        let last = payloads(&body).pop().unwrap();
        assert_eq!(
            (&last["type"], &last["delta"]["finish_reason"], last["delta"]["error"].is_string()),
            (&json!("message-end"), &json!("ERROR"), true),
            "{body}"
        );
        assert!(!body.contains("data: [DONE]"), "{body}");
    }
}

fn schema() -> Value {
    json!({ "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] })
}

#[tokio::test]
async fn tools_their_calls_and_their_results_cross() {
    let bench = Bench::new(OPENAI, vec![weather_called()]).await;
    let request = json!({
        "model": "up/m",
        "messages": [
            { "role": "system", "content": "be brief" },
            { "role": "user", "content": "weather in Paris?" },
            { "role": "assistant", "tool_calls": [{ "id": "t-1", "type": "function",
                "function": { "name": "weather", "arguments": "{\"city\":\"Paris\"}" } }] },
            { "role": "tool", "tool_call_id": "t-1", "content": [{ "type": "text", "text": "fair" }] },
        ],
        "tools": [{ "type": "function", "function": { "name": "weather", "description": "d", "parameters": schema() } }],
        "tool_choice": "REQUIRED",
    });
    let got: Value = bench.served.post(PATH, &request).await.json().await.unwrap();
    let arrived = bench.arrived();
    assert_eq!(arrived["tools"][0]["function"]["parameters"], schema(), "{arrived}");
    assert_eq!(arrived["tool_choice"], "required");
    let messages = arrived["messages"].as_array().unwrap();
    let roles: Vec<&str> = messages.iter().filter_map(|message| message["role"].as_str()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "tool"], "{arrived}");
    assert_eq!(
        (&messages[3]["tool_call_id"], &messages[2]["tool_calls"][0]["id"]),
        (&json!("t-1"), &json!("t-1"))
    );
    assert!(messages[3]["content"].to_string().contains("fair"), "{arrived}");
    assert_eq!(got["finish_reason"], "TOOL_CALL", "{got}");
    let call = json!({ "id": "t-2", "type": "function", "function": { "name": "weather", "arguments": "{\"city\":\"Rome\"}" } });
    assert_eq!(got["message"]["tool_calls"], json!([call]));
}

#[tokio::test]
async fn a_streamed_call_crosses() {
    let chunk = |delta: Value, finish: Value| {
        data(&json!({ "id": "c-1", "object": "chat.completion.chunk", "model": "m",
            "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }] }))
    };
    let function = |function: Value| json!({ "tool_calls": [{ "index": 0, "id": "t-2", "type": "function", "function": function }] });
    let more = |text: &str| json!({ "tool_calls": [{ "index": 0, "function": { "arguments": text } }] });
    let reply = sse(&[
        chunk(function(json!({ "name": "weather", "arguments": "" })), Value::Null),
        chunk(more("{\"city\":"), Value::Null),
        chunk(more("\"Rome\"}"), Value::Null),
        chunk(json!({}), json!("tool_calls")),
        "data: [DONE]\n\n".to_owned(),
    ]);
    let bench = Bench::new(OPENAI, vec![reply]).await;
    let body = bench.served.post(PATH, &request(true)).await.text().await.unwrap();
    let events = payloads(&body);
    let kinds: Vec<&str> = events.iter().filter_map(|event| event["type"].as_str()).collect();
    let expected = [
        "message-start",
        "tool-call-start",
        "tool-call-delta",
        "tool-call-delta",
        "tool-call-end",
        "message-end",
    ];
    assert_eq!(kinds, expected, "{body}");
    let call = |event: &Value| event["delta"]["message"]["tool_calls"].clone();
    assert_eq!(
        (&call(&events[1])["id"], &call(&events[1])["function"]["name"]),
        (&json!("t-2"), &json!("weather"))
    );
    let arguments: Vec<Value> =
        events[2..4].iter().map(|event| call(event)["function"]["arguments"].clone()).collect();
    assert_eq!(arguments, [json!("{\"city\":"), json!("\"Rome\"}")]);
    assert_eq!(events[5]["delta"]["finish_reason"], "TOOL_CALL");
}

#[tokio::test]
async fn an_image_and_documents_cross() {
    let bench = Bench::new(OPENAI, vec![OPENAI.reply("a")]).await;
    let url = format!("data:image/png;base64,{PIXEL}");
    let request = json!({ "model": "up/m", "messages": [{ "role": "user", "content": [
        { "type": "text", "text": "what is it?" }, { "type": "image_url", "image_url": { "url": url } },
    ] }] });
    assert_eq!(bench.served.post(PATH, &request).await.status(), 200);
    assert_eq!(bench.arrived()["messages"][0]["content"][1]["image_url"]["url"], json!(url));

    let cited = json!({
        "id": "m-1", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
        "content": [{ "type": "text", "text": "It is fair.", "citations": [
            { "type": "char_location", "cited_text": "fair", "document_index": 0, "document_title": "T",
              "start_char_index": 0, "end_char_index": 4 }] }],
        "usage": { "input_tokens": 1, "output_tokens": 2 },
    });
    let bench = Bench::new(ANTHROPIC, vec![Reply::json(200, &cited.to_string())]).await;
    let request = json!({ "model": "up/m", "max_tokens": 50, "messages": [{ "role": "user", "content": "how is it?" }],
        "documents": [{ "data": { "text": "fair", "title": "T" } }] });
    let answer = bench.served.post(PATH, &request).await.json().await.unwrap();
    let document = &bench.arrived()["messages"][0]["content"][0];
    assert_eq!((&document["type"], &document["title"]), (&json!("document"), &json!("T")), "{document}");
    assert_eq!(document["source"]["data"], "fair");
    assert_eq!(document["citations"], json!({ "enabled": true }));
    let citation = &answer["message"]["citations"][0];
    assert_eq!(
        (&citation["text"], &citation["start"], &citation["end"]),
        (&json!("It is fair."), &json!(0), &json!(11))
    );
    assert_eq!(citation["sources"][0]["document"]["snippet"], "fair", "{answer}");
}

/// What the target can't express is told, never lost in silence.
#[tokio::test]
async fn what_only_cohere_understands_is_a_warning() {
    let bench = Bench::new(OPENAI, vec![OPENAI.reply("a")]).await;
    let mut request = request(false);
    request["safety_mode"] = json!("STRICT");
    let response = bench.served.post(PATH, &request).await;
    assert_eq!(response.status(), 200);
    assert!(header(&response, "x-jackfield-warning").contains("safety_mode"));
    assert!(bench.arrived().get("safety_mode").is_none());
}
