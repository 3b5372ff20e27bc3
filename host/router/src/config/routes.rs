//! `[routes.NAME]` of `jackfield.toml`: the same trees in the operator's own
//! spelling, with lengths of time as `"30s"` and models as `provider/model`.
//!
//! ```toml
//! [routes.fast]
//! strategy = "fallback"
//! on-status = [429, 500, 502, 503, 504]
//! timeout = "20s"
//! targets = [
//!     { model = "openai/gpt-4o-mini", retry = 2 },
//!     { strategy = "least-busy", targets = [{ model = "a/tiny" }, { model = "b/tiny", weight = 2 }] },
//! ]
//! input-guardrails = ["no-secrets"]
//! ```

use std::collections::BTreeMap;
use std::time::Duration;

use jackfield_runtime::settings::Period;
use jackfield_runtime::settings::document::{Fields, Node};

use super::rules::{BreakerRule, CacheMode, CacheRule, RETRY_STATUSES, RetryRule};
use super::strategy::{Condition, MODES, Mode, Sticky, Strategy, sticky_field};
use super::{Config, Item, Report, hooks, validate};
use crate::json::Json;
use crate::params::Drop;
use crate::query;
use crate::status::StatusSet;

/// Reads `[routes]`. What is wrong with it was reported where there is nothing.
pub fn read(node: &Node<'_>) -> Option<BTreeMap<String, Config>> {
    let mut routes = BTreeMap::new();
    for (name, node) in node.fields()?.take_all() {
        if name.is_empty() || name.contains(|c: char| c == '/' || c.is_whitespace() || c.is_control()) {
            node.reject_name(
                "a route's name has no slash and no white space in it: clients use it as a model",
            );
            continue;
        }
        let Some(config) = config(&node, String::new(), 0) else { continue };
        for problem in validate::problems(&config) {
            node.reject_name(problem);
        }
        routes.insert(name.to_owned(), config);
    }
    Some(routes)
}

fn config(node: &Node<'_>, pointer: String, depth: usize) -> Option<Config> {
    if depth > super::DEPTH {
        node.reject(format!("more than {} levels of targets: write it flatter", super::DEPTH));
        return None;
    }
    let mut fields = node.fields()?;
    let mut config = Config { pointer, ..Config::default() };
    config.strategy = strategy(&mut fields);
    config.name = owned(&mut fields, "name");
    let model = fields.take("model");
    config.model = model.as_ref().and_then(Node::string).map(str::to_owned);
    config.weight = fields.take("weight").and_then(|node| {
        let weight = node.number()?;
        if weight < 0.0 {
            node.reject("a weight below zero means nothing: write 0 for none, or more");
        }
        Some(weight)
    });
    let (mut below, mut goes_nowhere) = (Vec::new(), false);
    if let Some(targets) = fields.take("targets") {
        let elements = targets.array()?;
        let element = |(place, node): (usize, &Node<'_>)| {
            self::config(node, format!("{}/targets/{place}", config.pointer), depth + 1)
        };
        // All are read before one that can't be counts.
        below = elements.iter().enumerate().map(element).collect();
        if elements.is_empty() {
            targets.reject("there is no target: write at least one");
        } else if config.strategy.is_none() {
            targets.reject("targets are used by a strategy: write `strategy = \"fallback\"` beside them");
        }
    } else if config.strategy.is_some() {
        fields.reject("`targets` is missing: write `targets = [{ model = \"openai/gpt-4o-mini\" }]`");
    } else {
        goes_nowhere = model.is_none();
    }
    config.retry = fields.take("retry").and_then(|node| retry(&node));
    config.request_timeout = fields.take("timeout").and_then(|node| period(&node));
    config.cache = fields.take("cache").and_then(|node| cache(&node));
    config.breaker = fields.take("breaker").and_then(|node| breaker(&node));
    config.override_params =
        fields.take("override-params").and_then(|node| params(&node)).unwrap_or_default();
    config.default_params = fields.take("default-params").and_then(|node| params(&node)).unwrap_or_default();
    let drops = fields.take("drop-params").and_then(|node| node.list(|node| node.parse::<Drop>()));
    config.drop_params = drops.unwrap_or_default();
    [config.before, config.after] = hooks::take(&mut fields);
    // What only follows from a slip isn't told as well.
    let is_clear = !fields.has_others() && model.is_some() == config.model.is_some();
    if goes_nowhere && is_clear {
        fields.reject(
            "this target goes nowhere: write `model = \"provider/model\"`, or `strategy` and `targets`",
        );
    }
    fields.finish();
    config.targets = below.into_iter().collect::<Option<Vec<_>>>()?;
    is_clear.then_some(config)
}

fn owned<'d>(fields: &mut Fields<'d>, name: &'d str) -> Option<String> {
    fields.take(name).and_then(|node| node.string()).map(str::to_owned)
}

