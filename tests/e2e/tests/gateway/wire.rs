//! Requests, answers and streams of the two wire formats, and what a client
//! that knows them reads in what it gets.

use jackfield_e2e::Reply;
use serde_json::{Value, json};

/// A wire format: the plugin that speaks it upwards, and where clients that
/// speak it go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wire {
    pub(crate) plugin: &'static str,
    pub(crate) path: &'static str,
}

pub(crate) const OPENAI: Wire = Wire { plugin: "openai", path: "/v1/chat/completions" };
pub(crate) const ANTHROPIC: Wire = Wire { plugin: "anthropic", path: "/v1/messages" };
pub(crate) const WIRES: [Wire; 2] = [OPENAI, ANTHROPIC];

impl Wire {
    /// A plain request.
    pub(crate) fn request(self, model: &str) -> Value {
        let mut request = json!({ "model": model, "messages": [{ "role": "user", "content": "hello" }] });
        if self == ANTHROPIC {
            request["max_tokens"] = json!(100);
        }
        request
    }

    /// The same for a stream.
    pub(crate) fn streamed(self, model: &str) -> Value {
        let mut request = self.request(model);
        request["stream"] = json!(true);
        request
    }

    /// A whole answer with this text.
    pub(crate) fn answer(self, text: &str) -> Value {
        if self == ANTHROPIC {
            return json!({
                "id": "m-1", "type": "message", "role": "assistant", "model": "m",
                "content": [{ "type": "text", "text": text }],
                "stop_reason": "end_turn", "stop_sequence": null,
                "usage": { "input_tokens": 1, "output_tokens": 2 },
            });
        }
        json!({
            "id": "c-1", "object": "chat.completion", "created": 1, "model": "m",
            "choices": [{
                "index": 0, "message": { "role": "assistant", "content": text }, "finish_reason": "stop",
            }],
            "usage": { "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3 },
        })
    }

    /// The same as a reply.
    pub(crate) fn reply(self, text: &str) -> Reply {
        Reply::json(200, &self.answer(text).to_string())
    }

    /// The text of a whole answer.
    pub(crate) fn text(self, answer: &Value) -> &str {
        let path = if self == ANTHROPIC { "/content/0/text" } else { "/choices/0/message/content" };
        answer.pointer(path).and_then(Value::as_str).unwrap_or_else(|| panic!("no text in {answer}"))
    }

    /// The events of a stream that says these texts. The first of them says
    /// nothing; in Anthropic's format a second one opens the text.
    pub(crate) fn events(self, texts: &[&str]) -> Vec<String> {
        if self == OPENAI {
            let chunk = |delta: Value, finish: Value| {
                data(&json!({
                    "id": "c-1", "object": "chat.completion.chunk", "created": 1, "model": "m",
                    "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }],
                }))
            };
            let mut events = vec![chunk(json!({ "role": "assistant", "content": "" }), Value::Null)];
            events.extend(texts.iter().map(|text| chunk(json!({ "content": text }), Value::Null)));
            events.extend([chunk(json!({}), json!("stop")), "data: [DONE]\n\n".to_owned()]);
            return events;
        }
        let message = json!({
            "id": "m-1", "type": "message", "role": "assistant", "model": "m", "content": [],
            "stop_reason": null, "stop_sequence": null, "usage": { "input_tokens": 1, "output_tokens": 1 },
        });
        let mut events = vec![
            event(&json!({ "type": "message_start", "message": message })),
            event(&json!({
                "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" },
            })),
        ];
        events.extend(texts.iter().map(|text| {
            event(&json!({
                "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": text },
            }))
        }));
        events.extend([
            event(&json!({ "type": "content_block_stop", "index": 0 })),
            event(&json!({
                "type": "message_delta", "delta": { "stop_reason": "end_turn", "stop_sequence": null },
                "usage": { "output_tokens": 2 },
            })),
            event(&json!({ "type": "message_stop" })),
        ]);
        events
    }

    /// The text that a client reads from a stream.
    pub(crate) fn streamed_text(self, stream: &str) -> String {
        let path = if self == ANTHROPIC { "/delta/text" } else { "/choices/0/delta/content" };
        let texts = payloads(stream);
        texts.iter().filter_map(|event| event.pointer(path)?.as_str().map(str::to_owned)).collect()
    }

    /// Whether a client takes a stream for finished.
    pub(crate) fn is_finished(self, stream: &str) -> bool {
        match self == ANTHROPIC {
            true => payloads(stream).iter().any(|event| event["type"] == "message_stop"),
            false => stream.contains("data: [DONE]"),
        }
    }

    /// The error that a stream ends with, as its clients look for it.
    pub(crate) fn stream_error(self, stream: &str) -> Option<Value> {
        let last = payloads(stream).pop()?;
        if self == ANTHROPIC && last["type"] != "error" {
            return None;
        }
        last.get("error").filter(|error| error["message"].is_string()).cloned()
    }

    /// That a body is an error as its clients look for it, and its message.
    pub(crate) fn error_message(self, body: &Value) -> &str {
        // An upstream's own error stays as it is, and some leave OpenAI's type out.
        if self == ANTHROPIC {
            assert_eq!(body["type"], "error", "{body}");
            assert!(body["error"]["type"].is_string(), "{body}");
        }
        body["error"]["message"].as_str().unwrap_or_else(|| panic!("no message in {body}"))
    }
}

/// OpenAI's answer with a call, `t-2`, of a tool that tells the weather in Rome.
pub(crate) fn weather_called() -> Reply {
    let answer = json!({
        "id": "c-1", "object": "chat.completion", "created": 1, "model": "m",
        "choices": [{ "index": 0, "finish_reason": "tool_calls", "message": { "role": "assistant", "content": null,
            "tool_calls": [{ "id": "t-2", "type": "function",
                "function": { "name": "weather", "arguments": "{\"city\":\"Rome\"}" } }] } }],
        "usage": { "prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3 },
    });
    Reply::json(200, &answer.to_string())
}

/// The JSON of each event, as a reader of server-sent events finds it.
pub(crate) fn payloads(stream: &str) -> Vec<Value> {
    let stream = stream.replace("\r\n", "\n");
    let events = stream.split("\n\n").filter(|event| !event.is_empty());
    let data = events.filter_map(|event| {
        let lines = event.split('\n').filter_map(|line| line.strip_prefix("data:"));
        let lines: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    });
    let data = data.filter(|data| data != "[DONE]");
    data.map(|data| {
        serde_json::from_str(&data).unwrap_or_else(|error| panic!("{error}: {data:?} in {stream:?}"))
    })
    .collect()
}

/// An event of OpenAI's kind.
pub(crate) fn data(value: &Value) -> String {
    format!("data: {value}\n\n")
}

/// An event of Anthropic's kind.
pub(crate) fn event(value: &Value) -> String {
    format!("event: {}\ndata: {value}\n\n", value["type"].as_str().unwrap_or_default())
}

/// A stream of these events, as an upstream sends it.
pub(crate) fn sse(events: &[String]) -> Reply {
    Reply::events().send(events.concat())
}
