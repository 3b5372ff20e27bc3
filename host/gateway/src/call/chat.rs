//! One try of a chat at one target: passed on where the upstream speaks the
//! client's dialect, decoded and encoded again where it doesn't.

use std::sync::Arc;

use bytes::Bytes;
use jackfield_router::json::Json;
use jackfield_router::params::Params;
use jackfield_router::{Attempt, BoxFuture, Failure, Leaf};
use jackfield_runtime::api::passthrough::Dialect;

use super::{Answer, Behalf, decoded, passed};
use crate::dialect::head::{self, Head};
use crate::endpoint::ChatDialect;

/// A chat, to be tried at targets.
#[derive(Debug)]
pub(crate) struct Chat<'r> {
    pub(crate) dialect: ChatDialect,
    pub(crate) body: Bytes,
    pub(crate) head: Head,
    pub(crate) behalf: Behalf<'r>,
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
            let target = self.behalf.target(leaf, self.head.model.as_deref()).await?;
            let body = leaf.params.apply(&self.body)?;
            // Rules of the route may have changed what is read here.
            let head = match leaf.params.is_empty() {
                true => self.head.clone(),
                false => head::scan(&body)?,
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
    Ok(Params::new(vec![("model".to_owned(), name)], Vec::new(), &[]).apply(body)?)
}
