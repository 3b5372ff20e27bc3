//! What a good answer looks like in each plugin's protocol, to be spoiled.

use jackfield_e2e::Reply;
use serde_json::{Value, json};

/// The text of every good answer.
pub(crate) const TEXT: &str = "one two";

/// A whole answer.
pub(crate) fn answer(plugin: &str) -> Value {
    match plugin {
        "openai" => json!({
            "id": "c-1",
            "object": "chat.completion",
            "model": "m",
            "choices": [{
                "index": 0,
                "message": { "role": "assistant", "content": TEXT },
                "finish_reason": "stop",
            }],
        }),
        _ => json!({
            "id": "m-1",
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": [{ "type": "text", "text": TEXT }],
            "stop_reason": "end_turn",
            "usage": { "input_tokens": 1, "output_tokens": 2 },
        }),
    }
}

/// The same, as a reply.
pub(crate) fn reply(plugin: &str) -> Reply {
    Reply::json(200, &answer(plugin).to_string())
}

/// The events of a stream up to its first text, which is "one ".
pub(crate) fn beginning(plugin: &str) -> String {
    match plugin {
        "openai" => chunk("one "),
        _ => [
            event(&json!({
                "type": "message_start",
                "message": {
                    "id": "m-1", "type": "message", "role": "assistant", "model": "m", "content": [],
                    "usage": { "input_tokens": 1, "output_tokens": 1 },
                },
            })),
            event(&json!({
                "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" },
            })),
            text(plugin, "one "),
        ]
        .concat(),
    }
}

/// One more piece of text.
pub(crate) fn text(plugin: &str, text: &str) -> String {
    match plugin {
        "openai" => chunk(text),
        _ => event(&json!({
            "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": text },
        })),
    }
}

/// An error in the middle of a stream, of a server that has too much to do.
pub(crate) fn error_event(plugin: &str) -> String {
    match plugin {
        "openai" => {
            let error =
                json!({ "error": { "message": "busy today", "type": "server_error", "code": "slow_down" } });
            format!("data: {error}\n\n")
        }
        _ => event(
            &json!({ "type": "error", "error": { "type": "overloaded_error", "message": "busy today" } }),
        ),
    }
}

/// An error's body, in the protocol's own shape.
pub(crate) fn error_body(plugin: &str, kind: &str, message: &str) -> String {
    match plugin {
        "openai" => json!({ "error": { "message": message, "type": kind, "param": null, "code": null } }),
        _ => json!({ "type": "error", "error": { "type": kind, "message": message } }),
    }
    .to_string()
}

fn chunk(text: &str) -> String {
    let chunk = json!({
        "id": "c-1", "object": "chat.completion.chunk", "model": "m",
        "choices": [{ "index": 0, "delta": { "content": text }, "finish_reason": null }],
    });
    format!("data: {chunk}\n\n")
}

fn event(value: &Value) -> String {
    format!("event: {}\ndata: {value}\n\n", value["type"].as_str().unwrap_or_default())
}
