//! The secrets of a provider as they come and go: those that it is bound with,
//! and the tokens that were minted from them.
//!
//! Against a minted token in a guest's hands: a plugin, or the upstream it
//! talks to, is stopped with a token as it is with the key that the token came
//! from. A token is looked for until it has expired; then it is worth nothing,
//! and a search that never forgets would grow for as long as the host runs.

use std::{
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Instant,
};

use zeroize::Zeroizing;

use super::scan::{ScannerError, SecretScanner};

/// The most minted secrets that are looked for: an endpoint whose tokens expire
/// at once, or an upstream that refuses each of them, must not fill memory. The
/// oldest goes first.
const MOST: usize = 24;

/// The secrets, and what finds them.
pub(super) struct Known {
    /// Taken for as long as a new search is built; requests don't wait for it.
    sources: Mutex<Sources>,
    scanner: RwLock<Arc<SecretScanner>>,
}

struct Sources {
    bound: Arc<SecretScanner>,
    /// The latest last.
    minted: Vec<(Zeroizing<String>, Instant)>,
}

impl Known {
    /// Finds what `bound` finds.
    pub(super) fn new(bound: SecretScanner) -> Self {
        let bound = Arc::new(bound);
        let scanner = RwLock::new(Arc::clone(&bound));
        Self { sources: Mutex::new(Sources { bound, minted: Vec::new() }), scanner }
    }

    /// What finds all of them.
    pub(super) fn scanner(&self) -> Arc<SecretScanner> {
        Arc::clone(&self.scanner.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Finds what `bound` finds from now on, and what was minted.
    pub(super) fn replace(&self, bound: SecretScanner) -> Result<(), ScannerError> {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let bound = Arc::new(bound);
        self.publish(&bound, &sources.minted)?;
        sources.bound = bound;
        Ok(())
    }

    /// Finds these as well, at least until `until` unless too many come later.
    pub(super) fn learn(
        &self,
        secrets: impl IntoIterator<Item = Zeroizing<String>>,
        until: Instant,
        now: Instant,
    ) -> Result<(), ScannerError> {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let mut minted = sources.minted.clone();
        minted.retain(|(_, until)| *until > now);
        let mut changed = minted.len() < sources.minted.len();
        for secret in secrets {
            match minted.iter_mut().find(|(known, _)| **known == *secret) {
                Some((_, known_until)) => *known_until = until.max(*known_until),
                None => {
                    minted.push((secret, until));
                    changed = true;
                }
            }
        }
        minted.drain(..minted.len().saturating_sub(MOST));
        if changed {
            self.publish(&sources.bound, &minted)?;
        }
        sources.minted = minted;
        Ok(())
    }

    fn publish(
        &self,
        bound: &Arc<SecretScanner>,
        minted: &[(Zeroizing<String>, Instant)],
    ) -> Result<(), ScannerError> {
        let scanner = match minted {
            [] => Arc::clone(bound),
            minted => Arc::new(bound.with(minted.iter().map(|(secret, _)| secret.as_bytes()))?),
        };
        *self.scanner.write().unwrap_or_else(PoisonError::into_inner) = scanner;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn secret(text: &str) -> [Zeroizing<String>; 1] {
        [Zeroizing::new(text.to_owned())]
    }

    fn finds(known: &Known, text: &str) -> bool {
        known.scanner().find(text.as_bytes()).is_some()
    }

    #[test]
    fn what_is_minted_is_found_until_it_has_expired() {
        let known = Known::new(SecretScanner::new([b"sk-bound-0123".as_slice()]).unwrap());
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        known.learn(secret("token-one-0123"), at(60), at(0)).unwrap();
        assert!(finds(&known, "sk-bound-0123") && finds(&known, "token-one-0123"));
        known.learn(secret("token-two-0123"), at(120), at(50)).unwrap();
        assert!(finds(&known, "token-one-0123") && finds(&known, "token-two-0123"));
        known.learn(secret("token-three-0123"), at(180), at(61)).unwrap();
        assert!(!finds(&known, "token-one-0123") && finds(&known, "token-two-0123"));
    }

    #[test]
    fn a_rotated_secret_leaves_the_minted_ones_in_the_search() {
        let known = Known::new(SecretScanner::empty());
        let now = Instant::now();
        known.learn(secret("token-one-0123"), now + Duration::from_secs(60), now).unwrap();
        known.replace(SecretScanner::new([b"sk-bound-0123".as_slice()]).unwrap()).unwrap();
        assert!(finds(&known, "sk-bound-0123") && finds(&known, "token-one-0123"));
    }

    #[test]
    fn the_latest_are_kept_and_the_same_is_learned_once() {
        let known = Known::new(SecretScanner::empty());
        let now = Instant::now();
        let later = now + Duration::from_secs(60);
        let token = |number: usize| format!("token-{number:04}-0123");
        for number in 0..=MOST {
            known.learn(secret(&token(number)), later, now).unwrap();
            known.learn(secret(&token(number)), later, now).unwrap();
        }
        assert!(!finds(&known, &token(0)) && (1..=MOST).all(|number| finds(&known, &token(number))));
    }
}
