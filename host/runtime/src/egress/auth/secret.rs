//! A secret that authenticators share and that may be replaced under them.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use zeroize::Zeroizing;

use super::Generation;

/// A secret that can be replaced while it is used. Clones share it.
#[derive(Clone)]
pub struct SharedSecret(Arc<RwLock<(Arc<Zeroizing<String>>, u64)>>);

impl SharedSecret {
    /// A secret; white space around it is not part of it.
    pub fn new(value: &str) -> Self {
        Self(Arc::new(RwLock::new((trimmed(value), 0))))
    }

    /// Replaces it for all who share it, from their next request on.
    pub fn replace(&self, value: &str) {
        let mut held = self.0.write().unwrap_or_else(PoisonError::into_inner);
        *held = (trimmed(value), held.1 + 1);
    }

    /// Its value. Stays inside of the host.
    pub fn expose(&self) -> Arc<Zeroizing<String>> {
        self.read().0
    }

    /// Which of its values it has.
    pub fn generation(&self) -> Generation {
        self.read().1
    }

    /// Both at once.
    pub fn read(&self) -> (Arc<Zeroizing<String>>, Generation) {
        let held = self.0.read().unwrap_or_else(PoisonError::into_inner);
        (Arc::clone(&held.0), Generation::new(held.1))
    }
}

fn trimmed(value: &str) -> Arc<Zeroizing<String>> {
    Arc::new(Zeroizing::new(value.trim().to_owned()))
}

impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
