//! The way through groups, nested as they come: balancing and conditions.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use super::record::{AttemptRecord, Decision, Failed, Hold, Routed, What};
use super::{Attempt, BoxFuture, Router};
use crate::balance::{Candidate, InFlight};
use crate::breaker::Pass;
use crate::facts::Facts;
use crate::failure::{Failure, FailureKind};
use crate::plan::{Conditional, Leaf, Loadbalance, Node};
use crate::random::Random;

pub(super) const OPEN: &str = "its circuit breaker is open";
pub(super) const ALL_OPEN: &str = "every circuit breaker of its group is open, so none of them counts";

/// An answer on its way out of the tree.
pub(super) struct Won<T> {
    pub(super) answer: T,
    pub(super) leaf: Arc<Leaf>,
    pub(super) retries: i32,
    /// Whether a target was asked for it: otherwise it says nothing of how one
    /// fares.
    pub(super) asked: bool,
    pub(super) in_flight: Vec<InFlight>,
}

/// A failure on its way out of the tree.
pub(super) struct Lost {
    pub(super) failure: Failure,
    pub(super) leaf: Option<Arc<Leaf>>,
    pub(super) retries: i32,
    /// Whether a target was asked.
    pub(super) asked: bool,
}

pub(super) type Outcome<T> = Result<Won<T>, Box<Lost>>;

/// One request's way through a plan.
pub(super) struct Walk<'w, A> {
    pub(super) router: &'w Router,
    pub(super) facts: &'w Facts,
    pub(super) attempt: &'w A,
    pub(super) attempts: Vec<AttemptRecord>,
    decisions: Vec<Decision>,
}

impl<'w, A: Attempt> Walk<'w, A> {
    pub(super) fn new(router: &'w Router, facts: &'w Facts, attempt: &'w A) -> Self {
        Self { router, facts, attempt, attempts: Vec::new(), decisions: Vec::new() }
    }

    pub(super) async fn root(&mut self, plan: &'w Node) -> Outcome<A::Answer> {
        if let Node::Leaf(leaf) = plan {
            self.decide(&leaf.path, What::Chosen, "the only target");
        }
        // A target without alternatives is used however it fares.
        let pass = plan.enter(self.now(), true).unwrap_or_else(Pass::free);
        self.go(plan, pass).await
    }

    pub(super) fn finish(self, outcome: Outcome<A::Answer>) -> Result<Routed<A::Answer>, Box<Failed>> {
        let Self { attempts, decisions, .. } = self;
        match outcome {
            Ok(Won { answer, leaf, retries, in_flight, .. }) => Ok(Routed {
                answer,
                path: Arc::clone(&leaf.path),
                hold: Hold { leaf: Arc::clone(&leaf), in_flight },
                leaf,
                attempts,
                decisions,
                retries,
            }),
            Err(lost) => {
                let Lost { failure, leaf, retries, .. } = *lost;
                Err(Box::new(Failed { failure, leaf, attempts, decisions, retries }))
            }
        }
    }

    /// One node. Only groups need a future of their own on the heap.
    pub(super) async fn go(&mut self, node: &'w Node, pass: Pass<'w>) -> Outcome<A::Answer> {
        match node {
            Node::Leaf(leaf) => self.leaf(leaf, pass).await,
            group => self.group(group).await,
        }
    }

    fn group<'s>(&'s mut self, node: &'w Node) -> BoxFuture<'s, Outcome<A::Answer>>
    where
        'w: 's,
    {
        Box::pin(async move {
            match node {
                Node::Leaf(leaf) => self.leaf(leaf, Pass::free()).await,
                Node::Single(group) => match group.targets.first() {
                    Some(target) => self.only(target, "the first target of a single strategy").await,
                    None => Err(no_target(&group.path, "it has no targets")),
                },
                Node::Fallback(fallback) => self.fallback(fallback).await,
                Node::Loadbalance(balance) => self.loadbalance(balance).await,
                Node::Conditional(conditional) => self.conditional(conditional).await,
            }
        })
    }

    /// A target without alternatives.
    pub(super) async fn only(
        &mut self,
        target: &'w Node,
        why: impl Into<Cow<'static, str>>,
    ) -> Outcome<A::Answer> {
        self.decide(target.path(), What::Chosen, why);
        let pass = target.enter(self.now(), true).unwrap_or_else(Pass::free);
        self.go(target, pass).await
    }

