//! Chats: Converse or InvokeModel, whole or as a stream.

use std::cell::RefCell;

use jackfield_sdk::aws;
use jackfield_sdk::http::{self, Messages, Response};
use jackfield_sdk::llm::{self, ChatEvent, ChatRequest, ChatResponse, ChatStream, GuestChatStream};
use jackfield_sdk::members::Members;
use jackfield_sdk::replay;
use jackfield_sdk::stops;
use jackfield_sdk::stream::Relay;
use jackfield_sdk::types::Error;

use super::{Bedrock, post, request_id, settings};
use crate::convert::converse::{self, answer::Asked};
use crate::convert::route::{self, Extra, Way};
use crate::convert::{guardrail, invoke};
use crate::settings::Settings;
use crate::settings::model::Family;
use crate::wire::answer::TokenCount;

/// A streamed answer.
pub(crate) enum Stream {
    Converse(Relay<Messages, converse::stream::Reader>),
    Invoke(Relay<Messages, invoke::stream::Reader>),
    /// Of a model that can't stream: all of it, until it is taken.
    Whole(RefCell<Vec<ChatEvent>>),
}

impl GuestChatStream for Stream {
    fn next(&self) -> Result<Vec<ChatEvent>, Error> {
        match self {
            Stream::Converse(relay) => relay.next(),
            Stream::Invoke(relay) => relay.next(),
            Stream::Whole(events) => Ok(events.take()),
        }
    }
}

impl llm::Guest for Bedrock {
    type ChatStream = Stream;

    fn chat(request: ChatRequest) -> Result<ChatResponse, Error> {
        whole(request, settings()?)
    }

    fn stream_chat(request: ChatRequest) -> Result<ChatStream, Error> {
        let settings = settings()?;
        if route::is_whole(&request.model, settings) {
            let events = replay::events(whole(request, settings)?);
            return Ok(ChatStream::new(Stream::Whole(RefCell::new(events))));
        }
        let extra = Extra::read(request.extra.as_deref())?;
        Ok(ChatStream::new(match route::way(&request.model, &extra, settings)? {
            Way::Converse => {
                let prepared = converse::request::prepare(&request, extra, true, settings)?;
                let path = route::path(&request.model, "converse-stream");
                let sent = post(&path, settings).body("application/json", prepared.bytes()?);
                let response = framed(sent.send_ok(aws::answer_error)?)?;
                let asked = Asked {
                    stop: stops::only(&request.stop),
                    model: request.model,
                    answer_tool: prepared.answer_tool,
                    warnings: prepared.warnings,
                };
                let reader = converse::stream::Reader::new(request_id(response.headers()), asked);
                Stream::Converse(Relay::new(response.messages(), reader))
            }
            Way::Invoke(family) => {
                let (response, asked) = invoked(request, family, extra, true, settings)?;
                let response = framed(response)?;
                let reader = invoke::stream::Reader::new(family, request_id(response.headers()), asked);
                Stream::Invoke(Relay::new(response.messages(), reader))
            }
        }))
    }

    fn count_tokens(request: ChatRequest) -> Result<u64, Error> {
        let settings = settings()?;
        let extra = Extra::read(request.extra.as_deref())?;
        let prepared = converse::request::prepare(&request, extra, false, settings)?;
        let count: TokenCount = post(&route::count_path(&request.model), settings)
            .json(&converse::request::counted(prepared))
            .send_ok(aws::answer_error)?
            .json()?;
        Ok(count.input_tokens)
    }
}

fn whole(request: ChatRequest, settings: &Settings) -> Result<ChatResponse, Error> {
    let extra = Extra::read(request.extra.as_deref())?;
    match route::way(&request.model, &extra, settings)? {
        Way::Converse => {
            let prepared = converse::request::prepare(&request, extra, false, settings)?;
            let path = route::path(&request.model, "converse");
            let response = post(&path, settings)
                .body("application/json", prepared.bytes()?)
                .send_ok(aws::answer_error)?;
            let id = request_id(response.headers());
            let members: Members = response.json()?;
            let asked = Asked {
                stop: stops::only(&request.stop),
                model: request.model,
                answer_tool: prepared.answer_tool,
                warnings: prepared.warnings,
            };
            converse::answer::response(&members, id, None, asked)
        }
        Way::Invoke(family) => {
            let (response, asked) = invoked(request, family, extra, false, settings)?;
            let headers = response.headers().to_vec();
            invoke::response(family, &response.text()?, &headers, asked)
        }
    }
}

/// Sends a request by InvokeModel.
fn invoked(
    request: ChatRequest,
    family: Family,
    extra: Extra,
    stream: bool,
    settings: &Settings,
) -> Result<(Response, Asked), Error> {
    let sent = invoke::request::prepare(&request, family, extra, stream, settings)?;
    let operation = if stream { "invoke-with-response-stream" } else { "invoke" };
    let mut upstream = post(&route::path(&request.model, operation), settings)
        .header("accept", "application/json")
        .body("application/json", sent.body);
    for (name, value) in sent.guardrail.iter().flat_map(guardrail::headers).chain(sent.headers) {
        upstream = upstream.header(name, value);
    }
    let response = upstream.send_ok(aws::answer_error)?;
    let asked = Asked {
        stop: stops::only(&request.stop),
        model: request.model,
        answer_tool: sent.answer_tool,
        warnings: sent.warnings,
    };
    Ok((response, asked))
}

/// An answer that is an event stream, or what it is instead.
fn framed(response: Response) -> Result<Response, Error> {
    match response.header("content-type").map(str::to_owned) {
        Some(kind) if !kind.to_ascii_lowercase().starts_with("application/vnd.amazon.eventstream") => {
            let status = response.status();
            let body = response.bytes()?;
            Err(http::unexpected("a stream of AWS events", status, Some(&kind), &body))
        }
        _ => Ok(response),
    }
}
