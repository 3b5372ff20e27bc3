//! `POST /v1/chat/completions`.

mod stream;

use std::borrow::Cow;

use serde::Serialize;

use super::super::answer::{self, Answer, Content, THOUGHTS};
use super::super::error::ApiError;
use super::super::knobs::Knobs;
use super::super::reply::{Call, Reply};
use super::super::text::Pieces;
use super::prompt::ChatRequest;
use super::{CREATED, Usage, finish_reason};

const ID: &str = "chatcmpl-dev";
const FINGERPRINT: &str = "fp_dev";

/// Answers a chat.
pub(crate) fn chat(call: Call<'_>) -> Result<Reply, ApiError> {
    let mut request: ChatRequest<'_> =
        serde_json::from_slice(&call.request.body).map_err(|error| ApiError::unreadable(&error))?;
    let model = request.model.take().ok_or_else(|| ApiError::missing("model"))?;
    let knobs = Knobs::of_model(&model)?;
    let prompt = request.prompt()?;
    let answer = prompt.answer(&knobs, &call.state.options, call.key());
    let choices = request.n.unwrap_or(1);
    if !(1..=128).contains(&choices) {
        return Err(ApiError::value("n", format!("{choices} is outside of 1 to 128")));
    }
    let logprobs = request.logprobs == Some(true);
    if request.stream == Some(true) {
        let usage = request.stream_options.is_some_and(|options| options.include_usage);
        let script = stream::script(&model, answer, &knobs, stream::Wish { choices, logprobs, usage });
        return Ok(Reply::stream(&model, knobs, script));
    }
    let usage = (!knobs.no_usage).then(|| Usage::from(answer.usage));
    let completion = Completion {
        id: ID,
        object: "chat.completion",
        created: CREATED,
        model: &model,
        choices: (0..choices).map(|index| Choice::of(&answer, index, logprobs)).collect(),
        usage,
        service_tier: "default",
        system_fingerprint: FINGERPRINT,
    };
    Reply::json(&model, knobs, &completion)
}

#[derive(Serialize)]
struct Completion<'a> {
    id: &'static str,
    object: &'static str,
    created: u64,
    model: &'a str,
    choices: Vec<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Usage>,
    service_tier: &'static str,
    system_fingerprint: &'static str,
}

#[derive(Serialize)]
struct Choice {
    index: u64,
    message: Message,
    logprobs: Option<Logprobs>,
    finish_reason: &'static str,
}

#[derive(Serialize)]
struct Message {
    role: &'static str,
    content: Option<String>,
    refusal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<ToolCall>,
    annotations: [(); 0],
}

#[derive(Serialize)]
struct ToolCall {
    id: String,
    r#type: &'static str,
    function: Function,
}

#[derive(Serialize)]
struct Function {
    name: String,
    arguments: String,
}

impl Choice {
    fn of(answer: &Answer, index: u64, logprobs: bool) -> Self {
        let (content, tool_calls) = match &answer.content {
            Content::Text(pieces) => (Some(pieces.text()), Vec::new()),
            Content::Calls(calls) => (None, calls.iter().enumerate().map(ToolCall::of).collect()),
        };
        let logprobs = match &answer.content {
            Content::Text(pieces) if logprobs => Some(Logprobs::of(pieces)),
            _ => None,
        };
        let reasoning_content = answer.reasoning.then(|| THOUGHTS.concat());
        let message = Message {
            role: "assistant",
            content,
            refusal: None,
            reasoning_content,
            tool_calls,
            annotations: [],
        };
        Self { index, message, logprobs, finish_reason: finish_reason(answer.finish) }
    }
}

impl ToolCall {
    fn of((index, call): (usize, &answer::Call)) -> Self {
        let function = Function { name: call.name.clone(), arguments: call.arguments.clone() };
        Self { id: call_id(index), r#type: "function", function }
    }
}

fn call_id(index: usize) -> String {
    format!("call_dev_{index}")
}

/// Probabilities of tokens, with no alternatives.
#[derive(Serialize)]
struct Logprobs {
    content: Vec<TokenLogprob>,
    refusal: Option<()>,
}

#[derive(Serialize)]
struct TokenLogprob {
    token: String,
    logprob: f64,
    bytes: Vec<u8>,
    top_logprobs: [(); 0],
}

impl Logprobs {
    fn of(pieces: &Pieces) -> Self {
        let most = usize::try_from(pieces.count().unwrap_or(0)).unwrap_or(usize::MAX);
        Self { content: pieces.iter().take(most).map(TokenLogprob::of).collect(), refusal: None }
    }

    fn of_one(piece: &str) -> Self {
        Self { content: vec![TokenLogprob::of(piece.into())], refusal: None }
    }
}

impl TokenLogprob {
    fn of(token: Cow<'_, str>) -> Self {
        Self { logprob: -0.25, bytes: token.as_bytes().to_vec(), token: token.into_owned(), top_logprobs: [] }
    }
}
