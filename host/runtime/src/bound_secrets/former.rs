//! Secrets that were replaced. Upstreams may know them still, and say them back,
//! so they go on being looked for.
//!
//! Against a search that never forgets: a token that its platform replaces by
//! the hour would make it grow for as long as the host runs. Each secret keeps
//! its latest values, and those not for ever.

use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::manifest::name::Name;

/// The most former values of one secret.
pub(super) const MOST: usize = 8;

/// How long a value is looked for after it was replaced.
pub(super) const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

/// Former values of a provider's secrets.
#[derive(Debug, Clone, Default)]
pub(super) struct Former {
    /// The latest last.
    values: Vec<Value>,
}

#[derive(Debug, Clone)]
struct Value {
    name: Name,
    parts: Vec<Zeroizing<String>>,
    replaced: Instant,
}

impl Former {
    /// Adds what is looked for of a value that is replaced now.
    pub(super) fn add(&mut self, name: &Name, parts: Vec<Zeroizing<String>>, now: Instant) {
        self.forget_old(now);
        // One that comes back for a while is one value, not many.
        self.values.retain(|value| value.name != *name || value.parts != parts);
        self.values.push(Value { name: name.clone(), parts, replaced: now });
        let of_name = self.values.iter().filter(|value| value.name == *name).count();
        let mut over = of_name.saturating_sub(MOST);
        self.values.retain(|value| {
            let goes = over > 0 && value.name == *name;
            over -= usize::from(goes);
            !goes
        });
    }

    /// Forgets what was replaced too long ago. Returns whether there was any.
    pub(super) fn forget_old(&mut self, now: Instant) -> bool {
        let before = self.values.len();
        self.values.retain(|value| now.saturating_duration_since(value.replaced) < LONGEST);
        self.values.len() < before
    }

    /// All that is looked for of them.
    pub(super) fn parts(&self) -> impl Iterator<Item = &Zeroizing<String>> {
        self.values.iter().flat_map(|value| &value.parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn parts(text: &str) -> Vec<Zeroizing<String>> {
        text.split(' ').map(|part| Zeroizing::new(part.to_owned())).collect()
    }

    fn known(former: &Former) -> Vec<&str> {
        former.parts().map(|part| part.as_str()).collect()
    }

    #[test]
    fn of_each_secret_the_latest_values_are_kept() {
        let (mut former, now) = (Former::default(), Instant::now());
        former.add(&name("key"), parts("lasting"), now);
        for number in 0..1_000 {
            former.add(&name("token"), parts(&format!("{number}-a {number}-b")), now);
            assert!(former.parts().count() <= 1 + 2 * MOST);
        }
        let latest = (1_000 - MOST..1_000).flat_map(|number| [format!("{number}-a"), format!("{number}-b")]);
        let expected: Vec<String> = ["lasting".to_owned()].into_iter().chain(latest).collect();
        assert_eq!(known(&former), expected, "a secret that is replaced often displaces no other");
    }

    #[test]
    fn what_was_replaced_long_ago_is_forgotten() {
        let (mut former, start) = (Former::default(), Instant::now());
        former.add(&name("key"), parts("one"), start);
        former.add(&name("key"), parts("two"), start + Duration::from_secs(1));
        assert!(!former.forget_old(start + LONGEST - Duration::from_secs(1)));
        assert!(former.forget_old(start + LONGEST));
        assert_eq!(known(&former), ["two"]);
        former.add(&name("other"), parts("three"), start + LONGEST + Duration::from_secs(1));
        assert_eq!(known(&former), ["three"], "whatever else happens");
    }

    #[test]
    fn a_value_that_comes_back_and_goes_again_is_one() {
        let (mut former, now) = (Former::default(), Instant::now());
        for _ in 0..4 {
            former.add(&name("key"), parts("one"), now);
            former.add(&name("key"), parts("two"), now);
        }
        former.add(&name("other"), parts("one"), now);
        assert_eq!(known(&former), ["one", "two", "one"]);
    }
}
