//! Clients of Converse at providers that speak otherwise.

use super::*;

#[tokio::test]
async fn another_provider_is_asked_in_its_own_words() {
    let mut body = request();
    body["system"] = json!([{ "text": "be short" }]);
    body["messages"][0]["content"] = json!([
        { "text": "what is it?" },
        { "image": { "format": "png", "source": { "bytes": "AAEC" } } },
    ]);
    body["inferenceConfig"] = json!({ "maxTokens": 9, "temperature": 0.5 });
    body["toolConfig"] = json!({
        "tools": [{ "toolSpec": { "name": "f", "inputSchema": { "json": { "type": "object" } } } }],
        "toolChoice": { "any": {} },
    });
    let mut calls = OPENAI.answer("a");
    calls["choices"][0]["message"] = json!({ "role": "assistant", "content": null, "tool_calls": [
        { "id": "t1", "type": "function", "function": { "name": "f", "arguments": "{\"a\":1}" } }] });
    calls["choices"][0]["finish_reason"] = json!("tool_calls");
    let bench = Bench::new("openai", vec![Reply::json(200, &calls.to_string())], "").await;
    let response = bench.ask(false, &body).await;
    assert_eq!(header(&response, "x-jackfield-mode"), "decoded");
    let told = response.json().await.unwrap();
    let call = json!({ "toolUse": { "toolUseId": "t1", "name": "f", "input": { "a": 1 } } });
    assert_eq!(told["output"]["message"]["content"], json!([call]));
    assert_eq!((&told["stopReason"], &told["usage"]["totalTokens"]), (&json!("tool_use"), &json!(3)));
    let sent = body_of(&bench.upstream.requests()[0]);
    assert_eq!(sent["model"], "some.model-v1:0");
    assert_eq!(sent["messages"][0]["content"], "be short");
    assert_eq!(sent["messages"][1]["content"][1]["image_url"]["url"], "data:image/png;base64,AAEC");
    assert_eq!(
        (&sent["tools"][0]["function"]["name"], &sent["tool_choice"]),
        (&json!("f"), &json!("required"))
    );
}

#[tokio::test]
async fn what_a_tool_gave_goes_back_to_another_provider() {
    let mut body = request();
    body["messages"] = json!([
        { "role": "user", "content": [{ "text": "q" }] },
        { "role": "assistant", "content": [
            { "reasoningContent": { "reasoningText": { "text": "hm", "signature": "sig" } } },
            { "toolUse": { "toolUseId": "t1", "name": "f", "input": { "a": 1 } } },
        ] },
        { "role": "user", "content": [{ "toolResult": { "toolUseId": "t1", "content": [{ "text": "5" }] } }] },
    ]);
    body["toolConfig"] = json!({ "tools": [{ "toolSpec": { "name": "f", "inputSchema": { "json": { "type": "object" } } } }] });
    body["inferenceConfig"] = json!({ "maxTokens": 9 });
    let bench = Bench::new("anthropic", vec![ANTHROPIC.reply("a")], "").await;
    let told = bench.ask(false, &body).await.json().await.unwrap();
    assert_eq!(told["output"]["message"]["content"], json!([{ "text": "a" }]));
    let sent = body_of(&bench.upstream.requests()[0]);
    let thought = &sent["messages"][1]["content"][0];
    assert_eq!((&thought["thinking"], &thought["signature"]), (&json!("hm"), &json!("sig")));
    assert_eq!(sent["messages"][1]["content"][1]["id"], "t1");
    assert_eq!(sent["messages"][2]["content"][0]["tool_use_id"], "t1");
}

#[tokio::test]
async fn another_providers_stream_comes_as_messages() {
    for wire in [OPENAI, ANTHROPIC] {
        let bench = Bench::new(wire.plugin, vec![sse(&wire.events(&["one ", "two"]))], "").await;
        let mut body = request();
        body["inferenceConfig"] = json!({ "maxTokens": 9 });
        let response = bench.ask(true, &body).await;
        assert_eq!(header(&response, "content-type"), STREAM);
        let told = messages(&response.bytes().await.unwrap());
        let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names.first(), Some(&"messageStart"), "{wire:?}");
        assert_eq!(names[names.len() - 3..], ["contentBlockStop", "messageStop", "metadata"], "{wire:?}");
        assert_eq!(text_of(&told), "one two", "{wire:?}");
        let broken = wire.events(&["one "]);
        let broken = sse(&broken[..broken.len() - 2]);
        let bench = Bench::new(wire.plugin, vec![broken], "").await;
        let told = messages(&bench.ask(true, &body).await.bytes().await.unwrap());
        assert!(told.last().unwrap().0.ends_with("Exception"), "{wire:?}: {told:?}");
    }
}
