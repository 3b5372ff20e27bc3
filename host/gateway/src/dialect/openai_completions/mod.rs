//! OpenAI's older Completions, `POST /v1/completions`, over chat: the prompt
//! becomes what a user says, the answer's text the completion. What chat can't
//! do, as going on with the prompt's own text, is refused. Thoughts of the
//! model have no place in this dialect and aren't told.
//!
//! <https://platform.openai.com/docs/api-reference/completions>

mod answer;
mod stream;

#[cfg(test)]
mod tests;

use bytes::{Bytes, BytesMut};
use jackfield_runtime::api::llm::{ChatRequest, ChatResponse, Message, Role};
use jackfield_runtime::api::types::Error;
use serde_json::value::RawValue;

use super::error::DecodeError;
use super::read::{self, OneOrMany, Text};
use super::{Answer, Decoded, Identity, StreamEncoder, openai_chat, sound};

pub use stream::Encoder;

object! {
    /// The body.
    Body {
        model: Text<'a> = "model",
        prompt: &'a RawValue = "prompt",
        suffix: Text<'a> = "suffix",
        echo: bool = "echo",
        best_of: u32 = "best_of",
        stream: bool = "stream",
        stream_options: StreamOptions<'a> = "stream_options",
        max_tokens: u32 = "max_tokens",
        temperature: f64 = "temperature",
        top_p: f64 = "top_p",
        n: u32 = "n",
        logprobs: u32 = "logprobs",
        stop: OneOrMany = "stop",
        frequency_penalty: f64 = "frequency_penalty",
        presence_penalty: f64 = "presence_penalty",
        seed: i64 = "seed",
        user: Text<'a> = "user",
    }
}

object! {
    /// What a stream tells.
    StreamOptions {
        include_usage: bool = "include_usage",
    }
}

/// How a client wants its answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Asked {
    /// Whether a stream ends with a chunk that tells the usage.
    pub include_usage: bool,
}

/// Reads a request.
pub fn decode(body: &[u8]) -> Result<Decoded, DecodeError> {
    let body: Body<'_> = read::body(body)?;
    let model = body.model.filter(|model| !model.is_empty()).ok_or_else(|| DecodeError::missing("model"))?;
    let prompt = prompt(body.prompt.ok_or_else(|| DecodeError::missing("prompt"))?)?;
    if body.suffix.is_some_and(|suffix| !suffix.is_empty()) {
        return Err(DecodeError::unsupported(
            "suffix",
            "can't be had over chat: no text is put between two others",
        ));
    }
    if body.echo == Some(true) {
        return Err(DecodeError::unsupported(
            "echo",
            "can't be had over chat: put the prompt before the answer yourself",
        ));
    }
    if body.best_of.is_some_and(|best| best > body.n.unwrap_or(1)) {
        return Err(DecodeError::unsupported(
            "best_of",
            "can't be had over chat: ask for more answers with `n`",
        ));
    }
    let mut request = ChatRequest::new(model.into_string(), vec![Message::text(Role::User, prompt)]);
    request.max_output_tokens = body.max_tokens;
    request.temperature = body.temperature;
    request.top_p = body.top_p;
    request.choices = body.n;
    request.logprobs = body.logprobs;
    request.stop = body.stop.unwrap_or_default().0;
    request.frequency_penalty = body.frequency_penalty;
    request.presence_penalty = body.presence_penalty;
    request.seed = body.seed;
    request.user = body.user.map(Text::into_string);
    request.extra = body.rest.to_json();
    sound::extra(request.extra.as_deref())?;
    let include_usage = body.stream_options.and_then(|options| options.include_usage).unwrap_or_default();
    Ok(Decoded {
        request,
        stream: body.stream.unwrap_or_default(),
        warnings: Vec::new(),
        answer: Box::new(Asked { include_usage }),
    })
}

/// One text, or a list of one.
fn prompt(raw: &RawValue) -> Result<String, DecodeError> {
    if raw.get().starts_with('"') {
        return read::raw("prompt", raw);
    }
    let mut list: Vec<&RawValue> = read::raw("prompt", raw)?;
    match (list.pop(), list.is_empty()) {
        (Some(raw), true) if raw.get().starts_with('"') => read::raw("prompt[0]", raw),
        (Some(raw), _) if !raw.get().starts_with('"') => {
            Err(DecodeError::unsupported("prompt", "can't be tokens over chat: send the text"))
        }
        (Some(_), _) => Err(DecodeError::unsupported(
            "prompt",
            "can't be several prompts over chat: send one request for each",
        )),
        (None, _) => Err(DecodeError::invalid("prompt", "holds no prompt")),
    }
}

impl Answer for Asked {
    fn encode(&self, answer: &ChatResponse, identity: &Identity) -> Bytes {
        let mut out = BytesMut::with_capacity(512);
        answer::write(answer, identity, &mut out);
        out.freeze()
    }

    fn stream(&self, identity: Identity) -> Box<dyn StreamEncoder> {
        Box::new(Encoder::new(*self, identity))
    }

    fn error(&self, error: &Error, param: Option<&str>) -> Bytes {
        openai_chat::encode_error(error, param)
    }
}
