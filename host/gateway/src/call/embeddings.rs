//! One try of embeddings at one target: passed on where the upstream speaks
//! OpenAI's dialect of them, decoded and encoded again where it doesn't.

use jackfield_router::usage::Counted;
use jackfield_router::{BoxFuture, Failure};
use jackfield_runtime::api::passthrough::Dialect;

use super::tries::{Kind, Turn};
use super::{Answer, JSON, Target, passed};
use crate::dialect::openai_embeddings as dialect;
use crate::endpoint::ChatDialect;
use crate::guard::Form;

/// Texts to embed.
#[derive(Debug)]
pub(crate) struct Embeddings;

impl Kind for Embeddings {
    fn ask<'a>(&'a self, turn: Turn<'a>) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            let target = turn.target;
            if target.provider.speaks(&target.context, Dialect::OpenaiEmbeddings).await? {
                passed::whole(Dialect::OpenaiEmbeddings, self.own_headers(), turn).await
            } else {
                decode(target, &turn.named()?).await
            }
        })
    }

    fn cached_as(&self) -> Option<&'static str> {
        Some("openai-embeddings")
    }

    fn form(&self) -> Option<Form> {
        Some(Form::Embeddings)
    }

    fn own_headers(&self) -> &'static [&'static str] {
        ChatDialect::OpenaiChat.headers()
    }
}

async fn decode(target: &Target, body: &[u8]) -> Result<Answer, Failure> {
    let dialect::Decoded { mut request, form, .. } = dialect::decode(body)?;
    request.model = target.model.to_string();
    let answer = target.provider.embed(&target.context, request).await?;
    let body = dialect::encode(&answer, form, &format!("{}/{}", target.name, target.model));
    let used = answer.usage.map(|usage| Counted { usage, estimated: false });
    Ok(Answer { used, ..Answer::whole(target, JSON, body, answer.warnings) })
}
