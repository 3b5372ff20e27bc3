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

use jackfield_sdk::http::{self, ClientBody, Edit, Events, RequestBuilder};
use jackfield_sdk::llm::{self, ChatEvent, ChatRequest, ChatResponse, ChatStream, GuestChatStream};
use jackfield_sdk::models::{self, ModelInfo};
use jackfield_sdk::passthrough::{self, Dialect, ForwardRequest, ForwardResponse};
use jackfield_sdk::stream::Relay;
use jackfield_sdk::types::Error;

use crate::convert::request::{Prepared, Purpose, prepare};
use crate::convert::stream::Reader;
use crate::convert::{answer, errors, forward, models as listing};
use crate::settings::Settings;
use crate::wire::answer::{Members, ModelPage, TokenCount};

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
        let message: Members = post("messages", betas, &settings)
            .body("application/json", body)
            .send_ok(errors::of_answer)?
            .json()?;
        answer::response(&message, &request.model, answer_tool.as_deref(), warnings)
    }

    fn stream_chat(request: ChatRequest) -> Result<ChatStream, Error> {
        let settings = settings()?;
        let Prepared { body, betas, warnings, answer_tool } = prepare(&request, Purpose::Stream, &settings)?;
        let response =
            post("messages", betas, &settings).body("application/json", body).send_ok(errors::of_answer)?;
        match response.header("content-type") {
            Some(kind) if !forward::is_event_stream(kind) => {
                let (status, kind) = (response.status(), kind.to_owned());
                let body = response.bytes()?;
                let said = std::str::from_utf8(&body).ok().and_then(errors::of_body);
                Err(said.unwrap_or_else(|| {
                    http::unexpected("a stream of server-sent events", status, Some(&kind), &body)
                }))
            }
            _ => {
                Ok(ChatStream::new(Stream(Relay::new(response.events(), Reader::new(answer_tool, warnings)))))
            }
        }
    }

    fn count_tokens(request: ChatRequest) -> Result<u64, Error> {
        let settings = settings()?;
        let Prepared { body, betas, .. } = prepare(&request, Purpose::Count, &settings)?;
        let count: TokenCount = post("messages/count_tokens", betas, &settings)
            .body("application/json", body)
            .send_ok(errors::of_answer)?
            .json()?;
        Ok(count.input_tokens)
    }
}

struct Stream(Relay<Events, Reader>);

impl GuestChatStream for Stream {
    fn next(&self) -> Result<Vec<ChatEvent>, Error> {
        self.0.next()
    }
}

impl models::Guest for Anthropic {
    fn list_models() -> Result<Vec<ModelInfo>, Error> {
        let settings = settings()?;
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
        vec![Dialect::AnthropicMessages, Dialect::AnthropicCountTokens]
    }

    fn forward(request: ForwardRequest, body: ClientBody) -> Result<ForwardResponse, Error> {
        let settings = settings()?;
        let path = match request.dialect {
            Dialect::AnthropicMessages => "messages",
            Dialect::AnthropicCountTokens => "messages/count_tokens",
            other => return Err(Error::unsupported(format!("Anthropic's API doesn't speak {other:?}"))),
        };
        let model =
            serde_json::Value::from(format!("{}{}", settings.model_prefix, request.model)).to_string();
        let mut upstream = http::post(settings.endpoint(path)).auth(settings.auth.scheme());
        for (name, value) in forward::request_headers(request.headers, &settings) {
            upstream = upstream.header(name, value);
        }
        let edits = vec![Edit { pointer: "/model".to_owned(), value: Some(model) }];
        let response = upstream.forward(body, edits).send_ok(errors::of_answer)?;
        let framing = forward::framing(response.header("content-type"));
        let status = response.status();
        let (headers, body) = response.into_parts();
        Ok(ForwardResponse { status, headers: forward::visible(headers), framing, body })
    }
}

fn post(path: &str, betas: Vec<String>, settings: &Settings) -> RequestBuilder {
    with_headers(http::post(settings.endpoint(path)), betas, settings)
}

fn with_headers(request: RequestBuilder, betas: Vec<String>, settings: &Settings) -> RequestBuilder {
    let mut request = request.auth(settings.auth.scheme()).header("anthropic-version", &settings.version);
    if let Some((name, value)) = forward::beta_header(&settings.betas, betas) {
        request = request.header(name, value);
    }
    for (name, value) in &settings.headers {
        request = request.header(name, value);
    }
    request
}
