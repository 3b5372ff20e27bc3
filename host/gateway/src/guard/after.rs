//! What becomes of an answer under the hooks that stand before it.

use std::sync::Arc;

use bytes::Bytes;
use jackfield_router::guard::{HookReport, Results, Stage};
use jackfield_router::{Failure, FailureKind};

use super::run::Material;
use super::text::{Form, Unreadable, of_events};
use super::watch::Seen;
use super::{Guarded, MARKED, shown, watch};
use crate::call::delivery::Delivery;
use crate::call::{Answer, Reply};
use crate::wire::body::Body;

/// An answer that hooks let pass.
#[derive(Debug)]
pub(crate) struct Judged {
    pub(crate) answer: Answer,
    /// Whether a hook before the answer had a bad verdict on it.
    pub(crate) marked: bool,
}

impl Guarded {
    /// Runs the hooks before an answer. What a stream's account keeps for the
    /// cache is kept only if no hook denies.
    ///
    /// # Errors
    /// A hook denies, with status 446, or the answer can't be read.
    pub(crate) async fn after(self: &Arc<Self>, answer: Answer) -> Result<Judged, Failure> {
        let has_text = !matches!(self.scene.form, Form::Embeddings | Form::ContentEmbeddings);
        if self.leaf.after.is_empty() || !has_text || answer.awaited {
            return Ok(Judged { answer: self.only_before(answer), marked: false });
        }
        match &answer.body {
            Reply::Whole(bytes) => {
                let bytes = bytes.clone();
                self.whole(answer, bytes).await
            }
            Reply::Stream(_) if self.leaf.after.iter().any(|hook| hook.deny) => self.held(answer).await,
            Reply::Stream(_) => Ok(Judged { answer: self.watched(answer), marked: false }),
        }
    }

    async fn whole(&self, answer: Answer, bytes: Bytes) -> Result<Judged, Failure> {
        let material =
            Material::new(self.scene.form, Stage::After, bytes).map_err(|error| self.unreadable(&error))?;
        let (results, material) = self.judge(material).await?;
        let marked = results.after_request_hooks.iter().any(|hook| !hook.verdict);
        let mut answer = self.mark(answer, &results);
        if let Some(body) = material.body {
            let body = if self.shows(&results) { shown::with_results(&body, &results) } else { body };
            answer.body = Reply::Whole(body);
        }
        Ok(Judged { answer, marked })
    }

    /// A stream that is held until it is judged.
    async fn held(&self, mut answer: Answer) -> Result<Judged, Failure> {
        let Reply::Stream(begin) = std::mem::replace(&mut answer.body, Reply::Whole(Bytes::new())) else {
            return Ok(Judged { answer, marked: false });
        };
        let (delivery, recording) = Delivery::held(answer.account.take());
        let mut pieces = watch::all(begin(delivery), self.most).await?;
        let told = of_events(self.scene.form, &pieces.concat());
        if told.failed {
            // Nothing is with the client, so another target can take over.
            let why = "the stream broke off before its end, while guardrails held it";
            let failure = Failure::new(FailureKind::BadUpstreamAnswer, why);
            return Err(Failure { sent: true, provider: Some(self.scene.provider.to_string()), ..failure });
        }
        let (results, _) = self.judge(Material { body: None, parts: told.parts }).await?;
        watch::keep(recording, &pieces);
        let marked = results.after_request_hooks.iter().any(|hook| !hook.verdict);
        let mut answer = self.mark(answer, &results);
        if self.shows(&results)
            && let Some(event) = shown::event(self.scene.form, &results)
        {
            pieces.insert(0, event);
        }
        answer.body = Reply::Stream(Box::new(move |delivery| watch::replay(pieces, delivery)));
        Ok(Judged { answer, marked })
    }

    /// A stream that goes on as it comes, and is judged at its end.
    fn watched(self: &Arc<Self>, answer: Answer) -> Answer {
        let mut answer = self.only_before(answer);
        if let Reply::Stream(begin) = answer.body {
            let own = Arc::clone(self);
            answer.body = Reply::Stream(Box::new(move |delivery| {
                let most = own.most;
                let last: watch::Last = Box::new(move |seen| Box::pin(async move { own.last(seen).await }));
                watch::watched(begin(delivery), most, last)
            }));
        }
        answer
    }

    /// Judges what went to the client of a stream; what it may be told of it.
    async fn last(&self, seen: Seen) -> Option<Bytes> {
        // Whoever leaves again and again would have ever more judged at once.
        let _permit = match seen.left {
            true => Some(self.guardrails.beside(&self.scene)?),
            false => None,
        };
        let Some(seen) = seen.bytes else {
            tracing::warn!(
                target: "jackfield::guardrail",
                provider = &*self.scene.provider,
                "guardrails couldn't look at a stream: it is too long"
            );
            return None;
        };
        let parts = of_events(self.scene.form, &seen).parts;
        let (reports, _) = self.run(Material { body: None, parts }).await;
        let results = Results { before_request_hooks: Vec::new(), after_request_hooks: reports };
        if self.shows(&results) { shown::event(self.scene.form, &results) } else { None }
    }

    /// Runs all hooks on an answer, and fails if one denies.
    async fn judge(&self, material: Material) -> Result<(Results, Material), Failure> {
        let (reports, material) = self.run(material).await;
        let results = Results { before_request_hooks: self.before.clone(), after_request_hooks: reports };
        if results.denies() {
            return Err(shown::denied(&self.scene.provider, &results, true));
        }
        Ok((results, material))
    }

    async fn run(&self, material: Material) -> (Vec<HookReport>, Material) {
        self.guardrails.run_after(&self.scene, &self.leaf.after, &self.request, material).await
    }

    /// An answer of which only the request was judged.
    fn only_before(&self, answer: Answer) -> Answer {
        let results = Results { before_request_hooks: self.before.clone(), after_request_hooks: Vec::new() };
        let mut answer = self.mark(answer, &results);
        if !self.shows(&results) {
            return answer;
        }
        answer.body = match answer.body {
            Reply::Whole(bytes) => Reply::Whole(shown::with_results(&bytes, &results)),
            Reply::Stream(begin) => match shown::event(self.scene.form, &results) {
                Some(event) => {
                    Reply::Stream(Box::new(move |delivery| -> Body { watch::headed(event, begin(delivery)) }))
                }
                None => Reply::Stream(begin),
            },
        };
        answer
    }

    fn mark(&self, answer: Answer, results: &Results) -> Answer {
        match results.has_failed() {
            true => Answer { status: MARKED, ..answer },
            false => answer,
        }
    }

    /// Whether the client may be told more than OpenAI tells.
    fn shows(&self, results: &Results) -> bool {
        !self.leaf.strict && !results.is_empty()
    }

    fn unreadable(&self, error: &Unreadable) -> Failure {
        let why = format!("guardrails can't read the answer: {error}");
        let failure = Failure::new(FailureKind::BadUpstreamAnswer, why);
        Failure { sent: true, provider: Some(self.scene.provider.to_string()), ..failure }
    }
}
