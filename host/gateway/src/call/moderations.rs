//! One try of a moderation at one target: passed on where the upstream speaks
//! OpenAI's dialect of it. Nothing stands in for it elsewhere: what isn't
//! judged must not look as if it were.

use jackfield_router::{BoxFuture, Failure, FailureKind};
use jackfield_runtime::api::passthrough::Dialect;

use super::tries::{Kind, Turn};
use super::{Answer, passed};
use crate::endpoint::ChatDialect;

/// The model of requests that name none: OpenAI's own word for it.
pub(crate) const USUAL_MODEL: &str = "omni-moderation-latest";

/// Texts and images to judge.
#[derive(Debug)]
pub(crate) struct Moderations;

impl Kind for Moderations {
    fn ask<'a>(&'a self, turn: Turn<'a>) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(pass(turn))
    }

    fn cached_as(&self) -> Option<&'static str> {
        Some("openai-moderations")
    }

    fn own_headers(&self) -> &'static [&'static str] {
        ChatDialect::OpenaiChat.headers()
    }
}

async fn pass(turn: Turn<'_>) -> Result<Answer, Failure> {
    const DIALECT: Dialect = Dialect::OpenaiModerations;
    let target = turn.target;
    if !target.provider.speaks(&target.context, DIALECT).await? {
        let message = format!(
            "the provider {:?} has no moderations; ask one that has, or add `openai-moderations` to its \
             `config.dialects` if its upstream has them",
            target.name
        );
        let provider = Some(target.name.as_ref().to_owned());
        return Err(Failure { provider, ..Failure::new(FailureKind::Unsupported, message) });
    }
    passed::whole(DIALECT, Moderations.own_headers(), turn).await
}
