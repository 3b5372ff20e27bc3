//! A value against the rules of a schema.
//!
//! A schema may refer to itself and branch at each step, so that a short one
//! asks for more steps than anybody has: they are counted, and a check that
//! runs out of them fails.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::{At, Check, Violation};
use crate::pointer::escape;

/// The most steps of one check.
const STEPS: u32 = 2_000_000;
/// The deepest that schemas are followed.
const DEPTH: u32 = 300;
/// The most violations that are told.
const TOLD: usize = 5;

pub(super) fn check(nodes: &[Vec<Check>], value: &Value) -> Vec<Violation> {
    let mut checker = Checker { nodes, steps: 0, found: Vec::new(), place: String::new(), depth: 0 };
    checker.node(0, value);
    checker.found.truncate(TOLD);
    checker.found
}

struct Checker<'s> {
    nodes: &'s [Vec<Check>],
    steps: u32,
    depth: u32,
    found: Vec<Violation>,
    place: String,
}

impl Checker<'_> {
    fn tell(&mut self, message: String) {
        self.found.push(Violation { place: self.place.clone(), message });
    }

    fn node(&mut self, at: At, value: &Value) {
        let nodes = self.nodes;
        let Some(checks) = nodes.get(at) else { return };
        self.steps += 1;
        if self.depth >= DEPTH || self.steps >= STEPS {
            if self.found.is_empty() {
                self.tell(
                    "is more than this schema can be checked against: it takes too many steps".to_owned(),
                );
            }
            return;
        }
        self.depth += 1;
        for check in checks {
            if self.found.len() >= TOLD {
                break;
            }
            self.one(check, value);
        }
        self.depth -= 1;
    }

    /// The same for a part of the value.
    fn part(&mut self, at: At, name: &str, value: &Value) {
        let length = self.place.len();
        self.place.push('/');
        self.place.push_str(&escape(name));
        self.node(at, value);
        self.place.truncate(length);
    }

    /// Whether a value follows a schema; what of it doesn't is returned.
    fn aside(&mut self, at: At, value: &Value) -> Option<Violation> {
        let found = std::mem::take(&mut self.found);
        self.node(at, value);
        std::mem::replace(&mut self.found, found).into_iter().next()
    }

    fn one(&mut self, check: &Check, value: &Value) {
        match check {
            Check::Never => self.tell("isn't allowed here".to_owned()),
            Check::Kinds(kinds) if !kinds.fit(value) => {
                self.tell(format!("must be {kinds}, but is {}", shown(value)))
            }
            Check::OneOf(values) if !values.iter().any(|one| same(one, value)) => {
                let values: Vec<String> = values.iter().take(20).map(Value::to_string).collect();
                self.tell(format!("must be one of {}, but is {}", values.join(", "), shown(value)));
            }
            Check::Equals(one) if !same(one, value) => {
                self.tell(format!("must be {one}, but is {}", shown(value)))
            }
            Check::Same(at) => self.node(*at, value),
            Check::All(all) => all.iter().for_each(|at| self.node(*at, value)),
            Check::Any(any) => {
                let mut first = None;
                for at in any {
                    match self.aside(*at, value) {
                        None => return,
                        Some(violation) => first = first.or(Some(violation)),
                    }
                }
                self.none_fits(any.len(), first);
            }
            Check::Exactly(one) => {
                let (mut fitting, mut first) = (0, None);
                for at in one {
                    match self.aside(*at, value) {
                        None => fitting += 1,
                        Some(violation) => first = first.or(Some(violation)),
                    }
                }
                match fitting {
                    1 => {}
                    0 => self.none_fits(one.len(), first),
                    _ => self.tell(format!("fits {fitting} of the forms of which it must fit one")),
                }
            }
            Check::Not(at) => {
                if self.aside(*at, value).is_none() {
                    self.tell("has a form that it mustn't have".to_owned());
                }
            }
            Check::If { test, then, otherwise } => {
                let branch = if self.aside(*test, value).is_none() { then } else { otherwise };
                if let Some(at) = branch {
                    self.node(*at, value);
                }
            }
            _ => match value {
                Value::Number(number) => self.number(check, number),
                Value::String(text) => self.text(check, text),
                Value::Array(elements) => self.array(check, elements),
                Value::Object(members) => self.object(check, members),
                _ => {}
            },
        }
    }

    fn none_fits(&mut self, count: usize, first: Option<Violation>) {
        let why = first.map_or_else(String::new, |first| format!("; of the first, {first}"));
        self.tell(format!("fits none of {count} forms{why}"));
    }

    fn number(&mut self, check: &Check, number: &Number) {
        let (wrong, limit, words) = match check {
            Check::Minimum(limit) => (order(number, limit) == Ordering::Less, limit, "at least"),
            Check::Maximum(limit) => (order(number, limit) == Ordering::Greater, limit, "at most"),
            Check::Above(limit) => (order(number, limit) != Ordering::Greater, limit, "more than"),
            Check::Below(limit) => (order(number, limit) != Ordering::Less, limit, "less than"),
            Check::MultipleOf(step) => {
                let times = number.as_f64().unwrap_or_default() / step;
                // A tenth has no exact binary form, and neither has what it divides.
                if (times - times.round()).abs() > 1e-9 * times.abs().max(1.0) {
                    self.tell(format!("must be a multiple of {step}, but is {number}"));
                }
                return;
            }
            _ => return,
        };
        if wrong {
            self.tell(format!("must be {words} {limit}, but is {number}"));
        }
    }

    fn text(&mut self, check: &Check, text: &str) {
        let length = || text.chars().count() as u64;
        match check {
            Check::MinLength(least) if length() < *least => {
                self.tell(format!("must have at least {least} characters, but has {}", length()));
            }
            Check::MaxLength(most) if length() > *most => {
                self.tell(format!("must have at most {most} characters, but has {}", length()));
            }
            Check::Pattern(pattern) if !pattern.is_match(text) => {
                self.tell(format!("must match `{pattern}`, but is {}", shown(&Value::from(text))));
            }
            _ => {}
        }
    }

    fn array(&mut self, check: &Check, elements: &[Value]) {
        let length = elements.len() as u64;
        match check {
            Check::MinItems(least) if length < *least => {
                self.tell(format!("must have at least {least} elements, but has {length}"));
            }
            Check::MaxItems(most) if length > *most => {
                self.tell(format!("must have at most {most} elements, but has {length}"));
            }
            Check::Unique => {
                // By their text, sorted: comparing each with each takes too long for long ones.
                let mut texts: Vec<String> = elements.iter().map(Value::to_string).collect();
                texts.sort_unstable();
                if texts.windows(2).any(|pair| pair[0] == pair[1]) {
                    self.tell("has an element twice".to_owned());
                }
            }
            Check::Items { first, rest } => {
                for (index, element) in elements.iter().enumerate() {
                    if let Some(at) = first.get(index).or(rest.as_ref()) {
                        self.part(*at, &index.to_string(), element);
                    }
                }
            }
            Check::Contains(at) if !elements.iter().any(|element| self.aside(*at, element).is_none()) => {
                self.tell("lacks an element that it must have".to_owned());
            }
            _ => {}
        }
    }

    fn object(&mut self, check: &Check, members: &serde_json::Map<String, Value>) {
        let length = members.len() as u64;
        match check {
            Check::MinProperties(least) if length < *least => {
                self.tell(format!("must have at least {least} members, but has {length}"));
            }
            Check::MaxProperties(most) if length > *most => {
                self.tell(format!("must have at most {most} members, but has {length}"));
            }
            Check::Required(names) => {
                for name in names.iter().filter(|name| !members.contains_key(*name)) {
                    self.tell(format!("lacks the member `{name}`"));
                }
            }
            Check::DependentRequired(needs) => {
                for (name, needed) in needs.iter().filter(|(name, _)| members.contains_key(name)) {
                    for missing in needed.iter().filter(|needed| !members.contains_key(*needed)) {
                        self.tell(format!("has `{name}` and lacks the member `{missing}`"));
                    }
                }
            }
            Check::PropertyNames(at) => {
                for name in members.keys() {
                    self.part(*at, name, &Value::from(name.as_str()));
                }
            }
            Check::Members { named, patterns, others } => {
                for (name, value) in members {
                    let schema = named.iter().find(|(known, _)| known == name);
                    let mut known = schema.is_some();
                    if let Some((_, at)) = schema {
                        self.part(*at, name, value);
                    }
                    for (_, at) in patterns.iter().filter(|(pattern, _)| pattern.is_match(name)) {
                        known = true;
                        self.part(*at, name, value);
                    }
                    if let Some(at) = others.filter(|_| !known) {
                        self.part(at, name, value);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Whole numbers exactly, others as floating point.
fn order(a: &Number, b: &Number) -> Ordering {
    let exact = |number: &Number| number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    match (exact(a), exact(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal),
    }
}

/// Equal as JSON Schema has it: 1 is 1.0.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => order(a, b) == Ordering::Equal,
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// A value, short enough for a message.
fn shown(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Object(_) => jackfield_sdk::json::kind(value).to_owned(),
        Value::String(text) if text.chars().count() > 60 => {
            let cut: String = text.chars().take(60).collect();
            format!("{}…", Value::from(cut))
        }
        other => other.to_string(),
    }
}
