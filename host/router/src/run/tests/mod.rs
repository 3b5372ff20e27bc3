//! Walks over scripted targets: no time passes and nothing is left to luck.

use std::collections::HashMap;
use std::future::pending;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;
use crate::failure::FailureKind;
use crate::testing::{Script, TestClock, plan};

mod balance;
mod breaker;
mod fallback;
mod prepared;
mod retries;
mod timeouts;

/// What a target does when it is asked.
#[derive(Debug, Clone)]
enum Act {
    Answer,
    /// Answers with this status.
    Marked(u16),
    /// Isn't to be asked.
    Refuse(Failure),
    /// Needn't be asked.
    Known,
    Fail(Failure),
    /// Answers after this long.
    Slow(Duration),
    Hang,
}

/// Targets by provider; each does its acts in turn, the last one for ever.
#[derive(Debug)]
struct Targets {
    clock: TestClock,
    acts: Mutex<HashMap<String, Vec<Act>>>,
    calls: Mutex<Vec<(String, u32)>>,
}

impl Targets {
    fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().iter().map(|(provider, _)| provider.clone()).collect()
    }

    fn set(&self, provider: &str, acts: &[Act]) {
        self.acts.lock().unwrap().insert(provider.to_owned(), acts.to_vec());
    }
}

impl Attempt for Targets {
    type Answer = String;
    type Ready = ();

    fn prepare<'a>(&'a self, leaf: &'a Arc<Leaf>) -> BoxFuture<'a, Result<Prepared<Self>, Failure>> {
        let acts = self.acts.lock().unwrap();
        let provider = leaf.provider.as_deref().unwrap_or("none");
        let prepared = match acts.get(provider).and_then(|acts| acts.first()) {
            Some(Act::Refuse(failure)) => Err(failure.clone()),
            Some(Act::Known) => Ok(Prepared::Answered(format!("known answer of {provider}"))),
            _ => Ok(Prepared::Ready(())),
        };
        Box::pin(std::future::ready(prepared))
    }

    fn status(&self, answer: &String) -> u16 {
        answer.split_once(' ').and_then(|(status, _)| status.parse().ok()).unwrap_or(200)
    }

    fn attempt<'a>(
        &'a self,
        leaf: &'a Arc<Leaf>,
        (): &'a mut (),
        number: u32,
    ) -> BoxFuture<'a, Result<String, Failure>> {
        Box::pin(async move {
            let provider = leaf.provider.as_deref().unwrap_or("none").to_owned();
            self.calls.lock().unwrap().push((provider.clone(), number));
            let act = {
                let mut acts = self.acts.lock().unwrap();
                let acts = acts.entry(provider.clone()).or_insert_with(|| vec![Act::Answer]);
                if acts.len() > 1 { acts.remove(0) } else { acts[0].clone() }
            };
            match act {
                Act::Answer => Ok(format!("answer of {provider}")),
                Act::Marked(status) => Ok(format!("{status} of {provider}")),
                Act::Fail(failure) | Act::Refuse(failure) => Err(failure),
                Act::Known => panic!("{provider} needn't be asked"),
                Act::Slow(after) => {
                    self.clock.sleep_until(self.clock.now() + after).await;
                    Ok(format!("late answer of {provider}"))
                }
                Act::Hang => pending().await,
            }
        })
    }
}

/// A router over targets, with a clock and chance of their own.
struct Bench {
    clock: TestClock,
    router: Router,
    targets: Targets,
}

impl Bench {
    fn new(acts: &[(&str, &[Act])]) -> Self {
        Self::with(acts, Script::units([0.5]))
    }

    fn with(acts: &[(&str, &[Act])], random: impl Random + 'static) -> Self {
        let clock = TestClock::new();
        let router = Router::new(Arc::new(clock.clone()), Arc::new(random));
        let targets = Targets { clock: clock.clone(), acts: Mutex::default(), calls: Mutex::default() };
        acts.iter().for_each(|(provider, acts)| targets.set(provider, acts));
        Self { clock, router, targets }
    }

    fn run(&self, plan: &Node) -> Result<Routed<String>, Box<Failed>> {
        self.run_with(plan, &Facts::default())
    }

    fn run_with(&self, plan: &Node, facts: &Facts) -> Result<Routed<String>, Box<Failed>> {
        self.clock.drive(self.router.run(plan, facts, &self.targets))
    }
}

fn fail(status: u16) -> Act {
    Act::Fail(failure(status))
}

fn failure(status: u16) -> Failure {
    Failure::new(FailureKind::Unavailable, "no").with_status(status)
}

fn of_user(user: &str) -> Facts {
    Facts { metadata: [("_user".to_owned(), user.to_owned())].into(), ..Facts::default() }
}

fn texts(decisions: &[Decision]) -> Vec<String> {
    decisions.iter().map(ToString::to_string).collect()
}

