//! One try of a chat at one target: passed on where the upstream speaks the
//! client's dialect, decoded and encoded again where it doesn't.

use http::HeaderValue;
use jackfield_router::cache::{Meaning, Target as Place};
use jackfield_router::price::{Estimate, Rates};
use jackfield_router::{BoxFuture, Failure};
use jackfield_runtime::api::passthrough::{Dialect, Framing};

use super::tries::{Kind, Turn};
use super::{Answer, EVENTS, decoded, passed};
use crate::dialect::head::{self, Head};
use crate::dialect::hidden;
use crate::endpoint::{ChatDialect, PathFacts};
use crate::guard::Form;
use crate::providers::ModelFacts;

/// A chat in this dialect.
#[derive(Debug)]
pub(crate) struct Chat {
    pub(crate) dialect: ChatDialect,
    /// What its path says of it.
    pub(crate) path: PathFacts,
}

impl ChatDialect {
    /// The dialect's name in the contract.
    pub(crate) const fn passthrough(self) -> Dialect {
        match self {
            Self::OpenaiChat => Dialect::OpenaiChat,
            Self::OpenaiCompletions => Dialect::OpenaiCompletions,
            Self::OpenaiResponses => Dialect::OpenaiResponses,
            Self::AnthropicMessages => Dialect::AnthropicMessages,
            Self::GeminiGenerate => Dialect::GeminiGenerate,
            Self::CohereChat => Dialect::CohereChat,
            Self::BedrockConverse => Dialect::BedrockConverse,
        }
    }

    /// How its streams are framed.
    pub(crate) const fn framing(self) -> Framing {
        match self {
            Self::BedrockConverse => Framing::EventStream,
            _ => Framing::ServerSentEvents,
        }
    }

    /// The media type of its streams.
    pub(crate) fn stream_type(self) -> HeaderValue {
        match self {
            Self::BedrockConverse => HeaderValue::from_static("application/vnd.amazon.eventstream"),
            _ => EVENTS,
        }
    }

    /// Its name, for keys of the cache. Streams that are asked for in the path have one of their own.
    const fn name(self, path_says_stream: bool) -> &'static str {
        match self {
            Self::OpenaiChat => "openai-chat",
            Self::OpenaiCompletions => "openai-completions",
            Self::OpenaiResponses => "openai-responses",
            Self::AnthropicMessages => "anthropic-messages",
            Self::GeminiGenerate if path_says_stream => "gemini-generate-stream",
            Self::GeminiGenerate => "gemini-generate",
            Self::CohereChat => "cohere-chat",
            Self::BedrockConverse if path_says_stream => "bedrock-converse-stream",
            Self::BedrockConverse => "bedrock-converse",
        }
    }

    /// Headers by which its clients speak to the upstream itself.
    pub(crate) const fn headers(self) -> &'static [&'static str] {
        match self {
            Self::OpenaiChat | Self::OpenaiCompletions | Self::OpenaiResponses => {
                &["openai-beta", "idempotency-key"]
            }
            Self::AnthropicMessages => &["anthropic-beta", "anthropic-version"],
            Self::GeminiGenerate | Self::CohereChat | Self::BedrockConverse => &[],
        }
    }
}

impl Kind for Chat {
    fn ask<'a>(&'a self, turn: Turn<'a>) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            let target = turn.target;
            let own = target.provider.speaks(&target.context, self.dialect.passthrough()).await?;
            // What other providers signed or hid in this conversation is left out on the way.
            if own && !hidden::is_in(self.dialect, turn.body) {
                return passed::attempt(self.dialect, turn).await;
            }
            decoded::attempt(self.dialect, &self.path, &turn, own).await
        })
    }

    fn head(&self, body: &[u8]) -> Result<Head, Failure> {
        Ok(head::of_chat(self.dialect, &self.path, body)?)
    }

    fn cached_as(&self) -> Option<&'static str> {
        Some(self.dialect.name(self.path.stream))
    }

    fn meaning(&self, place: &Place<'_>, body: &[u8]) -> Option<Meaning> {
        // What can't be read is told when the target is asked.
        let decoded = decoded::decode(self.dialect, body, &self.path).ok()?;
        Meaning::new(place, &decoded.request, decoded.stream)
    }

    fn form(&self) -> Option<Form> {
        Some(Form::Chat(self.dialect))
    }

    fn own_headers(&self) -> &'static [&'static str] {
        self.dialect.headers()
    }

    fn estimate(&self, prompt: u64, head: &Head, facts: &ModelFacts, rates: Option<&Rates>) -> Estimate {
        Estimate::new(prompt, head.output_limit, facts.output_tokens, head.choices, rates)
    }
}
