//! The way of any request to a target and back: what is done once for a target,
//! what is done for each try, and what is kept until the answer is through.
//!
//! ```text
//! prepare: may it? ─ the route's parameters ─ guardrails ─ cache ─ limits
//! attempt: ask ─ count ─ guardrails ─ keep
//! ```

use std::fmt::Debug;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use jackfield_router::cache::{Lead, Lookup, Meaning, Status, Target as Place};
use jackfield_router::json::Json;
use jackfield_router::limits::Subject;
use jackfield_router::params::Params;
use jackfield_router::price::{Estimate, Rates, body_tokens};
use jackfield_router::run::Prepared;
use jackfield_router::{Attempt, BoxFuture, Failure, FailureKind, Leaf};

use super::delivery::Account;
use super::meter::{Asking, Meter};
use super::{Answer, Behalf, Reply, Target, cached};
use crate::dialect::head::{self, Head};
use crate::guard::{Form, Guarded, Judged, MARKED};
use crate::providers::ModelFacts;

/// One kind of request.
pub(crate) trait Kind: Debug + Sync {
    /// One try at a target.
    fn ask<'a>(&'a self, turn: Turn<'a>) -> BoxFuture<'a, Result<Answer, Failure>>;

    /// What routing knows of a body that the route's parameters have changed.
    fn head(&self, body: &[u8]) -> Result<Head, Failure> {
        Ok(head::scan(body)?)
    }

    /// Under what name answers are kept, where they can be at all.
    fn cached_as(&self) -> Option<&'static str> {
        None
    }

    /// What the request means, for a cache that compares meanings.
    fn meaning(&self, _place: &Place<'_>, _body: &[u8]) -> Option<Meaning> {
        None
    }

    /// In what form its texts are, where guardrails can look at them.
    fn form(&self) -> Option<Form> {
        None
    }

    /// Headers by which clients speak to the upstream itself.
    fn own_headers(&self) -> &'static [&'static str] {
        &[]
    }

    /// What the call may use.
    fn estimate(&self, prompt: u64, _head: &Head, _facts: &ModelFacts, rates: Option<&Rates>) -> Estimate {
        Estimate::input_only(prompt, rates)
    }
}

/// A request, to be tried at targets.
#[derive(Debug)]
pub(crate) struct Tries<'r, K> {
    pub(crate) kind: K,
    /// What is asked, in the client's dialect.
    pub(crate) body: Bytes,
    pub(crate) head: Head,
    pub(crate) behalf: Behalf<'r>,
}

/// One try.
#[derive(Debug)]
pub(crate) struct Turn<'a> {
    pub(crate) behalf: &'a Behalf<'a>,
    pub(crate) leaf: &'a Leaf,
    pub(crate) target: &'a Target,
    /// The body with the route's parameters.
    pub(crate) body: &'a Bytes,
    pub(crate) head: &'a Head,
    /// About how many tokens the prompt has.
    pub(crate) prompt: u64,
    /// The target's guardrails, if it has any.
    pub(crate) guarded: Option<&'a Arc<Guarded>>,
}

impl Turn<'_> {
    /// The body with a model, which dialects demand; where the client left it
    /// out, the route has it.
    pub(crate) fn named(&self) -> Result<Bytes, Failure> {
        match self.head.model {
            Some(_) => Ok(self.body.clone()),
            None => with_model(&self.target.model, self.body),
        }
    }
}

/// A body with this model.
pub(crate) fn with_model(model: &str, body: &Bytes) -> Result<Bytes, Failure> {
    let name = serde_json::Value::from(model).to_string();
    let name = Json::parse(&name).map_err(|error| Failure::internal(error.to_string()))?;
    Ok(Params::new(vec![("model".to_owned(), name)], Vec::new(), &[]).apply(body)?)
}

/// What is kept over the tries at one target.
#[derive(Debug)]
pub(crate) struct Ready {
    target: Target,
    body: Bytes,
    head: Head,
    status: Status,
    lead: Option<Box<Lead>>,
    /// Until an answer takes it along.
    meter: Option<Meter>,
    /// The target's guardrails, if it has any.
    guarded: Option<Arc<Guarded>>,
    /// An answer that guardrails marked and let pass, and that is to be tried
    /// again.
    marked: Option<Answer>,
}

