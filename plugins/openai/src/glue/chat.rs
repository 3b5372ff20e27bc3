//! Chat.

use std::cell::RefCell;

use jackfield_sdk::http::{Events, Response};
use jackfield_sdk::llm::{ChatEvent, ChatRequest, ChatResponse, ChatStream, Guest, GuestChatStream};
use jackfield_sdk::stream::Relay;
use jackfield_sdk::types::Error;

use super::{Once, OpenAi, Read, endpoint, is_json, known};
use crate::convert::answer::{self, Asked};
use crate::convert::request::{Delivery, prepare};
use crate::convert::responses::stream::ResponsesDecoder;
use crate::convert::stream::ChatDecoder;
use crate::convert::{completions, replay, responses};
use crate::settings::{Api, Apis, ChatSettings};

static CHAT: Once<ChatSettings> = Once::new();
static APIS: Once<Apis> = Once::new();

pub(super) fn settings() -> Result<&'static ChatSettings, Error> {
    CHAT.get(ChatSettings::read)
}

impl Guest for OpenAi {
    type ChatStream = Chat;

    fn chat(request: ChatRequest) -> Result<ChatResponse, Error> {
        let sent = send(&request, Delivery::Whole)?;
        whole(sent, &request)
    }

    fn stream_chat(request: ChatRequest) -> Result<ChatStream, Error> {
        let sent = send(&request, Delivery::Streamed)?;
        let chat = if is_json(&sent.response) {
            Chat::Whole(RefCell::new(replay::events(whole(sent, &request)?)))
        } else if sent.api == Api::Responses {
            Chat::Responses(Relay::new(sent.response.events(), ResponsesDecoder::new(sent.warnings)))
        } else {
            Chat::Stream(Relay::new(sent.response.events(), ChatDecoder::new(sent.warnings)))
        };
        Ok(ChatStream::new(chat))
    }

    fn count_tokens(_: ChatRequest) -> Result<u64, Error> {
        Err(Error::unsupported("this API doesn't count the tokens of a request"))
    }
}

/// A request that the upstream has accepted.
struct Sent {
    api: Api,
    response: Response,
    warnings: Vec<String>,
}

fn send(request: &ChatRequest, delivery: Delivery) -> Result<Sent, Error> {
    let (settings, endpoint, apis) = (settings()?, endpoint()?, APIS.get(Apis::read)?);
    let api = apis.choose(&request.model, request.extra.as_deref());
    let unchecked = known::check(endpoint, &request.model)?;
    let model = endpoint.model(&request.model);
    let (path, mut prepared) = match api {
        Api::Chat => (&settings.path, prepare(request, &model, delivery, settings)?),
        Api::Responses => (
            &apis.responses_path,
            responses::request::prepare(request, &model, delivery, settings, &apis.responses)?,
        ),
        Api::Completions => {
            (&apis.completions_path, completions::prepare(request, &model, delivery, settings)?)
        }
    };
    prepared.warnings.extend(unchecked);
    let outgoing = endpoint
        .post_with(path, &request.model, delivery == Delivery::Streamed, request.extra.is_some())
        .json(&prepared.body);
    Ok(Sent { api, response: super::send(outgoing)?, warnings: prepared.warnings })
}

fn whole(sent: Sent, request: &ChatRequest) -> Result<ChatResponse, Error> {
    let read = Read::all(sent.response)?;
    match sent.api {
        Api::Responses => responses::answer::convert(read.whole(), asked(request), sent.warnings),
        Api::Chat | Api::Completions => answer::convert(read.whole(), asked(request), sent.warnings),
    }
}

fn asked(request: &ChatRequest) -> Asked<'_> {
    Asked { model: &request.model, audio_format: request.audio.as_ref().map(|audio| audio.format.as_str()) }
}

/// A streamed answer.
#[derive(Debug)]
pub(crate) enum Chat {
    /// The upstream streams.
    Stream(Relay<Events, ChatDecoder>),
    /// The same, in the Responses API's events.
    Responses(Relay<Events, ResponsesDecoder>),
    /// The upstream answered whole.
    Whole(RefCell<Vec<ChatEvent>>),
}

impl GuestChatStream for Chat {
    fn next(&self) -> Result<Vec<ChatEvent>, Error> {
        match self {
            Chat::Stream(relay) => relay.next(),
            Chat::Responses(relay) => relay.next(),
            Chat::Whole(events) => Ok(events.take()),
        }
    }
}
