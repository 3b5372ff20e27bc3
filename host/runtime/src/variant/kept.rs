//! Variants that are kept between calls, so that a caller's second request finds
//! connections open and an instance warm.
//!
//! Callers choose their keys: how many variants there are is bounded, the one
//! that was used longest ago goes first, and one that nobody uses goes with the
//! secret in it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Fingerprint;
/// How many variants a host keeps, and how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VariantLimits {
    /// The most at once, of all providers together.
    pub most: usize,
    /// How long one is kept that nobody uses.
    pub idle: Duration,
}

impl Default for VariantLimits {
    /// 256 of them, for ten minutes.
    fn default() -> Self {
        Self { most: 256, idle: Duration::from_secs(600) }
    }
}

/// The variants of a host.
#[derive(Debug)]
pub(crate) struct Kept<T> {
    limits: VariantLimits,
    variants: Mutex<HashMap<Fingerprint, One<T>>>,
}

#[derive(Debug)]
struct One<T> {
    provider: Box<str>,
    variant: T,
    used: Instant,
}

impl<T: Clone> Kept<T> {
    pub(crate) fn new(limits: VariantLimits) -> Self {
        Self { limits, variants: Mutex::default() }
    }

    /// The one that this stands for.
    pub(crate) fn get(&self, fingerprint: Fingerprint, now: Instant) -> Option<T> {
        let mut variants = self.variants.lock().unwrap_or_else(PoisonError::into_inner);
        let one = variants.get_mut(&fingerprint)?;
        one.used = now;
        Some(one.variant.clone())
    }

    /// One that somebody knows otherwise.
    pub(crate) fn find(&self, is: impl Fn(&T) -> bool, now: Instant) -> Option<T> {
        let mut variants = self.variants.lock().unwrap_or_else(PoisonError::into_inner);
        let one = variants.values_mut().find(|one| is(&one.variant))?;
        one.used = now;
        Some(one.variant.clone())
    }

    /// Keeps one, unless it is there: of two that were bound at once, the first
    /// is everybody's.
    pub(crate) fn put(&self, fingerprint: Fingerprint, provider: &str, variant: T, now: Instant) -> T {
        let mut variants = self.variants.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(one) = variants.get(&fingerprint) {
            return one.variant.clone();
        }
        variants.insert(fingerprint, One { provider: provider.into(), variant: variant.clone(), used: now });
        let mut gone = Vec::new();
        while variants.len() > self.limits.most {
            let oldest = variants.iter().min_by_key(|(_, one)| one.used).map(|(fingerprint, _)| *fingerprint);
            let Some(oldest) = oldest else { break };
            gone.extend(variants.remove(&oldest));
        }
        // Their instances end without the lock.
        drop(variants);
        drop(gone);
        variant
    }

    /// Forgets those that nobody has used for too long.
    pub(crate) fn sweep(&self, now: Instant) {
        self.forget_if(|one| now.saturating_duration_since(one.used) >= self.limits.idle);
    }

    /// Forgets those of a provider: it is bound otherwise from here on.
    pub(crate) fn forget(&self, provider: &str) {
        self.forget_if(|one| &*one.provider == provider);
    }

    /// How many there are.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.variants.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn forget_if(&self, over: impl Fn(&One<T>) -> bool) {
        let mut variants = self.variants.lock().unwrap_or_else(PoisonError::into_inner);
        let gone: Vec<One<T>> = variants.extract_if(|_, one| over(one)).map(|(_, one)| one).collect();
        drop(variants);
        drop(gone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::variant::{Seal, Variant};

    fn fingerprint(seal: &Seal, key: &str) -> Fingerprint {
        let key = Secret::new(key.as_bytes().to_vec()).unwrap();
        seal.fingerprint("p", &Variant { key: Some(key), ..Variant::default() })
    }

    fn kept(most: usize) -> (Kept<u32>, Seal, Instant) {
        let limits = VariantLimits { most, idle: Duration::from_secs(600) };
        (Kept::new(limits), Seal::new().unwrap(), Instant::now())
    }

    #[test]
    fn of_too_many_the_one_goes_that_was_used_longest_ago() {
        let (kept, seal, now) = kept(2);
        let at = |seconds| now + Duration::from_secs(seconds);
        let of = |key: &str| fingerprint(&seal, key);
        kept.put(of("a"), "p", 1, at(0));
        kept.put(of("b"), "p", 2, at(1));
        assert_eq!(kept.get(of("a"), at(2)), Some(1));
        kept.put(of("c"), "p", 3, at(3));
        assert_eq!(kept.len(), 2);
        assert_eq!(kept.get(of("b"), at(4)), None);
        assert_eq!((kept.get(of("a"), at(4)), kept.get(of("c"), at(4))), (Some(1), Some(3)));
        for key in 0..1_000 {
            kept.put(of(&key.to_string()), "p", key, at(5));
            assert!(kept.len() <= 2);
        }
    }

    #[test]
    fn one_that_nobody_uses_goes_and_one_that_is_used_stays() {
        let (kept, seal, now) = kept(9);
        let at = |seconds| now + Duration::from_secs(seconds);
        kept.put(fingerprint(&seal, "a"), "p", 1, now);
        kept.put(fingerprint(&seal, "b"), "p", 2, now);
        kept.sweep(at(599));
        assert_eq!(kept.len(), 2);
        kept.get(fingerprint(&seal, "a"), at(599));
        kept.sweep(at(600));
        assert_eq!(kept.get(fingerprint(&seal, "a"), at(601)), Some(1));
        assert_eq!(kept.len(), 1);
    }

    #[test]
    fn one_that_is_found_by_itself_is_used_as_well() {
        let (kept, seal, now) = kept(9);
        let at = |seconds| now + Duration::from_secs(seconds);
        kept.put(fingerprint(&seal, "a"), "p", 1, now);
        assert_eq!(kept.find(|one| *one == 1, at(599)), Some(1));
        assert_eq!(kept.find(|one| *one == 2, at(599)), None);
        kept.sweep(at(1_198));
        assert_eq!(kept.len(), 1);
        kept.sweep(at(1_199));
        assert_eq!(kept.find(|one| *one == 1, at(1_199)), None);
    }

    #[test]
    fn of_two_that_are_bound_at_once_the_first_is_everybodys() {
        let (kept, seal, now) = kept(9);
        assert_eq!(kept.put(fingerprint(&seal, "a"), "p", 1, now), 1);
        assert_eq!(kept.put(fingerprint(&seal, "a"), "p", 2, now), 1);
    }

    #[test]
    fn a_provider_that_is_bound_otherwise_leaves_none_behind() {
        let (kept, seal, now) = kept(9);
        kept.put(fingerprint(&seal, "a"), "p", 1, now);
        kept.put(fingerprint(&seal, "b"), "q", 2, now);
        kept.forget("p");
        assert_eq!(kept.get(fingerprint(&seal, "a"), now), None);
        assert_eq!(kept.get(fingerprint(&seal, "b"), now), Some(2));
    }
}
