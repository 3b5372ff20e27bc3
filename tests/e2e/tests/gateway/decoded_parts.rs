//! What is more than text, across the dialects: images, tools, their calls and
//! their results.

use jackfield_e2e::Reply;
use serde_json::{Value, json};

use crate::Bench;
use crate::Json;
use crate::wire::{ANTHROPIC, OPENAI, data, event, payloads, sse, weather_called};

const PIXEL: &str = "iVBORw0KGgo=";

#[tokio::test]
async fn an_image_crosses_both_ways() {
    let bench = Bench::new(ANTHROPIC, vec![ANTHROPIC.reply("a")]).await;
    let request = json!({ "model": "up/m", "messages": [{ "role": "user", "content": [
        { "type": "text", "text": "what is it?" },
        { "type": "image_url", "image_url": { "url": format!("data:image/png;base64,{PIXEL}") } },
    ] }] });
    assert_eq!(bench.served.post(OPENAI.path, &request).await.status(), 200);
    let content = bench.arrived()["messages"][0]["content"].clone();
    assert_eq!(content[1]["source"], json!({ "type": "base64", "media_type": "image/png", "data": PIXEL }));

    let bench = Bench::new(OPENAI, vec![OPENAI.reply("a")]).await;
    let request = json!({ "model": "up/m", "max_tokens": 9, "messages": [{ "role": "user", "content": [
        { "type": "text", "text": "what is it?" },
        { "type": "image", "source": { "type": "base64", "media_type": "image/png", "data": PIXEL } },
    ] }] });
    assert_eq!(bench.served.post(ANTHROPIC.path, &request).await.status(), 200);
    let content = bench.arrived()["messages"][0]["content"].clone();
    assert_eq!(content[1]["image_url"]["url"], format!("data:image/png;base64,{PIXEL}"));
}

