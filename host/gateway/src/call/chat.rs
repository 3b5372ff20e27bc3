//! One try of a chat at one target: passed on where the upstream speaks the
//! client's dialect, decoded and encoded again where it doesn't.

use jackfield_router::cache::{Meaning, Target as Place};
use jackfield_router::price::{Estimate, Rates};
use jackfield_router::{BoxFuture, Failure};
use jackfield_runtime::api::passthrough::Dialect;

use super::tries::{Kind, Turn};
use super::{Answer, decoded, passed};
use crate::dialect::head::Head;
use crate::endpoint::ChatDialect;
use crate::guard::Form;
use crate::providers::ModelFacts;

/// A chat in this dialect.
#[derive(Debug)]
pub(crate) struct Chat {
    pub(crate) dialect: ChatDialect,
}

impl ChatDialect {
    /// The dialect's name in the contract.
    pub(crate) const fn passthrough(self) -> Dialect {
        match self {
            Self::OpenaiChat => Dialect::OpenaiChat,
            Self::OpenaiCompletions => Dialect::OpenaiCompletions,
            Self::OpenaiResponses => Dialect::OpenaiResponses,
            Self::AnthropicMessages => Dialect::AnthropicMessages,
        }
    }

    /// Its name, for keys of the cache.
    const fn name(self) -> &'static str {
        match self {
            Self::OpenaiChat => "openai-chat",
            Self::OpenaiCompletions => "openai-completions",
            Self::OpenaiResponses => "openai-responses",
            Self::AnthropicMessages => "anthropic-messages",
        }
    }

    /// Headers by which its clients speak to the upstream itself.
    pub(crate) const fn headers(self) -> &'static [&'static str] {
        match self {
            Self::OpenaiChat | Self::OpenaiCompletions | Self::OpenaiResponses => {
                &["openai-beta", "idempotency-key"]
            }
            Self::AnthropicMessages => &["anthropic-beta", "anthropic-version"],
        }
    }
}

impl Kind for Chat {
    fn ask<'a>(&'a self, turn: Turn<'a>) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            let target = turn.target;
            if target.provider.speaks(&target.context, self.dialect.passthrough()).await? {
                return passed::attempt(self.dialect, turn).await;
            }
            decoded::attempt(self.dialect, target, &turn.named()?).await
        })
    }

    fn cached_as(&self) -> Option<&'static str> {
        Some(self.dialect.name())
    }

    fn meaning(&self, place: &Place<'_>, body: &[u8]) -> Option<Meaning> {
        // What can't be read is told when the target is asked.
        let decoded = decoded::decode(self.dialect, body).ok()?;
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
