//! What a request would do, without sending anything: the targets in the order
//! in which they would be tried, each with its reason.
//!
//! Chance isn't tossed: where it decides, every target is listed with its share.

use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;

use crate::breaker::Standing;
use crate::config::{Balance, CacheMode};
use crate::facts::Facts;
use crate::plan::{Leaf, Loadbalance, Node};

/// What a request would do.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explanation {
    /// The targets that may be tried, in their order.
    pub steps: Vec<Step>,
    /// The targets that won't be, and why.
    pub unused: Vec<Unused>,
}

/// A target that may be tried.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// Where it stands.
    pub path: Arc<str>,
    /// The name that it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its provider; nothing where the request says which.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<Arc<str>>,
    /// The model that would be asked for; nothing where none is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Why it is tried, from the outermost group inwards.
    pub why: Vec<String>,
    /// Its rules, for a person.
    pub rules: Vec<String>,
}

/// A target that won't be tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unused {
    /// Where it stands.
    pub path: Arc<str>,
    /// Why.
    pub why: String,
}

pub(crate) fn explain(plan: &Node, facts: &Facts, now: Instant) -> Explanation {
    let model = facts.param("model").and_then(|model| model.as_str().map(str::to_owned));
    let mut teller =
        Teller { facts, now, model, found: Explanation { steps: Vec::new(), unused: Vec::new() } };
    teller.node(plan, &mut Vec::new());
    teller.found
}

struct Teller<'t> {
    facts: &'t Facts,
    now: Instant,
    model: Option<String>,
    found: Explanation,
}

impl Teller<'_> {
    fn node(&mut self, node: &Node, why: &mut Vec<String>) {
        match node {
            Node::Leaf(leaf) => self.leaf(leaf, why),
            Node::Single(group) => {
                for (place, target) in group.targets.iter().enumerate() {
                    match place {
                        0 => self.told(target, "the first target of a single strategy".to_owned(), why),
                        _ => self.unused(target, "a single strategy uses its first target alone"),
                    }
                }
            }
            Node::Fallback(fallback) => {
                let usable = self.usable(&fallback.group.targets);
                let after = match &fallback.on_status {
                    Some(statuses) => format!("if the one before ends with status {statuses}"),
                    None => "if the one before fails".to_owned(),
                };
                let mut first = true;
                for (target, usable) in fallback.group.targets.iter().zip(usable) {
                    if usable {
                        let reason = if first {
                            "the first target that can be used".to_owned()
                        } else {
                            after.clone()
                        };
                        first = false;
                        self.told(target, reason, why);
                    } else {
                        self.unused(target, "its circuit breaker is open");
                    }
                }
            }
            Node::Loadbalance(balance) => self.balance(balance, why),
            Node::Conditional(conditional) => {
                let chosen = conditional.choose(self.facts);
                for (place, target) in conditional.group.targets.iter().enumerate() {
                    match &chosen {
                        Some((chosen, reason)) if *chosen == place => {
                            self.told(target, reason.to_string(), why)
                        }
                        Some(_) => self.unused(target, "another condition decides"),
                        None => self.unused(target, "no condition holds and there is no default"),
                    }
                }
            }
        }
    }

    fn balance(&mut self, balance: &Loadbalance, why: &mut Vec<String>) {
        let targets = &balance.group.targets;
        let stuck = balance.sticky.as_ref().and_then(|table| table.get(table.key(self.facts)?, self.now));
        let open = |place: usize| !targets[place].usable(self.now);
        let weighted: Vec<usize> = (0..targets.len()).filter(|place| balance.weights[*place] > 0.0).collect();
        let all_open = weighted.iter().all(|place| open(*place));
        let can: Vec<usize> = weighted.iter().copied().filter(|place| all_open || !open(*place)).collect();
        let stuck = stuck.filter(|place| can.contains(place));
        let total: f64 = can.iter().map(|place| balance.weights[*place]).sum();
        for (place, target) in targets.iter().enumerate() {
            if balance.weights[place] <= 0.0 {
                self.unused(target, "its weight is 0");
            } else if !can.contains(&place) {
                self.unused(target, "its circuit breaker is open");
            } else if let Some(stuck) = stuck {
                match place == stuck {
                    true => self.told(target, "the one of earlier requests like this".to_owned(), why),
                    false => self.unused(target, "requests like this stay with another target"),
                }
            } else {
                let share = balance.weights[place] * 100.0 / total;
                let load = &balance.loads[place];
                let reason = match balance.balancer.kind() {
                    Balance::Weighted => format!("chosen at random, in {share:.0} % of requests"),
                    Balance::RoundRobin => format!("in turn, {share:.0} % of requests"),
                    Balance::LeastBusy => {
                        format!("if it is the least busy; {} calls in progress", load.in_flight())
                    }
                    Balance::Latency => match load.expected(self.now) {
                        Some(seconds) => format!("if it is the quicker of two; expected {seconds:.3} s"),
                        None => "if it is the quicker of two; nothing is known of it yet".to_owned(),
                    },
                };
                self.told(target, reason, why);
            }
        }
    }

    /// Which targets breakers let through; all of them where they would let none.
    fn usable(&self, targets: &[Node]) -> Vec<bool> {
        let usable: Vec<bool> = targets.iter().map(|target| target.usable(self.now)).collect();
        if usable.contains(&true) { usable } else { vec![true; targets.len()] }
    }

    fn told(&mut self, target: &Node, reason: String, why: &mut Vec<String>) {
        why.push(reason);
        self.node(target, why);
        why.pop();
    }

    fn unused(&mut self, target: &Node, why: &str) {
        for leaf in target.leaves() {
            self.found.unused.push(Unused { path: Arc::clone(&leaf.path), why: why.to_owned() });
        }
    }

    fn leaf(&mut self, leaf: &Leaf, why: &[String]) {
        let why = if why.is_empty() { vec!["the only target".to_owned()] } else { why.to_vec() };
        self.found.steps.push(Step {
            path: Arc::clone(&leaf.path),
            name: leaf.name.clone(),
            provider: leaf.provider.clone(),
            model: leaf.model_for(self.model.as_deref()).map(str::to_owned),
            why,
            rules: rules(leaf, self.now),
        });
    }
}

