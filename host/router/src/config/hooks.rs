//! Guardrails and mutators: what is checked or rewritten before a request goes
//! out and before its answer comes back.
//!
//! There are three ways of writing them: whole hooks, the shorthand in which a
//! check's name is the field (`{"default.contains": {...}, "deny": true}`), and
//! the id of a guardrail that is saved elsewhere. All end in [`Hook`], whose
//! checks are read at once: one that doesn't exist, or has a parameter that it
//! doesn't know, stops the config.

mod text;
mod toml;

use super::read::{Item, Object};
use crate::guard::{self, Rule, Stage};
use crate::json::Json;

/// The most checks of one list. Clients send configs, and each check may hold
/// a compiled expression.
const MOST: usize = 64;

/// What a hook does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HookKind {
    /// Judges.
    Guardrail,
    /// Rewrites.
    Mutator,
}

/// A set of checks with one verdict.
#[derive(Debug, Clone)]
pub struct Hook {
    /// What it does.
    pub kind: HookKind,
    /// Its name, where it has one.
    pub id: Option<String>,
    /// What it checks.
    pub checks: Checks,
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

/// What a hook checks.
#[derive(Debug, Clone)]
pub enum Checks {
    /// What is written there. Checks that are switched off aren't among them.
    Written(Vec<Check>),
    /// What is saved under this id.
    Saved(String),
}

/// One check of a hook.
#[derive(Debug, Clone)]
pub struct Check {
    /// Which, as in `default.contains`.
    pub id: String,
    /// What it does.
    pub rule: Rule,
    /// Whether it counts as failed when it can say nothing.
    pub fail_on_error: bool,
    /// Whether it can only look at requests.
    pub(crate) before_only: bool,
    /// About how many bytes it keeps.
    pub(crate) weight: usize,
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

/// What a route of `jackfield.toml` has of them.
pub(super) use toml::take;

/// Reads `before_request_hooks` or `after_request_hooks`.
pub(super) fn long(item: &Item<'_>) -> Option<Vec<Hook>> {
    list(item, whole)
}

/// Reads a shorthand list, such as `input_guardrails`.
pub(super) fn short(item: &Item<'_>, kind: HookKind) -> Option<Vec<Hook>> {
    list(item, |item| shorthand(item, kind))
}

fn list(item: &Item<'_>, read: impl Fn(&Item<'_>) -> Option<Hook>) -> Option<Vec<Hook>> {
    let hooks: Vec<Hook> = item.array()?.iter().filter_map(read).collect();
    if hooks.iter().map(|hook| hook.written().len().max(1)).sum::<usize>() > MOST {
        item.reject(format!("these are more than {MOST} checks: leave some out"));
    }
    Some(hooks)
}

fn whole(item: &Item<'_>) -> Option<Hook> {
    let mut object = item.object()?;
    let kind = object.take("type").and_then(|item| item.word(KINDS));
    let checks = object.take("checks").and_then(|item| item.array());
    let mut hook = common(&mut object, kind.unwrap_or(HookKind::Guardrail));
    match (checks.filter(|checks| !checks.is_empty()), &hook.id) {
        (Some(checks), _) => {
            hook.checks = Checks::Written(checks.iter().filter_map(check).flatten().collect())
        }
        (None, Some(id)) => hook.checks = Checks::Saved(id.clone()),
        (None, None) => {
            object.reject("this hook checks nothing: write its `checks`, or the `id` of a saved one");
        }
    }
    object.finish(|_| None);
    hook.settle(item);
    Some(hook)
}

/// One check; nothing within where it is switched off.
fn check(item: &Item<'_>) -> Option<Option<Check>> {
    let mut object = item.object()?;
    let id = object.take("id").and_then(|item| item.name());
    if id.is_none() {
        object.missing("id", "\"default.contains\"");
    }
    let parameters = object.take("parameters");
    let enabled = object.take("is_enabled").and_then(|item| item.boolean()).unwrap_or(true);
    object.finish(|_| None);
    if !enabled {
        return Some(None);
    }
    let none = Item::new(item.report, item.pointer.clone(), "{}");
    Check::read(&id?, &parameters.unwrap_or(none)).map(Some)
}

fn shorthand(item: &Item<'_>, kind: HookKind) -> Option<Hook> {
    if item.is_string() {
        let id = item.name()?;
        return Some(Hook {
            checks: Checks::Saved(id.clone()),
            id: Some(id),
            ..Hook::empty(kind, item.pointer.clone())
        });
    }
    let mut object = item.object()?;
    let written = object.take("type").and_then(|item| item.word(KINDS));
    let mut hook = common(&mut object, written.unwrap_or(kind));
    let rest = object.rest();
    if rest.is_empty() {
        item.reject("this names no check: write one such as `\"default.contains\": {...}`");
    }
    let mut checks = Vec::new();
    for (name, parameters) in rest {
        // `is_enabled` and `id` may stand among a check's parameters here.
        let Some(mut fields) = parameters.object() else { continue };
        let enabled = fields.take("is_enabled").and_then(|item| item.boolean()).unwrap_or(true);
        let id = fields.take("id").and_then(|item| item.name()).unwrap_or(name);
        if enabled {
            checks.extend(Check::read(&id, &parameters));
        }
    }
    hook.checks = Checks::Written(checks);
    hook.settle(item);
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

impl Check {
    fn read(id: &str, parameters: &Item<'_>) -> Option<Self> {
        let guard::Known { id, rule, fail_on_error, before_only, weight } = guard::read(id, parameters)?;
        Some(Self { id, rule, fail_on_error, before_only, weight })
    }
}

impl Hook {
    fn empty(kind: HookKind, pointer: String) -> Self {
        Self {
            kind,
            id: None,
            checks: Checks::Written(Vec::new()),
            deny: false,
            detached: false,
            sequential: false,
            on_fail: None,
            on_success: None,
            pointer,
        }
    }

    /// What nobody waits for can't change what is sent.
    fn settle(&self, item: &Item<'_>) {
        let changes = |check: &Check| matches!(check.rule, Rule::Replace(_) | Rule::Prefix(_));
        if self.detached && (self.kind == HookKind::Mutator || self.written().iter().any(changes)) {
            item.reject("a hook that runs `async` can't rewrite, as nobody waits for it: leave `async` out");
        }
    }

    /// Its checks; none of one that is saved elsewhere.
    pub fn written(&self) -> &[Check] {
        match &self.checks {
            Checks::Written(checks) => checks,
            Checks::Saved(_) => &[],
        }
    }

    /// About how many bytes it keeps in memory.
    pub fn weight(&self) -> usize {
        let checks = self.written().iter().map(|check| check.weight + check.id.len());
        checks.sum::<usize>() + std::mem::size_of::<Self>() + self.pointer.len()
    }

    /// Its name in results: its own, or where it stands.
    pub fn shown_id(&self) -> String {
        self.id.clone().unwrap_or_else(|| self.pointer.trim_start_matches('/').replace('/', "_"))
    }

    /// A check that can't stand at that stage.
    pub(crate) fn misplaced(&self, stage: Stage) -> Option<&Check> {
        self.written().iter().find(|check| stage == Stage::After && check.before_only)
    }

    /// This reference, with what is saved under its id.
    pub(crate) fn filled(&self, saved: Self) -> Self {
        Self {
            deny: self.deny || saved.deny,
            detached: (self.detached || saved.detached) && !(self.deny || saved.deny),
            sequential: self.sequential || saved.sequential,
            on_fail: self.on_fail.clone().or_else(|| saved.on_fail.clone()),
            on_success: self.on_success.clone().or_else(|| saved.on_success.clone()),
            id: self.id.clone(),
            pointer: self.pointer.clone(),
            ..saved
        }
    }
}
