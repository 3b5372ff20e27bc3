//! Models and chains deployed on Baseten that have an input and an output of
//! their own: chats with them, whole, streamed or queued, and calls of them as
//! tools. What speaks OpenAI's protocol there goes through the plugin `openai`.
//!
//! `convert` translates between the contract and the wire, `address` knows where
//! a deployment lives, `settings` is the configuration; here is only what sends
//! and receives.

mod address;
mod convert;
mod settings;

use std::cell::RefCell;

use jackfield_sdk::http::{self, Events, Lines, RequestBuilder, Response};
use jackfield_sdk::llm::{self, ChatEvent, ChatRequest, ChatResponse, ChatStream, GuestChatStream};
use jackfield_sdk::models::{self, ModelInfo};
use jackfield_sdk::replay;
use jackfield_sdk::settings::Once;
use jackfield_sdk::stream::Relay;
use jackfield_sdk::tool::{self, CallResult, Definition, Output};
use jackfield_sdk::types::Error;
use serde_json::Value;

use crate::address::{Action, Address};
use crate::convert::input::{Delivery, Prepared, prepare};
use crate::convert::models::{Listing, infos};
use crate::convert::stream::{Chunks, Reader};
use crate::convert::tools::{self, Call};
use crate::convert::{errors, output, queue};
use crate::settings::{Framing, Mode, Settings};

struct Baseten;

jackfield_sdk::export!(Baseten: llm, tool, models);

static SETTINGS: Once<Settings> = Once::new();

fn settings() -> Result<&'static Settings, Error> {
    SETTINGS.get(Settings::read)
}

impl llm::Guest for Baseten {
    type ChatStream = Stream;

    fn chat(request: ChatRequest) -> Result<ChatResponse, Error> {
        let settings = settings()?;
        let address = Address::parse(&request.model, &settings.target)?;
        let Prepared { mode, queue, input, notes } = prepare(&request, Delivery::Whole, settings)?;
        match mode {
            Mode::Predict => {
                let body = send(http::post(address.url(Action::Predict, settings)).json(&input))?.text()?;
                output::response(&body, request.model, &settings.output_pointer, notes)
            }
            Mode::Async => {
                let answer = submit(&address, queue.body(&input)?, settings)?;
                Ok(output::queued(queue::request_id(&answer)?, request.model, &answer, notes))
            }
        }
    }

    fn stream_chat(request: ChatRequest) -> Result<ChatStream, Error> {
        let settings = settings()?;
        let address = Address::parse(&request.model, &settings.target)?;
        let Prepared { input, notes, .. } = prepare(&request, Delivery::Streamed, settings)?;
        let response = send(http::post(address.url(Action::Predict, settings)).json(&input))?;
        let (model, pointer) = (request.model, settings.stream_pointer.as_str());
        Ok(ChatStream::new(match framing(settings.framing, &response) {
            None => {
                let answer = output::response(&response.text()?, model, &settings.output_pointer, notes)?;
                Stream::Whole(RefCell::new(replay::events(answer)))
            }
            Some(Framing::Events) => Stream::Events(Relay::new(
                response.events(),
                Reader::new(model, pointer, notes.into_warnings()),
            )),
            Some(Framing::Lines) => Stream::Lines(Relay::new(
                response.lines(),
                Reader::new(model, pointer, notes.into_warnings()),
            )),
            Some(Framing::Text | Framing::Auto) => Stream::Text(Relay::new(
                Chunks(response.into_body()),
                Reader::new(model, pointer, notes.into_warnings()),
            )),
        }))
    }

    fn count_tokens(_: ChatRequest) -> Result<u64, Error> {
        Err(Error::unsupported("Baseten doesn't count the tokens of a request"))
    }
}

/// How an answer is to be read; nothing where it is one JSON document.
fn framing(configured: Framing, response: &Response) -> Option<Framing> {
    if configured != Framing::Auto {
        return Some(configured);
    }
    let kind = response.header("content-type").unwrap_or_default().to_ascii_lowercase();
    match kind.split(';').next().unwrap_or_default().trim() {
        "text/event-stream" => Some(Framing::Events),
        "application/x-ndjson" | "application/jsonl" => Some(Framing::Lines),
        "application/json" | "text/html" => None,
        _ => Some(Framing::Text),
    }
}

/// A streamed answer.
#[derive(Debug)]
enum Stream {
    Events(Relay<Events, Reader<http::ServerSentEvent>>),
    Lines(Relay<Lines, Reader<String>>),
    Text(Relay<Chunks, Reader<Vec<u8>>>),
    /// The model answered whole.
    Whole(RefCell<Vec<ChatEvent>>),
}

impl GuestChatStream for Stream {
    fn next(&self) -> Result<Vec<ChatEvent>, Error> {
        match self {
            Stream::Events(relay) => relay.next(),
            Stream::Lines(relay) => relay.next(),
            Stream::Text(relay) => relay.next(),
            Stream::Whole(events) => Ok(events.take()),
        }
    }
}

impl tool::Guest for Baseten {
    fn list_tools() -> Result<Vec<Definition>, Error> {
        Ok(tools::definitions(settings()?))
    }

    fn call(name: String, arguments: String) -> Result<CallResult, Error> {
        let settings = settings()?;
        let text = match tools::parse(&name, &arguments, settings)? {
            Call::Predict { address, input } => {
                send(http::post(address.url(Action::Predict, settings)).json(&input))?.text()?
            }
            Call::Submit { address, input, queue } => {
                let answer = submit(&address, queue.body(&input)?, settings)?;
                queue::request_id(&answer)?;
                answer.to_string()
            }
            Call::Status { address, request_id } => {
                send(http::get(address.url(Action::Request(&request_id), settings)))?.text()?
            }
            Call::Cancel { address, request_id } => {
                send(http::delete(address.url(Action::Request(&request_id), settings)))?.text()?
            }
        };
        // A model may answer with something else than JSON.
        let output = match serde_json::from_str::<serde::de::IgnoredAny>(&text) {
            Ok(_) => Output::Json(text),
            Err(_) => Output::Text(text),
        };
        Ok(CallResult { content: vec![output], is_error: false })
    }
}

impl models::Guest for Baseten {
    fn list_models() -> Result<Vec<ModelInfo>, Error> {
        let settings = settings()?;
        let list = |path: &str| -> Result<Listing, Error> {
            send(http::get(http::join(&settings.base_url, path)))?.json()
        };
        let mut found = infos(list("v1/models")?, "");
        found.extend(infos(list("v1/chains")?, "chain-"));
        Ok(found)
    }
}

fn submit(address: &Address, body: Vec<u8>, settings: &Settings) -> Result<Value, Error> {
    send(http::post(address.url(Action::Submit, settings)).body("application/json", body))?.json()
}

fn send(request: RequestBuilder) -> Result<Response, Error> {
    request.send_ok(errors::of_answer)
}
