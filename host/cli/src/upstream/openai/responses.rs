//! `POST /v1/responses`.

mod request;
mod stream;

use serde_json::{Value, json};

use super::super::answer::{Answer, Content, Finish, THOUGHTS};
use super::super::error::ApiError;
use super::super::knobs::Knobs;
use super::super::reply::{Call, Reply};
use super::CREATED;

use request::Request;

/// Answers a request.
pub(crate) fn responses(call: Call<'_>) -> Result<Reply, ApiError> {
    let request: Request =
        serde_json::from_slice(&call.request.body).map_err(|error| ApiError::unreadable(&error))?;
    let model = request.model.clone().ok_or_else(|| ApiError::missing("model"))?;
    let knobs = Knobs::of_model(&model)?;
    let answer = request.prompt()?.answer(&knobs, &call.state.options, call.key());
    let shell = Shell { model: model.clone(), request, usage: usage(&answer, &knobs) };
    if shell.request.stream == Some(true) {
        let script = stream::script(shell, answer);
        return Ok(Reply::stream(&model, knobs, script));
    }
    let body = shell.response(status(answer.finish), items(&answer));
    Reply::json(&model, knobs, &body)
}

/// What every shape of one response has in common.
struct Shell {
    model: String,
    request: Request,
    usage: Value,
}

impl Shell {
    fn response(&self, status: &str, output: Vec<Value>) -> Value {
        let request = &self.request;
        let incomplete = (status == "incomplete").then(|| json!({ "reason": "max_output_tokens" }));
        json!({
            "id": "resp_dev",
            "object": "response",
            "created_at": CREATED,
            "status": status,
            "background": false,
            "error": null,
            "incomplete_details": incomplete,
            "instructions": request.instructions,
            "max_output_tokens": request.max_output_tokens,
            "model": self.model,
            "output": output,
            "parallel_tool_calls": true,
            "previous_response_id": request.previous_response_id,
            "reasoning": request.reasoning,
            "service_tier": "default",
            "store": request.store.unwrap_or(true),
            "temperature": request.temperature.unwrap_or(1.0),
            "text": request.text.clone().unwrap_or_else(|| json!({ "format": { "type": "text" } })),
            "tool_choice": request.tool_choice.clone().unwrap_or_else(|| json!("auto")),
            "tools": request.tools.as_deref().unwrap_or_default(),
            "top_p": request.top_p.unwrap_or(1.0),
            "truncation": "disabled",
            "usage": if status == "in_progress" { &Value::Null } else { &self.usage },
            "metadata": request.metadata.clone().unwrap_or_else(|| json!({})),
        })
    }
}

fn usage(answer: &Answer, knobs: &Knobs) -> Value {
    if knobs.no_usage {
        return Value::Null;
    }
    let tokens = answer.usage;
    json!({
        "input_tokens": tokens.input,
        "input_tokens_details": { "cached_tokens": 0 },
        "output_tokens": tokens.output,
        "output_tokens_details": { "reasoning_tokens": tokens.reasoning },
        "total_tokens": tokens.input + tokens.output,
    })
}

fn status(finish: Finish) -> &'static str {
    match finish {
        Finish::Length => "incomplete",
        Finish::Stop | Finish::Calls => "completed",
    }
}

fn items(answer: &Answer) -> Vec<Value> {
    let mut items = Vec::new();
    if answer.reasoning {
        items.push(reasoning_item(Some(&THOUGHTS.concat())));
    }
    match &answer.content {
        Content::Text(pieces) => items.push(message_item(status(answer.finish), Some(&pieces.text()))),
        Content::Calls(calls) => {
            let calls = calls.iter().enumerate();
            items.extend(
                calls.map(|(index, call)| call_item("completed", index, &call.name, &call.arguments)),
            );
        }
    }
    items
}

fn reasoning_item(summary: Option<&str>) -> Value {
    let summary: Vec<_> = summary.map(summary_part).into_iter().collect();
    json!({ "id": "rs_dev", "type": "reasoning", "summary": summary })
}

fn summary_part(text: &str) -> Value {
    json!({ "type": "summary_text", "text": text })
}

fn message_item(status: &str, text: Option<&str>) -> Value {
    let content: Vec<_> = text.map(text_part).into_iter().collect();
    json!({ "id": "msg_dev", "type": "message", "status": status, "role": "assistant", "content": content })
}

fn text_part(text: &str) -> Value {
    json!({ "type": "output_text", "annotations": [], "logprobs": [], "text": text })
}

fn call_item(status: &str, index: usize, name: &str, arguments: &str) -> Value {
    json!({
        "id": call_item_id(index), "type": "function_call", "status": status, "call_id": format!("call_dev_{index}"),
        "name": name, "arguments": arguments,
    })
}

fn call_item_id(index: usize) -> String {
    format!("fc_dev_{index}")
}
