//! `llm`: echoes.
//!
//! * Whatever the model: the answer is the last user text. With tools and
//!   without a tool result, the answer is instead a call of the first tool,
//!   with arguments `{"text": LAST USER TEXT}`, unless the tool choice is
//!   `none`.
//! * Model `upstream`: `POST {base-url}/echo` with `{"text": ...}`; the answer
//!   is the upstream's body. As a stream: the `data` of each server-sent event
//!   from `POST {base-url}/stream`, until one of them is `[DONE]`.
//! * Model `bad-json`: breaks the contract with an `extra` that doesn't parse,
//!   in the answer or, of a stream, behind the head.
//! * Models `no-start`, `no-finish`, `late-text` and `stray-delta`: break the
//!   contract's order of a stream, in the way that their name says.
//! * A stream comes word by word, one batch each.
//! * A token is a word.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::ops::ControlFlow;

use jackfield_sdk::config;
use jackfield_sdk::http::{self, Events, ServerSentEvent};
use jackfield_sdk::llm::{
    ChatEvent, ChatRequest, ChatResponse, ChatStream, Choice, Finish, FinishReason, Guest, GuestChatStream,
    Part, Role, StreamStart, TextDelta, Tool, ToolCall, ToolCallDelta, ToolCallStart, ToolChoice,
};
use jackfield_sdk::stream::{Relay, Translate};
use jackfield_sdk::types::{Error, Usage};
use serde_json::json;

use crate::{Everything, fault};

/// The model that breaks the contract.
const BAD_JSON: &str = "bad-json";

impl Guest for Everything {
    type ChatStream = Stream;

    fn chat(request: ChatRequest) -> Result<ChatResponse, Error> {
        fault::on_demand(&request.model)?;
        let (part, finish_reason) = answer(&request)?;
        let part = match part {
            Part::Text(text) if request.model == "upstream" => Part::text(post("echo", &text.text)?.text()?),
            other => other,
        };
        Ok(ChatResponse {
            id: Some("echo-1".to_owned()),
            usage: Some(usage(&request, &part)),
            choices: vec![Choice {
                index: 0,
                content: vec![part],
                finish_reason,
                stop_sequence: None,
                logprobs: Vec::new(),
            }],
            created: Some(0),
            warnings: warnings(&request.extra),
            extra: (request.model == BAD_JSON).then(|| "{".to_owned()),
            model: request.model,
        })
    }

    fn stream_chat(request: ChatRequest) -> Result<ChatStream, Error> {
        fault::on_demand(&request.model)?;
        let (part, reason) = answer(&request)?;
        let stream = match &part {
            Part::Text(text) if request.model == "upstream" => Stream::Upstream(Relay::new(
                post("stream", &text.text)?.events(),
                Upstream { started: false },
            )),
            _ => Stream::Words(RefCell::new(words(&request, part, reason))),
        };
        Ok(ChatStream::new(stream))
    }

    fn count_tokens(request: ChatRequest) -> Result<u64, Error> {
        fault::on_demand(&request.model)?;
        Ok(input_tokens(&request))
    }
}

/// Either way to answer as a stream.
pub(crate) enum Stream {
    Words(RefCell<VecDeque<Vec<ChatEvent>>>),
    Upstream(Relay<Events, Upstream>),
}

impl GuestChatStream for Stream {
    fn next(&self) -> Result<Vec<ChatEvent>, Error> {
        match self {
            Stream::Words(batches) => Ok(batches.borrow_mut().pop_front().unwrap_or_default()),
            Stream::Upstream(relay) => relay.next(),
        }
    }
}

/// Server-sent events as text.
#[derive(Debug)]
pub(crate) struct Upstream {
    started: bool,
}

impl Translate for Upstream {
    type Frame = ServerSentEvent;
    type Event = ChatEvent;

    fn frame(&mut self, frame: ServerSentEvent, out: &mut Vec<ChatEvent>) -> Result<ControlFlow<()>, Error> {
        if !self.started {
            self.started = true;
            out.push(start("upstream", Vec::new()));
        }
        if frame.data == "[DONE]" {
            return Ok(ControlFlow::Break(()));
        }
        out.push(ChatEvent::Text(TextDelta { choice: 0, text: frame.data }));
        Ok(ControlFlow::Continue(()))
    }

    fn end(&mut self, complete: bool, out: &mut Vec<ChatEvent>) -> Result<(), Error> {
        if !complete {
            return Err(Error::bad_answer("the upstream's stream ended without [DONE]"));
        }
        out.push(finish(FinishReason::Stop));
        Ok(())
    }
}

