//! Guardrails and mutators: what is checked or rewritten before a request goes
//! out and before its answer comes back.
//!
//! There are three ways of writing them: whole hooks, the shorthand in which a
//! check's name is the field (`{"default.contains": {...}, "deny": true}`), and
//! the id of a guardrail that is saved elsewhere. All end in [`Hook`]. Whether
//! this gateway has the checks is asked when the plan is built: a guardrail
//! that nobody runs must stop the config, not the other way round.

use super::read::{Item, Object};
use crate::json::Json;

/// What a hook does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookKind {
    /// Judges.
    Guardrail,
    /// Rewrites.
    Mutator,
}

/// A set of checks with one verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Hook {
    /// What it does.
    pub kind: HookKind,
    /// Its name, where it has one.
    pub id: Option<String>,
    /// What it checks; empty for a guardrail that is saved under [`Hook::id`].
    pub checks: Vec<Check>,
    /// Whether a bad verdict ends the request (status 446) or is only marked
    /// (status 246).
    pub deny: bool,
    /// Whether it runs beside the request, which then doesn't wait for it.
    pub detached: bool,
    /// Whether its checks run one after the other.
    pub sequential: bool,
    /// Feedback that a bad verdict adds to the trace.
    pub on_fail: Option<Feedback>,
    /// Feedback that a good verdict adds to the trace.
    pub on_success: Option<Feedback>,
    /// Where it stands in the config, as a JSON pointer.
    pub pointer: String,
}

/// One check of a hook.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Which, as in `default.contains`.
    pub id: String,
    /// What it is to look for, in the check's own terms.
    pub parameters: Option<Json>,
    /// Whether it runs.
    pub enabled: bool,
}

/// Feedback that a verdict adds to the trace.
#[derive(Debug, Clone, PartialEq)]
pub struct Feedback {
    /// From -10 to 10.
    pub value: f64,
    /// From 0 to 1.
    pub weight: f64,
    /// Anything else, as an object.
    pub metadata: Option<Json>,
}

const KINDS: &[(&str, HookKind)] = &[("guardrail", HookKind::Guardrail), ("mutator", HookKind::Mutator)];

/// Reads `before_request_hooks` or `after_request_hooks`.
pub(super) fn long(item: &Item<'_>) -> Option<Vec<Hook>> {
    Some(item.array()?.iter().filter_map(whole).collect())
}

fn whole(item: &Item<'_>) -> Option<Hook> {
    let mut object = item.object()?;
    let kind = object.take("type").and_then(|item| item.word(KINDS));
    let checks = object.take("checks").and_then(|item| item.array());
    let mut hook = common(&mut object, kind.unwrap_or(HookKind::Guardrail));
    hook.checks = checks.unwrap_or_default().iter().filter_map(check).collect();
    if hook.checks.is_empty() && hook.id.is_none() {
        object.reject("this hook checks nothing: write its `checks`, or the `id` of a saved one");
    }
    object.finish(|_| None);
    Some(hook)
}

fn check(item: &Item<'_>) -> Option<Check> {
    let mut object = item.object()?;
    let id = object.take("id").and_then(|item| item.name());
    if id.is_none() {
        object.missing("id", "\"default.contains\"");
    }
    let parameters = object.take("parameters").and_then(|item| object_text(&item));
    let enabled = object.take("is_enabled").and_then(|item| item.boolean()).unwrap_or(true);
    object.finish(|_| None);
    Some(Check { id: qualified(&id?), parameters, enabled })
}

/// Reads a shorthand list, such as `input_guardrails`.
pub(super) fn short(item: &Item<'_>, kind: HookKind) -> Option<Vec<Hook>> {
    Some(item.array()?.iter().filter_map(|item| shorthand(item, kind)).collect())
}

fn shorthand(item: &Item<'_>, kind: HookKind) -> Option<Hook> {
    if item.is_string() {
        let mut hook = Hook::empty(kind, item.pointer.clone());
        hook.id = Some(item.name()?);
        return Some(hook);
    }
    let mut object = item.object()?;
    let written = object.take("type").and_then(|item| item.word(KINDS));
    let mut hook = common(&mut object, written.unwrap_or(kind));
    for (name, parameters) in object.rest() {
        // `is_enabled` may stand among a check's parameters here.
        let enabled = parameters.entries().and_then(|entries| {
            let (_, item) = entries.into_iter().find(|(name, _)| name == "is_enabled")?;
            item.boolean()
        });
        let id = qualified(&name);
        let parameters = object_text(&parameters);
        hook.checks.push(Check { id, parameters, enabled: enabled.unwrap_or(true) });
    }
    if hook.checks.is_empty() {
        item.reject("this names no check: write one such as `\"default.contains\": {...}`");
    }
    Some(hook)
}

fn common(object: &mut Object<'_>, kind: HookKind) -> Hook {
    let mut hook = Hook::empty(kind, object.pointer.clone());
    hook.id = object.take("id").and_then(|item| item.name());
    let mut flag = |name| object.take(name).and_then(|item| item.boolean()).unwrap_or(false);
    hook.deny = flag("deny");
    hook.detached = flag("async");
    hook.sequential = flag("sequential");
    hook.on_fail = object.take("on_fail").and_then(|item| verdict(&item));
    hook.on_success = object.take("on_success").and_then(|item| verdict(&item));
    if hook.deny && hook.detached {
        object.reject("a hook that runs `async` can't `deny`, as nobody waits for it: keep one of the two");
    }
    hook
}

fn verdict(item: &Item<'_>) -> Option<Feedback> {
    let mut object = item.object()?;
    let feedback = object.take("feedback").and_then(|item| feedback(&item));
    object.finish(|_| None);
    feedback
}

fn feedback(item: &Item<'_>) -> Option<Feedback> {
    let mut object = item.object()?;
    let mut within = |name, least: f64, most: f64, usual: f64| {
        let Some(item) = object.take(name) else { return usual };
        let number = item.number().unwrap_or(usual);
        if !(least..=most).contains(&number) {
            item.reject(format!("{number} is out of range: write {least} to {most}"));
        }
        number
    };
    let value = within("value", -10.0, 10.0, 0.0);
    let weight = within("weight", 0.0, 1.0, 1.0);
    let metadata = object.take("metadata").and_then(|item| object_text(&item));
    object.finish(|_| None);
    Some(Feedback { value, weight, metadata })
}

fn object_text(item: &Item<'_>) -> Option<Json> {
    item.object()?;
    item.json()
}

/// A check without a plugin's name is of the built-in ones.
fn qualified(id: &str) -> String {
    if id.contains('.') { id.to_owned() } else { format!("default.{id}") }
}

impl Hook {
    fn empty(kind: HookKind, pointer: String) -> Self {
        Self {
            kind,
            id: None,
            checks: Vec::new(),
            deny: false,
            detached: false,
            sequential: false,
            on_fail: None,
            on_success: None,
            pointer,
        }
    }
}
