//! A guest that does whatever a test tells it to. The request's model names the
//! deed, its last text is the deed's argument; the answer's text is a JSON
//! report of what came of it, so that a test can tell an attack that was refused
//! from one that never ran.

mod deeds;
mod memory;
mod stream;

use jackfield_sdk::llm::{
    ChatRequest, ChatResponse, ChatStream, Choice, FinishReason, Guest, Part, TextPart,
};
use jackfield_sdk::types::Error;

struct Probe;

impl Guest for Probe {
    type ChatStream = stream::Stream;

    fn chat(request: ChatRequest) -> Result<ChatResponse, Error> {
        let text = deeds::run(&request.model, &argument(&request))?;
        Ok(ChatResponse {
            id: None,
            model: request.model,
            created: None,
            choices: vec![Choice {
                index: 0,
                content: vec![Part::Text(TextPart { text, citations: Vec::new() })],
                finish_reason: FinishReason::Stop,
                stop_sequence: None,
                logprobs: Vec::new(),
            }],
            usage: None,
            warnings: Vec::new(),
            extra: None,
        })
    }

    fn stream_chat(request: ChatRequest) -> Result<ChatStream, Error> {
        Ok(ChatStream::new(stream::Stream::begin(&request.model, &argument(&request))?))
    }

    fn count_tokens(request: ChatRequest) -> Result<u64, Error> {
        Ok(argument(&request).len() as u64)
    }
}

jackfield_sdk::export!(Probe: llm);

/// The last text of the conversation.
fn argument(request: &ChatRequest) -> String {
    let parts = request.messages.iter().flat_map(|message| &message.content);
    let mut texts = parts.filter_map(|part| match part {
        Part::Text(text) => Some(text.text.clone()),
        _ => None,
    });
    texts.next_back().unwrap_or_default()
}