fn post(path: &str, text: &str) -> Result<http::Response, Error> {
    http::post(http::join(&config::url("base-url")?, path))
        .json(&json!({ "text": text }))
        .send_ok(|answer| answer.to_error())
}

/// What there is to say, without asking anybody.
fn answer(request: &ChatRequest) -> Result<(Part, FinishReason), Error> {
    let text = last_user_text(request)?;
    let results = request.messages.iter().any(|message| message.role == Role::Tool);
    let tool = request.tools.iter().find_map(|tool| match tool {
        Tool::Function(function) => Some(function.name.clone()),
        Tool::Native(_) => None,
    });
    Ok(match tool {
        Some(name) if !results && request.tool_choice != Some(ToolChoice::None) => {
            let arguments = json!({ "text": text }).to_string();
            (
                Part::ToolCall(ToolCall { id: "call-1".to_owned(), name, arguments, signature: None }),
                FinishReason::ToolCalls,
            )
        }
        _ => (Part::text(text), FinishReason::Stop),
    })
}

fn last_user_text(request: &ChatRequest) -> Result<String, Error> {
    let texts =
        request.messages.iter().rev().filter(|message| message.role == Role::User).find_map(|message| {
            let text: Vec<_> = texts(&message.content).collect();
            (!text.is_empty()).then(|| text.join(" "))
        });
    texts.ok_or_else(|| Error::invalid_request("there is no user message with text to echo"))
}

fn texts(content: &[Part]) -> impl Iterator<Item = &str> {
    content.iter().filter_map(|part| match part {
        Part::Text(text) => Some(text.text.as_str()),
        _ => None,
    })
}

fn input_tokens(request: &ChatRequest) -> u64 {
    request.messages.iter().flat_map(|message| texts(&message.content)).map(count).sum()
}

fn count(text: &str) -> u64 {
    text.split_whitespace().count() as u64
}

fn usage(request: &ChatRequest, part: &Part) -> Usage {
    let output = match part {
        Part::Text(text) => count(&text.text),
        _ => 1,
    };
    Usage { input_tokens: Some(input_tokens(request)), output_tokens: Some(output), ..Usage::default() }
}

fn warnings(extra: &Option<String>) -> Vec<String> {
    extra.iter().map(|_| "`extra` was left out: there is nobody to send it to".to_owned()).collect()
}

fn start(model: &str, warnings: Vec<String>) -> ChatEvent {
    ChatEvent::Start(StreamStart {
        id: Some("echo-1".to_owned()),
        model: Some(model.to_owned()),
        created: Some(0),
        warnings,
    })
}

fn finish(reason: FinishReason) -> ChatEvent {
    ChatEvent::Finish(Finish { choice: 0, reason, stop_sequence: None })
}

/// The batches of a stream: a head, one for each word, an end.
fn words(request: &ChatRequest, part: Part, reason: FinishReason) -> VecDeque<Vec<ChatEvent>> {
    let mut end = vec![finish(reason), ChatEvent::Usage(usage(request, &part))];
    let mut batches = VecDeque::from([vec![start(&request.model, warnings(&request.extra))]]);
    match request.model.as_str() {
        "no-start" => batches.clear(),
        "no-finish" => drop(end.remove(0)),
        "late-text" => end.push(ChatEvent::Text(TextDelta { choice: 0, text: "late".to_owned() })),
        "stray-delta" => batches.push_back(vec![ChatEvent::ToolCallDelta(ToolCallDelta {
            choice: 0,
            index: 0,
            arguments: "{}".to_owned(),
        })]),
        _ => {}
    }
    if request.model == BAD_JSON {
        batches.push_back(vec![ChatEvent::Extra("{".to_owned())]);
    }
    match part {
        Part::ToolCall(ToolCall { id, name, arguments, signature }) => batches.push_back(vec![
            ChatEvent::ToolCallStart(ToolCallStart { choice: 0, index: 0, id, name, signature }),
            ChatEvent::ToolCallDelta(ToolCallDelta { choice: 0, index: 0, arguments }),
        ]),
        Part::Text(text) => {
            let words = text
                .text
                .split_inclusive(' ')
                .map(|word| vec![ChatEvent::Text(TextDelta { choice: 0, text: word.to_owned() })]);
            batches.extend(words);
        }
        _ => {}
    }
    batches.push_back(end);
    batches
}
