//! Hooks that stand before an answer which comes later and by another way: the
//! result of a queued request, which its provider delivers by itself.
//!
//! Against: an answer that is denied only to those who wait for it. What can't
//! be read is denied where a hook denies or rewrites, since one that can't see a
//! thing can't be content with it. Kept for days, so nothing is in it that the
//! hooks don't need: no header of the client's, and no key.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use jackfield_router::Failure;
use jackfield_router::config::Hook;
use jackfield_router::guard::{Results, Rule, Stage};

use super::run::Material;
use super::text::{Unreadable, delivered};
use super::{Guarded, Guardrails, Scene, shown};

/// The longest request that is kept for days, for services that are told of it.
const TOLD: usize = 256 << 10;

/// The hooks that stand before an answer which comes later.
#[derive(Debug)]
pub(crate) struct Later {
    guardrails: Guardrails,
    scene: Arc<Scene>,
    hooks: Vec<Hook>,
    request: Bytes,
}

/// A result that hooks let pass.
#[derive(Debug)]
pub(crate) struct Passed {
    /// The whole delivery, if they rewrote its result.
    pub(crate) rewritten: Option<Bytes>,
    /// Whether a hook had a bad verdict on it.
    pub(crate) marked: bool,
    results: Results,
}

impl Passed {
    /// What is answered, with what the hooks came to.
    pub(crate) fn shown(&self, answer: &Bytes) -> Bytes {
        match self.results.is_empty() {
            true => answer.clone(),
            false => shown::with_results(answer, &self.results),
        }
    }
}

impl Guarded {
    /// What judges an answer that comes later, whose text is at this JSON pointer
    /// of its result; nothing where no hook stands before it.
    pub(crate) fn later(&self, text: &str) -> Option<Arc<Later>> {
        if self.leaf.after.is_empty() {
            return None;
        }
        // Only other services are told of the request.
        let hooks = self.leaf.after.clone();
        let tells = hooks.iter().flat_map(Hook::written).any(|check| matches!(check.rule, Rule::Remote(_)));
        let kept = tells && self.request.len() <= TOLD;
        let request = if kept { Bytes::copy_from_slice(&self.request) } else { Bytes::new() };
        let scene = Arc::new(self.scene.for_later(text));
        Some(Arc::new(Later { guardrails: self.guardrails.clone(), scene, hooks, request }))
    }
}

impl Later {
    /// About how many bytes it keeps.
    pub(crate) fn weight(&self) -> usize {
        let metadata = self.scene.metadata.iter().map(|(name, value)| name.len() + value.len() + 64);
        self.request.len() + self.hooks.iter().map(Hook::weight).sum::<usize>() + metadata.sum::<usize>()
    }

    /// Runs the hooks on a delivery whose result is at this JSON pointer.
    /// A delivery that tells of errors and has no result has nothing to judge.
    ///
    /// # Errors
    /// A hook denies, with status 446, or can't see what it would have to.
    pub(crate) async fn judge(
        &self,
        delivery: &Bytes,
        result: &str,
        failed: bool,
    ) -> Result<Passed, Failure> {
        let nothing = |marked| Passed { rewritten: None, marked, results: Results::default() };
        let (place, material) = match self.material(delivery, result) {
            Ok(Some(found)) => found,
            Ok(None) if failed => return Ok(nothing(false)),
            Ok(None) => return self.unseen(&"it has no result").map(|()| nothing(true)),
            Err(error) => return self.unseen(&error).map(|()| nothing(true)),
        };
        let (guardrails, scene) = (&self.guardrails, &self.scene);
        let before = material.body.clone();
        let (reports, material) = guardrails.run_after(scene, &self.hooks, &self.request, material).await;
        let results = Results { before_request_hooks: Vec::new(), after_request_hooks: reports };
        if results.denies() {
            return Err(shown::denied(&scene.provider, &results, true));
        }
        let rewritten = material.body.filter(|body| Some(body) != before.as_ref());
        let spliced = |body: Bytes| [&delivery[..place.start], &body[..], &delivery[place.end..]].concat();
        let rewritten = rewritten.map(|body| spliced(body).into());
        Ok(Passed { rewritten, marked: results.has_failed(), results })
    }

    fn material(
        &self,
        delivery: &Bytes,
        result: &str,
    ) -> Result<Option<(Range<usize>, Material)>, Unreadable> {
        let Some(place) = delivered::place(delivery, result)? else { return Ok(None) };
        let material = Material::of(&self.scene, Stage::After, delivery.slice(place.clone()))?;
        Ok(Some((place, material)))
    }

    /// What becomes of a result that can't be read.
    fn unseen(&self, why: &dyn std::fmt::Display) -> Result<(), Failure> {
        let provider = &self.scene.provider;
        let closed = |hook: &Hook| hook.deny || hook.written().iter().any(|check| check.rule.rewrites());
        if !self.hooks.iter().any(closed) {
            tracing::warn!(
                target: "jackfield::guardrail",
                provider = &**provider,
                %why,
                "guardrails couldn't look at a result that was delivered"
            );
            return Ok(());
        }
        let message = format!(
            "guardrails can't read the result that was delivered, and one of them denies or rewrites what it sees: \
             {why}; write where its text is as `text` of the receiver"
        );
        Err(Failure { message, ..shown::denied(provider, &Results::default(), true) })
    }
}
