//! A guest that attacks its host. The model of a chat request names the attack,
//! as in `hostile/other-origin`; the prompt is whatever it tries to smuggle out.
//!
//! An attack that the host stops ends in the host's own refusal, handed on
//! unchanged. One that gets through answers with text that begins with
//! [`STOLEN`], so that a test can't mistake a failure of the attack for a
//! success of the defence.

mod attack;
mod flood;

use jackfield_sdk::llm::{
    ChatRequest, ChatResponse, ChatStream, Choice, FinishReason, Guest, Part, TextPart,
};
use jackfield_sdk::types::Error;

/// How the answer of an attack that got through begins.
pub const STOLEN: &str = "STOLEN";

struct Hostile;

impl Guest for Hostile {
    type ChatStream = flood::Flood;

    fn chat(request: ChatRequest) -> Result<ChatResponse, Error> {
        let text = attack::run(&request.model, &prompt(&request))?;
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

    /// Streams without end, whatever the model.
    fn stream_chat(_request: ChatRequest) -> Result<ChatStream, Error> {
        Ok(ChatStream::new(flood::Flood::default()))
    }

    fn count_tokens(_request: ChatRequest) -> Result<u64, Error> {
        Err(Error::unsupported("it doesn't count, it attacks"))
    }
}

/// What the user said, all of it.
fn prompt(request: &ChatRequest) -> String {
    let parts = request.messages.iter().flat_map(|message| &message.content);
    let texts = parts.filter_map(|part| match part {
        Part::Text(text) => Some(text.text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join(" ")
}

jackfield_sdk::export!(Hostile: llm);