#[test]
fn a_lone_target_is_asked_once_and_its_answer_comes_back() {
    let bench = Bench::new(&[]);
    let routed = bench.run(&plan(r#"{"provider":"a"}"#)).unwrap();
    assert_eq!((routed.answer.as_str(), &*routed.path, routed.retries), ("answer of a", "config", 0));
    assert_eq!(routed.attempts.len(), 1);
    assert_eq!((routed.attempts[0].status, routed.attempts[0].provider.as_deref()), (None, Some("a")));
    assert_eq!(texts(&routed.decisions), ["config chosen: the only target"]);
    assert_eq!(bench.clock.passed(), Duration::ZERO);
}

#[test]
fn a_lone_targets_failure_is_the_answer() {
    let bench = Bench::new(&[("a", &[fail(503)])]);
    let failed = bench.run(&plan(r#"{"provider":"a"}"#)).unwrap_err();
    assert_eq!((failed.failure.status, failed.retries), (503, 0));
    assert_eq!(failed.leaf.unwrap().provider.as_deref(), Some("a"));
    assert_eq!(bench.targets.calls(), ["a"]);
}

#[test]
fn single_uses_its_first_target_alone() {
    let bench = Bench::new(&[("a", &[fail(500)])]);
    let plan = plan(r#"{"strategy":{"mode":"single"},"targets":[{"provider":"a"},{"provider":"b"}]}"#);
    assert_eq!(bench.run(&plan).unwrap_err().failure.status, 500);
    assert_eq!(bench.targets.calls(), ["a"]);
}

#[test]
fn conditions_choose_and_the_default_takes_the_rest() {
    let plan = plan(
        r#"{"strategy":{"mode":"conditional","default":"rest","conditions":[
              {"query":{"metadata._user":"ann"},"then":"first"},{"query":{"metadata._user":{"$in":["ann","bob"]}},"then":"second"}]},
            "targets":[{"name":"rest","provider":"r"},{"name":"first","provider":"f"},{"name":"second","provider":"s"}]}"#,
    );
    let bench = Bench::new(&[]);
    for (user, provider, path, why) in [
        ("ann", "f", "config.targets[1]", "condition 0 holds"),
        ("bob", "s", "config.targets[2]", "condition 1 holds"),
        ("eve", "r", "config.targets[0]", "no condition holds: the default"),
    ] {
        let routed = bench.run_with(&plan, &of_user(user)).unwrap();
        assert_eq!((routed.answer, &*routed.path), (format!("answer of {provider}"), path));
        assert_eq!(texts(&routed.decisions), [format!("{path} chosen: {why}")]);
    }
}

#[test]
fn conditions_see_the_metadata_that_the_config_gives() {
    let plan = plan(
        r#"{"metadata":{"_user":"ann"},"strategy":{"mode":"conditional","conditions":[{"query":{"metadata._user":"ann"},"then":"a"}]},
            "targets":[{"name":"a","provider":"a"}]}"#,
    );
    assert!(Bench::new(&[]).run(&plan).is_ok());
    assert!(Bench::new(&[]).run_with(&plan, &of_user("bob")).is_err());
}

#[test]
fn a_request_that_meets_no_condition_fails_and_is_not_failed_over() {
    let plan = plan(
        r#"{"strategy":{"mode":"fallback"},"targets":[
             {"strategy":{"mode":"conditional","conditions":[{"query":{"metadata.x":"y"},"then":"a"}]},"targets":[{"name":"a","provider":"a"}]},
             {"provider":"b"}]}"#,
    );
    let bench = Bench::new(&[]);
    let failed = bench.run(&plan).unwrap_err();
    assert_eq!((failed.failure.status, failed.failure.kind), (400, FailureKind::NoTarget));
    assert!(failed.leaf.is_none() && bench.targets.calls().is_empty());
}

#[test]
fn dropping_the_walk_drops_the_try_in_progress() {
    let bench = Bench::new(&[("a", &[Act::Hang])]);
    let plan = plan(r#"{"strategy":{"mode":"least-busy"},"targets":[{"provider":"a"}]}"#);
    let Node::Loadbalance(balance) = &plan else { panic!() };
    let facts = Facts::default();
    let mut walk = Box::pin(bench.router.run(&plan, &facts, &bench.targets));
    let waker = std::task::Waker::noop();
    assert!(walk.as_mut().poll(&mut std::task::Context::from_waker(waker)).is_pending());
    assert_eq!(balance.loads[0].in_flight(), 1);
    drop(walk);
    assert_eq!(balance.loads[0].in_flight(), 0);
}

#[test]
fn walks_can_move_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    let bench = Bench::new(&[]);
    let (plan, facts) = (plan(r#"{"provider":"a"}"#), Facts::default());
    is_send(&bench.router.run(&plan, &facts, &bench.targets));
}
