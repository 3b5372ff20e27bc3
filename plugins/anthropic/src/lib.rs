//! Anthropic's Messages API as a plugin: chats whole and streamed, counts
//! tokens, lists models, and passes requests on that already speak its dialect.
//!
//! `wire` has the API's JSON, `convert` what it means, `settings` the
//! configuration; here is only what sends and receives.

mod convert;
mod settings;
mod wire;

use std::cell::OnceCell;
use std::rc::Rc;

use jackfield_sdk::http::{self, ClientBody, Events, Messages, RequestBuilder};
use jackfield_sdk::llm::{self, ChatEvent, ChatRequest, ChatResponse, ChatStream, GuestChatStream};
use jackfield_sdk::members::Members;
use jackfield_sdk::models::{self, ModelInfo};
use jackfield_sdk::passthrough::{self, Dialect, ForwardRequest, ForwardResponse};
use jackfield_sdk::stream::Relay;
use jackfield_sdk::types::Error;

use crate::convert::chunks::Chunks;
use crate::convert::request::{Prepared, Purpose, prepare};
use crate::convert::stream::Reader;
use crate::convert::{answer, errors, forward, models as listing};
use crate::settings::Settings;
use crate::settings::platform::{Operation, Platform};
use crate::wire::answer::{ModelPage, TokenCount};

/// Models in a page of the list, and pages that are read at most.
const PAGE: &str = "1000";
const PAGES: usize = 100;

struct Anthropic;

jackfield_sdk::export!(Anthropic: llm, models, passthrough);

thread_local! {
    // The contract promises that values never change while an instance lives,
    // and reading a dozen of them costs as much as the rest of a call.
    static SETTINGS: OnceCell<Rc<Settings>> = const { OnceCell::new() };
}

fn settings() -> Result<Rc<Settings>, Error> {
    SETTINGS.with(|cell| match cell.get() {
        Some(settings) => Ok(Rc::clone(settings)),
        None => {
            let settings = Rc::new(Settings::read()?);
            Ok(Rc::clone(cell.get_or_init(|| settings)))
        }
    })
}

impl llm::Guest for Anthropic {
    type ChatStream = Stream;

    fn chat(request: ChatRequest) -> Result<ChatResponse, Error> {
        let settings = settings()?;
        let Prepared { body, betas, warnings, answer_tool } = prepare(&request, Purpose::Answer, &settings)?;
        let message: Members = post(Operation::Answer, &request.model, betas, &settings)
            .body("application/json", body)
            .send_ok(errors::of_answer)?
            .json()?;
        answer::response(&message, &request.model, answer_tool.as_deref(), warnings)
    }

    fn stream_chat(request: ChatRequest) -> Result<ChatStream, Error> {
        let settings = settings()?;
        let Prepared { body, betas, warnings, answer_tool } = prepare(&request, Purpose::Stream, &settings)?;
        let response = post(Operation::Stream, &request.model, betas, &settings)
            .body("application/json", body)
            .send_ok(errors::of_answer)?;
        let reader = Reader::new(answer_tool, warnings);
        let kind = response.header("content-type");
        if settings.platform == Platform::Bedrock && kind.is_none_or(is_messages) {
            return Ok(ChatStream::new(Stream::Messages(Relay::new(response.messages(), Chunks(reader)))));
        }
        match kind {
            Some(kind) if !forward::is_event_stream(kind) => {
                let (status, kind) = (response.status(), kind.to_owned());
                let body = response.bytes()?;
                let said = std::str::from_utf8(&body).ok().and_then(errors::of_body);
                Err(said.unwrap_or_else(|| {
                    http::unexpected("a stream of server-sent events", status, Some(&kind), &body)
                }))
            }
            _ => Ok(ChatStream::new(Stream::Events(Relay::new(response.events(), reader)))),
        }
    }

    fn count_tokens(request: ChatRequest) -> Result<u64, Error> {
        let settings = settings()?;
        let Prepared { body, betas, .. } = prepare(&request, Purpose::Count, &settings)?;
        let count: TokenCount = post(Operation::Count, &request.model, betas, &settings)
            .body("application/json", body)
            .send_ok(errors::of_answer)?
            .json()?;
        Ok(count.input_tokens)
    }
}

