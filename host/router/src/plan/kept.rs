//! Keeps the plans of configs that clients send, so that a config is read once
//! and its breakers and turns outlive the request.
//!
//! Clients choose what they send: the number of plans and of their bytes is
//! bounded (those of the plan, not of its text: rules that a group hands down
//! weigh once for each of its targets), and plans of different scopes (tenants, keys) are never shared,
//! since a plan carries credentials and its targets' health.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Node;
use crate::query::REGEX_SIZE;

/// Plans by scope and text, the least recently used of which go first.
#[derive(Debug)]
pub struct Plans {
    most: usize,
    most_bytes: usize,
    shelf: Mutex<Shelf>,
}

#[derive(Debug, Default)]
struct Shelf {
    scopes: HashMap<Box<str>, HashMap<Box<str>, Kept>>,
    count: usize,
    bytes: usize,
    tick: u64,
    /// A time, and the tick that it was then.
    mark: Option<(Instant, u64)>,
}

#[derive(Debug)]
struct Kept {
    plan: Arc<Node>,
    used: u64,
    bytes: usize,
}

/// About how many bytes a target keeps beside its parameters.
const LEAF: usize = 1_024;

/// About how many bytes a plan keeps.
fn weight(node: &Node) -> usize {
    let own = match node {
        Node::Leaf(leaf) => {
            let hooks = leaf.before.iter().chain(&leaf.after);
            let checks = hooks.flat_map(|hook| hook.written()).map(|check| check.weight);
            LEAF + leaf.params.bytes() + checks.sum::<usize>()
        }
        Node::Conditional(conditional) => {
            let queries = conditional.conditions.iter().map(|(query, _)| query.expressions());
            // The expression and the memory that it matches with.
            2 * REGEX_SIZE * queries.sum::<usize>()
        }
        Node::Single(_) | Node::Fallback(_) | Node::Loadbalance(_) => 0,
    };
    own + node.targets().iter().map(weight).sum::<usize>()
}

impl Plans {
    /// Keeps at most this many plans, of about this many bytes with their texts.
    pub fn new(most: usize, most_bytes: usize) -> Self {
        Self { most, most_bytes, shelf: Mutex::default() }
    }

    /// The plan of this text within the scope, made by `make` if it isn't kept.
    /// The text must have everything in it that `make` goes by.
    ///
    /// # Errors
    /// What `make` fails with; failures aren't kept.
    pub fn get<E>(
        &self,
        scope: &str,
        text: &str,
        make: impl FnOnce() -> Result<Node, E>,
    ) -> Result<Arc<Node>, E> {
        if let Some(plan) = self.lookup(scope, text) {
            return Ok(plan);
        }
        // Made without the lock: it takes a while, and may fail.
        let plan = Arc::new(make()?);
        Ok(self.keep(scope, text, plan))
    }

    /// Forgets the plans with clients' credentials in them that nobody has used
    /// for this long, or up to twice as long. Call it with every use: it looks
    /// through them that seldom.
    pub fn expire(&self, now: Instant, idle: Duration) {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        let tick = shelf.tick;
        let (since, before) = *shelf.mark.get_or_insert((now, tick));
        if now.saturating_duration_since(since) < idle {
            return;
        }
        shelf.mark = Some((now, tick));
        shelf.retain(|kept| kept.used > before || !has_credentials(&kept.plan));
    }

    fn lookup(&self, scope: &str, text: &str) -> Option<Arc<Node>> {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.tick += 1;
        let tick = shelf.tick;
        let kept = shelf.scopes.get_mut(scope)?.get_mut(text)?;
        kept.used = tick;
        Some(Arc::clone(&kept.plan))
    }

    fn keep(&self, scope: &str, text: &str, plan: Arc<Node>) -> Arc<Node> {
        let bytes = text.len() + weight(&plan);
        if bytes > self.most_bytes || self.most == 0 {
            return plan;
        }
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.tick += 1;
        let used = shelf.tick;
        let plans = shelf.scopes.entry(scope.into()).or_default();
        // Two requests may have made it at once; they are to share what it remembers.
        if let Some(kept) = plans.get(text) {
            return Arc::clone(&kept.plan);
        }
        plans.insert(text.into(), Kept { plan: Arc::clone(&plan), used, bytes });
        shelf.count += 1;
        shelf.bytes += bytes;
        while shelf.count > self.most || shelf.bytes > self.most_bytes {
            if !shelf.shrink() {
                break;
            }
        }
        plan
    }
}

fn has_credentials(plan: &Node) -> bool {
    plan.leaves().iter().any(|leaf| leaf.api_key.is_some() || leaf.options.secrets().next().is_some())
}

impl Shelf {
    fn retain(&mut self, stays: impl Fn(&Kept) -> bool) {
        for plans in self.scopes.values_mut() {
            plans.retain(|_, kept| stays(kept));
        }
        self.scopes.retain(|_, plans| !plans.is_empty());
        let plans = self.scopes.values().flat_map(HashMap::values);
        (self.count, self.bytes) = plans.fold((0, 0), |(count, bytes), kept| (count + 1, bytes + kept.bytes));
    }

