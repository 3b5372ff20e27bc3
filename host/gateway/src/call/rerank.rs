//! One try of a reranking at one target.

use jackfield_router::usage::Counted;
use jackfield_router::{BoxFuture, Failure};

use super::tries::{Kind, Turn};
use super::{Answer, JSON};
use crate::dialect::rerank as dialect;

/// Documents to rank.
#[derive(Debug)]
pub(crate) struct Reranking;

impl Kind for Reranking {
    fn ask<'a>(&'a self, turn: Turn<'a>) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            let target = turn.target;
            let dialect::Decoded { mut request, documents, .. } = dialect::decode(&turn.named()?)?;
            request.model = target.model.to_string();
            let answer = target.provider.rerank(&target.context, request).await?;
            let identity = crate::identity::new(format!("{}/{}", target.name, target.model));
            let body = dialect::encode(&answer, documents.as_deref(), &identity);
            let used = answer.usage.map(|usage| Counted { usage, estimated: false });
            Ok(Answer { used, ..Answer::whole(target, JSON, body, answer.warnings) })
        })
    }

    fn cached_as(&self) -> Option<&'static str> {
        Some("rerank")
    }
}
