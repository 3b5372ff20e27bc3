//! Clients of Gemini's API over upstreams that speak another dialect.

use jackfield_e2e::Reply;
use serde_json::{Value, json};

use super::{path, request, text};
use crate::wire::{ANTHROPIC, OPENAI, WIRES, payloads, sse};
use crate::{Bench, Json, header};

#[tokio::test]
async fn a_plain_chat_is_decoded_for_every_other_dialect() {
    for wire in WIRES {
        let bench = Bench::new(wire, vec![wire.reply("hi")]).await;
        let mut asked = request();
        asked["systemInstruction"] = json!({ "parts": [{ "text": "be brief" }] });
        asked["generationConfig"] = json!({ "temperature": 0.5, "maxOutputTokens": 50 });
        let response = bench.served.post(&path("up/m", "generateContent"), &asked).await;
        assert_eq!(header(&response, "x-jackfield-mode"), "decoded");
        let answer = response.json().await.unwrap();
        assert_eq!(text(std::slice::from_ref(&answer)), "hi", "{answer}");
        assert_eq!(answer["candidates"][0]["finishReason"], "STOP");
        let usage = json!({ "promptTokenCount": 1, "candidatesTokenCount": 2, "totalTokenCount": 3 });
        let told = answer["usageMetadata"].as_object().unwrap();
        assert!(
            usage.as_object().unwrap().iter().all(|(name, count)| told.get(name) == Some(count)),
            "{answer}"
        );
        let arrived = bench.arrived();
        assert_eq!((&arrived["model"], &arrived["temperature"]), (&json!("m"), &json!(0.5)), "{wire:?}");
        assert!(arrived.to_string().contains("be brief"), "{arrived}");
    }
}

