//! The Responses API and the older completions behind the same interface.

use jackfield_e2e::{Reply, chat, text_of};
use jackfield_runtime::api::llm::{ChatEvent, ChatRequest, FinishReason, Message, Part, Role};
use serde_json::{Value, json};

use crate::bench::{Bench, KEY};

fn response(output: Value) -> Reply {
    let body = json!({"id": "resp_1", "object": "response", "status": "completed", "model": "m", "output": output,
        "usage": {"input_tokens": 4, "output_tokens": 6, "output_tokens_details": {"reasoning_tokens": 5}}});
    Reply::json(200, &body.to_string())
}

fn said(text: &str) -> Value {
    json!({"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": text}]})
}

#[tokio::test]
async fn state_is_kept_by_the_caller_or_by_the_provider() {
    let thought = json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "enc"});
    let replies = vec![
        response(json!([thought, said("Hi")])),
        response(json!([said("again")])),
        response(json!([said("on")])),
    ];
    let openai = Bench::preset("openai", "/v1", "config.store = false", replies).await;
    let first = chat("o3-pro", "hello");
    let told = openai.provider.chat(&openai.context, first.clone()).await.unwrap();
    assert_eq!((text_of(&told), told.id.as_deref()), ("Hi".to_owned(), Some("resp_1")));
    assert_eq!(told.usage.unwrap().reasoning_tokens, Some(5));
    let (head, body) = openai.sent(0);
    assert!(head.starts_with("post /v1/responses ") && head.contains(&format!("bearer {KEY}")), "{head}");
    assert_eq!((&body["store"], &body["include"]), (&json!(false), &json!(["reasoning.encrypted_content"])));
    // The caller's way: everything goes back.
    let mut second = first;
    second.messages.push(Message {
        role: Role::Assistant,
        name: None,
        content: told.choices[0].content.clone(),
    });
    second.messages.push(Message::text(Role::User, "and?"));
    openai.provider.chat(&openai.context, second).await.unwrap();
    let (_, body) = openai.sent(1);
    assert_eq!(
        body["input"][1],
        json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "enc"})
    );
    // The provider's way: only its name for it, which alone chooses the API.
    let extra = Some(r#"{"previous_response_id":"resp_1","store":true}"#.to_owned());
    let third = ChatRequest { extra, ..chat("gpt-4o", "go on") };
    let told = openai.provider.chat(&openai.context, third).await.unwrap();
    assert_eq!(text_of(&told), "on");
    let (head, body) = openai.sent(2);
    assert!(head.starts_with("post /v1/responses "));
    assert_eq!((&body["previous_response_id"], &body["store"]), (&json!("resp_1"), &json!(true)));
}

#[tokio::test]
async fn a_stream_of_items_is_a_stream_of_events() {
    let frame = |event: Value| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().unwrap());
    let mut reply = Reply::events();
    for event in [
        json!({"type": "response.created", "response": {"id": "resp_1", "model": "m"}}),
        json!({"type": "response.output_item.added", "output_index": 0, "item": {"type": "function_call", "call_id": "c1", "name": "f"}}),
        json!({"type": "response.function_call_arguments.delta", "output_index": 0, "delta": "{}"}),
        json!({"type": "response.output_item.done", "output_index": 0, "item": {"type": "function_call", "call_id": "c1", "name": "f", "arguments": "{}"}}),
        json!({"type": "response.completed", "response": {"id": "resp_1", "status": "completed", "usage": {"input_tokens": 1, "output_tokens": 2}}}),
    ] {
        reply = reply.send(frame(event));
    }
    let openai = Bench::preset("openai", "/v1", "config.chat-api = \"responses\"", vec![reply]).await;
    let events = openai.stream(chat("gpt-4o", "hello")).await.unwrap();
    assert!(
        matches!(&events[0], ChatEvent::Start(start) if start.id.as_deref() == Some("resp_1")),
        "{events:?}"
    );
    assert!(matches!(&events[1], ChatEvent::ToolCallStart(start) if start.id == "c1"));
    assert!(
        events.iter().any(
            |event| matches!(event, ChatEvent::Finish(finish) if finish.reason == FinishReason::ToolCalls)
        )
    );
    assert_eq!(openai.sent(0).1["stream"], true);
}

#[tokio::test]
async fn a_model_of_the_older_completions_is_prompted() {
    let body = json!({"id": "cmpl-1", "model": "davinci-002", "choices": [{"index": 0, "text": " there was", "finish_reason": "length"}]});
    let openai = Bench::preset("openai", "/v1", "", vec![Reply::json(200, &body.to_string())]).await;
    let told = openai.provider.chat(&openai.context, chat("davinci-002", "Once")).await.unwrap();
    assert_eq!(text_of(&told), " there was");
    assert!(matches!(&told.choices[0].content[..], [Part::Text(_)]));
    let (head, body) = openai.sent(0);
    assert!(head.starts_with("post /v1/completions "), "{head}");
    assert_eq!(body["prompt"], "Once");
}
