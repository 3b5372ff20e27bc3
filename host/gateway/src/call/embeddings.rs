//! One try of embeddings at one target: passed on where the upstream speaks
//! OpenAI's dialect of them, decoded and encoded again where it doesn't.

use std::sync::Arc;

use bytes::Bytes;
use jackfield_router::{Attempt, BoxFuture, Failure, FailureKind, Leaf};
use jackfield_runtime::api::passthrough::{Dialect, Framing};

use super::{Answer, Behalf, JSON, Target};
use crate::dialect::openai_embeddings as dialect;
use crate::endpoint::ChatDialect;

/// Texts to embed, to be tried at targets.
#[derive(Debug)]
pub(crate) struct Embeddings<'r> {
    pub(crate) body: Bytes,
    pub(crate) model: Option<String>,
    pub(crate) behalf: Behalf<'r>,
}

impl Attempt for Embeddings<'_> {
    type Answer = Answer;

    fn attempt<'a>(&'a self, leaf: &'a Arc<Leaf>, _number: u32) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            let target = self.behalf.target(leaf, self.model.as_deref()).await?;
            let body = leaf.params.apply(&self.body)?;
            if target.provider.speaks(&target.context, Dialect::OpenaiEmbeddings).await? {
                self.pass(leaf, target, body).await
            } else {
                decode(target, &body).await
            }
        })
    }
}

impl Embeddings<'_> {
    async fn pass(&self, leaf: &Leaf, target: Target, body: Bytes) -> Result<Answer, Failure> {
        let own = ChatDialect::OpenaiChat.headers();
        let answer = self.behalf.forward(leaf, &target, Dialect::OpenaiEmbeddings, false, own, body).await?;
        if answer.framing != Framing::Whole {
            return Err(Failure::new(
                FailureKind::BadUpstreamAnswer,
                "embeddings were asked for and the upstream sent a stream",
            ));
        }
        let whole = answer.body.read_all(self.behalf.answer_limit).await?;
        let (status, headers) = (answer.status, answer.headers);
        Ok(Answer { status, headers, passed: true, ..Answer::whole(target, JSON, whole, Vec::new()) })
    }
}

async fn decode(target: Target, body: &[u8]) -> Result<Answer, Failure> {
    let dialect::Decoded { mut request, form, .. } = dialect::decode(body)?;
    request.model.clone_from(&target.model);
    let answer = target.provider.embed(&target.context, request).await?;
    let body = dialect::encode(&answer, form, &format!("{}/{}", target.name, target.model));
    Ok(Answer::whole(target, JSON, body, answer.warnings))
}