    async fn loadbalance(&mut self, balance: &'w Loadbalance) -> Outcome<A::Answer> {
        let Some((place, pass)) = self.pick(balance) else {
            return Err(no_target(&balance.group.path, "none of its targets has a weight"));
        };
        let load = &balance.loads[place];
        let call = load.begin();
        let began = self.now();
        let outcome = self.go(&balance.group.targets[place], pass).await;
        let now = self.now();
        match outcome {
            Ok(mut won) => {
                if won.asked {
                    load.answered(now.saturating_duration_since(began), now);
                }
                won.in_flight.push(call);
                Ok(won)
            }
            Err(lost) => {
                if lost.asked && lost.failure.blames_target() {
                    load.failed(now);
                }
                Err(lost)
            }
        }
    }

    /// Chooses a target and gets through its breaker.
    fn pick(&mut self, balance: &'w Loadbalance) -> Option<(usize, Pass<'w>)> {
        let (now, targets) = (self.now(), &balance.group.targets);
        let candidates = balance.weights.iter().zip(&balance.loads).enumerate();
        let mut candidates: Vec<Candidate<'_>> = candidates
            .filter(|(_, (weight, _))| **weight > 0.0)
            .map(|(place, (weight, load))| Candidate { place, weight: *weight, load })
            .collect();
        let forced = !candidates.iter().any(|candidate| targets[candidate.place].usable(now));
        if !forced {
            candidates.retain(|candidate| {
                let usable = targets[candidate.place].usable(now);
                if !usable {
                    self.decide(targets[candidate.place].path(), What::Skipped, OPEN);
                }
                usable
            });
        }
        let key = balance.sticky.as_ref().and_then(|table| Some((table, table.key(self.facts)?)));
        let stuck = key.and_then(|(table, key)| table.get(key, now));
        if let Some(place) = stuck
            && let Some(target) = targets.get(place)
            && let Some(pass) = target.enter(now, forced)
        {
            self.decide(target.path(), What::Chosen, "the one of earlier requests like this");
            return Some((place, pass));
        }
        let router = self.router;
        let random: &dyn Random = &*router.random;
        loop {
            let (chosen, why) = balance.balancer.choose(&candidates, now, random)?;
            let place = candidates[chosen].place;
            // Another request may have got the only way through meanwhile.
            let last = candidates.len() == 1;
            let Some(pass) = targets[place].enter(now, forced || last) else {
                self.decide(targets[place].path(), What::Skipped, OPEN);
                candidates.swap_remove(chosen);
                continue;
            };
            if let Some((table, key)) = key {
                table.put(key, place, now);
            }
            self.decide(targets[place].path(), What::Chosen, if forced { ALL_OPEN } else { why });
            return Some((place, pass));
        }
    }

    async fn conditional(&mut self, conditional: &'w Conditional) -> Outcome<A::Answer> {
        let Some((place, why)) = conditional.choose(self.facts) else {
            let why = "no condition holds and there is no default";
            self.decide(&conditional.group.path, What::Stopped, why);
            return Err(no_target(&conditional.group.path, why));
        };
        match conditional.group.targets.get(place) {
            Some(target) => self.only(target, why).await,
            None => Err(no_target(&conditional.group.path, "its condition names no target")),
        }
    }

    pub(super) fn now(&self) -> Instant {
        self.router.clock.now()
    }

    /// Whether an answer is of no more use.
    pub(super) fn is_over(&self) -> bool {
        self.facts.deadline.is_some_and(|deadline| self.now() >= deadline)
    }

    pub(super) fn decide(&mut self, path: &Arc<str>, what: What, why: impl Into<Cow<'static, str>>) {
        let why = why.into();
        tracing::debug!(target: "jackfield::router", path = &**path, %what, why = &*why);
        self.decisions.push(Decision { path: Arc::clone(path), what, why });
    }
}

impl Conditional {
    /// The place of the target for this request, and why.
    pub(crate) fn choose(&self, facts: &Facts) -> Option<(usize, Cow<'static, str>)> {
        let holds = self.conditions.iter().position(|(query, _)| query.holds(facts, &self.metadata));
        match holds {
            Some(number) => Some((self.conditions[number].1, format!("condition {number} holds").into())),
            None => self.default.map(|place| (place, "no condition holds: the default".into())),
        }
    }
}

/// No other group could do better: it is what was written that fails.
pub(super) fn no_target(path: &str, why: &str) -> Box<Lost> {
    let message = format!("the route {path} has no target for this request: {why}");
    let failure = Failure { internal: true, ..Failure::new(FailureKind::NoTarget, message) };
    Box::new(Lost { failure, leaf: None, retries: 0, asked: false })
}
