//! One try of embeddings in Gemini's dialect at one target. No upstream has them
//! passed on: what is asked is decoded, whoever is asked.

use jackfield_router::usage::Counted;
use jackfield_router::{BoxFuture, Failure};

use super::tries::{Kind, Turn};
use super::{Answer, JSON};
use crate::dialect::gemini_embeddings::{self as dialect, Decoded, Method};
use crate::dialect::head::{self, Head};
use crate::endpoint::{ChatDialect, PathFacts};
use crate::guard::Form;

/// Contents to embed.
#[derive(Debug)]
pub(crate) struct ContentEmbeddings {
    pub(crate) method: Method,
    pub(crate) path: PathFacts,
}

impl Kind for ContentEmbeddings {
    fn ask<'a>(&'a self, turn: Turn<'a>) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            let target = turn.target;
            let Decoded { mut request, mut warnings, .. } =
                dialect::decode(turn.body, &self.path, self.method)?;
            request.model = target.model.to_string();
            let answer = target.provider.embed(&target.context, request).await?;
            let body = dialect::encode(&answer, self.method);
            warnings.extend(answer.warnings);
            let used = answer.usage.map(|usage| Counted { usage, estimated: false });
            Ok(Answer { used, ..Answer::whole(target, JSON, body, warnings) })
        })
    }

    fn head(&self, body: &[u8]) -> Result<Head, Failure> {
        Ok(head::of_chat(ChatDialect::GeminiGenerate, &self.path, body)?)
    }

    fn cached_as(&self) -> Option<&'static str> {
        Some(match self.method {
            Method::One => "gemini-embedding",
            Method::Batch => "gemini-embeddings",
        })
    }

    fn form(&self) -> Option<Form> {
        Some(Form::ContentEmbeddings)
    }
}
