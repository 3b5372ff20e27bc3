//! Guardrails and mutators of configs, run around each target's tries.
//!
//! ```text
//! prepare: the route's parameters ─ before-hooks ─ cache ─ limits
//! attempt: ask ─ after-hooks
//! ```
//!
//! A hook that denies ends the target's part with status 446, which routes
//! treat like any other; one that fails and may not deny marks the answer with
//! status 246. A check that can't say anything, as one whose service isn't
//! there, lets pass unless it has `failOnError`: so it is in Portkey, and
//! configs count on it. Answers from the cache are judged like fresh ones, and
//! what is denied isn't cached. Of a queued request the result is judged when it
//! is delivered ([`Later`]).

mod after;
mod later;
mod network;
mod prefix;
mod run;
mod shown;
mod text;
mod told;
mod watch;

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use jackfield_router::config::{Check, Hook};
use jackfield_router::guard::{HookReport, Results, Rule, Stage};
use jackfield_router::{Failure, FailureKind, Leaf};
use jackfield_runtime::egress::policy::PolicyError;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

pub(crate) use after::Judged;
pub(crate) use later::Later;
pub(crate) use shown::{MARKED, denial};
pub(crate) use text::Form;

use crate::call::{Behalf, Target};
use crate::metrics::Metrics;
use crate::settings::HookSettings;
use network::Network;
use run::{Material, Run};

/// The most hooks that run beside requests at once; further ones are left out,
/// and told of in the log.
const BESIDE: usize = 256;

/// What runs hooks. Cloning is cheap and gives the same one.
#[derive(Debug, Clone)]
pub(crate) struct Guardrails {
    network: Arc<Network>,
    saved: Arc<BTreeMap<String, Hook>>,
    beside: Arc<Semaphore>,
    metrics: Arc<Metrics>,
}

/// What is known of a request for all hooks.
#[derive(Debug)]
pub(super) struct Scene {
    form: Form,
    stream: bool,
    provider: Arc<str>,
    model: Arc<str>,
    metadata: BTreeMap<String, String>,
    headers: HeaderMap,
    key: Option<String>,
    trace: Option<String>,
    /// Of a result that is delivered later: where in it its text is, as a JSON
    /// pointer.
    text_at: Option<Box<str>>,
}

impl Scene {
    /// The same for a result that comes later, without what nobody needs then.
    fn for_later(&self, text: &str) -> Self {
        Self {
            form: self.form,
            stream: false,
            provider: Arc::clone(&self.provider),
            model: Arc::clone(&self.model),
            metadata: self.metadata.clone(),
            headers: HeaderMap::new(),
            key: self.key.clone(),
            trace: self.trace.clone(),
            text_at: Some(text.into()),
        }
    }
}

/// A request to a target with hooks, after those that stand before it.
#[derive(Debug)]
pub(crate) struct Guarded {
    guardrails: Guardrails,
    scene: Arc<Scene>,
    leaf: Arc<Leaf>,
    /// As it goes to the target.
    request: Bytes,
    before: Vec<HookReport>,
    /// The most bytes of an answer that is looked at.
    most: usize,
}

impl Guardrails {
    /// # Errors
    /// A grant that opens what can't be opened.
    pub(crate) fn new(
        settings: &HookSettings,
        saved: BTreeMap<String, Hook>,
        metrics: Arc<Metrics>,
    ) -> Result<Self, PolicyError> {
        let network = Arc::new(Network::new(settings)?);
        Ok(Self { network, saved: Arc::new(saved), beside: Arc::new(Semaphore::new(BESIDE)), metrics })
    }

