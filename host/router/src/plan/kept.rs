//! Keeps the plans of configs that clients send, so that a config is read once
//! and its breakers and turns outlive the request.
//!
//! Clients choose what they send: the number of plans and of their bytes is
//! bounded, and plans of different scopes (tenants, keys) are never shared,
//! since a plan carries credentials and its targets' health.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Node;

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
}

#[derive(Debug)]
struct Kept {
    plan: Arc<Node>,
    used: u64,
}

impl Plans {
    /// Keeps at most this many plans, whose texts have at most this many bytes.
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

    fn lookup(&self, scope: &str, text: &str) -> Option<Arc<Node>> {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.tick += 1;
        let tick = shelf.tick;
        let kept = shelf.scopes.get_mut(scope)?.get_mut(text)?;
        kept.used = tick;
        Some(Arc::clone(&kept.plan))
    }

    fn keep(&self, scope: &str, text: &str, plan: Arc<Node>) -> Arc<Node> {
        if text.len() > self.most_bytes || self.most == 0 {
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
        plans.insert(text.into(), Kept { plan: Arc::clone(&plan), used });
        shelf.count += 1;
        shelf.bytes += text.len();
        while shelf.count > self.most || shelf.bytes > self.most_bytes {
            if !shelf.shrink() {
                break;
            }
        }
        plan
    }
}

impl Shelf {
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
        for plans in self.scopes.values_mut() {
            plans.retain(|_, kept| kept.used >= limit);
        }
        self.scopes.retain(|_, plans| !plans.is_empty());
        let texts = self.scopes.values().flat_map(HashMap::keys);
        (self.count, self.bytes) = texts.fold((0, 0), |(count, bytes), text| (count + 1, bytes + text.len()));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::of_model;

    fn get(plans: &Plans, scope: &str, text: &str) -> Arc<Node> {
        let make = || Ok::<_, ()>(of_model(text, "p".into(), "m".into()));
        plans.get(scope, text, make).unwrap()
    }

    #[test]
    fn the_same_text_in_the_same_scope_is_the_same_plan() {
        let plans = Plans::new(10, 1_000);
        let first = get(&plans, "a", "x");
        assert!(Arc::ptr_eq(&first, &get(&plans, "a", "x")));
        assert!(!Arc::ptr_eq(&first, &get(&plans, "b", "x")));
        assert!(!Arc::ptr_eq(&first, &get(&plans, "a", "y")));
    }

    #[test]
    fn a_failure_is_not_kept() {
        let plans = Plans::new(10, 1_000);
        assert!(plans.get("a", "x", || Err::<Node, _>("no")).is_err());
        get(&plans, "a", "x");
    }

    #[test]
    fn the_least_recently_used_go_first() {
        let plans = Plans::new(4, 1_000);
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
        let plans = Plans::new(8, 1_000);
        (0..100).for_each(|number| drop(get(&plans, &format!("scope {number}"), "x")));
        assert!(plans.shelf.lock().unwrap().count <= 8);
        (0..100).for_each(|number| drop(get(&plans, "a", &format!("{number}{}", "x".repeat(300)))));
        let shelf = plans.shelf.lock().unwrap();
        assert!(shelf.bytes <= 1_000 && shelf.count <= 3, "{} {}", shelf.bytes, shelf.count);
        drop(shelf);
        get(&plans, "a", &"x".repeat(2_000));
        assert!(plans.lookup("a", &"x".repeat(2_000)).is_none());
    }
}
