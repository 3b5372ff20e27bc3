//! Runs hooks: checks side by side or one after the other, what they change in
//! its order, and what each came to.

use std::time::{Instant, SystemTime};

use bytes::Bytes;
use futures_util::future::join_all;
use jackfield_router::config::{Check, Hook};
use jackfield_router::guard::{
    CheckError, CheckReport, Finding, HookReport, Remote, Replace, Rule, Stage, Subject, Timing,
};

use super::network::{Context, Network};
use super::text::{Form, Part, Unreadable, delivered, joined, of_answer, of_request, replaced};
use super::{Scene, prefix};

/// What hooks look at.
#[derive(Debug, Clone)]
pub(super) struct Material {
    /// The JSON that it is from. A stream that was put together has none, and
    /// can't be rewritten.
    pub(super) body: Option<Bytes>,
    pub(super) parts: Vec<Part>,
}

impl Material {
    /// A request, or a whole answer.
    pub(super) fn new(form: Form, stage: Stage, body: Bytes) -> Result<Self, Unreadable> {
        let parts = match stage {
            Stage::Before => vec![of_request(form, &body)?],
            Stage::After => of_answer(form, &body)?,
        };
        Ok(Self { body: Some(body), parts })
    }

    /// The same by what the scene says of it: a result that was delivered has its
    /// text where the operator says.
    pub(super) fn of(scene: &Scene, stage: Stage, body: Bytes) -> Result<Self, Unreadable> {
        match &scene.text_at {
            Some(text) => Ok(Self { parts: delivered::read(&body, text)?, body: Some(body) }),
            None => Self::new(scene.form, stage, body),
        }
    }
}

/// One run.
pub(super) struct Run<'r> {
    pub(super) network: &'r Network,
    pub(super) scene: &'r Scene,
    pub(super) stage: Stage,
    /// The request that the answer is for.
    pub(super) request: Option<&'r Bytes>,
}

/// What a check came to, and what it makes of the body.
type Checked = (Result<Finding, CheckError>, Option<Bytes>);