#[tokio::test]
async fn a_stream_is_decoded_as_events_and_as_a_list() {
    for wire in WIRES {
        let stream = || sse(&wire.events(&["one ", "two"]));
        let bench = Bench::new(wire, vec![stream(), stream()]).await;
        let events = bench.served.post(&path("up/m", "streamGenerateContent?alt=sse"), &request()).await;
        assert_eq!(header(&events, "content-type"), "text/event-stream");
        let events = payloads(&events.text().await.unwrap());
        let list = bench.served.post(&path("up/m", "streamGenerateContent"), &request()).await;
        assert_eq!(header(&list, "content-type"), "application/json");
        let list: Vec<Value> = serde_json::from_str(&list.text().await.unwrap()).unwrap();
        for said in [events, list] {
            assert_eq!(text(&said), "one two", "{wire:?}");
            let last = said.last().unwrap();
            assert_eq!(last["candidates"][0]["finishReason"], "STOP", "{last}");
        }
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_told() {
    for wire in WIRES {
        let events = wire.events(&["one "]);
        let said = if wire == OPENAI { 2 } else { 3 };
        let cut: Vec<String> = events.into_iter().take(said).collect();
        let bench = Bench::new(wire, vec![sse(&cut)]).await;
        let said = bench.served.post(&path("up/m", "streamGenerateContent?alt=sse"), &request()).await;
        let last = payloads(&said.text().await.unwrap()).pop().unwrap();
        assert!(last["error"]["code"].is_number(), "{wire:?} {last}");
    }
}

#[tokio::test]
async fn a_tool_is_called_and_told_what_it_gave() {
    let call = json!({
        "id": "c-1", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{ "index": 0, "finish_reason": "tool_calls", "message": { "role": "assistant", "content": null,
            "tool_calls": [{ "id": "call_abc", "type": "function", "function": { "name": "look", "arguments": "{\"q\":1}" } }] } }],
        "usage": { "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3 },
    });
    let bench = Bench::new(OPENAI, vec![Reply::json(200, &call.to_string()), OPENAI.reply("done")]).await;
    let mut asked = request();
    asked["tools"] = json!([{ "functionDeclarations": [{ "name": "look", "description": "Looks.",
        "parameters": { "type": "OBJECT", "properties": { "q": { "type": "INTEGER" } } } }] }]);
    asked["toolConfig"] = json!({ "functionCallingConfig": { "mode": "ANY" } });
    let path = path("up/m", "generateContent");
    let answer = bench.served.post(&path, &asked).await.json().await.unwrap();
    let content = answer["candidates"][0]["content"].clone();
    assert_eq!(
        content["parts"],
        json!([{ "functionCall": { "id": "call_abc", "name": "look", "args": { "q": 1 } } }])
    );
    let given = json!({ "functionResponse": { "id": "call_abc", "name": "look", "response": { "result": "found" } } });
    let contents = asked["contents"].as_array_mut().unwrap();
    contents.extend([content, json!({ "role": "user", "parts": [given] })]);
    let answer = bench.served.post(&path, &asked).await.json().await.unwrap();
    assert_eq!(text(&[answer]), "done");
    let requests = bench.upstream.requests();
    let (first, second) = (crate::body_of(&requests[0]), crate::body_of(&requests[1]));
    let parameters = &first["tools"][0]["function"]["parameters"];
    assert_eq!((&parameters["type"], &first["tool_choice"]), (&json!("object"), &json!("required")));
    assert_eq!(second["messages"][1]["tool_calls"][0]["id"], "call_abc");
    let told = &second["messages"][2];
    assert_eq!((&told["role"], &told["tool_call_id"]), (&json!("tool"), &json!("call_abc")));
    assert!(told["content"].to_string().contains("found"), "{told}");
}

#[tokio::test]
async fn signed_thoughts_go_round() {
    let block = json!({ "type": "thinking", "thinking": "hm", "signature": "Es8F+/w==" });
    let mut thinking = ANTHROPIC.answer("so");
    thinking["content"].as_array_mut().unwrap().insert(0, block.clone());
    let reply = Reply::json(200, &thinking.to_string());
    let bench = Bench::new(ANTHROPIC, vec![reply, ANTHROPIC.reply("done")]).await;
    let mut asked = request();
    let path = path("up/m", "generateContent");
    let answer = bench.served.post(&path, &asked).await.json().await.unwrap();
    let content = answer["candidates"][0]["content"].clone();
    assert_eq!((&content["parts"][0]["text"], &content["parts"][0]["thought"]), (&json!("hm"), &json!(true)));
    asked["contents"].as_array_mut().unwrap().extend([content, request()["contents"][0].clone()]);
    bench.served.post(&path, &asked).await;
    let second = crate::body_of(&bench.upstream.requests()[1]);
    assert_eq!(second["messages"][1]["content"][0], block);
}

#[tokio::test]
async fn an_image_goes_along() {
    let bench = Bench::new(OPENAI, vec![OPENAI.reply("a cat")]).await;
    let mut asked = request();
    let image = json!({ "inlineData": { "mimeType": "image/png", "data": "-_8=" } });
    asked["contents"][0]["parts"].as_array_mut().unwrap().push(image);
    let response = bench.served.post("/v1/models/up%2Fm:generateContent", &asked).await;
    assert_eq!(response.status(), 200);
    let arrived = bench.arrived();
    assert_eq!(
        arrived["messages"][0]["content"][1]["image_url"]["url"], "data:image/png;base64,+/8=",
        "{arrived}"
    );
}

#[tokio::test]
async fn what_the_target_cannot_do_is_told() {
    let bench = Bench::new(OPENAI, vec![OPENAI.reply("hi")]).await;
    let mut asked = request();
    asked["safetySettings"] = json!([{ "category": "HARM_CATEGORY_HARASSMENT", "threshold": "BLOCK_NONE" }]);
    let response = bench.served.post(&path("up/m", "generateContent"), &asked).await;
    assert!(header(&response, "x-jackfield-warning").contains("safetySettings"));
    asked["cachedContent"] = json!("cachedContents/x");
    let response = bench.served.post(&path("up/m", "generateContent"), &asked).await;
    assert_eq!(response.status(), 400);
    let told = response.json().await.unwrap();
    assert_eq!(told["error"]["details"][0]["fieldViolations"][0]["field"], "cachedContent", "{told}");
}

#[tokio::test]
async fn tokens_are_counted_in_the_clients_terms() {
    let counted = Reply::json(200, "{\"input_tokens\":12}");
    let bench = Bench::new(ANTHROPIC, vec![counted]).await;
    let response = bench.served.post(&path("up/m", "countTokens"), &request()).await;
    assert_eq!(response.json().await.unwrap(), json!({ "totalTokens": 12 }));
    let bench = Bench::new(OPENAI, vec![]).await;
    let response = bench.served.post(&path("up/m", "countTokens"), &request()).await;
    assert!(header(&response, "x-jackfield-warning").contains("estimate"));
    assert!(response.json().await.unwrap()["totalTokens"].as_u64().unwrap() > 0);
}
