//! One try of a reranking at one target.

use std::sync::Arc;

use bytes::Bytes;
use jackfield_router::{Attempt, BoxFuture, Failure, Leaf};

use super::{Answer, Behalf, JSON};
use crate::dialect::rerank as dialect;

/// Documents to rank, to be tried at targets.
#[derive(Debug)]
pub(crate) struct Reranking<'r> {
    pub(crate) body: Bytes,
    pub(crate) model: Option<String>,
    pub(crate) behalf: Behalf<'r>,
}

impl Attempt for Reranking<'_> {
    type Answer = Answer;

    fn attempt<'a>(&'a self, leaf: &'a Arc<Leaf>, _number: u32) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            let target = self.behalf.target(leaf, self.model.as_deref()).await?;
            let body = leaf.params.apply(&self.body)?;
            let dialect::Decoded { mut request, documents, .. } = dialect::decode(&body)?;
            request.model.clone_from(&target.model);
            let answer = target.provider.rerank(&target.context, request).await?;
            let identity = crate::identity::new(format!("{}/{}", target.name, target.model));
            let body = dialect::encode(&answer, documents.as_deref(), &identity);
            Ok(Answer::whole(target, JSON, body, answer.warnings))
        })
    }
}
