//! `POST /v1/messages` and `POST /v1/messages/count_tokens`.

use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::super::answer::{self, Answer, Content, Finish, THOUGHTS, Tokens};
use super::super::error::ApiError;
use super::super::knobs::Knobs;
use super::super::reply::{Call, Reply};
use super::request::{Request, missing};
use super::stream;

pub(super) const ID: &str = "msg_dev";
/// What a real server signs its reasoning with.
pub(super) const SIGNATURE: &str = "c2lnbmVkIGJ5IHRoZSBkZXZlbG9wbWVudCB1cHN0cmVhbQ==";

/// Answers a message.
pub(crate) fn messages(call: Call<'_>) -> Result<Reply, ApiError> {
    let mut request = parse(&call)?;
    let model = request.model.take().ok_or_else(|| missing("model"))?;
    let knobs = Knobs::of_model(&model)?;
    match request.max_tokens {
        None => return Err(missing("max_tokens")),
        Some(0) => return Err(ApiError::value("max_tokens", "0 is too few")),
        Some(_) => {}
    }
    let answer = request.prompt()?.answer(&knobs, &call.state.options, call.key());
    if request.stream == Some(true) {
        let script = stream::script(&model, answer, &knobs);
        return Ok(Reply::stream(&model, knobs, script));
    }
    let usage = (!knobs.no_usage).then(|| Usage::of(answer.usage));
    let message = Message {
        id: ID,
        r#type: "message",
        role: "assistant",
        model: &model,
        content: blocks(&answer)?,
        stop_reason: Some(stop_reason(answer.finish)),
        stop_sequence: None,
        usage,
    };
    Reply::json(&model, knobs, &message)
}

/// Counts the tokens of a message that isn't sent.
pub(crate) fn count_tokens(call: Call<'_>) -> Result<Reply, ApiError> {
    let mut request = parse(&call)?;
    let model = request.model.take().ok_or_else(|| missing("model"))?;
    let knobs = Knobs::of_model(&model)?;
    let tokens = request.prompt()?.tokens();
    Reply::json(&model, knobs, &json!({ "input_tokens": tokens }))
}

fn parse<'a>(call: &Call<'a>) -> Result<Request<'a>, ApiError> {
    if call.header("anthropic-version").is_empty() {
        return Err(ApiError::invalid("anthropic-version: header is required"));
    }
    serde_json::from_slice(&call.request.body).map_err(|error| ApiError::unreadable(&error))
}

/// A message, whole or as a stream opens it.
#[derive(Serialize)]
pub(super) struct Message<'a> {
    pub(super) id: &'static str,
    pub(super) r#type: &'static str,
    pub(super) role: &'static str,
    pub(super) model: &'a str,
    pub(super) content: Vec<Block>,
    pub(super) stop_reason: Option<&'static str>,
    pub(super) stop_sequence: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) usage: Option<Usage>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Block {
    Text { text: String },
    Thinking { thinking: String, signature: &'static str },
    ToolUse { id: String, name: String, input: Box<RawValue> },
}

#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Usage {
    input_tokens: u64,
    cache_creation_input_tokens: u64,
    cache_read_input_tokens: u64,
    output_tokens: u64,
}

impl Usage {
    pub(super) fn of(tokens: Tokens) -> Self {
        let Tokens { input: input_tokens, output: output_tokens, .. } = tokens;
        Self { input_tokens, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens }
    }
}

fn blocks(answer: &Answer) -> Result<Vec<Block>, ApiError> {
    let mut blocks = Vec::new();
    if answer.reasoning {
        blocks.push(Block::Thinking { thinking: THOUGHTS.concat(), signature: SIGNATURE });
    }
    match &answer.content {
        Content::Text(pieces) => blocks.push(Block::Text { text: pieces.text() }),
        Content::Calls(calls) => {
            for (index, call) in calls.iter().enumerate() {
                blocks.push(tool_use(index, call)?);
            }
        }
    }
    Ok(blocks)
}

fn tool_use(index: usize, call: &answer::Call) -> Result<Block, ApiError> {
    let input =
        RawValue::from_string(call.arguments.clone()).map_err(|error| ApiError::unreadable(&error))?;
    Ok(Block::ToolUse { id: format!("toolu_dev_{index}"), name: call.name.clone(), input })
}

pub(super) fn stop_reason(finish: Finish) -> &'static str {
    match finish {
        Finish::Stop => "end_turn",
        Finish::Length => "max_tokens",
        Finish::Calls => "tool_use",
    }
}