    /// Drops the older half, so that it is rare. Whether anything went.
    fn shrink(&mut self) -> bool {
        let plans = self.scopes.values().flat_map(HashMap::values);
        let mut ages: Vec<u64> = plans.map(|kept| kept.used).collect();
        if ages.len() < 2 {
            return false;
        }
        let middle = ages.len() / 2;
        let (_, limit, _) = ages.select_nth_unstable(middle);
        let limit = *limit;
        self.retain(|kept| kept.used >= limit);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::of_model;
    use crate::testing::Around;

    fn get(plans: &Plans, scope: &str, text: &str) -> Arc<Node> {
        let make = || of_model(text, "p".into(), "m".into(), &Around::default());
        plans.get(scope, text, make).unwrap()
    }

    #[test]
    fn the_same_text_in_the_same_scope_is_the_same_plan() {
        let plans = Plans::new(10, 100_000);
        let first = get(&plans, "a", "x");
        assert!(Arc::ptr_eq(&first, &get(&plans, "a", "x")));
        assert!(!Arc::ptr_eq(&first, &get(&plans, "b", "x")));
        assert!(!Arc::ptr_eq(&first, &get(&plans, "a", "y")));
    }

    #[test]
    fn a_failure_is_not_kept() {
        let plans = Plans::new(10, 100_000);
        assert!(plans.get("a", "x", || Err::<Node, _>("no")).is_err());
        get(&plans, "a", "x");
    }

    #[test]
    fn the_least_recently_used_go_first() {
        let plans = Plans::new(4, 100_000);
        let first = get(&plans, "a", "0");
        for text in ["1", "2", "3"] {
            get(&plans, "a", text);
            assert!(Arc::ptr_eq(&first, &get(&plans, "a", "0")));
        }
        get(&plans, "a", "4");
        assert!(Arc::ptr_eq(&first, &get(&plans, "a", "0")));
        assert!(plans.lookup("a", "1").is_none());
    }

    #[test]
    fn neither_their_number_nor_their_bytes_grow_without_bound() {
        let plans = Plans::new(8, 10_000);
        (0..100).for_each(|number| drop(get(&plans, &format!("scope {number}"), "x")));
        assert!(plans.shelf.lock().unwrap().count <= 8);
        (0..100).for_each(|number| drop(get(&plans, "a", &format!("{number}{}", "x".repeat(3_000)))));
        let shelf = plans.shelf.lock().unwrap();
        assert!(shelf.bytes <= 10_000 && shelf.count <= 3, "{} {}", shelf.bytes, shelf.count);
        drop(shelf);
        get(&plans, "a", &"x".repeat(20_000));
        assert!(plans.lookup("a", &"x".repeat(20_000)).is_none());
    }

    #[test]
    fn a_plan_with_a_credential_goes_when_nobody_uses_it() {
        let plans = Plans::new(10, 100_000);
        let make = |text: &str| {
            let plan = crate::testing::plan(text);
            plans.get("", text, || Ok::<_, ()>(plan)).unwrap();
        };
        let keyed = r#"{"provider":"a","api_key":"k"}"#;
        let used = r#"{"provider":"b","api_key":"k"}"#;
        let within = r#"{"strategy":{"mode":"single"},"targets":[{"provider":"a","api_key":"k"}]}"#;
        let plain = r#"{"provider":"a"}"#;
        let (now, idle) = (Instant::now(), Duration::from_secs(60));
        [keyed, used, within, plain].into_iter().for_each(make);
        plans.expire(now, idle);
        make(used);
        plans.expire(now + Duration::from_secs(59), idle);
        assert!(plans.lookup("", keyed).is_some(), "and so it is used once more");
        plans.expire(now + Duration::from_secs(60), idle);
        assert!(plans.lookup("", within).is_none());
        assert!(plans.lookup("", used).is_some());
        plans.expire(now + Duration::from_secs(120), idle);
        assert!(plans.lookup("", keyed).is_none(), "nobody has used it since");
        assert!(plans.lookup("", plain).is_some());
        assert_eq!(plans.shelf.lock().unwrap().count, 2);
    }

    #[test]
    fn a_plan_counts_with_what_its_targets_were_handed_down() {
        let targets = vec![r#"{"provider":"a"}"#; 100].join(",");
        let long = "x".repeat(1_000);
        let text = format!(
            r#"{{"strategy":{{"mode":"fallback"}},"override_params":{{"user":"{long}"}},"targets":[{targets}]}}"#
        );
        assert!(text.len() < 5_000 && weight(&crate::testing::plan(&text)) > 200_000);
        let asks = r#"{"provider":"a","name":"a"}"#;
        let text = format!(
            r#"{{"strategy":{{"mode":"conditional","conditions":[{{"query":{{"url.pathname":{{"$regex":"x"}}}},"then":"a"}}]}},"targets":[{asks}]}}"#
        );
        assert!(weight(&crate::testing::plan(&text)) > REGEX_SIZE);
    }
}