/// A streamed answer, by how the platform frames it.
enum Stream {
    Events(Relay<Events, Reader>),
    Messages(Relay<Messages, Chunks>),
}

impl GuestChatStream for Stream {
    fn next(&self) -> Result<Vec<ChatEvent>, Error> {
        match self {
            Stream::Events(relay) => relay.next(),
            Stream::Messages(relay) => relay.next(),
        }
    }
}

/// Whether a `content-type` is that of an AWS event stream.
fn is_messages(content_type: &str) -> bool {
    jackfield_sdk::forward::framing(Some(content_type)) == passthrough::Framing::EventStream
}

impl models::Guest for Anthropic {
    fn list_models() -> Result<Vec<ModelInfo>, Error> {
        let settings = settings()?;
        if settings.platform != Platform::Anthropic {
            return Err(Error::unsupported(
                "clouds list their models elsewhere: on Bedrock by the plugin `bedrock`, on Vertex AI in its Model Garden",
            ));
        }
        let mut models = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..PAGES {
            let mut request = with_headers(http::get(settings.endpoint("models")), Vec::new(), &settings)
                .query("limit", PAGE);
            if let Some(after) = &after {
                request = request.query("after_id", after);
            }
            let page: ModelPage = request.send_ok(errors::of_answer)?.json()?;
            let (more, next) = listing::page(page, &settings.model_prefix)?;
            models.extend(more);
            if next.is_none() || next == after {
                break;
            }
            after = next;
        }
        Ok(models)
    }
}

impl passthrough::Guest for Anthropic {
    fn dialects() -> Vec<Dialect> {
        // Bedrock frames streams in another way, and its count wraps the body:
        // what comes for it is decoded.
        match settings() {
            Ok(settings) if settings.platform == Platform::Bedrock => Vec::new(),
            _ => vec![Dialect::AnthropicMessages, Dialect::AnthropicCountTokens],
        }
    }

    fn forward(request: ForwardRequest, body: ClientBody) -> Result<ForwardResponse, Error> {
        let settings = settings()?;
        let operation = match request.dialect {
            Dialect::AnthropicMessages if request.stream => Operation::Stream,
            Dialect::AnthropicMessages => Operation::Answer,
            Dialect::AnthropicCountTokens => Operation::Count,
            other => return Err(Error::unsupported(format!("Anthropic's API doesn't speak {other:?}"))),
        };
        if settings.platform == Platform::Bedrock {
            return Err(Error::unsupported("Bedrock takes this dialect decoded only"));
        }
        let address = settings.address(operation, &request.model);
        let mut upstream = http::post(address).auth(settings.auth.scheme());
        for (name, value) in forward::request_headers(request.headers, &settings) {
            upstream = upstream.header(name, value);
        }
        let edits = forward::edits(&request.model, operation, &settings);
        let response = upstream.forward(body, edits).send_ok(errors::of_answer)?;
        let framing = forward::framing(response.header("content-type"));
        let status = response.status();
        let (headers, body) = response.into_parts();
        Ok(ForwardResponse { status, headers: forward::visible(headers), framing, body })
    }
}

fn post(operation: Operation, model: &str, betas: Vec<String>, settings: &Settings) -> RequestBuilder {
    with_headers(http::post(settings.address(operation, model)), betas, settings)
}

fn with_headers(request: RequestBuilder, betas: Vec<String>, settings: &Settings) -> RequestBuilder {
    let mut request = request.auth(settings.auth.scheme());
    if settings.platform == Platform::Anthropic {
        request = request.header("anthropic-version", &settings.version);
    }
    // On Bedrock they are in the body.
    let header = forward::beta_header(&settings.betas, betas);
    if let Some((name, value)) = header.filter(|_| settings.platform != Platform::Bedrock) {
        request = request.header(name, value);
    }
    for (name, value) in &settings.headers {
        request = request.header(name, value);
    }
    request
}
