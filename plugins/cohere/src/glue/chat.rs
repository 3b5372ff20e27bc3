//! Chats, whole and streamed, and their tokens.

use jackfield_sdk::calls::CallIds;
use jackfield_sdk::forward::framing;
use jackfield_sdk::http::{self, Events};
use jackfield_sdk::llm::{ChatEvent, ChatRequest, ChatResponse, ChatStream, Guest, GuestChatStream};
use jackfield_sdk::passthrough::Framing;
use jackfield_sdk::stops;
use jackfield_sdk::stream::Relay;
use jackfield_sdk::types::Error;

use super::{Cohere, post, send, settings, warned};
use crate::convert::answer::Asked;
use crate::convert::request::{Prepared, prepare};
use crate::convert::stream::Reader;
use crate::convert::{answer, errors, tokens};
use crate::wire::lists::{Tokenize, Tokens};

impl Guest for Cohere {
    type ChatStream = Stream;

    fn chat(request: ChatRequest) -> Result<ChatResponse, Error> {
        let settings = settings()?;
        let Prepared { body, mut warnings } = prepare(&request, false, settings)?;
        let response = send("v2/chat", body, settings)?;
        warnings.extend(warned(&response));
        let mut ids = CallIds::new(&request.messages);
        let asked = Asked { stop: stops::only(&request.stop), model: request.model, warnings };
        answer::response(&response.text()?, asked, settings.counts, &mut ids)
    }

    fn stream_chat(request: ChatRequest) -> Result<ChatStream, Error> {
        let settings = settings()?;
        let Prepared { body, mut warnings } = prepare(&request, true, settings)?;
        let response = send("v2/chat", body, settings)?;
        warnings.extend(warned(&response));
        match response.header("content-type") {
            Some(kind) if framing(Some(kind)) != Framing::ServerSentEvents => {
                let (status, kind) = (response.status(), kind.to_owned());
                let body = response.bytes()?;
                let said = std::str::from_utf8(&body).ok().and_then(errors::of_body);
                Err(said.unwrap_or_else(|| {
                    http::unexpected("a stream of server-sent events", status, Some(&kind), &body)
                }))
            }
            _ => {
                let ids = CallIds::new(&request.messages);
                let asked = Asked { stop: stops::only(&request.stop), model: request.model, warnings };
                let reader = Reader::new(asked, settings.counts, ids);
                Ok(ChatStream::new(Stream(Relay::new(response.events(), reader))))
            }
        }
    }

    fn count_tokens(request: ChatRequest) -> Result<u64, Error> {
        let settings = settings()?;
        let mut count = 0;
        for text in tokens::texts(&request)? {
            let ask = Tokenize { model: &request.model, text: &text };
            let told: Tokens = post("v1/tokenize", settings).json(&ask).send_ok(errors::of_answer)?.json()?;
            count += told.tokens.len() as u64;
        }
        Ok(count)
    }
}

/// A streamed answer.
#[derive(Debug)]
pub(crate) struct Stream(Relay<Events, Reader>);

impl GuestChatStream for Stream {
    fn next(&self) -> Result<Vec<ChatEvent>, Error> {
        self.0.next()
    }
}
