//! The way through a fallback: one target after the other until one is good
//! enough.
//!
//! A list of statuses goes for answers as for failures, as in Portkey: 246, an
//! answer that guardrails marked and let pass, falls over where it is listed.
//! Such an answer is kept until a later target has a better one, so that nobody
//! gets an error where there was an answer.

use std::borrow::Cow;

use super::Attempt;
use super::record::What;
use super::walk::{ALL_OPEN, OPEN, Outcome, Walk, Won, no_target};
use crate::plan::Fallback;

impl<'w, A: Attempt> Walk<'w, A> {
    pub(super) async fn fallback(&mut self, fallback: &'w Fallback) -> Outcome<A::Answer> {
        let mut kept = None;
        let outcome = self.first_good(fallback, &mut kept).await;
        match (outcome, kept) {
            (Err(_), Some(won)) => {
                self.decide(&won.leaf.path, What::Chosen, "its answer stands: no later target has one");
                Ok(won)
            }
            (outcome, _) => outcome,
        }
    }

    /// The first answer that isn't to fall over, or else the last target's;
    /// `kept` is the newest one before it.
    async fn first_good(
        &mut self,
        fallback: &'w Fallback,
        kept: &mut Option<Won<A::Answer>>,
    ) -> Outcome<A::Answer> {
        let targets = &fallback.group.targets;
        let now = self.now();
        let forced = !targets.iter().any(|target| target.usable(now));
        let listed = |status| fallback.on_status.as_ref().map(|statuses| statuses.contains(status));
        let mut last = None;
        for (place, target) in targets.iter().enumerate() {
            let Some(pass) = target.enter(self.now(), forced) else {
                self.decide(target.path(), What::Skipped, OPEN);
                continue;
            };
            let why = match (forced, last.is_some() || kept.is_some()) {
                (true, _) => ALL_OPEN,
                (false, false) => "the first target that can be used",
                (false, true) => "the next target",
            };
            self.decide(target.path(), What::Chosen, why);
            let more = place + 1 < targets.len();
            let lost = match self.go(target, pass).await {
                Ok(won) => {
                    let status = self.attempt.status(&won.answer);
                    if !more || listed(status) != Some(true) || self.is_over() {
                        return Ok(won);
                    }
                    self.decide(target.path(), What::FellBack, format!("status {status}"));
                    *kept = Some(won);
                    continue;
                }
                Err(lost) => lost,
            };
            let status = lost.failure.status;
            let why: Cow<'static, str> = if lost.failure.internal {
                "an error of the gateway itself isn't failed over".into()
            } else if self.is_over() {
                "the request's deadline has passed".into()
            } else if listed(status) == Some(false) {
                format!("status {status} isn't in on_status_codes").into()
            } else {
                if more {
                    self.decide(target.path(), What::FellBack, format!("status {status}"));
                }
                last = Some(lost);
                continue;
            };
            self.decide(target.path(), What::Stopped, why);
            return Err(lost);
        }
        if let Some(lost) = last {
            return Err(lost);
        }
        match (kept.take(), targets.first()) {
            // All behind the answer that is kept are left alone.
            (Some(won), _) => Ok(won),
            // Every breaker opened between the look and the try.
            (None, Some(target)) => self.only(target, ALL_OPEN).await,
            (None, None) => Err(no_target(&fallback.group.path, "it has no targets")),
        }
    }
}
