//! `strategy`: how a group of targets is used.

use std::time::Duration;

use super::read::{Item, Object};
use super::rules::{BreakerRule, statuses};
use crate::query::{self, Query};
use crate::status::StatusSet;

/// How a group of targets is used.
#[derive(Debug, Clone)]
pub enum Strategy {
    /// The first target, whatever happens.
    Single,
    /// One target after the other until one answers.
    Fallback {
        /// Goes on only after these statuses; without them, after any failure.
        on_status: Option<StatusSet>,
    },
    /// One of the targets; its failure is the answer.
    Loadbalance {
        /// How it is chosen.
        balance: Balance,
        /// Whether like requests go to the same one.
        sticky: Option<Sticky>,
    },
    /// The target whose condition holds first.
    Conditional {
        /// The conditions in their order.
        conditions: Vec<Condition>,
        /// The target for requests that meet none.
        default: Option<String>,
    },
}

/// How one of several targets is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Balance {
    /// At random, by weight. `loadbalance`.
    Weighted,
    /// In turn, by weight. `round-robin`.
    RoundRobin,
    /// The one with the fewest calls in progress. `least-busy`.
    LeastBusy,
    /// The one of two that answers sooner. `latency`.
    Latency,
}

impl Balance {
    /// As configs spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Weighted => "loadbalance",
            Self::RoundRobin => "round-robin",
            Self::LeastBusy => "least-busy",
            Self::Latency => "latency",
        }
    }
}

/// One condition.
#[derive(Debug, Clone)]
pub struct Condition {
    /// What it asks.
    pub query: Query,
    /// The name of the target that it chooses.
    pub then: String,
    /// Where it stands in the list.
    pub place: usize,
}

/// `strategy.sticky`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sticky {
    /// What makes requests alike.
    pub fields: Vec<StickyField>,
    /// How long a choice holds, from when it was made. Default: an hour.
    pub ttl: Duration,
}

/// A field of a request that makes it like another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StickyField {
    /// `metadata.NAME`.
    Metadata(String),
    /// `params.PATH`.
    Param(String),
    /// `headers.NAME`.
    Header(http::HeaderName),
}

/// What a strategy can be called: Portkey's modes, and this project's further
/// ways to balance load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Single,
    Fallback,
    Conditional,
    Balance(Balance),
}

pub(super) const MODES: &[(&str, Mode)] = &[
    ("single", Mode::Single),
    ("fallback", Mode::Fallback),
    ("conditional", Mode::Conditional),
    ("loadbalance", Mode::Balance(Balance::Weighted)),
    ("round-robin", Mode::Balance(Balance::RoundRobin)),
    ("least-busy", Mode::Balance(Balance::LeastBusy)),
    ("latency", Mode::Balance(Balance::Latency)),
];

const HOUR: u64 = 3_600;
const MONTH: u64 = 31 * 24 * HOUR;

/// Reads `strategy`, with the breaker that may stand in it.
pub(super) fn read(item: &Item<'_>) -> Option<(Strategy, Option<BreakerRule>)> {
    let mut object = item.object()?;
    let Some(mode) = object.take("mode") else {
        object.missing("mode", "\"fallback\"");
        return None;
    };
    let mode = mode.word(MODES)?;
    let breaker = object.take("cb_config").and_then(|item| BreakerRule::read(&item));
    let strategy = match mode {
        Mode::Single => Some(Strategy::Single),
        Mode::Fallback => {
            let on_status = object.take("on_status_codes").and_then(|item| statuses(&item));
            Some(Strategy::Fallback { on_status })
        }
        Mode::Balance(balance) => {
            let sticky = object.take("sticky").and_then(|item| sticky(&item));
            Some(Strategy::Loadbalance { balance, sticky })
        }
        Mode::Conditional => conditional(&mut object),
    };
    object.finish(|name| match name {
        "on_status_codes" => Some("only `fallback` goes by status codes: remove it, or change `mode`"),
        "conditions" | "default" => Some("only `conditional` has it: remove it, or change `mode`"),
        "sticky" => Some("only strategies that balance load can be sticky: remove it, or change `mode`"),
        _ => None,
    });
    Some((strategy?, breaker))
}

fn conditional(object: &mut Object<'_>) -> Option<Strategy> {
    let conditions = object.take("conditions").and_then(|item| item.array());
    let default = object.take("default").and_then(|item| item.name());
    let Some(conditions) = conditions else {
        object.missing("conditions", "[{\"query\": {\"metadata.plan\": \"paid\"}, \"then\": \"good\"}]");
        return None;
    };
    let conditions = conditions.iter().enumerate();
    let conditions: Vec<Condition> = conditions.filter_map(|(place, item)| condition(item, place)).collect();
    if conditions.is_empty() && default.is_none() {
        object.reject("no condition and no default: no request could go anywhere");
    }
    Some(Strategy::Conditional { conditions, default })
}

fn condition(item: &Item<'_>, place: usize) -> Option<Condition> {
    let mut object = item.object()?;
    let query = object.take("query");
    let then = object.take("then").and_then(|item| item.name());
    if query.is_none() {
        object.missing("query", "{\"metadata.plan\": \"paid\"}");
    }
    if then.is_none() {
        object.missing("then", "\"name of a target\"");
    }
    let query = query.and_then(|item| query::read(&item));
    object.finish(|_| None);
    Some(Condition { query: query?, then: then?, place })
}

fn sticky(item: &Item<'_>) -> Option<Sticky> {
    let mut object = item.object()?;
    let enabled = object.take("enabled").and_then(|item| item.boolean()).unwrap_or(true);
    let fields = object.take("hash_fields").and_then(|item| item.strings()).unwrap_or_default();
    let ttl = object.take("ttl").and_then(|item| item.whole(1, MONTH)).unwrap_or(HOUR);
    let read = |(item, text): (Item<'_>, String)| {
        let field = sticky_field(&text);
        if field.is_none() {
            item.reject("write `metadata.NAME`, `params.PATH` or `headers.NAME`");
        }
        field
    };
    let fields: Vec<StickyField> = fields.into_iter().filter_map(read).collect();
    if fields.is_empty() && enabled {
        object.missing("hash_fields", "[\"metadata._user\"]");
    }
    object.finish(|_| None);
    enabled.then(|| Sticky { fields, ttl: Duration::from_secs(ttl) })
}

pub(super) fn sticky_field(text: &str) -> Option<StickyField> {
    let (root, name) = text.split_once('.')?;
    if name.is_empty() {
        return None;
    }
    match root {
        "metadata" => Some(StickyField::Metadata(name.to_owned())),
        "params" => Some(StickyField::Param(name.to_owned())),
        "headers" => name.parse().ok().map(StickyField::Header),
        _ => None,
    }
}
