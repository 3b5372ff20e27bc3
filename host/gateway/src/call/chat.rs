//! One try of a chat at one target: passed on where the upstream speaks the
//! client's dialect, decoded and encoded again where it doesn't.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use http::HeaderMap;
use jackfield_router::access::Caller;
use jackfield_router::json::Json;
use jackfield_router::params::{Params, ParamsError};
use jackfield_router::{Attempt, BoxFuture, Failure, FailureKind, Leaf};
use jackfield_runtime::api::passthrough::Dialect;

use super::{Answer, decoded, passed};
use crate::dialect::DecodeError;
use crate::dialect::head::Head;
use crate::endpoint::ChatDialect;
use crate::providers::Providers;

/// A chat, to be tried at targets.
#[derive(Debug)]
pub(crate) struct Chat<'r> {
    pub(crate) dialect: ChatDialect,
    pub(crate) body: Bytes,
    pub(crate) head: Head,
    pub(crate) headers: &'r HeaderMap,
    pub(crate) caller: &'r Caller,
    pub(crate) providers: &'r dyn Providers,
    /// The most bytes of an answer that isn't a stream.
    pub(crate) answer_limit: usize,
    /// Why the body can't be read, where it had to be and couldn't.
    pub(crate) wrong: OnceLock<DecodeError>,
}

impl Chat<'_> {
    /// Notes what can't be read: an error's body has a field for the place.
    pub(super) fn invalid(&self, error: DecodeError) -> Failure {
        let failure = invalid(&error);
        // No other target is tried behind the first of them.
        self.wrong.get_or_init(|| error);
        failure
    }
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

impl Attempt for Chat<'_> {
    type Answer = Answer;

    fn attempt<'a>(&'a self, leaf: &'a Arc<Leaf>, _number: u32) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            let target = super::target(self.providers, self.caller, leaf, self.head.model.as_deref()).await?;
            let body = leaf.params.apply(&self.body).map_err(|error| unchangeable(&error))?;
            // Rules of the route may have changed what is read here.
            let head = match leaf.params.is_empty() {
                true => self.head.clone(),
                false => crate::dialect::head::scan(&body).map_err(|error| self.invalid(error))?,
            };
            if target.provider.speaks(&target.context, self.dialect.passthrough()).await? {
                passed::attempt(self, leaf, target, &head, body).await
            } else {
                let body = match head.model {
                    Some(_) => body,
                    None => with_model(&target.model, &body)?,
                };
                decoded::attempt(self, target, &body).await
            }
        })
    }
}

/// The body with a model, which its dialect demands and the route knows.
fn with_model(model: &str, body: &Bytes) -> Result<Bytes, Failure> {
    let name = serde_json::Value::from(model).to_string();
    let name = Json::parse(&name).map_err(|error| Failure::internal(error.to_string()))?;
    let params = Params::new(vec![("model".to_owned(), name)], Vec::new(), &[]);
    params.apply(body).map_err(|error| unchangeable(&error))
}

fn unchangeable(error: &ParamsError) -> Failure {
    Failure { internal: true, ..Failure::new(FailureKind::InvalidRequest, error.to_string()) }
}

/// A request that can't be read: no target could.
pub(crate) fn invalid(error: &DecodeError) -> Failure {
    let kind = match error.kind {
        jackfield_runtime::api::types::ErrorKind::Unsupported => FailureKind::Unsupported,
        _ => FailureKind::InvalidRequest,
    };
    Failure { internal: true, ..Failure::new(kind, error.to_string()) }
}
