//! What follows from a config: a tree in which every target knows its rules,
//! and remembers how it fares.
//!
//! A tree is built once and kept between requests ([`Plans`] keeps those that
//! clients send): breakers, turns and latencies live in it. JSON configs,
//! routes of `jackfield.toml` and plain model names all become one.

mod account;
mod around;
mod build;
mod inherit;
mod kept;
mod leaf;
mod names;
mod overrides;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

pub use around::{Named, Surroundings, Wish};
pub use build::{build, of_model};
pub use kept::Plans;
pub use leaf::Leaf;
pub use names::{Meaning, NameError, Names};
pub use overrides::Overrides;

use crate::balance::{Balancer, Load, Table};
use crate::breaker::{Pass, Standing};
use crate::query::Query;
use crate::status::StatusSet;

/// A route, ready to run.
#[derive(Debug)]
pub enum Node {
    /// One target.
    Leaf(Arc<Leaf>),
    /// The first target, whatever happens.
    Single(Group),
    /// One target after the other until one answers.
    Fallback(Fallback),
    /// One of the targets.
    Loadbalance(Loadbalance),
    /// The target whose condition holds first.
    Conditional(Conditional),
}

/// Targets that belong together.
#[derive(Debug)]
pub struct Group {
    /// Where it stands, as in `config.targets[1]`.
    pub path: Arc<str>,
    /// The targets; never empty.
    pub targets: Vec<Node>,
}

/// Targets that are tried one after the other.
#[derive(Debug)]
pub struct Fallback {
    /// The targets.
    pub group: Group,
    /// The statuses after which the next one is tried, those of answers among
    /// them; without a list, those of all failures.
    pub on_status: Option<StatusSet>,
}

/// Targets of which one is chosen.
#[derive(Debug)]
pub struct Loadbalance {
    /// The targets.
    pub group: Group,
    /// The share of each.
    pub weights: Vec<f64>,
    pub(crate) loads: Vec<Arc<Load>>,
    pub(crate) balancer: Balancer,
    pub(crate) sticky: Option<Table>,
}

/// Targets that are chosen by conditions.
#[derive(Debug)]
pub struct Conditional {
    /// The targets.
    pub group: Group,
    /// The conditions, each with the place of its target.
    pub conditions: Vec<(Query, usize)>,
    /// The place of the target for requests that meet none.
    pub default: Option<usize>,
    /// Metadata of requests that don't have their own.
    pub metadata: Arc<BTreeMap<String, String>>,
}

impl Node {
    /// Where it stands, as in `config.targets[1]`.
    pub fn path(&self) -> &Arc<str> {
        match self {
            Self::Leaf(leaf) => &leaf.path,
            Self::Single(group) => &group.path,
            Self::Fallback(fallback) => &fallback.group.path,
            Self::Loadbalance(balance) => &balance.group.path,
            Self::Conditional(conditional) => &conditional.group.path,
        }
    }

    /// Its targets, if it is a group.
    pub fn targets(&self) -> &[Self] {
        match self {
            Self::Leaf(_) => &[],
            Self::Single(group) => &group.targets,
            Self::Fallback(fallback) => &fallback.group.targets,
            Self::Loadbalance(balance) => &balance.group.targets,
            Self::Conditional(conditional) => &conditional.group.targets,
        }
    }

    /// All single targets in it, in the order in which they are written.
    pub fn leaves(&self) -> Vec<&Arc<Leaf>> {
        match self {
            Self::Leaf(leaf) => vec![leaf],
            group => group.targets().iter().flat_map(Self::leaves).collect(),
        }
    }

    /// Whether circuit breakers let a call through. Conditions aren't balanced,
    /// so breakers don't decide beneath them.
    pub(crate) fn usable(&self, now: Instant) -> bool {
        match self {
            Self::Leaf(leaf) => {
                leaf.breaker.as_ref().is_none_or(|breaker| breaker.standing(now) != Standing::Open)
            }
            Self::Conditional(_) => true,
            Self::Single(group) => group.targets.first().is_some_and(|target| target.usable(now)),
            Self::Loadbalance(balance) => {
                let targets = balance.group.targets.iter().zip(&balance.weights);
                targets.into_iter().any(|(target, weight)| *weight > 0.0 && target.usable(now))
            }
            group => group.targets().iter().any(|target| target.usable(now)),
        }
    }

    /// Asks for the way through. `forced` gets it anyhow.
    pub(crate) fn enter(&self, now: Instant, forced: bool) -> Option<Pass<'_>> {
        match self {
            Self::Leaf(leaf) => match &leaf.breaker {
                Some(breaker) => breaker.enter(now, forced),
                None => Some(Pass::free()),
            },
            group => (forced || group.usable(now)).then(Pass::free),
        }
    }
}

#[cfg(test)]
mod tests;
