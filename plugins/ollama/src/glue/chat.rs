//! Chats, whole and streamed.

use jackfield_sdk::calls::CallIds;
use jackfield_sdk::http::Lines;
use jackfield_sdk::llm::{ChatEvent, ChatRequest, ChatResponse, ChatStream, Guest, GuestChatStream};
use jackfield_sdk::stream::Relay;
use jackfield_sdk::types::Error;

use super::{Ollama, send, settings};
use crate::convert::answer;
use crate::convert::request::{Prepared, prepare};
use crate::convert::stream::Reader;

impl Guest for Ollama {
    type ChatStream = Stream;

    fn chat(request: ChatRequest) -> Result<ChatResponse, Error> {
        let settings = settings()?;
        let Prepared { body, warnings } = prepare(&request, false, settings)?;
        let body = send("api/chat", body, &request.model, settings)?.text()?;
        answer::response(&body, &request.model, &mut CallIds::new(&request.messages), warnings)
    }

    fn stream_chat(request: ChatRequest) -> Result<ChatStream, Error> {
        let settings = settings()?;
        let Prepared { body, warnings } = prepare(&request, true, settings)?;
        let response = send("api/chat", body, &request.model, settings)?;
        let reader = Reader::new(&request.model, CallIds::new(&request.messages), warnings);
        Ok(ChatStream::new(Stream(Relay::new(response.lines(), reader))))
    }

    fn count_tokens(_request: ChatRequest) -> Result<u64, Error> {
        Err(Error::unsupported("Ollama counts no tokens without answering"))
    }
}

/// A streamed answer.
#[derive(Debug)]
pub(crate) struct Stream(Relay<Lines, Reader>);

impl GuestChatStream for Stream {
    fn next(&self) -> Result<Vec<ChatEvent>, Error> {
        self.0.next()
    }
}