impl<K: Kind> Attempt for Tries<'_, K> {
    type Answer = Answer;
    type Ready = Ready;

    fn prepare<'a>(&'a self, leaf: &'a Arc<Leaf>) -> BoxFuture<'a, Result<Prepared<Self>, Failure>> {
        Box::pin(async move {
            let target = self.behalf.target(leaf, self.head.model.as_deref()).await?;
            // Rules of the route may change what was read.
            let (mut body, mut head) = if leaf.params.is_empty() {
                (self.body.clone(), self.head.clone())
            } else {
                let body = leaf.params.apply(&self.body)?;
                let head = self.kind.head(&body)?;
                (body, head)
            };
            let guardrails = &self.behalf.services.guardrails;
            let (form, stream) = (self.kind.form(), head.stream);
            let guarded = guardrails.before(form, leaf, &self.behalf, &target, stream, &mut body).await?;
            if guarded.is_some() {
                head = self.kind.head(&body)?;
                if head.stream != stream {
                    return Err(Failure::new(
                        FailureKind::InvalidRequest,
                        "a webhook rewrote `stream`, which is the client's to say",
                    ));
                }
            }
            let (status, lead) = match cached::lookup(&self.kind, &self.behalf, leaf, &target, &body).await {
                Some(Lookup::Found(entry, status)) => {
                    self.behalf.services.metrics.cached(status);
                    let answer = cached::answer(target, &entry, status);
                    return Ok(Prepared::Answered(match &guarded {
                        Some(guarded) => guarded.after(answer).await?.answer,
                        None => answer,
                    }));
                }
                Some(Lookup::Lead(lead)) => {
                    self.behalf.services.metrics.cached(lead.status());
                    (lead.status(), Some(lead))
                }
                None => (Status::Disabled, None),
            };
            let meter = self.meter(&target, &body, &head).await?;
            let (meter, marked) = (Some(meter), None);
            Ok(Prepared::Ready(Ready { target, body, head, status, lead, meter, guarded, marked }))
        })
    }

    fn attempt<'a>(
        &'a self,
        leaf: &'a Arc<Leaf>,
        ready: &'a mut Ready,
        _number: u32,
    ) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            let Ready { target, body, head, status, lead, meter, guarded, marked } = ready;
            let metered = match meter {
                Some(meter) => meter,
                // It has answered, and guardrails want another answer.
                None => meter.insert(self.meter(target, body, head).await?),
            };
            let prompt = metered.prompt();
            let asking = Asking::new(metered);
            let guarded = guarded.as_ref();
            let turn = Turn { behalf: &self.behalf, leaf, target, body, head, prompt, guarded };
            let result = self.kind.ask(turn).await;
            asking.over();
            let mut answer = result?;
            answer.cache = *status;
            let kept = HeaderMap::from_iter([(CONTENT_TYPE, answer.content_type.clone())]);
            let mut whole = None;
            match &answer.body {
                Reply::Whole(bytes) => {
                    answer.bill = meter.take().and_then(|meter| meter.settle(answer.used.as_ref()));
                    whole = Some((answer.status, bytes.clone()));
                }
                Reply::Stream(_) => {
                    let recording = lead.take().and_then(|lead| lead.record(answer.status, &kept));
                    answer.account = meter.take().map(|meter| Account::new(meter, recording));
                }
            }
            let mut judged = match guarded {
                Some(guarded) => guarded.after(answer).await?,
                None => Judged { answer, marked: false },
            };
            // It may yet give way to another target's, which mustn't wait for it, nor others.
            if judged.answer.status == MARKED
                && let Some(account) = &mut judged.answer.account
            {
                account.forget_recording();
            }
            if judged.marked && leaf.retry.on_status.contains(MARKED) && leaf.retry.attempts > 0 {
                *marked = Some(judged.answer);
                let why = "a guardrail marked the answer, and its status is to be tried again";
                return Err(Failure {
                    sent: true,
                    ..Failure::new(FailureKind::Denied, why).with_status(MARKED)
                });
            }
            // As it came: whoever takes it out again has it judged again.
            let kept_for_others = whole.filter(|_| judged.answer.lasting);
            if let (Some(lead), Some((status, bytes))) = (lead.take(), kept_for_others) {
                lead.whole(status, &kept, &bytes);
            }
            Ok(judged.answer)
        })
    }

    fn status(&self, answer: &Answer) -> u16 {
        answer.status
    }

    fn last_resort(&self, ready: &mut Ready) -> Option<Answer> {
        ready.marked.take()
    }
}

impl<K: Kind> Tries<'_, K> {
    /// Reserves what the call may use.
    async fn meter(&self, target: &Target, body: &[u8], head: &Head) -> Result<Meter, Failure> {
        let Behalf { services, asked, endpoint, config, .. } = &self.behalf;
        let facts = services.providers.model(&target.name, &target.model);
        let rates = facts.price.as_ref().and_then(Rates::new);
        let prompt = body_tokens(body);
        let reservation = match &services.limits {
            None => None,
            Some(limits) => {
                let subject = Subject {
                    tenant: asked.caller.tenant.as_deref(),
                    api_key: asked.caller.key.as_deref(),
                    provider: Some(&target.name),
                    model: Some(&target.model),
                    config: config.as_deref(),
                    endpoint: Some(endpoint),
                    metadata: &asked.wishes.metadata,
                };
                let matching = limits.matching(&subject);
                if matching.is_empty() {
                    None
                } else {
                    let estimate = self.kind.estimate(prompt, head, &facts, rates.as_ref());
                    Some(limits.reserve(&matching, &estimate).await?)
                }
            }
        };
        Ok(Meter {
            metrics: Arc::clone(&services.metrics),
            caller: Arc::clone(&asked.caller),
            trace: asked.trace.clone(),
            provider: Arc::clone(&target.name),
            model: Arc::clone(&target.model),
            rates,
            prompt,
            reservation,
        })
    }
}