    /// The guardrail that is saved under this id.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn saved(&self, id: &str) -> Result<Hook, String> {
        self.saved.get(id).cloned().ok_or_else(|| {
            format!(
                "no guardrail is saved as {id:?}: write it as [server.guardrails.{id}], or its checks here"
            )
        })
    }

    /// A saved guardrail that can't do what it is there for, and why.
    pub(crate) fn forbidden(&self) -> Option<(String, String)> {
        self.saved.iter().find_map(|(name, hook)| {
            let why = hook.written().iter().find_map(|check| self.permits(check).err())?;
            Some((name.clone(), why))
        })
    }

    /// Whether a check can do what it is there for.
    ///
    /// # Errors
    /// Why not, and what to write.
    pub(crate) fn permits(&self, check: &Check) -> Result<(), String> {
        match &check.rule {
            Rule::Remote(remote) => {
                self.network.permits(remote).map_err(|why| format!("{:?}: {why}", check.id))
            }
            _ => Ok(()),
        }
    }

    /// Runs the hooks before a request; nothing where the target has none at
    /// all. They may change the body.
    ///
    /// # Errors
    /// A hook denies, with status 446; or hooks can't be run here.
    pub(crate) async fn before(
        &self,
        form: Option<Form>,
        leaf: &Arc<Leaf>,
        behalf: &Behalf<'_>,
        target: &Target,
        stream: bool,
        body: &mut Bytes,
    ) -> Result<Option<Arc<Guarded>>, Failure> {
        if leaf.before.is_empty() && leaf.after.is_empty() {
            return Ok(None);
        }
        let refused = |why: String| Failure::new(FailureKind::InvalidRequest, why);
        let Some(form) = form else {
            return Err(refused(
                "guardrails look at chats, completions, responses, messages and embeddings; this target has some, \
                 and can't be asked for anything else"
                    .to_owned(),
            ));
        };
        let rewrites = |hook: &Hook| {
            hook.written().iter().any(|check| matches!(check.rule, Rule::Replace(_) | Rule::Prefix(_)))
        };
        if stream && leaf.after.iter().any(rewrites) {
            return Err(refused(
                "a mutator rewrites this target's answers, which it can't while they stream: ask without `stream`"
                    .to_owned(),
            ));
        }
        let asked = behalf.asked;
        let mut metadata = (*leaf.metadata).clone();
        metadata.extend(asked.wishes.metadata.clone());
        let trace = behalf.headers.get("x-portkey-trace-id").and_then(|trace| trace.to_str().ok());
        let scene = Arc::new(Scene {
            form,
            stream,
            provider: Arc::clone(&target.name),
            model: Arc::clone(&target.model),
            metadata,
            headers: behalf.headers.clone(),
            key: asked.caller.key.as_deref().map(str::to_owned),
            trace: trace.map(str::to_owned),
            text_at: None,
        });
        let before = self.run_before(&scene, leaf, body).await?;
        let request = body.clone();
        let most = behalf.services.answer_limit;
        let (guardrails, leaf) = (self.clone(), Arc::clone(leaf));
        Ok(Some(Arc::new(Guarded { guardrails, scene, leaf, request, before, most })))
    }

    async fn run_before(
        &self,
        scene: &Arc<Scene>,
        leaf: &Arc<Leaf>,
        body: &mut Bytes,
    ) -> Result<Vec<HookReport>, Failure> {
        if leaf.before.is_empty() {
            return Ok(Vec::new());
        }
        let mut material = Material::new(scene.form, Stage::Before, body.clone()).map_err(|error| {
            let why = format!("guardrails can't read the request: {error}");
            Failure { internal: true, ..Failure::new(FailureKind::InvalidRequest, why) }
        })?;
        self.detach(scene, &leaf.before, Stage::Before, None, &material);
        let waited: Vec<&Hook> = leaf.before.iter().filter(|hook| !hook.detached).collect();
        let run = Run { network: &self.network, scene, stage: Stage::Before, request: None };
        let reports = run.hooks(&waited, &mut material).await;
        told::told(scene, &reports, &self.metrics);
        let results = Results { before_request_hooks: reports, after_request_hooks: Vec::new() };
        if results.denies() {
            return Err(shown::denied(&scene.provider, &results, false));
        }
        if let Some(changed) = material.body {
            *body = changed;
        }
        Ok(results.before_request_hooks)
    }

    /// Runs the hooks before an answer.
    async fn run_after(
        &self,
        scene: &Arc<Scene>,
        hooks: &[Hook],
        request: &Bytes,
        mut material: Material,
    ) -> (Vec<HookReport>, Material) {
        self.detach(scene, hooks, Stage::After, Some(request), &material);
        let hooks: Vec<&Hook> = hooks.iter().filter(|hook| !hook.detached).collect();
        let run = Run { network: &self.network, scene, stage: Stage::After, request: Some(request) };
        let reports = run.hooks(&hooks, &mut material).await;
        told::told(scene, &reports, &self.metrics);
        (reports, material)
    }

    /// Leave to run hooks beside requests, as long as not too many do.
    fn beside(&self, scene: &Scene) -> Option<OwnedSemaphorePermit> {
        let permit = Arc::clone(&self.beside).try_acquire_owned();
        if permit.is_err() {
            tracing::warn!(
                target: "jackfield::guardrail",
                provider = &*scene.provider,
                "guardrails that run beside requests are left out: {BESIDE} are running"
            );
        }
        permit.ok()
    }

    /// Starts the hooks that nobody waits for.
    fn detach(
        &self,
        scene: &Arc<Scene>,
        hooks: &[Hook],
        stage: Stage,
        request: Option<&Bytes>,
        material: &Material,
    ) {
        let hooks: Vec<Hook> = hooks.iter().filter(|hook| hook.detached).cloned().collect();
        if hooks.is_empty() {
            return;
        }
        let Some(permit) = self.beside(scene) else { return };
        let (own, scene) = (self.clone(), Arc::clone(scene));
        let (request, mut material) = (request.cloned(), material.clone());
        tokio::spawn(async move {
            let hooks: Vec<&Hook> = hooks.iter().collect();
            let run = Run { network: &own.network, scene: &scene, stage, request: request.as_ref() };
            let reports = run.hooks(&hooks, &mut material).await;
            told::told(&scene, &reports, &own.metrics);
            drop(permit);
        });
    }
}