fn rules(leaf: &Leaf, now: Instant) -> Vec<String> {
    let mut rules = Vec::new();
    if leaf.retry.attempts > 0 {
        rules.push(format!("up to {} retries on status {}", leaf.retry.attempts, leaf.retry.on_status));
    }
    if let Some(timeout) = leaf.request_timeout {
        rules.push(format!("{} ms for each try", timeout.as_millis()));
    }
    if let Some(cache) = leaf.cache {
        let mode = match cache.mode {
            CacheMode::Simple => "simple",
            CacheMode::Semantic => "semantic",
        };
        rules.push(format!("{mode} cache, kept {} s", cache.max_age.as_secs()));
    }
    if let Some(url) = &leaf.custom_host {
        rules.push(format!("sent to {url}"));
    }
    if !leaf.params.is_empty() {
        rules.push("changes parameters".to_owned());
    }
    if leaf.api_key.is_some() {
        rules.push("with the key of the config".to_owned());
    }
    if let Some(breaker) = &leaf.breaker {
        let standing = match breaker.standing(now) {
            Standing::Closed => "closed",
            Standing::HalfOpen => "half open",
            Standing::Open => "open",
        };
        rules.push(format!("circuit breaker {standing}"));
    }
    if !leaf.before.is_empty() || !leaf.after.is_empty() {
        rules.push(format!("{} hooks before, {} after", leaf.before.len(), leaf.after.len()));
    }
    rules
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, step) in self.steps.iter().enumerate() {
            let provider = step.provider.as_deref().unwrap_or("(the request's provider)");
            let model = step.model.as_deref().unwrap_or("(the request's model)");
            writeln!(f, "{}. {provider}/{model}  {}", place + 1, step.path)?;
            writeln!(f, "   {}", step.why.join(", then "))?;
            for rule in &step.rules {
                writeln!(f, "   {rule}")?;
            }
        }
        if self.steps.is_empty() {
            writeln!(f, "No target would be tried.")?;
        }
        for unused in &self.unused {
            writeln!(f, "-  {}: {}", unused.path, unused.why)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