fn schema() -> Value {
    json!({ "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] })
}

#[tokio::test]
async fn an_openai_clients_tools_calls_and_results_reach_anthropic_and_a_call_comes_back() {
    let answer = json!({
        "id": "m-1", "type": "message", "role": "assistant", "model": "m",
        "content": [{ "type": "tool_use", "id": "t-2", "name": "weather", "input": { "city": "Rome" } }],
        "stop_reason": "tool_use", "usage": { "input_tokens": 1, "output_tokens": 2 },
    });
    let bench = Bench::new(ANTHROPIC, vec![Reply::json(200, &answer.to_string())]).await;
    let request = json!({
        "model": "up/m",
        "messages": [
            { "role": "system", "content": "be brief" },
            { "role": "user", "content": "weather in Paris?" },
            { "role": "assistant", "content": null, "tool_calls": [{
                "id": "t-1", "type": "function", "function": { "name": "weather", "arguments": "{\"city\":\"Paris\"}" },
            }] },
            { "role": "tool", "tool_call_id": "t-1", "content": "fair" },
        ],
        "tools": [{ "type": "function", "function": { "name": "weather", "description": "d", "parameters": schema() } }],
        "tool_choice": "required",
    });
    let got: Value = bench.served.post(OPENAI.path, &request).await.json().await.unwrap();
    let arrived = bench.arrived();
    assert_eq!(arrived["tools"][0]["name"], "weather", "{arrived}");
    assert_eq!(arrived["tools"][0]["input_schema"], schema());
    assert_eq!(arrived["tool_choice"]["type"], "any");
    assert!(arrived["system"].to_string().contains("be brief"));
    let text = arrived["messages"].to_string();
    assert!(text.contains("\"tool_use_id\":\"t-1\"") && text.contains("fair"), "{text}");
    assert!(text.contains("{\"city\":\"Paris\"}"), "{text}");
    let choice = &got["choices"][0];
    assert_eq!(choice["finish_reason"], "tool_calls", "{got}");
    let call = &choice["message"]["tool_calls"][0];
    assert_eq!(
        (&call["id"], &call["type"], &call["function"]["name"]),
        (&json!("t-2"), &json!("function"), &json!("weather"))
    );
    let arguments: Value = serde_json::from_str(call["function"]["arguments"].as_str().unwrap()).unwrap();
    assert_eq!(arguments, json!({ "city": "Rome" }));
}

#[tokio::test]
async fn an_anthropic_clients_tools_calls_and_results_reach_openai_and_a_call_comes_back() {
    let bench = Bench::new(OPENAI, vec![weather_called()]).await;
    let request = json!({
        "model": "up/m", "max_tokens": 9, "system": "be brief",
        "messages": [
            { "role": "user", "content": "weather in Paris?" },
            { "role": "assistant", "content": [
                { "type": "tool_use", "id": "t-1", "name": "weather", "input": { "city": "Paris" } },
            ] },
            { "role": "user", "content": [{ "type": "tool_result", "tool_use_id": "t-1", "content": "fair" }] },
        ],
        "tools": [{ "name": "weather", "description": "d", "input_schema": schema() }],
        "tool_choice": { "type": "tool", "name": "weather" },
    });
    let got: Value = bench.served.post(ANTHROPIC.path, &request).await.json().await.unwrap();
    let arrived = bench.arrived();
    assert_eq!(arrived["tools"][0]["function"]["parameters"], schema(), "{arrived}");
    assert_eq!(arrived["tool_choice"]["function"]["name"], "weather");
    let messages = arrived["messages"].as_array().unwrap();
    let roles: Vec<&str> = messages.iter().filter_map(|message| message["role"].as_str()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "tool"], "{arrived}");
    assert_eq!(messages[3]["tool_call_id"], "t-1");
    assert_eq!(got["stop_reason"], "tool_use", "{got}");
    let call = got["content"].as_array().unwrap().last().unwrap();
    assert_eq!(
        call,
        &json!({ "type": "tool_use", "id": "t-2", "name": "weather", "input": { "city": "Rome" } })
    );
}

#[tokio::test]
async fn a_streamed_call_crosses_both_ways() {
    let mut events = ANTHROPIC.events(&[]);
    events[1] = event(&json!({ "type": "content_block_start", "index": 0,
        "content_block": { "type": "tool_use", "id": "t-2", "name": "weather", "input": {} } }));
    for (place, part) in ["{\"city\":", "\"Rome\"}"].iter().enumerate() {
        events.insert(
            2 + place,
            event(&json!({ "type": "content_block_delta", "index": 0,
            "delta": { "type": "input_json_delta", "partial_json": part } })),
        );
    }
    let events = events.concat().replace("end_turn", "tool_use");
    let bench = Bench::new(ANTHROPIC, vec![Reply::events().send(events)]).await;
    let body = bench.served.post(OPENAI.path, &OPENAI.streamed("up/m")).await.text().await.unwrap();
    let calls: Vec<Value> = payloads(&body)
        .iter()
        .filter_map(|event| event.pointer("/choices/0/delta/tool_calls/0").cloned())
        .collect();
    assert_eq!(
        (&calls[0]["id"], &calls[0]["function"]["name"]),
        (&json!("t-2"), &json!("weather")),
        "{body}"
    );
    let arguments: String = calls.iter().filter_map(|call| call["function"]["arguments"].as_str()).collect();
    assert_eq!(arguments, "{\"city\":\"Rome\"}");
    assert!(body.contains("\"finish_reason\":\"tool_calls\""), "{body}");

    let chunk = |delta: Value, finish: Value| {
        data(&json!({ "id": "c-1", "object": "chat.completion.chunk", "model": "m",
            "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }] }))
    };
    let call = |function: Value| json!({ "tool_calls": [{ "index": 0, "id": "t-2", "type": "function", "function": function }] });
    let reply = sse(&[
        chunk(call(json!({ "name": "weather", "arguments": "" })), Value::Null),
        chunk(
            json!({ "tool_calls": [{ "index": 0, "function": { "arguments": "{\"city\":" } }] }),
            Value::Null,
        ),
        chunk(
            json!({ "tool_calls": [{ "index": 0, "function": { "arguments": "\"Rome\"}" } }] }),
            Value::Null,
        ),
        chunk(json!({}), json!("tool_calls")),
        "data: [DONE]\n\n".to_owned(),
    ]);
    let bench = Bench::new(OPENAI, vec![reply]).await;
    let body = bench.served.post(ANTHROPIC.path, &ANTHROPIC.streamed("up/m")).await.text().await.unwrap();
    let events = payloads(&body);
    let start = events.iter().find(|event| event["content_block"]["type"] == "tool_use").expect("a call");
    assert_eq!(
        (&start["content_block"]["id"], &start["content_block"]["name"]),
        (&json!("t-2"), &json!("weather"))
    );
    let input: String = events.iter().filter_map(|event| event["delta"]["partial_json"].as_str()).collect();
    assert_eq!(input, "{\"city\":\"Rome\"}", "{body}");
    assert!(ANTHROPIC.is_finished(&body));
}

/// What the target can't express is an error or told, never lost in silence.
#[tokio::test]
async fn what_the_other_dialect_can_not_say_is_an_error_or_a_warning() {
    let mut request = OPENAI.request("up/m");
    request["logit_bias"] = json!({ "50256": -100 });
    let bench = Bench::new(ANTHROPIC, vec![ANTHROPIC.reply("a")]).await;
    let response = bench.served.post(OPENAI.path, &request).await;
    let told = response
        .headers()
        .get_all("x-jackfield-warning")
        .iter()
        .any(|value| value.to_str().is_ok_and(|value| value.contains("logit_bias")));
    let (status, arrived) = (response.status().as_u16(), bench.upstream.requests().concat());
    let body = response.text().await.unwrap();
    let refused = status == 400 && body.contains("logit_bias");
    assert!(told || refused || arrived.contains("logit_bias"), "{status} {body} {arrived}");
}