fn strategy(fields: &mut Fields<'_>) -> Option<Strategy> {
    let node = fields.take("strategy");
    let on_status = fields.take("on-status");
    let conditions = fields.take("conditions");
    let default = fields.take("default");
    let sticky = fields.take("sticky");
    let mode = node.and_then(|node| node.word(MODES));
    let misplaced = |node: &Option<Node<'_>>, whose: &str| {
        if let Some(node) = node {
            node.reject_name(format!("only {whose} has it: remove it, or change `strategy`"));
        }
    };
    if mode != Some(Mode::Fallback) {
        misplaced(&on_status, "\"fallback\"");
    }
    if mode != Some(Mode::Conditional) {
        misplaced(&conditions, "\"conditional\"");
        misplaced(&default, "\"conditional\"");
    }
    if !matches!(mode, Some(Mode::Balance(_))) {
        misplaced(&sticky, "a strategy that balances load");
    }
    Some(match mode? {
        Mode::Single => Strategy::Single,
        Mode::Fallback => Strategy::Fallback { on_status: on_status.and_then(|node| statuses(&node)) },
        Mode::Balance(balance) => {
            Strategy::Loadbalance { balance, sticky: sticky.and_then(|node| self::sticky(&node)) }
        }
        Mode::Conditional => Strategy::Conditional {
            conditions: conditions.and_then(|node| node.array()).map_or_else(Vec::new, |elements| {
                let elements = elements.iter().enumerate();
                elements.filter_map(|(place, node)| condition(node, place)).collect()
            }),
            default: default.and_then(|node| node.string()).map(str::to_owned),
        },
    })
}

fn condition(node: &Node<'_>, place: usize) -> Option<Condition> {
    let mut fields = node.fields()?;
    let query = fields.require("when", "{ \"metadata.plan\" = \"paid\" }");
    let then = fields.require("then", "\"name of a target\"").and_then(|node| node.string());
    fields.finish();
    let query = query.and_then(|node| {
        let text = node.deserialize::<serde_json::Value>()?.to_string();
        let report = Report::default();
        let query = query::read(&Item::new(&report, String::new(), &text));
        let problems = report.into_problems();
        problems.iter().for_each(|problem| node.reject(problem));
        query.filter(|_| problems.is_empty())
    });
    Some(Condition { query: query?, then: then?.to_owned(), place })
}

fn sticky(node: &Node<'_>) -> Option<Sticky> {
    let mut fields = node.fields()?;
    let by = fields.require("by", "[\"metadata._user\"]").and_then(|node| {
        node.list(|node| {
            let field = sticky_field(node.string()?);
            if field.is_none() {
                node.reject("write `metadata.NAME`, `params.PATH` or `headers.NAME`");
            }
            field
        })
    });
    let ttl = fields.take("ttl").and_then(|node| period(&node));
    fields.finish();
    Some(Sticky { fields: by?, ttl: ttl.unwrap_or(Duration::from_secs(3_600)) })
}

/// A number of retries, or a table with their rules.
fn retry(node: &Node<'_>) -> Option<RetryRule> {
    if !node.is_table() {
        return Some(RetryRule { attempts: node.count(0, 20)?, ..RetryRule::default() });
    }
    let mut fields = node.fields()?;
    let attempts = fields.require("attempts", "3").and_then(|node| node.count(0, 20));
    let on_status = fields.take("on-status").and_then(|node| statuses(&node));
    let honoured = fields.take("use-retry-after").and_then(|node| node.boolean());
    fields.finish();
    Some(RetryRule {
        attempts: attempts?,
        on_status: on_status.unwrap_or_else(|| RETRY_STATUSES.into_iter().collect()),
        use_retry_after: honoured.unwrap_or(true),
    })
}

fn cache(node: &Node<'_>) -> Option<CacheRule> {
    const MODES: &[(&str, CacheMode)] = &[("simple", CacheMode::Simple), ("semantic", CacheMode::Semantic)];
    let week = Duration::from_secs(604_800);
    if !node.is_table() {
        return Some(CacheRule { mode: node.word(MODES)?, max_age: week });
    }
    let mut fields = node.fields()?;
    let mode = fields.require("mode", "\"simple\"").and_then(|node| node.word(MODES));
    let max_age = fields.take("max-age").and_then(|node| period(&node));
    fields.finish();
    Some(CacheRule { mode: mode?, max_age: max_age.unwrap_or(week) })
}

fn breaker(node: &Node<'_>) -> Option<BreakerRule> {
    let mut fields = node.fields()?;
    let failures = fields.take("failures").and_then(|node| node.count(1, 1_000_000));
    let percent = fields.take("percent").and_then(|node| node.count(1, 100)).map(f64::from);
    let minimum = fields.take("minimum-requests").and_then(|node| node.count(1, 1_000_000));
    let cooldown = fields.take("cooldown").and_then(|node| period(&node));
    let on_status = fields.take("on-status").and_then(|node| statuses(&node));
    if failures.is_none() && percent.is_none() {
        fields.reject("it could never open: write `failures`, `percent` or both");
    }
    fields.finish();
    Some(BreakerRule {
        failures,
        percent,
        minimum_requests: minimum.unwrap_or(if failures.is_none() { 10 } else { 1 }),
        cooldown: cooldown.unwrap_or(Duration::from_secs(30)),
        on_status,
    })
}

fn statuses(node: &Node<'_>) -> Option<StatusSet> {
    let codes = node.list(|node| node.count(100, 599))?;
    if codes.is_empty() {
        node.reject("this list has no code: write at least one, or leave the field out");
    }
    Some(codes.into_iter().filter_map(|code| u16::try_from(code).ok()).collect())
}

fn period(node: &Node<'_>) -> Option<Duration> {
    node.parse::<Period>().map(Period::duration)
}

fn params(node: &Node<'_>) -> Option<Vec<(String, Json)>> {
    let fields = node.fields()?.take_all();
    let param = |(name, node): (&str, Node<'_>)| {
        let text = node.deserialize::<serde_json::Value>()?.to_string();
        let value = Json::parse(&text).map_err(|error| node.reject(error)).ok()?;
        Some((name.to_owned(), value))
    };
    Some(fields.filter_map(param).collect())
}
