//! One try of embeddings at one target: passed on where the upstream speaks
//! OpenAI's dialect of them, decoded and encoded again where it doesn't.

use jackfield_router::usage::{Counted, of_whole};
use jackfield_router::{BoxFuture, Failure, FailureKind};
use jackfield_runtime::api::passthrough::{Dialect, Framing};

use super::passed::check;
use super::tries::{Kind, Turn};
use super::{Answer, JSON, Target};
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
                pass(turn).await
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

async fn pass(turn: Turn<'_>) -> Result<Answer, Failure> {
    let Turn { behalf, leaf, target, body, prompt, .. } = turn;
    let (dialect, own) = (Dialect::OpenaiEmbeddings, Embeddings.own_headers());
    let answer = behalf.forward(leaf, target, dialect, false, own, body.clone()).await?;
    if answer.framing != Framing::Whole {
        return Err(Failure::new(
            FailureKind::BadUpstreamAnswer,
            "embeddings were asked for and the upstream sent a stream",
        ));
    }
    let whole = answer.body.read_all(behalf.services.answer_limit).await?;
    check(&whole).map_err(|failure| Failure {
        sent: true,
        provider: failure.provider.or_else(|| Some(target.name.as_ref().to_owned())),
        ..failure
    })?;
    let used = of_whole(dialect, prompt, &whole);
    let (status, headers) = (answer.status, answer.headers);
    Ok(Answer { status, headers, used, passed: true, ..Answer::whole(target, JSON, whole, Vec::new()) })
}

async fn decode(target: &Target, body: &[u8]) -> Result<Answer, Failure> {
    let dialect::Decoded { mut request, form, .. } = dialect::decode(body)?;
    request.model = target.model.to_string();
    let answer = target.provider.embed(&target.context, request).await?;
    let body = dialect::encode(&answer, form, &format!("{}/{}", target.name, target.model));
    let used = answer.usage.map(|usage| Counted { usage, estimated: false });
    Ok(Answer { used, ..Answer::whole(target, JSON, body, answer.warnings) })
}
