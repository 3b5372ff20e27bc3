//! `POST /v1/completions`, the older one: a prompt and its continuation.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Value, json};

use super::super::answer::{Answer, Prompt, Tokens};
use super::super::error::ApiError;
use super::super::knobs::Knobs;
use super::super::reply::{Call, Reply, Script};
use super::super::sse;
use super::prompt::StreamOptions;
use super::{CREATED, Usage, finish_reason};

#[derive(Debug, Deserialize)]
struct Request<'a> {
    #[serde(borrow, default)]
    model: Option<Cow<'a, str>>,
    #[serde(default)]
    prompt: Option<Prompts>,
    #[serde(default)]
    max_tokens: Option<u64>,
    #[serde(default)]
    stream: Option<bool>,
    #[serde(default)]
    stream_options: Option<StreamOptions>,
    #[serde(default)]
    echo: Option<bool>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Prompts {
    One(String),
    Many(Vec<String>),
    Tokens(Vec<u64>),
}

impl Prompts {
    fn texts(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::Many(texts) => texts,
            Self::Tokens(tokens) => vec![format!("{tokens:?}")],
        }
    }
}

/// A prompt's answer, behind the prompt itself where it is to be echoed.
struct Continued {
    echo: String,
    answer: Answer,
}

/// Continues a text, or several.
pub(crate) fn completions(call: Call<'_>) -> Result<Reply, ApiError> {
    let request: Request<'_> =
        serde_json::from_slice(&call.request.body).map_err(|error| ApiError::unreadable(&error))?;
    let model = request.model.ok_or_else(|| ApiError::missing("model"))?;
    let knobs = Knobs::of_model(&model)?;
    let prompts = request.prompt.ok_or_else(|| ApiError::missing("prompt"))?.texts();
    let mut all = Vec::new();
    for text in prompts {
        let prompt =
            Prompt { bytes: text.len(), last_user: text, most: request.max_tokens, ..Prompt::default() };
        let answer = prompt.answer(&knobs, &call.state.options, call.key());
        let echo = if request.echo == Some(true) { prompt.last_user } else { String::new() };
        all.push(Continued { echo, answer });
    }
    let usage =
        (!knobs.no_usage).then(|| Usage::from(all.iter().map(|one| one.answer.usage).sum::<Tokens>()));
    if request.stream == Some(true) {
        let usage = usage.filter(|_| request.stream_options.is_some_and(|options| options.include_usage));
        let script = stream(&model, all, usage, &knobs);
        return Ok(Reply::stream(&model, knobs, script));
    }
    let choices = all.iter().enumerate().map(|(index, one)| {
        let text = format!("{}{}", one.echo, one.answer.text());
        choice(index, &text, Some(finish_reason(one.answer.finish)))
    });
    let mut body = completion(&model, choices.collect());
    if let Some(usage) = usage {
        body["usage"] = json!(usage);
    }
    Reply::json(&model, knobs, &body)
}

fn stream(model: &str, all: Vec<Continued>, usage: Option<Usage>, knobs: &Knobs) -> Script {
    let mut last = completion(model, Vec::new());
    last["usage"] = json!(usage);
    let last = usage.map(|_| sse::data(&last));
    let done = (!knobs.no_done).then(sse::done);
    let model = model.to_owned();
    let events = all.into_iter().enumerate().flat_map(move |(index, Continued { echo, answer })| {
        let model = model.clone();
        let event =
            move |text: &str, finish| sse::data(&completion(&model, vec![choice(index, text, finish)]));
        let end = event("", Some(finish_reason(answer.finish)));
        let echo = (!echo.is_empty()).then_some(echo);
        echo.into_iter().chain(answer.into_pieces()).map(move |text| event(&text, None)).chain([end])
    });
    Box::new(events.chain(last).chain(done))
}

fn completion(model: &str, choices: Vec<Value>) -> Value {
    json!({
        "id": "cmpl-dev", "object": "text_completion", "created": CREATED, "model": model, "choices": choices,
    })
}

fn choice(index: usize, text: &str, finish: Option<&str>) -> Value {
    json!({ "index": index, "text": text, "logprobs": null, "finish_reason": finish })
}
