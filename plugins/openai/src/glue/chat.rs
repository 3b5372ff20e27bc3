//! Chat.

use std::cell::RefCell;

use jackfield_sdk::http::{Events, Response};
use jackfield_sdk::llm::{ChatEvent, ChatRequest, ChatResponse, ChatStream, Guest, GuestChatStream};
use jackfield_sdk::stream::Relay;
use jackfield_sdk::types::Error;

use super::{Once, OpenAi, Read, endpoint, is_json};
use crate::convert::answer::{self, Asked};
use crate::convert::replay;
use crate::convert::request::{Delivery, prepare};
use crate::convert::stream::ChatDecoder;
use crate::settings::ChatSettings;

static CHAT: Once<ChatSettings> = Once::new();

pub(super) fn settings() -> Result<&'static ChatSettings, Error> {
    CHAT.get(ChatSettings::read)
}

impl Guest for OpenAi {
    type ChatStream = Chat;

    fn chat(request: ChatRequest) -> Result<ChatResponse, Error> {
        let (response, warnings) = send(&request, Delivery::Whole)?;
        answer::convert(Read::all(response)?.whole(), asked(&request), warnings)
    }

    fn stream_chat(request: ChatRequest) -> Result<ChatStream, Error> {
        let (response, warnings) = send(&request, Delivery::Streamed)?;
        let chat = if is_json(&response) {
            let answer = answer::convert(Read::all(response)?.whole(), asked(&request), warnings)?;
            Chat::Whole(RefCell::new(replay::events(answer)))
        } else {
            Chat::Stream(Relay::new(response.events(), ChatDecoder::new(warnings)))
        };
        Ok(ChatStream::new(chat))
    }

    fn count_tokens(_: ChatRequest) -> Result<u64, Error> {
        Err(Error::unsupported("this API doesn't count the tokens of a request"))
    }
}

fn send(request: &ChatRequest, delivery: Delivery) -> Result<(Response, Vec<String>), Error> {
    let (settings, endpoint) = (settings()?, endpoint()?);
    let model = endpoint.model(&request.model);
    let prepared = prepare(request, &model, delivery, settings)?;
    let response = super::send(endpoint.post(&settings.path, &request.model).json(&prepared.body))?;
    Ok((response, prepared.warnings))
}

fn asked(request: &ChatRequest) -> Asked<'_> {
    Asked { model: &request.model, audio_format: request.audio.as_ref().map(|audio| audio.format.as_str()) }
}

/// A streamed answer.
#[derive(Debug)]
pub(crate) enum Chat {
    /// The upstream streams.
    Stream(Relay<Events, ChatDecoder>),
    /// The upstream answered whole.
    Whole(RefCell<Vec<ChatEvent>>),
}

impl GuestChatStream for Chat {
    fn next(&self) -> Result<Vec<ChatEvent>, Error> {
        match self {
            Chat::Stream(relay) => relay.next(),
            Chat::Whole(events) => Ok(events.take()),
        }
    }
}