impl Run<'_> {
    /// Runs hooks in their order; those that change nothing side by side.
    pub(super) async fn hooks(&self, hooks: &[&Hook], material: &mut Material) -> Vec<HookReport> {
        let mut reports = Vec::with_capacity(hooks.len());
        let mut rest = hooks;
        while !rest.is_empty() {
            let beside = rest.iter().take_while(|hook| !changes(hook)).count().max(1);
            let (now, later) = rest.split_at(beside);
            let seen = &*material;
            let done = join_all(now.iter().map(|hook| self.hook(hook, seen))).await;
            for (report, changed) in done {
                reports.push(report);
                if let Some(changed) = changed {
                    *material = changed;
                }
            }
            rest = later;
        }
        reports
    }

    async fn hook(&self, hook: &Hook, material: &Material) -> (HookReport, Option<Material>) {
        let (began, clock) = (SystemTime::now(), Instant::now());
        let mut changed = None;
        let checks = if hook.sequential || changes(hook) {
            let mut reports = Vec::new();
            for check in hook.written() {
                let (report, new) = self.check(check, changed.as_ref().unwrap_or(material)).await;
                reports.push(report);
                changed = new.or(changed);
            }
            reports
        } else {
            let checks = hook.written().iter().map(|check| self.check(check, material));
            join_all(checks).await.into_iter().map(|(report, _)| report).collect()
        };
        (HookReport::new(hook, checks, Timing { began, took: clock.elapsed() }), changed)
    }

    async fn check(&self, check: &Check, material: &Material) -> (CheckReport, Option<Material>) {
        let (began, clock) = (SystemTime::now(), Instant::now());
        let (mut found, body) = match &check.rule {
            Rule::Judge(judge) => (self.worst(material, |subject| judge.judge(subject)), None),
            Rule::Replace(replace) => replacing(replace, material),
            Rule::Prefix(prefix) => {
                let body = material.body.as_ref();
                let new = body.and_then(|body| prefix::apply(prefix, self.scene.form, body));
                let data = serde_json::json!({ "prefix": prefix.text, "applyToRole": prefix.role.name() });
                (Ok(Finding { verdict: true, data }), new)
            }
            Rule::Remote(remote) => self.remote(remote, material).await,
            _ => (Err(CheckError::new("Unsupported", "this gateway doesn't run this check")), None),
        };
        let mut changed = None;
        match body.map(|body| Material::of(self.scene, self.stage, body)) {
            Some(Ok(new)) => changed = Some(new),
            Some(Err(error)) => {
                found =
                    Err(CheckError::new("BadAnswer", format!("what was rewritten can't be read: {error}")));
            }
            None => {}
        }
        let timing = Timing { began, took: clock.elapsed() };
        (CheckReport::new(check, found, changed.is_some(), timing), changed)
    }

    /// The worst of what is said of each part: a bad verdict before an error,
    /// and an error before a good verdict.
    fn worst(
        &self,
        material: &Material,
        judge: impl Fn(&Subject<'_>) -> Result<Finding, CheckError>,
    ) -> Result<Finding, CheckError> {
        let nothing = vec![Part::new()];
        let parts = if material.parts.is_empty() { &nothing } else { &material.parts };
        let mut worst: Option<Result<Finding, CheckError>> = None;
        for part in parts {
            let text = joined(part);
            let found = judge(&self.subject(&text));
            let rank = |found: &Result<Finding, CheckError>| match found {
                Ok(Finding { verdict: false, .. }) => 0,
                Err(_) => 1,
                Ok(_) => 2,
            };
            if worst.as_ref().is_none_or(|worst| rank(&found) < rank(worst)) {
                worst = Some(found);
            }
        }
        worst.unwrap_or_else(|| Err(CheckError::new("MissingText", "there is no text to look at")))
    }

    fn subject<'s>(&'s self, text: &'s str) -> Subject<'s> {
        Subject {
            stage: self.stage,
            kind: self.scene.form.kind(),
            stream: self.scene.stream,
            text,
            provider: &self.scene.provider,
            model: &self.scene.model,
            metadata: &self.scene.metadata,
        }
    }

    async fn remote(&self, remote: &Remote, material: &Material) -> Checked {
        let texts: Vec<String> = material.parts.iter().map(joined).collect();
        let text = texts.join("\n");
        let (request, answer) = match self.stage {
            Stage::Before => (material.body.as_ref(), None),
            Stage::After => (self.request, material.body.as_deref()),
        };
        let context = Context {
            scene: self.scene,
            stage: self.stage,
            request: request.map_or(&[], |body| body),
            answer,
            text: &text,
            metadata: &self.scene.metadata,
        };
        match remote {
            Remote::Webhook(hook) => match self.network.webhook(hook, &context).await {
                Ok((found, None)) => (Ok(found), None),
                Ok((_, Some(_))) if material.body.is_none() => {
                    (Err(CheckError::new("BadAnswer", "the webhook rewrote a stream, which can't be")), None)
                }
                Ok((found, changed)) => (Ok(found), changed),
                Err(error) => (Err(error), None),
            },
            Remote::Log(log) => (self.network.log(log, &context).await, None),
            Remote::Urls(urls) => (self.network.urls(*urls, &text).await, None),
            Remote::Jwt(jwt) => (self.network.jwt(jwt, &self.scene.headers).await, None),
            _ => (Err(CheckError::new("Unsupported", "this gateway doesn't run this check")), None),
        }
    }
}

fn changes(hook: &Hook) -> bool {
    hook.written().iter().any(|check| check.rule.rewrites())
}

fn replacing(replace: &Replace, material: &Material) -> Checked {
    let pieces = material.parts.iter().flatten();
    let edits: Vec<_> = pieces.filter_map(|piece| Some((&piece.span, replace.apply(&piece.text)?))).collect();
    let matched = !edits.is_empty();
    match &material.body {
        _ if !matched => (Ok(replace.finding(false)), None),
        Some(body) => (Ok(replace.finding(true)), Some(replaced(body, edits.into_iter()))),
        None => (Err(CheckError::new("Stream", "a stream can't be rewritten")), None),
    }
}
